"""The layers and channels that a script knows, by the layer's name."""

from __future__ import annotations

from typing import Dict, List

from . import schema

Layers = Dict[str, List[str]]
ALWAYS = ("all", "none", "red", "green", "blue")


def of_new_script() -> Layers:
    """Return the layers that every script has."""
    return {name: ["{}.{}".format("rgba" if name in ("rgb", "alpha") else name, part) for part in parts]
            for name, parts in schema.LAYERS.items()}


def own(layers: Layers) -> Layers:
    """Return the layers that a script must add itself."""
    return {name: channels for name, channels in layers.items()
            if name not in schema.LAYERS or (name == "other" and channels)}


def check(layers: Layers, knob_name: str, text: str) -> None:
    """Raise ValueError for a layer or channel that the script does not know."""
    for word in text.replace(",", " ").split():
        name = word.lstrip("-")
        if name not in ALWAYS and name not in layers and not any(name in channels for channels in layers.values()):
            raise ValueError("{}: no layer or channel {}".format(knob_name, name))
