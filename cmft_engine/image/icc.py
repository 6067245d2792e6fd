"""ICC profiles: whether one is plain sRGB, else which colour space it is and what it is called. Converts nothing."""

import struct
from typing import NamedTuple

SRGB = "sRGB"

_PRIMARIES = {  # red, green and blue as X, Y, Z of a profile, which are relative to D50
    SRGB: (0.4360, 0.2225, 0.0139, 0.3851, 0.7169, 0.0971, 0.1431, 0.0606, 0.7141),
    "srgb_p3d65_scene": (0.5151, 0.2412, -0.0011, 0.2920, 0.6922, 0.0419, 0.1571, 0.0666, 0.7841),
    "g22_adobergb_scene": (0.6097, 0.3111, 0.0195, 0.2053, 0.6257, 0.0609, 0.1492, 0.0632, 0.7446),
}
_NEAR = 0.004
_MIDDLE = (0.2, 0.23)  # what half a signal is in light: 0.214 in sRGB, 0.218 with gamma 2.2
_POWERS = {0: 1, 1: 3, 2: 4, 3: 5, 4: 7}  # parameters of each kind of parametric curve


class Profile(NamedTuple):
    """What a profile says: its model ("RGB", "GRAY", "CMYK"), its name, and the space that it is, None if another."""

    model: str
    name: str
    space: str | None


def read_profile(data: bytes) -> Profile:
    """Return what an ICC profile says; one that cannot be understood has no known space."""
    model = data[16:20].decode("ascii", "replace").strip()
    try:
        tags = _tags(data)
    except struct.error:
        return Profile(model, "", None)
    return Profile(model, _name(tags.get(b"desc", b"")), _space(model, tags))


def _tags(data: bytes) -> dict[bytes, bytes]:
    count = struct.unpack_from(">I", data, 128)[0]
    entries = (struct.unpack_from(">4sII", data, 132 + 12 * number) for number in range(min(count, 100)))
    return {name: data[start : start + length] for name, start, length in entries}


def _space(model: str, tags: dict[bytes, bytes]) -> str | None:
    try:
        light = _middle(tags[b"kTRC" if model == "GRAY" else b"gTRC"])
        if light is None or not _MIDDLE[0] <= light <= _MIDDLE[1]:
            return None
        if model == "GRAY":
            return SRGB
        found = [value / 65536 for name in (b"rXYZ", b"gXYZ", b"bXYZ")
                 for value in struct.unpack_from(">3i", tags[name], 8)]
    except (KeyError, struct.error):
        return None
    return next((space for space, wanted in _PRIMARIES.items()
                 if max(abs(one - other) for one, other in zip(found, wanted, strict=True)) < _NEAR), None)


def _middle(curve: bytes) -> float | None:
    """The light of half a signal on a tone curve."""
    if curve[:4] == b"para":
        kind = struct.unpack_from(">H", curve, 8)[0]
        if kind not in _POWERS:
            return None
        gamma, *rest = (value / 65536 for value in struct.unpack_from(f">{_POWERS[kind]}i", curve, 12))
        a, b = (rest[0], rest[1]) if kind else (1.0, 0.0)
        add = {2: 2, 4: 4}.get(kind)
        return float(max(a * 0.5 + b, 0) ** gamma) + (rest[add] if add is not None else 0)
    if curve[:4] != b"curv":
        return None
    count = struct.unpack_from(">I", curve, 8)[0]
    if count == 0:
        return 0.5
    if count == 1:
        return float(0.5 ** (struct.unpack_from(">H", curve, 12)[0] / 256))
    below, above = (struct.unpack_from(">H", curve, 12 + 2 * place)[0] for place in ((count - 1) // 2, count // 2))
    return float(below + above) / 2 / 65535


def _name(text: bytes) -> str:
    """The name in a `desc` tag of either version."""
    if text[:4] == b"desc":
        length = int.from_bytes(text[8:12], "big")
        return text[12 : 12 + length].split(b"\0")[0].decode("latin-1")
    if text[:4] == b"mluc" and len(text) >= 28:
        length, start = int.from_bytes(text[20:24], "big"), int.from_bytes(text[24:28], "big")
        return text[start : start + length].decode("utf-16-be", "replace")
    return ""
