"""Colour spaces by name, through the OpenColorIO that OpenImageIO carries.

The config is the one that `$OCIO` names, else the built-in `ocio://default`. Decides nothing about pixels' alpha:
values are straight colours. A conversion of a space into itself returns the very same array.
"""

import difflib
import functools
import os
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import OpenImageIO as oiio

from ..protocol.errors import SettingsError
from ..protocol.file_formats import FileFormat, format_of
from ..protocol.settings import Settings
from ..protocol.text_file import is_text

FIELD = "colour space"
LIKE = 0.6  # from 0 to 1; names less like a wrong one are not offered for it
_DISPLAY_NAMES = ("sRGB", "srgb_rec709_scene", "srgb_texture", "Utility - sRGB - Texture", "sRGB - Texture",
                  "Output - sRGB", "srgb8", "color_picking", "texture_paint", "matte_paint")
_BRIGHTEST = np.float32(65504)  # the largest half: no light beyond it, and no infinity
_DECLARED_KEYS = ("oiio:ColorSpace", "colorInteropID")
_LINEAR_NAMES = ("lin_rec709_scene", "lin_ap1_scene", "lin_ap0_scene", "lin_rec2020_scene", "lin_p3d65_scene",
                 "lin_adobergb_scene")
_REC709 = (0.64, 0.33, 0.30, 0.60, 0.15, 0.06, 0.3127, 0.3290)
_ADOBE_RGB = (0.64, 0.33, 0.21, 0.71, 0.15, 0.06, 0.3127, 0.3290)
_ADOBE_SPACE = "g22_adobergb_scene"
_LONGEST_NAME = 300
_PRIMARIES_NEAR, _GAMMA_NEAR = 0.002, 0.03
PRIMARIES, ICC_SPACE, ICC_NAME = "chromaticities", "cmft:ICCSpace", "cmft:ICCName"
_SAY_NOTHING = {"unknown", "linear", "scene_linear", *(name.lower() for name in _DISPLAY_NAMES)}
_CICP, _CICP_OPEN, _CICP_REC709, _CICP_SRGB, _CICP_FULL = "CICP", 2, 1, 13, 1  # left open; primaries, curve, range


def known_spaces() -> tuple[str, ...]:
    """Return the names of the config's colour spaces and roles."""
    config = _config(_config_name())
    return tuple(config.getColorSpaceNames()) + tuple(config.getRoles())


def is_known_space(name: str) -> bool:
    """Say whether the config has this colour space, role or alias."""
    config = _config(_config_name())
    return _can_be_name(name) and config.getColorSpaceIndex(config.resolve(name)) >= 0


def resolve_space(name: str, *, field: str = FIELD) -> str:
    """Return the config's own name of a colour space, role or alias.

    Raises SettingsError with near names; field: the setting that it names.
    """
    config = _config(_config_name())
    can_be = _can_be_name(name)
    resolved = str(config.resolve(name)) if can_be else ""
    if can_be and config.getColorSpaceIndex(resolved) >= 0:
        return resolved
    near = _near_names(name) if can_be else []
    raise SettingsError(field, name, ("one like " if near else "one of ") + ", ".join(near or known_spaces()))


def _can_be_name(name: str) -> bool:
    return 0 < len(name) <= _LONGEST_NAME and is_text(name)


def _near_names(name: str) -> list[str]:
    """Return up to five names that are like this one as a whole or word by word; the likest first."""
    def likeness(known: str) -> float:
        best = [max((_ratio(word, other) for other in _words(known)), default=0.0) for word in _words(name)]
        return max(_ratio(name, known), sum(best) / max(len(best), 1))

    scores = {known: likeness(known) for known in known_spaces()}
    return [known for known in sorted(scores, key=lambda known: -scores[known]) if scores[known] >= LIKE][:5]


def _words(name: str) -> list[str]:
    return [word for word in name.split() if any(map(str.isalnum, word))]


def _ratio(one: str, other: str) -> float:
    return difflib.SequenceMatcher(None, one.lower(), other.lower()).ratio()


def check_spaces(settings: Settings) -> None:
    """Raise SettingsError when a colour space of the settings is unknown."""
    for field in ("input_space", "output_space"):
        if name := getattr(settings, field):
            resolve_space(name, field=field)


def same_space(first: str, second: str) -> bool:
    """Say whether two names mean one colour space."""
    if first == second:
        return True
    first, second = resolve_space(first), resolve_space(second)
    return first == second or bool(_config(_config_name()).equivalent(first, second))


def display_space() -> str:
    """Return the name of the sRGB-encoded display space that the network sees."""
    for name in _DISPLAY_NAMES:
        if is_known_space(name):
            return name
    raise SettingsError(FIELD, "sRGB", "an OCIO config with an sRGB space or a color_picking role; unset $OCIO "
                        "for the built-in config")


