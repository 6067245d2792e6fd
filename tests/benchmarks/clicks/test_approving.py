"""The ideal colourist corrects real plates by real corrections."""

import numpy as np
import pytest

import cmft_engine
from benchmarks.clicks.approving import Frame, approve_in_order, spots_of, wrong_spots
from cmft_engine.pipeline.colored_shot import ColoredShot
from tests.drawings import figure, write_shot

pytestmark = pytest.mark.usefixtures("any_weights")


def test_spots():
    """A region of one colour is one spot, of several one for each connected area; small and strange ones are none."""
    labels = np.repeat([[1, 2]], 12, axis=0).repeat(12, axis=1)
    entries = np.where(labels == 1, 4, 5)
    entries[:6, 12:], entries[11, 23], entries[0, 0] = 6, 6, 7
    spots = list(spots_of(labels, np.ones(labels.shape, bool), entries, colors=9, least_px=3, mixed=0.03))
    assert [(one.region, one.color, one.is_whole, int(one.mask.sum())) for one in spots] == [
        (1, 4, True, 143), (2, 6, False, 72), (2, 5, False, 71)]
    assert [one.color for one in spots_of(labels, labels > 0, entries, colors=6, least_px=3, mixed=0.03)] == [4, 5]
    shown = np.full(labels.shape, 4)
    shown[:6, 12:17] = 6
    assert [one.color for one in wrong_spots(tuple(spots), shown)] == [6, 5]


def test_all_is_right_in_the_end(tmp_path):
    """Whole regions by pins, parts of a region by areas, and each frame is approved."""
    lines = write_shot(tmp_path, {1: figure(), 2: figure(1), 3: figure(2)}, reference=1)
    shot = cmft_engine.Shot.open(lines, reference=f"{tmp_path}/ref.png@1")
    cmft_engine.colorize(shot, tmp_path / "o" / "c.####.exr", settings=cmft_engine.Settings(work_size=128))
    colored, frames = ColoredShot(tmp_path / "o"), {}
    for number in (2, 3):
        labels = np.asarray(colored.record(number).labels, np.int64)
        entries = labels % len(colored.palette)
        face = labels == labels[24, 32 + number]
        entries[face & (np.arange(labels.shape[0])[:, None] > 26)] = 0 if entries[24, 32 + number] else 1
        spots = tuple(spots_of(labels, labels > 0, entries, colors=len(colored.palette), least_px=10, mixed=0.03))
        assert sum(not one.is_whole for one in spots) >= 2
        frames[number] = Frame(number, spots)
    done, corrections = approve_in_order(colored, frames)
    kinds = [one.kind for one in corrections]
    assert kinds.count("pin") == done.clicks >= 1 and kinds.count("area") == done.areas >= 1
    assert kinds.count("approve") == 2
    assert not colored.corrections()  # only thought of
