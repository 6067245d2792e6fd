"""The fuzzer: a seed is always the same file, good files are read, and what goes wrong is told with its seed."""

import json

import pytest

from benchmarks.fuzz import cases, child, run
from benchmarks.fuzz.cases import file_of, kind_of, read_file
from benchmarks.fuzz.run import Finding, Tally, fuzz, main, table
from benchmarks.fuzz.seeds import KINDS, PLATES, TEXTS, seeds


def test_a_seed_is_a_file() -> None:
    """The same seed gives the same kind, name and bytes; others give others, and all kinds come."""
    assert file_of(7) == file_of(7) and file_of(7) != file_of(8)
    assert {kind_of(seed) for seed in range(200)} == set(KINDS)
    assert all(file_of(seed)[0] == kind_of(seed) for seed in range(20))


def test_the_corpus_is_small_and_good(tmp_path) -> None:
    """Every good file is read as it is, and all of them together have less than a megabyte."""
    assert sum(len(content) for kind in KINDS for _, content in seeds(kind)) < 1_000_000
    for kind in KINDS:
        for number, (name, content) in enumerate(seeds(kind)):
            folder = tmp_path / f"{kind}{number}"
            folder.mkdir()
            assert read_file(kind, folder / name, content) == "read", name


@pytest.mark.parametrize("kinds", [TEXTS])
def test_mutated_texts(kinds) -> None:
    """A thousand mutated jobs, palettes, events, notes and reports give no finding."""
    tally = fuzz(1, kinds=kinds, cases=1000)
    assert tally.cases == 1000 and not tally.findings, table(tally)


def test_what_goes_wrong_is_told(monkeypatch) -> None:
    """A finding stands in the table with the seed that repeats it, and the exit code says that there is one."""
    tally = Tally(findings=[Finding(12, "png", "hang", "over | 10 s")], seconds=60.0)
    tally.results["png", "finding"] += 1
    tally.results["png", "read"] += 2
    rows = table(tally).splitlines()
    assert "| png | 3 | 2 | 0 | 1 |" in rows and "| 12 | png | hang | over \\| 10 s |" in rows
    assert "3 cases in 1.0 minutes, 0.0 of them processor time; 1 findings." in rows
    monkeypatch.setattr(run, "fuzz", lambda *_, **__: tally)
    assert main(["--cases", "3"]) == 1


def test_a_child_tells_each_case(monkeypatch, capsys) -> None:
    """Its seed before a case is read, and what came of it after, an error with its place."""
    monkeypatch.setattr(child.resource, "setrlimit", lambda *_: None)
    monkeypatch.setattr(child, "read_case", lambda seed, kinds: "read" if seed == 5 else 1 / 0)
    child.main(["5", "2", "100"])
    told = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert told[:3] == [{"seed": 5}, {"seed": 5, "result": "read"}, {"seed": 6}]
    assert told[3]["problem"] == "traceback" and told[3]["said"].startswith("ZeroDivisionError")


def test_a_child_that_dies_is_replaced(monkeypatch) -> None:
    """A process that ends before its cases are through is told, and the cases after it are tried all the same."""
    monkeypatch.setattr(run, "CHILD", "keyword")
    tally = fuzz(1, kinds=PLATES, cases=2)
    assert [(one.seed, one.problem) for one in tally.findings] == [(1, "crash"), (2, "crash")] and tally.cases == 2


def test_what_no_person_should_meet_is_raised(tmp_path, monkeypatch) -> None:
    """An error that is no sentence comes out of a case."""
    monkeypatch.setattr(cases, "read_plate", lambda _: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        read_file("png", tmp_path / "a.png", seeds("png")[0][1])


def test_a_child_ends_with_its_reader(monkeypatch) -> None:
    """When the time is up in the middle of a child it is killed, its reader ends first, and its work is counted."""
    raised = []
    monkeypatch.setattr("threading.excepthook", raised.append)
    monkeypatch.setattr(run, "BATCH", 10**9)  # no machine is through with these
    tally = fuzz(1, kinds=PLATES, minutes=0.05)
    assert not raised and tally.cases > 0 and tally.processor_s > 0