def linear_space() -> str:
    """Return the space of an EXR that declares none: `$OCIO`'s scene_linear role, else linear Rec. 709."""
    if os.environ.get("OCIO") and is_known_space("scene_linear"):
        return "scene_linear"
    return "lin_rec709"


class Declared(NamedTuple):
    """The colour space of a file, and what of its colour tags is left out, as a sentence, or ""."""

    space: str
    left_out: str = ""


def default_space(file_name: str, metadata: Mapping[str, Any]) -> str:
    """Return the space that a file declares by its tags, else scene-linear for EXR and HDR, else sRGB."""
    return declared_space(format_of(file_name), metadata).space


def declared_space(kind: FileFormat, metadata: Mapping[str, Any]) -> Declared:
    """Return the space that a file of this kind declares, and which of its tags no known space fits.

    Code points win over an ICC profile (`ICC_SPACE`: the space that it is, `ICC_NAME`), this over a name, primaries
    (`PRIMARIES`: eight chromaticities) and gamma. A picture with gamma 1/2.2 and the primaries of Rec. 709, or none, is
    sRGB, as every viewer shows it.
    """
    usual = linear_space() if kind.is_linear else display_space()
    if has_code_points(metadata):
        return _by_code_points(metadata, usual)
    if isinstance(profile := metadata.get(ICC_NAME), str) and not kind.is_linear:
        known = str(metadata.get(ICC_SPACE) or "")
        return Declared(_known(known) or usual, "" if known else f'the colours of its ICC profile, "{profile}"')
    name = next((value for key in _DECLARED_KEYS if isinstance(value := metadata.get(key), str)), "")
    primaries = metadata.get(PRIMARIES)
    gamma = metadata.get("oiio:Gamma")
    if not kind.is_linear and isinstance(gamma, float):
        return _by_gamma(name, gamma, primaries, usual)
    if primaries is not None and not kind.is_linear and not _alike(primaries, _REC709):
        return Declared(usual, "its primaries, which are not those of sRGB")
    if is_known_space(name):
        return Declared(_known(name))
    if primaries is not None and kind.is_linear:
        found = _linear_with(primaries)
        return Declared(found or usual, "" if found else "its primaries, which are of no known space")
    if name and name.lower() not in _SAY_NOTHING:
        return Declared(usual, f'the colours of its space, "{name}", which the OCIO configuration does not know')
    return Declared(usual)


def has_code_points(metadata: Mapping[str, Any]) -> bool:
    """Say whether a file names its primaries and its curve by the numbers of a PNG's cICP chunk."""
    return _CICP_OPEN not in metadata.get(_CICP, (_CICP_OPEN,))[:2]


def _by_code_points(metadata: Mapping[str, Any], usual: str) -> Declared:
    """The space of a picture that names primaries, curve, matrix and range by numbers."""
    primaries, curve, *_, span = numbers = tuple(metadata[_CICP])
    name = str(metadata.get(_DECLARED_KEYS[0]) or "")  # sRGB also where OpenImageIO knows no name for them
    is_srgb = (primaries, curve) == (_CICP_REC709, _CICP_SRGB)
    if span != _CICP_FULL or not is_known_space(name) or (same_space(name, display_space()) and not is_srgb):
        return Declared(usual, f"the colours of its cICP chunk, {numbers}")
    return Declared(_known(name))


def _by_gamma(name: str, gamma: float, primaries: Any, usual: str) -> Declared:
    """The space of a picture that says its gamma and maybe its primaries."""
    if primaries is not None and not _alike(primaries, _REC709):
        if _alike(primaries, _ADOBE_RGB) and abs(gamma - 2.2) < _GAMMA_NEAR and is_known_space(_ADOBE_SPACE):
            return Declared(_known(_ADOBE_SPACE))
        return Declared(usual, "its primaries, which are not those of sRGB")
    if abs(gamma - 2.2) < _GAMMA_NEAR:
        return Declared(usual)
    known = is_known_space(name)
    return Declared(_known(name) if known else usual, "" if known else f"the tones of its gamma, {gamma:.2f}")


def _known(name: str) -> str:
    """The usual name of a declared space where it has one; "" where the config does not know it."""
    if not is_known_space(name):
        return ""
    return next((space for space in (linear_space(), display_space()) if same_space(space, name)), name)


def _linear_with(primaries: Any) -> str:
    """The scene-linear space that has these primaries, "" where the config knows none."""
    config = _config(_config_name())
    for name in (linear_space(), *_LINEAR_NAMES):
        if is_known_space(name) and _alike(primaries, config.get_chromaticities(config.resolve(name)) or ()):
            return name
    return ""


