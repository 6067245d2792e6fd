"""The rasteriser draws exact small scenes."""

import numpy as np
import pytest
from numpy.typing import NDArray

from cmft_training.synthetic.drawing import Drawing
from cmft_training.synthetic.raster import Pen, Scene, render, smooth_normals

SIZE = 32


Box = tuple[float, float, float, float, float]


def quads(*boxes: Box) -> tuple[NDArray[np.float32], NDArray[np.int32]]:
    """Return points and faces of upright rectangles (left, top, right, bottom, depth)."""
    points: list[tuple[float, float, float]] = []
    faces: list[tuple[int, int, int]] = []
    for left, top, right, bottom, z in boxes:
        n = len(points)
        points += [(left, top, z), (right, top, z), (right, bottom, z), (left, bottom, z)]
        faces += [(n, n + 1, n + 2), (n, n + 2, n + 3)]
    return np.array(points, np.float32), np.array(faces, np.int32)


def scene(*boxes: Box, part: list[int], light: list[float] | None = None) -> Scene:
    points, faces = quads(*boxes)
    lit = None if light is None else np.array(light, np.float32)
    return Scene(points, faces, np.repeat(part, 2).astype(np.uint16), max(part) + 1, lit)


def draw(subject: Scene, pen: Pen | None = None) -> Drawing:
    return render(subject, size=SIZE, pen=pen or Pen())


def test_triangle_covers_its_pixel_centres() -> None:
    """A right triangle labels exactly the pixels whose centres lie inside it."""
    points = np.array([(4, 4, 0), (20, 4, 0), (4, 20, 0)], np.float32)
    subject = Scene(points, np.array([(0, 1, 2)], np.int32), np.array([1], np.uint16), 2)
    y, x = np.mgrid[:SIZE, :SIZE] + 0.5
    inside = (x > 4) & (y > 4) & (x + y < 23.9)
    outside = (x < 4) | (y < 4) | (x + y > 24.1)
    part = draw(subject).part
    assert (part[inside] == 1).all()
    assert (part[outside] == 0).all()


def test_nearer_quad_hides_farther_one() -> None:
    """Of two overlapping rectangles the nearer one owns the overlap, whichever comes first."""
    far, near = (4, 4, 20, 20, 5), (12, 12, 28, 28, 1)
    for boxes, part in (((far, near), [1, 2]), ((near, far), [2, 1])):
        drawn = draw(scene(*boxes, part=part)).part
        assert drawn[16, 16] == 2
        assert drawn[8, 8] == 1
        assert drawn[2, 2] == 0


def test_ink_follows_the_border_of_parts() -> None:
    """Ink lies on the shared border of two parts and nowhere inside them; diagonals of a quad stay uninked."""
    line = draw(scene((0, 0, 16, 32, 0), (16, 0, 32, 32, 0), part=[1, 2]), Pen(line_px=2.0)).line
    assert (line[:, 15:17] == 0).all()
    assert (line[:, :14] == 255).all()
    assert (line[:, 18:] == 255).all()


@pytest.mark.parametrize("line_px", [1.0, 2.0, 3.0, 4.0])
def test_line_has_the_width_that_was_set(line_px: float) -> None:
    """The darkness summed across a straight line equals its width."""
    line = draw(scene((0, 0, 16, 32, 0), (16, 0, 32, 32, 0), part=[1, 2]), Pen(line_px=line_px)).line
    darkness = (255.0 - line[16]).sum() / 255
    assert darkness == pytest.approx(line_px, abs=0.05)


def test_depth_step_inside_a_part_is_inked() -> None:
    """One part in front of itself gets a line where the depth step exceeds the pen's, and none below it."""
    folded = scene((0, 0, 20, 32, 0), (12, 0, 32, 32, 8), part=[1, 1])
    assert draw(folded, Pen(depth_px=6.0)).line[16, 20] < 128
    assert (draw(folded, Pen(depth_px=10.0)).line == 255).all()


def test_slanted_facets_that_meet_are_not_inked() -> None:
    """A steep roof of one part shows no crease: neither the ridge nor the slopes are depth steps."""
    points = np.array([(0, 0, 0), (16, 0, 60), (32, 0, 0), (0, 32, 0), (16, 32, 60), (32, 32, 0)], np.float32)
    faces = np.array([(0, 1, 4), (0, 4, 3), (1, 2, 5), (1, 5, 4)], np.int32)
    subject = Scene(points, faces, np.ones(4, np.uint16), 2)
    assert (draw(subject, Pen(depth_px=2.0)).line == 255).all()


def test_shadow_splits_a_part() -> None:
    """Negative light turns part 1 into its shadow part, with or without ink on the border."""
    lit = [1.0, -1.0, -1.0, 1.0]
    inked = draw(scene((0, 0, 32, 32, 0), part=[1], light=lit), Pen(ink_shadow=True))
    plain = draw(scene((0, 0, 32, 32, 0), part=[1], light=lit), Pen(ink_shadow=False))
    assert (plain.part[:, :16] == 1).all()
    assert (plain.part[:, 16:] == 2).all()
    assert (plain.line == 255).all()
    assert (inked.line[:, 15:17] == 0).all()


def test_scene_outside_the_frame_is_blank_paper() -> None:
    """Nothing in view gives white paper and background only."""
    drawing = draw(scene((40, 40, 50, 50, 0), part=[1]))
    assert (drawing.line == 255).all()
    assert (drawing.part == 0).all()


def test_smooth_normals_are_shared_at_an_edge() -> None:
    """Two faces at right angles share a normal half-way between them at their common edge."""
    vertices = np.array([(0, 0, 0), (0, 1, 0), (1, 0, 0), (0, 0, 1)], np.float32)
    normals = smooth_normals(vertices, np.array([(0, 2, 1), (0, 1, 3)], np.int32))
    assert np.allclose(normals[0], np.array([1, 0, 1]) / np.sqrt(2), atol=1e-6)
