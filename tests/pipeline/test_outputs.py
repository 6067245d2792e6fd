"""Where plates go: a path a frame, never over an input, never over what is there."""

import pytest

from cmft_engine.pipeline.outputs import check_free, plan_outputs
from cmft_engine.protocol.errors import ShotError
from cmft_engine.shot.shot import Shot
from tests.drawings import figure, write_shot


@pytest.fixture
def shot(tmp_path):
    lines = write_shot(tmp_path, {1: figure(), 2: figure(3)}, reference=1)
    return Shot.open(lines, reference=f"{tmp_path}/ref.png@1")


def test_planned_paths(shot):
    """Every frame has a path of its own; several frames need a place for their number."""
    assert [p.name for p in plan_outputs(shot, "o/c.###.png").values()] == ["c.001.png", "c.002.png"]
    with pytest.raises(ShotError, match=r"o/c\.png: 2 frames need a name with #### or %04d"):
        plan_outputs(shot, "o/c.png")


@pytest.mark.parametrize("name", ["lines.%04d.png", "../{}/lines.####.png", "ref.png"])
def test_inputs_are_never_outputs(shot, tmp_path, name):
    """Line plates and references are refused as outputs, however their path is spelled."""
    one = Shot.open(tmp_path / "lines.####.png", reference=f"{tmp_path}/ref.png@1", frames="2")
    with pytest.raises(ShotError, match=r"\(frame [12]\) is an input of this shot; choose another --out"):
        plan_outputs(one if name == "ref.png" else shot, str(tmp_path / name.format(tmp_path.name)))


def test_existing_plates_are_counted(shot, tmp_path):
    """The first plate in the way is named with its frame, the others are counted."""
    paths = plan_outputs(shot, str(tmp_path / "c.####.png"))
    check_free(paths)
    for path in paths.values():
        path.touch()
    with pytest.raises(ShotError, match=r"c\.0001\.png \(frame 1\) is there already, and 1 more; use --resume"):
        check_free(paths)