def _alike(one: Sequence[float], other: Sequence[float]) -> bool:
    return len(one) == len(other) == 8 and max(abs(a - b) for a, b in zip(one, other, strict=True)) < _PRIMARIES_NEAR


def is_rec709(primaries: Sequence[float]) -> bool:
    """Say whether chromaticities, eight numbers, are those of Rec. 709 and sRGB."""
    return _alike(primaries, _REC709)


def is_linear_space(name: str) -> bool:
    """Say whether the values of a space are proportional to light, or data that no conversion touches."""
    config = _config(_config_name())
    resolved = config.resolve(name)
    return bool(config.isColorSpaceLinear(resolved) or config.isData(resolved))


def chromaticities(space: str) -> tuple[float, ...] | None:
    """Return red, green, blue and white x, y of a space, eight numbers; None where they are not known."""
    if not is_known_space(space):
        return None
    config = _config(_config_name())
    found = tuple(float(value) for value in config.get_chromaticities(config.resolve(space)) or ())
    return found if len(found) == 8 else None


def interop_id(space: str) -> str:
    """Return the interchange name of a space for a file's metadata, or "" when it has none."""
    return str(_config(_config_name()).get_color_interop_id(space)) if is_known_space(space) else ""


def convert(rgb: np.ndarray, source: str, target: str) -> np.ndarray:
    """Convert straight colours `(..., 3)` float32 between spaces; the same array if the spaces are one.

    Raises SettingsError for an unknown space.
    """
    if same_space(source, target):
        return rgb
    values = np.ascontiguousarray(rgb, dtype=np.float32)
    if values.size == 0:
        return values
    colors = values.reshape(-1, 3)
    starts = np.flatnonzero(np.concatenate([[True], (colors[1:] != colors[:-1]).any(axis=1)]))
    if len(starts) > len(colors) // 2:
        return _convert_rows(colors, source, target).reshape(values.shape)
    run_lengths = np.diff(starts, append=len(colors))  # drawings are runs of one colour: convert each run once
    return np.repeat(_convert_rows(colors[starts], source, target), run_lengths, axis=0).reshape(values.shape)


def convert_rgba(rgba: np.ndarray, source: str, target: str) -> np.ndarray:
    """Convert straight RGBA `(..., 4)` float32 between spaces; the same array if the spaces are one.

    Raises SettingsError for an unknown space.
    """
    if same_space(source, target):
        return rgba
    return np.concatenate([convert(rgba[..., :3], source, target), rgba[..., 3:]], axis=-1, dtype=np.float32)


def to_display(rgb: np.ndarray, space: str) -> np.ndarray:
    """Return display RGB `(..., 3)` float32 in [0, 1] without NaN; values already so come back bit-identical."""
    display = display_space()
    positive: np.ndarray = np.fmax(rgb, np.float32(0), dtype=np.float32)  # NaN too; curves explode below zero
    if not same_space(space, display):
        positive = np.fmax(convert(np.fmin(positive, _BRIGHTEST), space, display), np.float32(0))
    return np.asarray(np.minimum(positive, np.float32(1), out=positive))


def from_display(rgb: np.ndarray, space: str) -> np.ndarray:
    """Return display RGB `(..., 3)` as values of `space`."""
    return convert(rgb, display_space(), space)


def over_white(rgba: np.ndarray, space: str) -> np.ndarray:
    """Return straight RGBA `(..., 4)` as it is seen over white, display RGB `(..., 3)` float32 in [0, 1]."""
    alpha = np.clip(rgba[..., 3:], 0, 1)
    return np.asarray(to_display(rgba[..., :3], space) * alpha + (1 - alpha), np.float32)


def _convert_rows(colors: np.ndarray, source: str, target: str) -> np.ndarray:
    """Convert `(N, 3)` colours through OCIO."""
    result = oiio.ImageBufAlgo.colorconvert(
        oiio.ImageBuf(colors[None]), resolve_space(source), resolve_space(target), unpremult=False,
        colorconfig=_config_name(),
    )
    if result.has_error:
        raise SettingsError(FIELD, f"{source} to {target}", f"spaces that convert ({result.geterror()})")
    return np.asarray(result.get_pixels(oiio.FLOAT), dtype=np.float32).reshape(-1, 3)


def _config_name() -> str:
    return os.environ.get("OCIO") or "ocio://default"


@functools.lru_cache(maxsize=8)
def _config(name: str) -> oiio.ColorConfig:
    if "://" not in name and not os.path.isfile(name):
        raise SettingsError("$OCIO", name, "the path of an OpenColorIO config, or unset it for the built-in one")
    config = oiio.ColorConfig(name)
    error = config.geterror()
    if error or config.getNumColorSpaces() == 0:
        raise SettingsError("$OCIO", name, f"a readable OpenColorIO config ({error})")
    return config
