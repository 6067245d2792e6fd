"""The rig of the Glitch avatars: which container of it wears what, and its actions."""

from __future__ import annotations

import re
from dataclasses import dataclass

from cmft_training.synthetic.drawn.movie import Movie

RIG = "base_avatar/Avatar.swf"
DRESS = "wardrobe/dress"  # not worn over a skirt
ROOT = "avatarContainer"  # the rig's sprite whose frames are the whole animation

_RENAMED = (
    (r"^shirttorso", "sideshirt"),
    (r"^backshirttorso", "backshirt"),
    (r"^(?:coat)?sleeve", "sideshirtsleeve"),
    (r"^backcoatsleeve", "backsleeve"),
    (r"^pantstop", "pantsbottom"),
    (r"^backpantstop", "backpantsbottom"),
    (r"^pantsleg", "pants"),
    (r"^backpantsleg", "backpants"),
    (r"^shoetoe", "toe"),
    (r"^(coat|dress|skirt|pants|boot|shoe|toe)", r"side\1"),
)


@dataclass(frozen=True)
class Slot:
    """What may be worn from one folder: the containers it goes into, as a pattern, and how often."""

    folder: str
    containers: str
    share: float


SLOTS = (
    Slot("vanity/eyes", "eye", 1.0),
    Slot("vanity/nose", "nose", 0.9),
    Slot("vanity/mouth", "mouth", 1.0),
    Slot("vanity/ears", "ear", 0.6),
    Slot("vanity/hair", "hair", 0.9),
    Slot("wardrobe/shirt", "shirt|sleeve", 1.0),
    Slot("wardrobe/pants", "pants", 1.0),
    Slot("wardrobe/skirt", "skirt", 0.2),
    Slot(DRESS, "dress", 0.25),
    Slot("wardrobe/shoes", "shoe|boot|toe", 0.9),
    Slot("wardrobe/coat", "coat|sleeve", 0.2),
    Slot("wardrobe/hat", "hat", 0.25),
)


def container(name: str) -> str:
    """Return the rig's container for an exported name of an item: sleeveUpperClose is sideshirtsleeveupperclose."""
    short = re.sub(r"container|contianer|_mc", "", name.lower())
    for pattern, replacement in _RENAMED:
        short = re.sub(pattern, replacement, short)
    return short


def is_container(name: str) -> bool:
    """Say whether a name in the rig is a container's; the file spells some of them wrong."""
    return "ontai" in name


def limb(part: str) -> str:
    """Return the container without what tells pieces of one limb apart: hand, upper and lower are the arm's."""
    part = re.sub(r"^(side|back)hand", r"\1arm", part)
    part = re.sub(r"^(side|back)foot", r"\1leg", part)
    return re.sub("upper|lower", "", part)


def garment(part: str) -> str:
    """Return the container without its side, so that both sleeves are dyed alike."""
    return re.sub("close|offside|lower|upper|left|right|back|side", "", part)


def worn_sprites(item: Movie, slot: Slot) -> dict[str, int]:
    """Return the sprites of an item by the rig's container that they go into."""
    found = {}
    for name, character in item.exported.items():
        place = container(name)
        if not is_container(name) and re.search(slot.containers, place) and character in item.sprites:
            found[place] = character
    return found


@dataclass(frozen=True)
class Action:
    """Frames [first, end) of the rig, under one label."""

    label: str
    first: int
    end: int

    def frame(self, time: float) -> int:
        """Return the frame at a time, counted from the first; past an end the action runs back."""
        length = self.end - self.first
        place = round(time) % max(2 * length - 2, 1)
        return self.first + min(place, 2 * length - 2 - place if length > 1 else 0)


def actions(rig: Movie) -> list[Action]:
    """Return the labelled actions of the rig in order, or all its frames as one."""
    root = rig.exported[ROOT]
    length, labels = rig.length(root), sorted(rig.labels(root).items())
    if not labels or labels[0][0] > 0:
        labels.insert(0, (0, ""))
    ends = [first for first, _ in labels[1:]] + [length]
    return [Action(label, first, end) for (first, label), end in zip(labels, ends, strict=True) if end > first]
