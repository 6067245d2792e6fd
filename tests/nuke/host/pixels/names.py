"""Channel names in files and in Nuke. In a file "R" and "layer.R", in Nuke "rgba.red" and "layer.red".

Seen in Nuke's EXR files and told in github.com/ynput and Sammie-Roto-2#60, #68: a channel without a layer that is not
R, G, B, A or Z lands in the layer `other`, where several files clash.
"""

from __future__ import annotations

from typing import Iterable, List, Optional

from ..base import Session
from ..faults import RenderError

SHORT = {"R": "red", "G": "green", "B": "blue", "A": "alpha"}
LONG = {long: short for short, long in SHORT.items()}
COLORS = ("red", "green", "blue", "alpha")


def from_file(name: str) -> str:
    """Return Nuke's name of a file's channel."""
    layer, _, part = name.rpartition(".")
    part = SHORT.get(part, part)
    if not layer:
        return "rgba." + part if part in COLORS else "depth.Z" if part == "Z" else "other." + part
    if layer.isdigit():
        raise RenderError(f"channel {name!r}: a layer's name is not a number")
    return f"{layer}.{part}"


def to_file(name: str) -> str:
    """Return the name of a channel in an EXR that Nuke writes."""
    layer, _, part = name.rpartition(".")
    return LONG[part] if layer == "rgba" else name


def expand(session: Session, text: str) -> Optional[List[str]]:
    """Return the channels that a channel knob's text names; "all" is None, names with - are switched off."""
    found: List[str] = []
    for word in text.replace(",", " ").split():
        if word == "all":
            return None
        if word == "none" or word.startswith("-"):
            continue
        if word in COLORS:
            word = "rgba." + word
        found += [channel for channel in session.layers.get(word, [word]) if channel not in found]
    return found


def chosen(session: Session, text: str, available: Iterable[str]) -> List[str]:
    """Return those of the available channels that a channel knob's text names, in their order."""
    wanted = expand(session, text)
    return [name for name in available if wanted is None or name in wanted]
