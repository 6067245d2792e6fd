"""Pictures of frames are what their plates show, and small ones follow changes."""

import numpy as np
import pytest

from cmft_engine.image.plate import read_plate
from cmft_engine.pipeline.changes import Change
from cmft_engine.pipeline.compose import display_picture
from cmft_engine.protocol.errors import PlateError
from cmft_engine.window.pictures import (
    BORDER,
    Pictures,
    View,
    outlines,
    small_of,
    thumbnail,
    to_bytes,
    with_borders,
)


def test_a_picture_is_the_plate(colored):
    """To the number, without the plate being read."""
    plate = colored.frames[5].path
    expected = to_bytes(display_picture(read_plate(plate)))
    plate.unlink()
    shown = Pictures(colored).shown(5, {}, View())
    assert np.array_equal(shown.picture, expected)
    assert shown.labels.shape == (96, 96) and len(shown.color) == len(shown.confidence) == 4


def test_a_changed_region_shows_its_new_paint(colored):
    pictures, labels = Pictures(colored), colored.labels_under_ink(5)
    region, red = int(labels[44, 35]) - 1, colored.palette.names.index("red")
    picture = pictures.shown(5, {region: Change(red, 1.0)}, View(ink=False)).picture
    assert (picture[labels == region + 1] == pictures.swatches[red]).all()
    assert np.array_equal(picture[labels != region + 1],
                          pictures.shown(5, {}, View(ink=False)).picture[labels != region + 1])


def test_views(colored):
    """Without flats there is ink on white alone; without ink no black; the borders of regions are drawn over all."""
    pictures, record = Pictures(colored), colored.record(2)
    lines = pictures.shown(2, {}, View(flats=False)).picture
    assert (lines[record.bare] == 255).all() and (lines[~record.bare] == 0).all()
    assert (pictures.shown(2, {}, View(ink=False)).picture.max(2) > 0).all()
    doubt = pictures.shown(2, {}, View(confidence=True)).picture
    assert doubt[0, 0].max() < 200
    assert (with_borders(lines, record) == np.array(BORDER)).all(2).any()


def test_a_line_plate_that_is_gone_costs_its_softness_alone(colored):
    before = Pictures(colored).shown(2, {}, View()).picture
    colored.shot.line_plate(2).unlink()
    assert np.array_equal(Pictures(colored).shown(2, {}, View()).picture, before)


def test_nothing_kept(colored):
    colored._state.record(2).unlink()
    with pytest.raises(PlateError, match="frame 2"):
        Pictures(colored).shown(2, {}, View())
    assert Pictures(colored).small(2) is None


def test_thumbnails(colored):
    """A thumbnail is the picture, made smaller where it is larger, and follows changes."""
    pictures, labels = Pictures(colored), colored.labels_under_ink(5)
    small = pictures.small(5)
    assert np.array_equal(thumbnail(small, {}, pictures.swatches), pictures.shown(5, {}, View()).picture)
    region, red = int(labels[44, 35]) - 1, colored.palette.names.index("red")
    changed = thumbnail(small, {region: Change(red, 1.0)}, pictures.swatches)
    assert (changed[44, 35] == pictures.swatches[red]).all()
    assert small_of(colored.record(5)).labels.dtype == np.uint8


def test_outlines():
    labels = np.zeros((8, 10), np.int32)
    labels[2:6, 3:8] = 7
    labels[3:5, 5] = 1
    found = outlines(labels, 7)
    assert len(found) == 2 and found[0].min(0).tolist() == [3, 2] and found[0].max(0).tolist() == [7, 5]
    assert outlines(labels, 9) == []
