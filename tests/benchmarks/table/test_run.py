import json
import math
import sys

import pytest

from benchmarks.baselines.program import Program
from benchmarks.clips.rgb8 import read_rgb8
from benchmarks.methods.method import Choices
from benchmarks.methods.registry import OURS, PLAIN
from benchmarks.table import run as table
from benchmarks.table.clip_runs import PREV
from benchmarks.table.outcome import Outcome
from benchmarks.table.sheet import CAPTION_PX, TILE_PX
from cmft_engine.protocol.errors import InputError
from tests.benchmarks.made_up import table_row

FAILING = Program("broken", f"{sys.executable} -c 'raise SystemExit(4)' {{target_line}} {{out}}")


def test_puppets_have_every_drawing_and_stored_clips_theirs():
    """Ten drawings against four; clips are spread over the set."""
    plan = table.Plan((), ("puppets",), 1, (1,), 64, Choices())
    (puppet,) = table.load_clips("puppets", plan)
    assert sorted(puppet.lines) == list(range(10))
    (stored,) = table.load_clips("shaded", plan)
    assert sorted(stored.lines) == [0, 1, 5, 9]
    assert table.spread(10, 3) == [0, 3, 6]
    assert table.spread(2, 5) == [0, 1]


def test_the_command_writes_page_figures_and_sheet(tmp_path):
    """One that copies and one that fails: the first is measured, the second is named, and the status is 0."""
    out, figures_path, sheet = tmp_path / "table.md", tmp_path / "table.json", tmp_path / "sheet.png"
    program = f"broken={FAILING.template}"
    command = ["--clips", "1", "--sets", "puppets", "--size", "96", "--systems", "copy,broken", "--program", program]
    assert table.main([*command, "--out", str(out), "--json", str(figures_path), "--sheet", str(sheet)]) == 0
    page = out.read_text(encoding="utf-8")
    assert "| copy of the reference |" in page
    assert "- broken: ended with status 4" in page
    assert "](sheet.png)" in page
    rows = json.loads(figures_path.read_text(encoding="utf-8"))
    assert {r["system"] for r in rows["rows"]} == {"copy"}
    assert len(rows["rows"]) == 3 + 3 + 3 + 3
    assert not any(math.isinf(r["psnr"]) for r in rows["rows"])
    assert read_rgb8(sheet).shape[0] == 2 * (2 * CAPTION_PX + TILE_PX)


def test_the_command_refuses_what_there_is_not(capsys):
    """Unknown systems and sets, and command lines without their places, end with a sentence and status 2."""
    for arguments, word in (
        (["--systems", "magic"], "no system 'magic'"),
        (["--sets", "magic"], "no set 'magic'"),
        (["--program", "x=y"], "lacks {target_line}"),
    ):
        assert table.main(arguments) == 2
        assert word in capsys.readouterr().err


def test_an_earlier_run_of_other_clips_is_refused():
    """Figures of other drawings are no rivals of those run now."""
    run = table.Table(table.Plan((), ("puppets",), 1, (), 64, Choices()))
    run.outcome.rows.append(table_row(PLAIN, 20.0, mode=PREV))
    with pytest.raises(InputError, match="coloured other drawings"):
        run.take_over(Outcome([table_row(OURS, 20.0)]))
