"""Changes of regions become paints, kinds and reasons of a drawing's record, and nothing else changes."""

from dataclasses import replace

import numpy as np
import pytest

from cmft_engine.image.paint_map import PaintMap
from cmft_engine.matching.kinds import KINDS
from cmft_engine.matching.reasons import FIRST_SEEN, LEFT, SHOT
from cmft_engine.matching.shot_graph import GraphDrawing, Links
from cmft_engine.pipeline.changes import Area, Change, Like, with_changes
from cmft_engine.pipeline.drawing_record import DrawingRecord

FLAT, DIVIDED = KINDS.index("flat"), KINDS.index("divided")
NONE = np.zeros(0, np.intp)


@pytest.fixture
def record():
    """Two regions side by side, 40 x 40 px each: the left of colour 1, the right half 2 and half 3."""
    labels = np.repeat([[1, 2]], 40, axis=0).repeat(40, axis=1).astype(np.int32)
    first = np.where(labels == 1, 1, 2).astype(np.int32)
    first[20:, 40:] = 3
    graph = GraphDrawing(5, None, Links(NONE, NONE, NONE.astype(np.float32), NONE.astype(np.float32)), np.array([1, 2]),
                         np.full((2, 4), 0.25, np.float32), np.array([0.5, 0.5], np.float32), np.array([True, False]),
                         False, np.array([False, True]), np.array([0.5, 0.5], np.float32))
    return DrawingRecord("d", graph, labels, np.ones(labels.shape, bool), PaintMap.pure(first),
                         np.array([0.5, 0.5], np.float32), np.array([FLAT, DIVIDED]), np.zeros(2, bool),
                         np.zeros(2, np.intp), np.array([3, 3]))


def changed(record, changes, records=lambda at: None):
    return with_changes(record, changes, records)


def test_flat(record):
    """The region has its colour alone, the old one is its second choice; the other region is as it was."""
    found = changed(record, {1: Change(0, 0.75)})
    assert (found.paints.first[:, 40:] == 0).all() and (found.paints.first[:, :40] == 1).all()
    assert found.kind.tolist() == [FLAT, FLAT] and found.runner_up.tolist() == [3, 2]
    assert found.confidence.tolist() == [0.5, 0.75] and found.reason[1] == SHOT
    assert changed(record, {}) is record
    left = changed(record, {0: Change(0, 0.0, True)})
    assert left.unknown.tolist() == [True, False] and left.reason[0] == LEFT
    unsure = replace(record, unknown=np.array([True, False]))
    assert changed(unsure, {0: Change(0, 0.9)}).reason[0] == FIRST_SEEN


def test_confidence_alone(record):
    """Paints, kind and reason stay as the drawing found them."""
    found = changed(record, {0: Change(1, 0.125), 1: Change(2, 0.25)})
    assert (found.paints.first == record.paints.first).all() and found.kind.tolist() == record.kind.tolist()
    assert found.confidence.tolist() == [0.125, 0.25] and found.reason.tolist() == record.reason.tolist()
    assert (changed(record, {1: Change(2, 0.25, False)}).paints.first[:, 40:] == 2).all()  # pinned to it


def test_areas(record):
    """One after the other, over what is there; one without points fills the region."""
    box = ((40.0, 0.0), (79.0, 0.0), (79.0, 9.0), (40.0, 9.0))
    found = changed(record, {1: Change(2, 1.0, False, None, (Area(0, box),))})
    assert (found.paints.first[:10, 40:] == 0).all() and (found.paints.first[10:20, 40:] == 2).all()
    assert (found.paints.first[20:, 40:] == 3).all() and found.kind[1] == DIVIDED and found.graph.color[1] == 2
    found = changed(record, {1: Change(1, 1.0, False, None, (Area(1), Area(0, box)))})
    assert (found.paints.first[10:, 40:] == 1).all() and (found.paints.first[:10, 40:] == 0).all()
    paint = changed(record, {1: Change(2, 1.0, False, None, (Area(0, ((50.0, 30.0),)),))})
    assert (paint.paints.first[20:, 40:] == 0).all() and (paint.paints.first[:20, 40:] == 2).all()


def test_like(record):
    """A region is painted like another one as that is shown, and of its kind; a record that is gone gives nothing."""
    own = Change(2, 1.0, False, None, (Area(0, ((50.0, 30.0),)),))
    found = changed(record, {0: Change(2, 0.9, False, Like(5, 1, own))}, lambda at: record if at == 5 else None)
    assert (found.paints.first[1:19, :40] == 2).all() and (found.paints.first[21:, :40] == 0).all()
    assert found.kind.tolist() == [DIVIDED, DIVIDED] and found.paints.first[25, 50] == 3
    inked = replace(record, bare=record.paints.first != 3)  # the lower half of the other region lies under ink
    found = changed(record, {0: Change(2, 0.9, False, Like(5, 1))}, lambda at: inked)
    assert (found.paints.first[:, :40] == 2).all()
    gone = changed(record, {0: Change(2, 0.9, False, Like(6, 1))})
    assert (gone.paints.first == record.paints.first).all() and gone.kind[0] == FLAT
