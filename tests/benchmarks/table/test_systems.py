import sys

from benchmarks.baselines.program import Program
from benchmarks.methods.method import Choices
from benchmarks.table.systems import available_systems

FAILING = Program("broken", f"{sys.executable} -c 'raise SystemExit(4)' {{target_line}} {{out}}")


def test_programs_that_are_not_there_are_no_rows(monkeypatch, tmp_path):
    """EbSynth by its variable, VGG and further programs by their options."""
    monkeypatch.delenv("EBSYNTH", raising=False)
    assert not {"ebsynth", "analogy-vgg"} & set(available_systems(Choices()))
    path = tmp_path / "ebsynth"
    path.touch()
    monkeypatch.setenv("EBSYNTH", str(path))
    assert {"ebsynth", "analogy-vgg", "broken"} <= set(available_systems(Choices(vgg=path, programs=(FAILING,))))
