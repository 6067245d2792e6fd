"""Cryptomatte channels and metadata for palette colors, so that hosts pick a color as a matte. Touches no files.

Written from the public Cryptomatte specification 1.2.0
(github.com/Psyop/Cryptomatte/blob/master/specification/cryptomatte_specification.pdf):
- numbered layers follow the type name, `CryptoPalette00`, `CryptoPalette01`, …; each holds two ranks as
  red = id, green = its coverage, blue = next id, alpha = its coverage, the larger coverage first;
- an id is the MurmurHash3_32 (seed 0) of the UTF-8 name, read as a float32 whose exponent is kept in 1 … 254;
- the metadata key is `cryptomatte/` and seven hex digits of the type name's own id.

Channels are named R, G, B, A: Nuke turns them into the red, green, blue and alpha that its Cryptomatte node looks for,
Blender takes either case. Ids survive 32-bit float only: these channels must never be written as half.
"""

import json
import struct
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ..protocol.errors import PaletteError
from .paint_map import PaintMap
from .palette_names import unique_names

LAYER = "CryptoPalette"
INK = "ink"
_MASK = 0xFFFFFFFF


@dataclass(frozen=True)
class Cryptomatte:
    """What a Cryptomatte adds to an EXR: channels float32 (H, W) by name, to be kept 32 bit, and header strings."""

    channels: dict[str, np.ndarray]
    metadata: dict[str, str]


