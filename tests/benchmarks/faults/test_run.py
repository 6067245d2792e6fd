"""The table of faults: each row is the outcome of a real run, and a row that is not right is seen."""

import pytest

from benchmarks.faults.outcome import Outcome, codes_text
from benchmarks.faults.page import page, table
from benchmarks.faults.run import main, run, sections_of
from tests.test_docs import ROOT


def test_rows() -> None:
    """A row shows fault, frames lost and again, exit codes, the sentence in one cell, and whether it is right."""
    rows = table([Outcome("a fault", 1, 2, "2", "one | two\nlines", False)]).splitlines()
    assert rows[2:] == ["| a fault | 1 | 2 | 2 | one \\| two lines | NO |"]
    assert codes_text([-9, -9, 0]) == "-9 × 2, 0 × 1" and codes_text([2]) == "2"


def test_one_fault_for_real() -> None:
    """A finished plate of which a bit was changed is found, and it alone is coloured again, by real processes."""
    (outcome,) = run(0, "one bit of a finished plate")
    assert outcome.right and (outcome.lost, outcome.again, outcome.codes) == (0, 0, "2, then 0")


def test_nothing_chosen_is_no_success(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """A wrong row, or none at all, ends the command with 1."""
    for rows, code in (([], 1), ([Outcome("a", 0, 0, "0", "", False)], 1), ([Outcome("a", 0, 0, "0", "", True)], 0)):
        monkeypatch.setattr("benchmarks.faults.run.run", lambda kills, only, rows=rows: iter(rows))
        assert main(["--kills", "0"]) == code


def test_the_page_is_of_this_command() -> None:
    """docs/faults.md has the words and the columns that the command writes, and no row that is not right."""
    text = (ROOT / "docs" / "faults.md").read_text(encoding="utf-8")
    head = page([], 7).splitlines()
    assert [line for line in head if "7" not in line and line not in text] == []
    assert "| NO |" not in text and text.count("| yes |") >= 20


def test_sections_of_other_programs_stay(tmp_path) -> None:
    """What stands under a heading of its own on the page is kept when the table is made anew."""
    path = tmp_path / "faults.md"
    assert sections_of(path) == ""
    path.write_text("# Faults\n\n| a |\n\n## Fuzz\nfigures\n", encoding="utf-8")
    assert sections_of(path) == "\n## Fuzz\nfigures\n"
