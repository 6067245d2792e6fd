"""An ICC profile says which space it is, whatever the form of its tone curves; anything else is of no known space."""

import struct

import pytest

from cmft_engine.image.icc import SRGB, read_profile

SRGB_XYZ = ((0.4360, 0.2225, 0.0139), (0.3851, 0.7169, 0.0971), (0.1431, 0.0606, 0.7141))
P3_XYZ = ((0.5151, 0.2412, -0.0011), (0.2920, 0.6922, 0.0419), (0.1571, 0.0666, 0.7841))
ADOBE_XYZ = ((0.6097, 0.3111, 0.0195), (0.2053, 0.6257, 0.0609), (0.1492, 0.0632, 0.7446))
WIDE_XYZ = ((0.7977, 0.2880, 0.0), (0.1352, 0.7119, 0.0), (0.0313, 0.0001, 0.8249))
GAMMA = b"curv\0\0\0\0" + struct.pack(">IH", 1, round(2.2 * 256))
TABLE = b"curv\0\0\0\0" + struct.pack(">I1024H", 1024, *(round(65535 * (i / 1023) ** 2.2) for i in range(1024)))
LINEAR = b"curv\0\0\0\0" + struct.pack(">I", 0)
SRGB_CURVE = b"para\0\0\0\0" + struct.pack(">HH5i", 3, 0, *(round(value * 65536) for value in (
    2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045)))


def icc(xyz, curve, *, model=b"RGB ", name=b"My space"):
    """A small ICC profile."""
    tags = {b"desc": b"desc\0\0\0\0" + struct.pack(">I", len(name) + 1) + name + b"\0", b"gTRC": curve, b"kTRC": curve}
    for letter, values in zip(b"rgb", xyz, strict=True):
        tags[bytes([letter]) + b"XYZ"] = b"XYZ \0\0\0\0" + struct.pack(">3i", *(round(v * 65536) for v in values))
    at, table, body = 132 + 12 * len(tags), b"", b""
    for tag, data in tags.items():
        table += struct.pack(">4sII", tag, at + len(body), len(data))
        body += data
    body += bytes(-len(body) % 4)
    head = struct.pack(">I", at + len(body)) + bytes(4) + b"\2\x10\0\0mntr" + model + b"XYZ " + bytes(12) + b"acsp"
    head += bytes(28) + struct.pack(">3i", 0xF6D6, 0x10000, 0xD32D)  # the light of D50
    return head.ljust(128, b"\0") + struct.pack(">I", len(tags)) + table + body


@pytest.mark.parametrize("curve", [GAMMA, TABLE, SRGB_CURVE])
@pytest.mark.parametrize(("xyz", "space"), [(SRGB_XYZ, SRGB), (P3_XYZ, "srgb_p3d65_scene"),
                                            (ADOBE_XYZ, "g22_adobergb_scene"), (WIDE_XYZ, None)])
def test_known_spaces(xyz, space, curve):
    """Primaries tell the space; the curve of sRGB and gamma 2.2 count as one, in all three forms."""
    assert read_profile(icc(xyz, curve)) == ("RGB", "My space", space)


def test_other_profiles_are_of_no_known_space():
    """Linear tones, another model and damaged files; grey with the tones of sRGB is sRGB."""
    assert read_profile(icc(SRGB_XYZ, LINEAR)).space is None
    assert read_profile(icc(SRGB_XYZ, GAMMA, model=b"CMYK")[:200]).space is None
    assert read_profile(icc(SRGB_XYZ, GAMMA, model=b"GRAY")).space == SRGB
    assert read_profile(b"") == ("", "", None)
    for length in range(0, 400, 7):
        read_profile(icc(SRGB_XYZ, SRGB_CURVE)[:length])