def cryptomatte_layers(paints: PaintMap, names: Sequence[str], *, ink: np.ndarray | None = None,
                       layer: str = LAYER, levels: int = 1) -> Cryptomatte:
    """Return the Cryptomatte of the paints of every pixel; of a mixture both have their share.

    Entries are -1 where there is none; `names` names them; `ink`, float32 (H, W) in [0, 1], is how far the line art
    covers the color, and becomes a matte of its own (`ink_name`). With mixtures there are two levels, else one,
    but `levels` at least, for a part of a picture whose rest may have mixtures.
    Raises PaletteError when `paints` point outside `names`.
    """
    index = paints.first
    if index.size and (index.max() >= len(names) or index.min() < -1):
        raise PaletteError(f"palette entry {index.max()} in the picture, but only {len(names)} names for it; "
                           "give the palette with which the picture was colored")
    unique = unique_names((*names, INK))
    named = unique if ink is not None else unique[: len(names)]
    ids = np.array([0.0, *(id_of(name) for name in unique)], np.float32)  # 0 = nothing here
    color = ids[index + 1]
    covered = np.zeros(index.shape, np.float32) if ink is None else np.clip(ink, 0, 1).astype(np.float32)
    bare = np.where(index >= 0, 1 - covered, 0)
    ranks = [(color, bare * (1 - paints.share)), (np.full_like(color, ids[-1]), covered)]
    if paints.share.any():
        ranks.append((ids[paints.second + 1], bare * paints.share))
    nothing = np.zeros(index.shape, np.float32)
    ranks += [(nothing, nothing)] * (2 * max(levels, -(-len(ranks) // 2)) - len(ranks))
    return Cryptomatte(_ranked(ranks, layer), metadata(named, layer=layer))


def ink_name(names: Sequence[str]) -> str:
    """Return the name of the line art's matte beside palette colors of these names: "ink", or "ink 2" beside "ink"."""
    return unique_names((*names, INK))[-1]


def metadata(names: Sequence[str], *, layer: str = LAYER) -> dict[str, str]:
    """Return the header strings that name the layer and list its ids."""
    prefix = f"cryptomatte/{id_hex(layer)[:7]}/"
    manifest = json.dumps({name: id_hex(name) for name in names}, ensure_ascii=False, separators=(",", ":"))
    return {prefix + "name": layer, prefix + "hash": "MurmurHash3_32",
            prefix + "conversion": "uint32_to_float32", prefix + "manifest": manifest}


def matte(channels: Mapping[str, np.ndarray], name: str, *, layer: str = LAYER) -> np.ndarray:
    """Return the coverage of one name, float32 (H, W) in [0, 1], from all layers found among `channels`.

    Raises PaletteError when there is no Cryptomatte of that layer.
    """
    numbered = _numbered(channels, layer)
    if not numbered:
        raise PaletteError(f"no Cryptomatte layer {layer} among the channels; read an EXR that the engine wrote")
    wanted = np.float32(id_of(name))
    ranks = [(channels[f"{part}.{which}"], channels[f"{part}.{coverage}"])
             for part in numbered for which, coverage in ("RG", "BA")]
    total = np.sum([np.where(ids == wanted, coverage, 0) for ids, coverage in ranks], axis=0)
    return np.asarray(total, np.float32)


def paints_of(channels: Mapping[str, np.ndarray], names: Sequence[str], *, layer: str = LAYER) -> PaintMap:
    """Return the paints of every pixel as the Cryptomatte tells them, under whatever ink; -1 where there is none.

    names: of the palette's entries, as they were written.
    """
    unique = unique_names((*names, INK))[: len(names)]
    ids = np.array([id_of(name) for name in unique], np.float32)
    order = np.argsort(ids)
    ranks = []
    for part in _numbered(channels, layer):
        for which, coverage in ("RG", "BA"):
            found = channels[f"{part}.{which}"]
            place = np.minimum(np.searchsorted(ids[order], found), len(ids) - 1)
            entry = np.where(ids[order][place] == found, order[place], -1)
            ranks.append((entry, np.where(entry >= 0, channels[f"{part}.{coverage}"], 0)))
    entries, coverages = (np.stack(planes) for planes in zip(*ranks, strict=True))
    best = np.argsort(-coverages, axis=0, kind="stable")
    (first, second), (more, less) = (
        np.take_along_axis(planes, best, 0)[:2] for planes in (entries, coverages)
    )
    share = np.divide(less, more + less, out=np.zeros(first.shape, np.float32), where=less > 0)
    return PaintMap(first.astype(np.int32), np.where(share > 0, second, first).astype(np.int32), share)


def has_matte(channels: Iterable[str], *, layer: str = LAYER) -> bool:
    """Say whether a Cryptomatte of that layer is among the channels."""
    return bool(_numbered(channels, layer))


def id_of(name: str) -> float:
    """Return the id of a name as the float that stands in the pixels."""
    return float(struct.unpack("<f", struct.pack("<I", _id_bits(name)))[0])


def id_hex(name: str) -> str:
    """Return the id of a name as the manifest's eight hex digits."""
    return f"{_id_bits(name):08x}"


def _ranked(ranks: Sequence[tuple[np.ndarray, np.ndarray]], layer: str) -> dict[str, np.ndarray]:
    """Return the channels of a layer from an even number of (id, coverage) pairs, the largest coverage first."""
    ids, coverage = (np.stack(planes).astype(np.float32) for planes in zip(*ranks, strict=True))
    order = np.argsort(-coverage, axis=0, kind="stable")
    ids, coverage = (np.take_along_axis(planes, order, 0) for planes in (ids, coverage))
    ids = np.where(coverage > 0, ids, np.float32(0))
    channels: dict[str, np.ndarray] = {}
    for level in range(len(ids) // 2):
        planes = ids[2 * level], coverage[2 * level], ids[2 * level + 1], coverage[2 * level + 1]
        channels |= {f"{layer}{level:02d}.{letter}": plane for letter, plane in zip("RGBA", planes, strict=True)}
    return channels


def _numbered(channels: Iterable[str], layer: str) -> list[str]:
    """Return the layer's parts, "CryptoPalette00" …, in order."""
    return sorted(channel[:-2] for channel in channels
                  if channel.startswith(layer) and channel[len(layer):-2].isdigit() and channel.endswith(".R"))


def _id_bits(name: str) -> int:
    """Return the hash as bits of a normal float: exponents 0 and 255 would be denormals, infinities and NaN."""
    bits = murmur3_32(name.encode("utf-8"))
    exponent = min(max(bits >> 23 & 0xFF, 1), 254)
    return bits & 0x807FFFFF | exponent << 23


def murmur3_32(data: bytes, seed: int = 0) -> int:
    """Return the 32-bit MurmurHash3 (x86) of some bytes as an unsigned number."""
    state = seed
    whole = len(data) & ~3
    for (block,) in struct.iter_unpack("<I", data[:whole]):
        state = (_rotate(state ^ _scramble(block), 13) * 5 + 0xE6546B64) & _MASK
    state ^= _scramble(int.from_bytes(data[whole:], "little"))
    state ^= len(data)
    for shift, factor in ((16, 0x85EBCA6B), (13, 0xC2B2AE35)):
        state = (state ^ state >> shift) * factor & _MASK
    return state ^ state >> 16


def _scramble(block: int) -> int:
    return _rotate(block * 0xCC9E2D51 & _MASK, 15) * 0x1B873593 & _MASK


def _rotate(value: int, by: int) -> int:
    return (value << by | value >> (32 - by)) & _MASK
