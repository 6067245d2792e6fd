"""The picture: equal to the engine's file, channels passed through, masked, and the same without the plug-in."""

import numpy as np
import pytest

from tests.nuke.host import RenderError

from .conftest import FRAMES, OVERSCAN, PAINT, ROWS, SIZE, box, opened, read_exr

CRYPTOMATTE = "CryptoPalette00"


@pytest.mark.parametrize("plugin", [True, False], ids=["with plug-in", "without"])
def test_pixels_are_the_engine_s(colored, plugin):
    """Downstream of the node every channel of the engine's file arrives bit for bit, plug-in or not."""
    with opened(colored.script, plugin=plugin) as (host, node):
        for frame in FRAMES:
            expected, found = read_exr(colored.plates[frame]), host.render(node, frame)
            for name, pixels in expected.items():
                assert np.array_equal(found[name][ROWS], pixels[ROWS]), (frame, name)


def test_paint_comes_through_unchanged(colored):
    """A pixel without ink holds exactly the painter's numbers, at a frame that was never painted."""
    with opened(colored.script) as (host, node):
        found = host.render(node, 3)
        _, inside = box(3)
        deep = np.zeros((SIZE, SIZE), bool)
        deep[22:42, 26:46] = True
        assert (deep & inside).sum() == deep.sum()
        for name, value in zip(("red", "green", "blue", "alpha"), PAINT, strict=True):
            assert (found["rgba." + name][deep] == value).all()
        assert (found["confidence.Y"][deep] > 0.5).all()
        assert found[CRYPTOMATTE + ".green"].max() > 0


def test_other_channels_of_line_pass(colored):
    """What line carries besides its colour comes out as it went in; format and bounding box are line's."""
    with opened(colored.script) as (host, node):
        line, out = host.image(host.nuke.toNode("Line"), 2), host.image(node, 2)
        assert (host.render(node, 2)["depth.Z"][ROWS] == 9.0).all()
        assert out.size == line.size == (SIZE, SIZE)
        assert out.box == line.box == (-OVERSCAN, SIZE - ROWS.stop, SIZE + OVERSCAN, SIZE - ROWS.start)


def test_cryptomatte_header_comes_along(colored):
    """Nuke's Cryptomatte node finds the names of the palette's colours in the metadata."""
    with opened(colored.script) as (host, node):
        keys = [key for key in host.image(node, 1).metadata if "cryptomatte/" in key]
        assert {key.rsplit("/", 1)[1] for key in keys} >= {"name", "hash", "conversion", "manifest"}


def test_mask_lets_line_pass(colored):
    """Where the mask is 0 the line stream passes, at a half both are mixed, without a mask the result is whole.

    The ids of a Cryptomatte are never mixed: they are whole where the mask is a half or more, else not there.
    """
    with opened(colored.script) as (host, node):
        whole, line = host.render(node, 2), host.render(host.nuke.toNode("Line"), 2)
        half = host.nuke.toNode("Half")
        node.setInput(2, half)
        mixed = host.render(node, 2)
        assert np.allclose(mixed["rgba.red"], (whole["rgba.red"] + line["rgba.red"]) / 2)
        whole_ids = {name for name in mixed if name.startswith("CryptoPalette00")}
        assert whole_ids and all(np.array_equal(mixed[name], whole[name]) for name in whole_ids)
        half["color"].setValue([0, 0, 0, 0.25])
        assert not any(host.render(node, 2)[name].any() for name in whole_ids)
        half["color"].setValue([0, 0, 0, 0])
        for name, pixels in host.render(node, 2).items():
            assert np.array_equal(pixels, line.get(name, np.zeros_like(pixels))), name


def test_frames_that_are_not_coloured_say_so(colored):
    """A frame beyond the coloured ones is an error with a sentence, not a held or black picture."""
    said = "this frame is not coloured; asked for were frames 1 to 3"
    with opened(colored.script, plugin=False) as (host, node), pytest.raises(RenderError, match=said):
        host.render(node, 4)


def test_missing_plate_is_an_error(colored):
    """A plate that has gone is an error that names it."""
    with opened(colored.script, plugin=False) as (host, node):
        node.node("Result")["file"].setValue((colored.folder / "gone.%04d.exr").as_posix())
        with pytest.raises(RenderError, match=r"gone\.0002\.exr"):
            host.render(node, 2)


def test_new_node_tells_what_to_do(window):
    """Before the first run the node is red and says what to do."""
    host, node = window
    with pytest.raises(RenderError, match="CMFT: not coloured yet: connect line and ref, press Colorize"):
        host.render(node, 1)
    assert "not coloured yet" in host.label(node)


def test_inner_writes_never_render(colored):
    """Rendering all Writes of the script, as a farm does, leaves the node's own alone."""
    with opened(colored.script, plugin=False) as (host, _):
        assert host.render_script(1, 3) == []


def test_result_is_no_copy_and_in_no_palette_but_its_own(colored):
    """The Read inside is raw, never localised, and stops at a missing frame."""
    with opened(colored.script, plugin=False) as (_, node):
        read = node.node("Result")
        assert read["raw"].value() is True
        assert read["localizationPolicy"].value() == "off" and read["on_error"].value() == "error"
