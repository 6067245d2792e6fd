"""Pictures are looked up at the nearest pixel, their values as they are."""

import numpy as np
import pytest

from cmft_engine.image.look_up import look_up


def test_look_up_repeats_the_border():
    """Places are rounded to the nearest pixel; those outside take the border's."""
    picture = np.arange(6).reshape(2, 3)
    found = look_up(picture, np.array([[[-9, 0], [0.4, 0.6], [1.6, -1], [99, 5]]], np.float32))
    assert found.tolist() == [[0, 3, 2, 5]]


@pytest.mark.parametrize("kind", [np.bool_, np.uint8, np.int16, np.int32, np.float32, np.int64])
def test_values_are_copied_bit_by_bit(kind):
    """Whatever they mean, negative and large ones too, and halves go to the even pixel as in numpy."""
    rng = np.random.default_rng(0)
    raw = rng.integers(0, 256, (40, 50, np.dtype(kind).itemsize), np.uint8)
    picture = raw[..., 0] > 99 if kind is np.bool_ else raw.view(kind)[..., 0]
    places = rng.uniform(0, 39, (30, 20, 2)).astype(np.float32)
    places[::3] = np.floor(places[::3]) + 0.5
    column, row = np.moveaxis(np.rint(places).astype(int), 2, 0)
    found = look_up(picture, places)
    assert found.dtype == kind and found.tobytes() == picture[row, column].tobytes()
