"""Colours change space through OCIO, and not at all where nothing is to be changed."""

import numpy as np
import pytest

from cmft_engine.image.color_space import (
    convert,
    default_space,
    from_display,
    interop_id,
    is_known_space,
    resolve_space,
    same_space,
    to_display,
)
from cmft_engine.protocol.errors import SettingsError

CONFIG = """ocio_profile_version: 2
roles: {default: plain, scene_linear: studio_linear, color_picking: screen}
file_rules: [!<Rule> {name: Default, colorspace: default}]
displays: {screen: [!<View> {name: main, colorspace: screen}]}
active_displays: []
active_views: []
colorspaces:
  - !<ColorSpace> {name: plain, isdata: true}
  - !<ColorSpace> {name: studio_linear}
  - !<ColorSpace> {name: screen, from_scene_reference: !<ExponentTransform> {value: [2, 2, 2, 1], direction: inverse}}
"""


@pytest.fixture(autouse=True)
def no_ocio(monkeypatch):
    monkeypatch.delenv("OCIO", raising=False)


@pytest.fixture
def studio(tmp_path, monkeypatch):
    (tmp_path / "config.ocio").write_text(CONFIG)
    monkeypatch.setenv("OCIO", str(tmp_path / "config.ocio"))


def test_scene_linear_to_display():
    """Linear middle grey is 0.4614 in sRGB, white stays white, light over white is clipped."""
    shown = to_display(np.array([[[0.18, 1.0, 5.0]]], np.float32), "lin_rec709")
    np.testing.assert_allclose(shown, [[[0.46135, 1, 1]]], atol=2e-5)


def test_display_and_back():
    """Display values survive the way to scene-linear and back."""
    rgb = np.random.default_rng(0).random((4, 5, 3), dtype=np.float32)
    np.testing.assert_allclose(to_display(from_display(rgb, "ACEScg"), "ACEScg"), rgb, atol=1e-4)


def test_identity_is_bit_identical():
    """A space into itself, under whichever name, returns the very same values, out of range too."""
    rgb = np.random.default_rng(0).normal(0, 9, (4, 5, 3)).astype(np.float32)
    assert convert(rgb, "sRGB", "srgb_rec709_scene") is rgb
    assert convert(rgb, "scene_linear", "ACEScg") is rgb
    inside = np.clip(rgb, 0, 1)
    np.testing.assert_array_equal(to_display(inside, "sRGB"), inside)


def test_display_is_clean():
    """The network never sees NaN, infinity, negative or super-white values."""
    rgb = np.array([[[np.nan, np.inf, -np.inf], [-0.5, 2, 0.5]]], np.float32)
    for space in ("sRGB", "lin_rec709", "ACEScg"):
        shown = to_display(rgb, space)
        assert np.isfinite(shown).all() and shown.min() >= 0 and shown.max() <= 1


@pytest.mark.parametrize("shape", [(3,), (7, 3), (2, 3, 3), (2, 2, 2, 3), (0, 3)])
def test_any_shape(shape):
    """Palette rows and pictures alike are converted, each colour by itself."""
    rgb = np.full(shape, 0.18, np.float32)
    result = convert(rgb, "lin_rec709", "sRGB")
    assert result.shape == shape
    np.testing.assert_allclose(result, 0.46135, atol=2e-5)


def test_unknown_space_lists_near_names():
    """A mistyped space is answered with the likely ones."""
    with pytest.raises(SettingsError, match=r"'ACESgc' is not allowed; use one like .*ACEScg"):
        resolve_space("ACESgc")
    with pytest.raises(SettingsError, match="use one of"):
        convert(np.zeros((1, 3), np.float32), "sRGB", "")
    assert not is_known_space("ACESgc") and not is_known_space("")


@pytest.mark.parametrize("name", ["rec.709 linear", "lin rec709", "Linear Rec.790"])
def test_words_may_be_mistyped_or_turned(name):
    """Names are compared word by word too."""
    with pytest.raises(SettingsError, match=r"use one like .*Linear Rec\.709 \(sRGB\)"):
        resolve_space(name)


def test_words_that_say_nothing_are_passed_over():
    """A dash between two words is none itself."""
    with pytest.raises(SettingsError, match="use one like ACEScg"):
        resolve_space("acescgg - acescg")


def test_default_spaces():
    """EXR and HDR are scene-linear, all else is sRGB, a declared known space wins."""
    assert default_space("a.EXR", {}) == default_space("a.hdr", {}) == "lin_rec709"
    assert default_space("a.png", {}) == default_space("a.tif", {"oiio:ColorSpace": "nonsense"}) == "sRGB"
    assert default_space("a.exr", {"oiio:ColorSpace": "srgb_texture"}) == "sRGB"
    assert default_space("a.png", {"colorInteropID": "lin_ap1_scene"}) == "lin_ap1_scene"


def test_raw_is_left_alone():
    """A data space has no curve: its values go to the network as they are."""
    rgb = np.array([[[0.2, 0.4, 0.6]]], np.float32)
    np.testing.assert_array_equal(to_display(rgb, "Raw"), rgb)


def test_interop_ids():
    """Files are tagged with names that other programs know."""
    assert interop_id("ACEScg") == "lin_ap1_scene" and interop_id("no such space") == ""


def test_own_config(studio):
    """$OCIO's roles and spaces are used, and its names are listed in errors."""
    assert default_space("a.exr", {}) == "scene_linear"
    assert same_space("scene_linear", "studio_linear")
    quarter = np.full((1, 1, 3), 0.25, np.float32)
    np.testing.assert_allclose(to_display(quarter, "studio_linear"), 0.5, atol=1e-5)
    with pytest.raises(SettingsError, match="studio_linear"):
        resolve_space("studio_liner")


def test_missing_config(monkeypatch, tmp_path):
    """A $OCIO that leads nowhere is an error, not a silent default."""
    monkeypatch.setenv("OCIO", str(tmp_path / "gone.ocio"))
    with pytest.raises(SettingsError, match=r"\$OCIO: .*gone.ocio.*unset it"):
        to_display(np.zeros((1, 1, 3), np.float32), "sRGB")


def test_broken_config(monkeypatch, tmp_path):
    """A file that is no config is an error too."""
    (tmp_path / "bad.ocio").write_text("not: a config")
    monkeypatch.setenv("OCIO", str(tmp_path / "bad.ocio"))
    with pytest.raises(SettingsError, match="a readable OpenColorIO config"):
        to_display(np.zeros((1, 1, 3), np.float32), "sRGB")
