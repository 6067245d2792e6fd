"""What the channels of a plate mean, told by their names alone. Touches no pixels.

A name is `part` or `layer.part`; the order of channels in a file means nothing.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

_PARTS = {"r": "R", "red": "R", "g": "G", "green": "G", "b": "B", "blue": "B", "a": "A", "alpha": "A",
          "y": "Y", "l": "Y", "i": "Y", "gray": "Y", "grey": "Y", "luminance": "Y"}
_MAIN_LAYERS = ("", "rgba", "rgb", "combined", "beauty", "color", "colour", "main")
_CRYPTOMATTE_NAME = re.compile(r"cryptomatte/[^/]+/name$")
_CRYPTOMATTE_LAYER = re.compile(r"(.*crypto.*)\d\d$", re.IGNORECASE)


class ColorChannels(NamedTuple):
    """Indices of a plate's colour: three for RGB, one for grey, none if there is only alpha."""

    color: tuple[int, ...]
    alpha: int | None


def find_color(channels: Sequence[str]) -> ColorChannels | None:
    """Return the main colour channels, or None if no channel looks like colour.

    The unnamed layer wins, then layers called like a main layer, then the first; RGB before grey before alpha alone.
    """
    layers = _layers(channels)
    names = sorted(layers, key=_layer_rank)  # stable: equal ranks keep the file's order
    for needed in ("RGB", "Y", "R"):  # R alone: grey, as a TIFF of two channels of which the second is unnamed
        for name in names:
            if all(part in layers[name] for part in needed):
                return ColorChannels(tuple(layers[name][part] for part in needed), layers[name].get("A"))
    for name in names:
        if "A" in layers[name]:
            return ColorChannels((), layers[name]["A"])
    return ColorChannels((0,), None) if len(channels) == 1 else None


def is_luminance_chroma(channels: Sequence[str]) -> bool:
    """Say whether the main layer is stored as luminance and two differences."""
    return {"Y", "RY", "BY"} <= set(channels)


def is_main_layer(name: str) -> bool:
    """Say whether a layer or a part is called like the main one."""
    return _layer_rank(name) < len(_MAIN_LAYERS)


def layers_to_choose_from(channels: Sequence[str]) -> list[str]:
    """Return the layers of colour among which nothing but their order tells the main one, which is first; [] if one."""
    layers = _layers(channels)
    colors = sorted((name for name in layers if all(part in layers[name] for part in "RGB")), key=_layer_rank)
    alike = [name for name in colors if _layer_rank(name) == _layer_rank(colors[0])]
    return alike if len(alike) > 1 and not _CRYPTOMATTE_LAYER.match(alike[0]) else []


def associated_layers(channels: Sequence[str], metadata: Mapping[str, Any]) -> list[ColorChannels]:
    """Return the layers whose colours a file stores multiplied by their alpha; Cryptomatte layers hold no colours."""
    data_layers = cryptomatte_layers(channels, metadata)
    found = []
    for name, parts in _layers(channels).items():
        color = tuple(parts[part] for part in "RGBY" if part in parts)
        if "A" in parts and color and name not in data_layers:
            found.append(ColorChannels(color, parts["A"]))
    return found


def cryptomatte_channels(channels: Sequence[str], metadata: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the channels that hold Cryptomatte ids and coverages: bit patterns that need all 32 bits."""
    layers = cryptomatte_layers(channels, metadata)
    return tuple(name for name in channels if name.rpartition(".")[0] in layers)


def cryptomatte_layers(channels: Sequence[str], metadata: Mapping[str, Any]) -> set[str]:
    """Return the layers that the metadata declares as Cryptomatte ranks, or that are named like them."""
    declared = {str(value) for key, value in metadata.items() if _CRYPTOMATTE_NAME.match(key)}
    ranked = set()
    for layer in {name.rpartition(".")[0] for name in channels}:
        if _CRYPTOMATTE_LAYER.match(layer) or layer in declared or (layer[:-2] in declared and layer[-2:].isdigit()):
            ranked.add(layer)
    return ranked


def alpha_name(channels: Sequence[str]) -> str:
    """Return the name of an alpha channel that would belong to the main colour."""
    found = find_color(channels)
    layer = channels[found.color[0]].rpartition(".")[0] if found and found.color else ""
    return f"{layer}.A" if layer else "A"


def _layers(channels: Sequence[str]) -> dict[str, dict[str, int]]:
    layers: dict[str, dict[str, int]] = {}
    for index, name in enumerate(channels):
        layer, _, part = name.rpartition(".")
        if part.lower() in _PARTS:
            layers.setdefault(layer, {}).setdefault(_PARTS[part.lower()], index)
    return layers


def _layer_rank(layer: str) -> int:
    name = layer.rpartition(".")[2].lower()
    if name in _MAIN_LAYERS:
        return _MAIN_LAYERS.index(name)
    return len(_MAIN_LAYERS) + bool(_CRYPTOMATTE_LAYER.match(layer))
