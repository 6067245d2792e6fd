"""What both hosts need to correct: palette, places in plates, sentences; a bad file is named in one."""

import json

import numpy as np
import OpenImageIO as oiio
import pytest

from cmft_engine.protocol.errors import Cancelled, EngineError, InputError
from cmft_engine.protocol.host.correct import (
    Swatch,
    Windows,
    check_color,
    corrected_sentence,
    plate_windows,
    point_in_plate,
    read_swatches,
)
from cmft_engine.protocol.host.outcome import Outcome


def report(folder, space, colors):
    folder.joinpath("report.json").write_text(json.dumps({"palette": {"space": space, "colors": colors}}))


def test_palette_for_the_eye(tmp_path):
    """Names in their order; linear colours are encoded for display, others are as they stand, all within [0, 1]."""
    colors = [{"name": "a", "rgba": [0.5, 0.0, 2.0, 1.0]}, {"name": "<b>", "rgba": [-1, 1, 0.001, 1]}]
    report(tmp_path, "sRGB", colors)
    assert read_swatches(tmp_path, "N") == (Swatch("a", (0.5, 0.0, 1.0)), Swatch("<b>", (0.0, 1.0, 0.001)))
    report(tmp_path, "lin_rec709", colors)
    found = read_swatches(tmp_path, "N")
    assert np.allclose([one.display for one in found], [(0.7354, 0, 1), (0, 1, 0.01292)], atol=1e-4)


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"palette": {"space": 1, "colors": [{"name": "a"}]}}',
                                     '{"palette": {"space": "", "colors": [{"name": "a", "rgba": ["x", 1, 1]}]}}'])
def test_damaged_palette(tmp_path, content):
    """A report that is none is named, with what to do."""
    (tmp_path / "report.json").write_text(content)
    with pytest.raises(InputError, match=r"N: the colours cannot be read from .*report.json.*press Colorize"):
        read_swatches(tmp_path, "N")


def test_no_palette(tmp_path):
    """No report, or no colour in it."""
    with pytest.raises(InputError, match=r"N: there is no report yet.*press Colorize"):
        read_swatches(tmp_path, "N")
    report(tmp_path, "sRGB", [])
    with pytest.raises(InputError, match=r"palette of its result is empty"):
        read_swatches(tmp_path, "N")


def test_color_by_name():
    """Spaces around a name do not matter; what the palette lacks is said with what it has."""
    swatches = (Swatch("skin 2", (1, 1, 1)), Swatch("red", (1, 0, 0)))
    assert check_color(swatches, " skin 2 ", "N") == "skin 2"
    for color, words in (("", "no color is chosen"), ("Red", 'no color "Red"')):
        with pytest.raises(InputError, match=rf"N: .*{words}; choose one of: skin 2, red"):
            check_color(swatches, color, "N")


def write(path, data, display):
    """Write an EXR with windows."""
    spec = oiio.ImageSpec(data[2] - data[0], data[3] - data[1], 3, oiio.HALF)
    spec.x, spec.y = data[:2]
    spec.full_x, spec.full_y = display[:2]
    spec.full_width, spec.full_height = display[2] - display[0], display[3] - display[1]
    output = oiio.ImageOutput.create(str(path))
    assert output.open(str(path), spec)
    assert output.write_image(np.zeros((spec.height, spec.width, 3), np.float32)) and output.close()


@pytest.mark.parametrize("data", [(0, 0, 64, 48), (-8, -4, 80, 60), (10, 20, 30, 40)])
def test_windows_of_a_plate(tmp_path, data):
    """They are those that another program has written."""
    write(tmp_path / "a.exr", data, (0, 0, 64, 48))
    assert plate_windows(str(tmp_path / "a.exr")) == Windows(data, (0, 0, 64, 48))


def test_what_is_no_plate(tmp_path):
    """Gone, empty, no EXR, and every EXR that ends within its head."""
    write(tmp_path / "a.exr", (0, 0, 4, 4), (0, 0, 4, 4))
    raw, short = (tmp_path / "a.exr").read_bytes(), tmp_path / "short.exr"
    end = raw.index(b"displayWindow")
    for content in [b"", b"PNG", *(raw[:count] for count in range(4, end, 7))]:
        short.write_bytes(content)
        with pytest.raises(InputError, match=r"short.exr: the plate is no EXR"):
            plate_windows(str(short))
    with pytest.raises(InputError, match=r"none.exr: the plate is gone"):
        plate_windows(str(tmp_path / "none.exr"))


def test_place_in_a_plate():
    """Counted from the plate's own corner, in the middle of the pixel; what is beside the plate is refused."""
    wide, small = Windows((-8, -4, 80, 60), (0, 0, 64, 48)), Windows((10, 20, 30, 40), (0, 0, 64, 48))
    assert point_in_plate(wide, 0, 0, "N") == (8.5, 4.5)
    assert point_in_plate(wide, -8, -4.0, "N") == (0.5, 0.5)
    assert point_in_plate(small, 10.9, 39.99, "N") == (0.5, 19.5)
    for x, y in ((9.99, 20), (10, 40), (30, 20)):
        with pytest.raises(InputError, match=r"lies outside of the picture, which is 64 x 48"):
            point_in_plate(small, x, y, "N")


def test_sentences():
    """How many frames, what had no effect, and what came between."""
    for outcome, is_undo, words in (
            (Outcome((1, 2)), False, "fixed in 2 frames"), (Outcome((1,)), True, "taken back in 1 frame"),
            (Outcome((1,), warnings=("lost",)), False, "fixed in 1 frame; lost"),
            (Outcome((), warnings=("lost",)), False, "lost"),
            (Outcome(()), False, "nothing changes: the region has that colour already"),
            (Outcome(()), True, "taken back; no plate changes by it"),
            (Outcome((1,), error=EngineError("bad")), False, "bad")):
        assert corrected_sentence(outcome, is_undo=is_undo) == words
    assert "1 frame follows the correction" in corrected_sentence(Outcome((1,), error=Cancelled("x")), is_undo=False)
