from dataclasses import replace

from benchmarks.methods.registry import ANALOGY, OURS, PLAIN, title_of
from benchmarks.table.outcome import Outcome
from benchmarks.table.page import Facts, render_page
from benchmarks.table.systems import SEEDS, SHOWN
from tests.benchmarks.made_up import full_outcome, table_row

BUDGET = {"minutes": 12.0, "pairs": 9, "steps": 7}
FACTS = Facts("python -m benchmarks.table", "It looked at 1 clip.", 96, {PLAIN: BUDGET})


def test_the_page_holds_every_system_and_says_where_ours_is_behind():
    """A line a system with its title, the best in bold, a table a mode, and the verdict."""
    page = render_page(full_outcome(), SHOWN, FACTS)
    for name in SHOWN:
        assert f"\n| {title_of(name)} |" in page
    assert "## first\n" in page and "## stride 4\n" in page and "## prev\n" not in page
    assert "| ours | **30.0** | **0.300** | **50.0** | **50.0** | **100.0** | **4.0** | 2.0 |" in page
    assert "Ours leads or ties in 6 of 7 quality columns; behind in clicks." in page
    assert "| plain CMFT | 12 | 9 | 7 |" in page
    assert "too little to learn from" not in page


def test_a_budget_below_the_default_is_called_too_little():
    """Rows of a short training are not left to speak for their systems."""
    facts = replace(FACTS, budgets={PLAIN: {**BUDGET, "minutes": 11.9}})
    assert "too little to learn from" in render_page(Outcome([table_row(PLAIN, 20.0)]), [PLAIN], facts)


def test_the_paper_s_order_is_held_against_what_was_found():
    """As in the paper when it is, else the steps that are broken by name; nothing when a system is missing."""
    values = dict(zip(SEEDS.values(), (19.3, 23.51, 23.52, 24.7), strict=True))
    page = render_page(Outcome([table_row(n, v) for n, v in values.items()]), list(values), FACTS)
    order = "Deep Image Analogy 19.3 < Pix2Pix 23.5 < TCVC 23.5 < CMFT 24.7"
    assert f"- first, PSNR: {order}; as in the paper." in page
    values[ANALOGY] = 24.0
    page = render_page(Outcome([table_row(n, v) for n, v in values.items()]), list(values), FACTS)
    assert "other than in the paper: Deep Image Analogy is above Pix2Pix, Deep Image Analogy is above TCVC." in page
    assert "paper's order" not in render_page(Outcome([table_row(OURS, 1.0)]), [OURS], FACTS)


def test_what_failed_is_named_on_the_page():
    """The reason stands there instead of a line of figures."""
    page = render_page(Outcome([table_row(OURS, 1.0)], failures={"broken": "no licence"}), [OURS], FACTS)
    assert "## Not measured\n\n- broken: no licence\n" in page
    assert "\n| broken |" not in page
