"""The palette's Cryptomatte, read back by a decoder of its own and by the public hash."""

import json
import struct

import numpy as np
import pytest

from cmft_engine.image.cryptomatte import cryptomatte_layers, id_hex, id_of, matte, metadata, murmur3_32, paints_of
from cmft_engine.image.paint_map import PaintMap
from cmft_engine.protocol.errors import PaletteError

NAMES = ("paper", "dark red 2", "skin é")
INDEX = np.array([[0, 1, 2], [1, -1, 2]], np.int32)
INK = np.array([[0, 0.25, 0.75], [1, 0.5, 0]], np.float32)


def decode(channels, header, name):
    """Return the matte of one name as a host does: layer and id from the metadata, summed over both ranks."""
    layer = next(value for key, value in header.items() if key.endswith("/name"))
    manifest = json.loads(next(value for key, value in header.items() if key.endswith("/manifest")))
    wanted = struct.unpack(">f", bytes.fromhex(manifest[name]))[0]
    total = np.zeros(INDEX.shape)
    for y, x in np.ndindex(*INDEX.shape):
        for rank in ("RG", "BA"):
            if channels[f"{layer}00.{rank[0]}"][y, x] == wanted:
                total[y, x] += channels[f"{layer}00.{rank[1]}"][y, x]
    return total


@pytest.mark.parametrize(("text", "value"), [
    (b"", 0), (b"test", 0xBA6BD213), (b"Hello, world!", 0xC0363E43),
    (b"The quick brown fox jumps over the lazy dog", 0x2E4FF723)])
def test_hash_matches_published_values(text, value):
    """MurmurHash3_32 gives the values that its reference gives."""
    assert murmur3_32(text) == value


def test_hash_matches_the_mmh3_library():
    """Names of every length mod 4 and of any script hash as the C library hashes them."""
    mmh3 = pytest.importorskip("mmh3")
    for name in ("", "a", "ab", "abc", "abcd", "dark red 2", "skin é", "髪の影", "\x00\xff" * 9):
        assert murmur3_32(name.encode()) == mmh3.hash(name.encode(), signed=False)


def test_published_ids_and_keys():
    """The specification's example ids and a key that Blender writes come out the same."""
    assert id_hex("bunny") == "13851a76" and id_hex("default") == "42c9679f"
    assert next(iter(metadata((), layer="ViewLayer.CryptoMaterial"))) == "cryptomatte/c7dbf5e/name"


def test_ids_are_normal_floats():
    """No id is zero, denormal, infinite or NaN, whatever the hash was."""
    ids = np.array([id_of(f"name {number}") for number in range(5000)], np.float32)
    assert np.isfinite(ids).all() and (np.abs(ids) >= np.finfo(np.float32).tiny).all()
    assert len(np.unique(ids)) == 5000


def test_a_decoder_gets_every_matte_back():
    """Color mattes are what the ink leaves of them, ink is its own matte, and nothing is nowhere."""
    crypto = cryptomatte_layers(PaintMap.pure(INDEX), NAMES, ink=INK)
    for number, name in enumerate(NAMES):
        np.testing.assert_array_equal(decode(crypto.channels, crypto.metadata, name),
                                      np.where(number == INDEX, 1 - INK, 0))
    np.testing.assert_array_equal(decode(crypto.channels, crypto.metadata, "ink"), INK)
    np.testing.assert_array_equal(matte(crypto.channels, "ink"), INK)


def test_ranks_are_sorted_and_empty_ranks_are_zero():
    """The larger coverage stands first; a rank of coverage 0 has id 0."""
    channels = cryptomatte_layers(PaintMap.pure(INDEX), NAMES, ink=INK).channels
    red, green, blue, alpha = (channels[f"CryptoPalette00.{letter}"] for letter in "RGBA")
    assert (green >= alpha).all() and (red[green == 0] == 0).all() and (blue[alpha == 0] == 0).all()
    assert all(plane.dtype == np.float32 for plane in channels.values())


def test_without_ink_there_is_no_ink_matte():
    """Flats alone give coverage 1 everywhere they are and a manifest without ink."""
    crypto = cryptomatte_layers(PaintMap.pure(INDEX), NAMES)
    np.testing.assert_array_equal(crypto.channels["CryptoPalette00.G"], (INDEX >= 0).astype(np.float32))
    assert list(json.loads(crypto.metadata["cryptomatte/4756939/manifest"])) == list(NAMES)
    assert not crypto.channels["CryptoPalette00.B"].any()


def test_header_is_as_specified():
    """Name, hash and conversion stand under the layer's key; keys fit EXR's 31 characters."""
    header = metadata(("a",))
    assert header["cryptomatte/4756939/hash"] == "MurmurHash3_32"
    assert header["cryptomatte/4756939/conversion"] == "uint32_to_float32"
    assert header["cryptomatte/4756939/name"] == "CryptoPalette" and max(map(len, header)) <= 31


def test_a_color_named_ink_stays_apart():
    """A palette color called ink and the line art do not share a matte."""
    index = np.zeros((1, 2), np.int32)
    crypto = cryptomatte_layers(PaintMap.pure(index), ("ink",), ink=np.array([[0, 0.25]], np.float32))
    np.testing.assert_array_equal(matte(crypto.channels, "ink"), [[1, 0.75]])
    np.testing.assert_array_equal(matte(crypto.channels, "ink 2"), [[0, 0.25]])


def test_bad_input_is_refused():
    """An index without a name and a plate without Cryptomatte are told."""
    with pytest.raises(PaletteError, match=r"entry 2 .* only 1 names"):
        cryptomatte_layers(PaintMap.pure(INDEX), ("a",))
    with pytest.raises(PaletteError, match="no Cryptomatte"):
        matte({"R": np.zeros((1, 1))}, "ink")


def test_a_mixture_is_in_both_mattes(tmp_path):
    """Of a pixel that is mixed of two paints under soft ink each matte has its share, and the paints are read back."""
    first, second = np.array([[0, 1, 2]], np.int32), np.array([[1, 1, 0]], np.int32)
    share, ink = np.array([[0.25, 0, 0.5]], np.float32), np.array([[0, 0, 0.5]], np.float32)
    channels = cryptomatte_layers(PaintMap(first, second, share), NAMES[:3], ink=ink).channels
    mattes = [matte(channels, name)[0].tolist() for name in NAMES[:3]]
    assert mattes == [[0.75, 0, 0.25], [0.25, 1, 0], [0, 0, 0.25]]
    read = paints_of(channels, NAMES[:3])
    assert read.first.tolist() in ([[0, 1, 2]], [[0, 1, 0]]) and read.share.tolist() == [[0.25, 0, 0.5]]
    assert {read.first[0, 2], read.second[0, 2]} == {0, 2}
