"""The reader of SVG paths, shapes, transforms and colours."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from cmft_training.synthetic.drawn.svg import arc_curves, color_of, numbers, parse_path, shape_path, transform_of


def _box(path: Any) -> tuple[float, float, float, float]:
    box = path.computeTightBounds()
    return tuple(round(value, 3) for value in (box.left(), box.top(), box.right(), box.bottom()))


@pytest.mark.parametrize(
    ("data", "box"),
    [
        ("M10 20 L30 20 L30 60 Z", (10, 20, 30, 60)),
        ("m10 20 20 0 0 40z", (10, 20, 30, 60)),
        ("M10,20h20v40H10z", (10, 20, 30, 60)),
        ("M0-5.5.5-5", (0, -5.5, 0.5, -5)),
        ("M0 0C0 30 40 30 40 0S80-30 80 0", (0, -22.5, 80, 22.5)),
        ("M0 0Q20 40 40 0T80 0", (0, -20, 80, 20)),
        ("M0 0z m5 5l1 1", (0, 0, 6, 6)),
        ("M0 0A10 10 0 0 1 20 0", (0, -10, 20, 0)),
        ("M0 0a10 10 0 0020 0", (0, 0, 20, 10)),
        ("M1e1 2E-1L20 1", (10, 0.2, 20, 1)),
    ],
)
def test_path_data(data: str, box: tuple[float, ...]) -> None:
    """Every command, absolute or relative, with the spaces that SVG lets one leave out, draws where it should."""
    assert _box(parse_path(data)) == pytest.approx(box, abs=0.01)


def test_arcs_lie_on_their_ellipse() -> None:
    """Curves of a turned arc pass points of the ellipse; radii that do not reach grow."""
    curves = arc_curves((0.0, 0.0), [5.0, 5.0, 30.0, 0.0, 1.0, 20.0, 0.0])
    ends = np.array([curve[4:] for curve in curves])
    np.testing.assert_allclose(np.hypot(*(ends - [10.0, 0.0]).T), 10.0, atol=1e-9)
    assert arc_curves((1.0, 2.0), [0.0, 5.0, 0.0, 0.0, 0.0, 3.0, 4.0]) == [(1.0, 2.0, 3.0, 4.0, 3.0, 4.0)]


@pytest.mark.parametrize(
    ("tag", "attributes", "box"),
    [
        ("rect", {"x": "1", "y": "2", "width": "3px", "height": "4"}, (1, 2, 4, 6)),
        ("circle", {"cx": 5, "cy": 5, "r": 2}, (3, 3, 7, 7)),
        ("ellipse", {"cx": "5", "cy": "5", "rx": "2", "ry": "1"}, (3, 4, 7, 6)),
        ("line", {"x1": "0", "y1": "1", "x2": "2", "y2": "3"}, (0, 1, 2, 3)),
        ("polygon", {"points": "0,0 4,0 4,2"}, (0, 0, 4, 2)),
        ("text", {}, (0, 0, 0, 0)),
    ],
)
def test_basic_shapes(tag: str, attributes: dict[str, object], box: tuple[float, ...]) -> None:
    """Shapes have the extent that their attributes say; what is no shape is empty."""
    assert _box(shape_path(tag, attributes)) == pytest.approx(box, abs=0.01)


def test_transforms_apply_from_right_to_left() -> None:
    """The last one of a list is done first."""
    point = transform_of("translate(10) rotate(90) scale(2 3) matrix(1 0 0 1 1 0) unknown(4)").mapXY(0, 1)
    assert (point.x(), point.y()) == pytest.approx((10 - 3, 2))


@pytest.mark.parametrize(
    ("text", "color"),
    [
        ("#fff", (255, 255, 255)), ("#0a141e", (10, 20, 30)), (" Black ", (0, 0, 0)), ("rgb(1, 2, 3)", (1, 2, 3)),
        ("rgba(9,8,7,.5)", (9, 8, 7)), ("none", None), ("url(#g)", None), (None, None), ("rgb(1)", None),
    ],
)  # fmt: skip
def test_colours(text: str | None, color: tuple[int, int, int] | None) -> None:
    """Colours in the spellings that the files use; anything else is none."""
    assert color_of(text) == color


def test_numbers_stand_without_spaces() -> None:
    """A sign or a second point begins a new number."""
    assert numbers("1-2.5.5e1,3") == [1.0, -2.5, 5.0, 3.0]
