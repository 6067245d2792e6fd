"""Which regions of two segmented drawings belong together."""

import numpy as np
import pytest

from cmft_training.data.dataset import MAX_LABELS, Pair
from cmft_training.data.region_pairs import WorkDrawing, segment_pair, truth_of, usable
from cmft_training.synthetic.drawing import Drawing

RED, BLUE, PAPER = (0.8, 0.1, 0.1), (0.1, 0.1, 0.8), (1.0, 1.0, 1.0)


def boxes(*places: tuple[int, int]) -> tuple[Drawing, np.ndarray]:
    """Return outlined boxes, 30 px wide at these places (x, y) of a page of 128 px, and which one each pixel shows."""
    line, label = np.full((128, 128), 255, np.uint8), np.zeros((128, 128), np.int64)
    for number, (x, y) in enumerate(places, start=1):
        line[y - 2 : y + 32, x - 2 : x + 32] = 0
        line[y : y + 30, x : x + 30] = 255
        label[y - 2 : y + 32, x - 2 : x + 32] = number
    return Drawing(line, label.astype(np.uint16)), label


@pytest.fixture(scope="module")
def work() -> tuple[WorkDrawing, WorkDrawing]:
    """Two boxes that changed their order, and a third that the reference lacks."""
    target, label_target = boxes((10, 10), (60, 10), (60, 70))
    reference, label_reference = boxes((60, 12), (12, 10))
    return segment_pair(Pair(reference=reference, target=target, label_reference=label_reference,
                             label_target=label_target, color=colors()), 64)


def colors() -> np.ndarray:
    """Return the display RGB of every label; boxes 1 and 3 are red."""
    color = np.zeros((MAX_LABELS, 3), np.float32)
    color[:4] = PAPER, RED, BLUE, RED
    return color


def of_label(drawing: WorkDrawing, label: int) -> int:
    return int(drawing.shares[:, label].argmax())


def test_regions_of_one_part_belong_together(work: tuple[WorkDrawing, WorkDrawing]) -> None:
    """Box 1 is box 1 wherever it moved; the new one is none of the reference's, but red as box 1."""
    target, reference = work
    truth = truth_of(target, reference, colors())
    for label in (1, 2, 3):
        row = of_label(target, label)
        found = {other: bool(truth.same[row, of_label(reference, other)]) for other in (1, 2)}
        assert found == {other: other == label for other in (1, 2)}
    assert truth.same_color[of_label(target, 3), of_label(reference, 1)]
    assert not truth.same_color[of_label(target, 2), of_label(reference, 1)]
    assert truth.weight.shape == (target.side.count,) and truth.weight[of_label(target, 1)] > 0.5


def test_shares_are_of_each_region(work: tuple[WorkDrawing, WorkDrawing]) -> None:
    """A region of one part shows that part alone; the labels fit the work picture."""
    target, _ = work
    assert target.shares[of_label(target, 2), 2] == pytest.approx(1.0)
    assert target.shares.sum(1).max() <= 1 + 1e-6
    assert set(np.unique(target.label)) <= {0, 1, 2, 3}


def test_a_page_without_regions_is_no_pair(work: tuple[WorkDrawing, WorkDrawing]) -> None:
    """There is something to match in the boxes, and nothing on a blank page."""
    blank, label = boxes()
    empty, _ = segment_pair(Pair(blank, blank, label, label, colors()), 64)
    assert usable(*work)
    assert not usable(empty, work[1])
