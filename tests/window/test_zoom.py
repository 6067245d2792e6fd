"""Where a picture lies in a widget."""

import pytest

from cmft_engine.window.zoom import CLOSEST, MARGIN, Zoom


def test_fits_in_the_middle():
    zoom = Zoom()
    zoom.fit((200, 100), (424, 324))
    assert zoom.scale == 2 and zoom.to_screen(0, 0) == (MARGIN, 62) and zoom.to_screen(200, 100) == (412, 262)
    assert zoom.is_fit


def test_the_place_under_the_pen_stays():
    zoom = Zoom()
    zoom.fit((200, 100), (424, 324))
    before = zoom.to_picture(100, 90)
    zoom.by(3, (100, 90), least=0.5)
    assert zoom.scale == 6 and zoom.to_picture(100, 90) == pytest.approx(before) and not zoom.is_fit
    zoom.by(1000, (0, 0), least=0.5)
    assert zoom.scale == CLOSEST
    zoom.by(1e-9, (0, 0), least=0.5)
    assert zoom.scale == 0.5


def test_moved():
    zoom = Zoom()
    zoom.move(5, -3)
    assert zoom.to_screen(1, 1) == (6, -2) and zoom.to_picture(6, -2) == (1, 1)
