"""Memory and start are measured in real processes, and a bar that is missed is seen."""

import pytest

from benchmarks.memory.material import write_large, write_many, write_mosaic
from benchmarks.memory.run import CASES, Taken, measure, table

SMALL = ("--work-size", "128")


def test_rows() -> None:
    """A row shows what a run took and whether that is within the bars."""
    rows = table({"regions": Taken(1.0, 2.0, 3.1, 21_000, 0), "frames": Taken(59.0, 60.0, 1.0, 3, -15)}).splitlines()
    assert rows[2].endswith("| 21,000 | 1.0 | 2.0 | 3.10 GB | ≤ 3 GB: **missed**, exit code 0 |")
    assert rows[3].endswith("first frame ≤ 60 s: met |")
    assert not Taken(0.0, 2.0, 1.0, 0, 2).is_within(CASES["regions"])


def test_a_mosaic_for_real(tmp_path) -> None:
    """A mosaic has a region a cell, and its run is measured."""
    write_mosaic(tmp_path, side=140, frames=2)
    taken = measure(tmp_path, more=SMALL)
    assert taken.code == 0 and 350 < taken.regions < 600 and 0.3 < taken.peak_gb < 2
    assert 0 < taken.first <= taken.total


def test_many_frames_for_real(tmp_path) -> None:
    """Files that differ show a few drawings, and a run is ended after its first frame."""
    write_many(tmp_path, frames=8, width=96, height=64, drawings=3)
    plates = [path.read_bytes() for path in sorted(tmp_path.glob("line.*"))]
    assert len(set(plates)) == len(plates) == 8
    taken = measure(tmp_path, first_only=True, more=SMALL)
    assert taken.first > 0 and taken.is_within(CASES["frames"])


def test_large_plates(tmp_path) -> None:
    """The large plates have the size that was asked for."""
    from cmft_engine.image.plate import read_header

    write_large(tmp_path, width=256, height=128, frames=2)
    windows = [read_header(path).data_window for path in sorted(tmp_path.glob("*.png"))]
    assert [(window.width, window.height) for window in windows] == [(256, 128)] * 3


@pytest.mark.parametrize("limit", [0.1])
def test_a_run_over_the_limit_is_killed(tmp_path, limit) -> None:
    """No run takes the machine's memory away."""
    write_many(tmp_path, frames=1, width=96, height=64, drawings=1)
    assert measure(tmp_path, most_gb=limit).code == -9
