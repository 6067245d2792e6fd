import numpy as np
import pytest

from benchmarks.baselines.region_features import level_shape
from benchmarks.clips.validation_clip import Pair
from benchmarks.quality import failures
from benchmarks.quality.failures import centers, likeness, sort_failures

SIDE = 128
PAPER, RED, GREEN, BLUE, GOLD = (255, 255, 255), (200, 0, 0), (0, 160, 0), (0, 0, 200), (220, 180, 0)
Box = tuple[int, int, int, int, tuple[int, int, int]]


def draw(*boxes: Box) -> tuple[np.ndarray, np.ndarray]:
    """Return line and painting of outlined boxes (x, y, width, height, colour)."""
    line = np.full((SIDE, SIDE, 3), 255, np.uint8)
    painting = line.copy()
    for x, y, width, height, color in boxes:
        line[y - 2 : y + height + 2, x - 2 : x + width + 2] = 0
        line[y : y + height, x : x + width] = 255
        painting[y - 2 : y + height + 2, x - 2 : x + width + 2] = 0
        painting[y : y + height, x : x + width] = color
    return line, painting


def pair(reference: list[Box], target: list[Box], **parts: np.ndarray) -> Pair:
    (reference_line, reference_gt), (target_line, target_gt) = draw(*reference), draw(*target)
    return Pair("boxes", 1, reference_line, reference_gt, target_line, target_gt, **parts)


def painted(over: Pair, x: int, y: int, color: tuple[int, int, int], *, width: int, height: int) -> np.ndarray:
    picture = over.target_gt.copy()
    picture[y : y + height, x : x + width] = color
    return picture


def cause(over: Pair, color: tuple[int, int, int], box: Box) -> str:
    """Return why the target is wrong when one box is painted in a colour that is not its own."""
    x, y, width, height, _ = box
    found = sort_failures(painted(over, x, y, color, width=width, height=height), over)
    assert sum(found.regions.values()) == 1
    assert sum(found.pixels.values()) == width * height
    assert found.regions == {next(iter(found.pixels)): 1}
    return next(iter(found.regions))


SQUARE, SLAB, PLATE = (20, 20, 20, 20, RED), (60, 20, 10, 40, GREEN), (20, 80, 60, 20, BLUE)


def test_nothing_wrong_has_no_causes():
    """The truth itself is not sorted."""
    same = pair([SQUARE, SLAB], [SQUARE, SLAB])
    found = sort_failures(same.target_gt, same)
    assert (dict(found.regions), dict(found.pixels), found.unknowable_regions) == ({}, {}, 0)


def test_a_colour_that_the_reference_lacks_is_first_seen():
    """No method could know it, and it is counted as such."""
    new = (80, 20, 20, 20, GOLD)
    over = pair([SQUARE, SLAB], [SQUARE, SLAB, new])
    assert cause(over, RED, new) == failures.FIRST_SEEN
    found = sort_failures(painted(over, 80, 20, RED, width=20, height=20), over)
    assert (found.unknowable_regions, found.unknowable_pixels) == (1, 400)


def test_a_part_that_the_reference_hides_is_first_seen():
    """Its colour is there on another part: first seen, but not unknowable; without parts nobody can say."""
    new = (80, 20, 20, 20, RED)
    reference_part, target_part = (np.zeros((SIDE, SIDE), np.uint16) for _ in range(2))
    for part in (reference_part, target_part):
        part[20:40, 20:40] = 1
    target_part[20:40, 80:100] = 7
    over = pair([SQUARE, SLAB], [SQUARE, SLAB, new], reference_part=reference_part, target_part=target_part)
    assert cause(over, GREEN, new) == failures.FIRST_SEEN
    assert sort_failures(painted(over, 80, 20, GREEN, width=20, height=20), over).unknowable_regions == 0
    assert cause(pair([SQUARE, SLAB], [SQUARE, SLAB, new]), GREEN, new) != failures.FIRST_SEEN


def test_a_region_of_two_colours_has_an_uninked_border():
    """Wrong as a whole, or right as a whole with its shadow missed."""
    over = pair([SQUARE, SLAB, PLATE], [SQUARE, SLAB, PLATE])
    over.target_gt[80:86, 20:80] = RED
    assert cause(over, GREEN, PLATE) == failures.UNINKED
    flat = painted(over, 20, 80, BLUE, width=60, height=20)
    found = sort_failures(flat, over)
    assert (dict(found.regions), dict(found.pixels)) == ({}, {failures.UNINKED: 360})


def test_a_right_region_may_be_divided_without_need():
    """One colour in truth, a strip in another: pixels only."""
    over = pair([SQUARE, SLAB], [SQUARE, SLAB])
    found = sort_failures(painted(over, 20, 20, GREEN, width=20, height=5), over)
    assert (dict(found.regions), dict(found.pixels)) == ({}, {failures.NEEDLESS: 100})


def test_small_regions_are_tiny_wherever_they_lie(monkeypatch):
    """Size is asked before shape and place."""
    dot = (100, 100, 5, 5, RED)
    over = pair([SQUARE, SLAB], [SQUARE, SLAB, dot])
    monkeypatch.setattr(failures, "TINY_SHARE", 26 / SIDE**2)
    assert cause(over, GREEN, dot) == failures.TINY
    monkeypatch.setattr(failures, "TINY_SHARE", 25 / SIDE**2)
    assert cause(over, GREEN, dot) == failures.FAR


def test_the_colour_of_a_twin_is_a_look_alike():
    """Two equal limbs in two colours: one in the other's colour, standing or lying."""
    twin = (90, 20, 10, 40, RED)
    over = pair([SLAB, twin, PLATE], [SLAB, twin, PLATE])
    assert cause(over, RED, SLAB) == failures.LOOK_ALIKE
    assert cause(over, BLUE, SLAB) == failures.OTHER
    lying = (20, 110, 40, 10, GREEN)
    assert cause(pair([SLAB, twin], [lying, twin]), RED, lying) == failures.LOOK_ALIKE


@pytest.mark.parametrize("there", [(100, 20, 20, 20, RED), (20, 20, 30, 30, RED)])
def test_what_moved_far_or_changed_its_size_is_far(there):
    """An eighth of the side away, or more than twice the area."""
    over = pair([SQUARE, SLAB], [there, SLAB])
    assert cause(over, GREEN, there) == failures.FAR


def test_what_hardly_moved_is_other():
    """No rule applies to a square that moved a little and took a slab's colour."""
    near = (24, 20, 20, 20, RED)
    assert cause(pair([SQUARE, SLAB], [near, SLAB]), GREEN, near) == failures.OTHER


def test_likeness_knows_mirrors_and_half_turns():
    """An L is like itself mirrored and turned, and unlike a bar."""
    shape = np.zeros((40, 40), bool)
    shape[4:36, 4:12] = shape[28:36, 4:30] = True
    bar = np.zeros((40, 40), bool)
    bar[2:38, 18:22] = True
    for pose in (shape, shape[::-1], shape[:, ::-1], shape[::-1, ::-1], shape.T):
        assert likeness(level_shape(shape), level_shape(pose)) > 0.9
    assert likeness(level_shape(shape), level_shape(bar)) < 0.5


def test_centers_are_means_of_places():
    """x before y, for the asked labels only, on an oblong picture."""
    labels = np.zeros((6, 9), np.int32)
    labels[1:3, 2:5] = 1
    labels[4, 8] = 3
    assert centers(labels, np.array([3, 1])).tolist() == [[8, 4], [3, 1.5]]
