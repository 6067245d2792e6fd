"""Glitch avatars: one rig of hand-keyed frames in random clothes and faces, with exact parts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import skia

from cmft_engine.protocol.errors import InputError
from cmft_training.synthetic.drawn.avatar_rig import (
    DRESS,
    RIG,
    ROOT,
    SLOTS,
    Action,
    Slot,
    actions,
    container,
    garment,
    is_container,
    limb,
    worn_sprites,
)
from cmft_training.synthetic.drawn.figure import WIDTHS, Framing, LayeredFigure, Rng
from cmft_training.synthetic.drawn.movie import Movie, PathShape, to_skia
from cmft_training.synthetic.drawn.outlines import Layer
from cmft_training.synthetic.drawn.plates import RGB, Bools, BorderPen, Plan
from cmft_training.synthetic.drawn.split import Split, names_of
from cmft_training.synthetic.drawn.swf import Placement
from cmft_training.synthetic.drawn.swf_bits import Color

FOLDER = "avatars"
_TONE = 36  # of 255: nearer tones of one place are one part
_INKED = 70  # nearer tones of one garment have no line between them
_OPAQUE = 160  # of 255: what is more translucent is shading and left out
_THINNEST = 30  # twips of a stroke in the art
_SKIN = re.compile("skull|head$|torso|arm|hand|leg|foot")
_FACE = re.compile("eye|mouth")
_SKULL = re.compile("skullcont|backheadcont")
_ON_TWOS = 2.0  # frames of the rig in a time step
_RUNS_ON = 0.4  # share of figures that go on to the next action at the end of one; the others go back
_BACK, _CLOSE = 0.1, 0.33  # shares of figures seen from behind, and close up
_SKIN_COLOR: Color = (255, 255, 255, 255)


def file_name(item: str) -> str:
    """Return the prepared file of an item, such as "vanity/eyes/eyes_01.swf"."""
    return item.removesuffix(".swf").replace("/", "__") + ".npz"


class Avatars:
    """The wardrobe of one split, its files loaded when first worn."""

    def __init__(self, folder: Path, split: Split) -> None:
        """Raise InputError when the folder lacks the prepared rig or has nothing of this split to wear."""
        self._folder = folder / FOLDER
        self._rig = self._movie(RIG)
        if ROOT not in self._rig.exported:
            raise InputError(f"{self._folder / file_name(RIG)}: has no {ROOT}; prepare the drawn families again")
        self._actions = actions(self._rig)
        self._items: dict[str, list[str]] = {}
        for item in names_of("avatars", split):
            if (self._folder / file_name(item)).is_file():
                self._items.setdefault(item.rsplit("/", 1)[0], []).append(item)
        if not self._items:
            raise InputError(f"{self._folder}: nothing of the {split} split to wear; prepare the drawn families again")
        self._loaded: dict[str, Movie] = {}

    def __getstate__(self) -> dict[str, object]:
        """Leave what holds paths out of copies for other processes."""
        return {"folder": self._folder, "items": self._items}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self._folder, self._items, self._loaded = state["folder"], state["items"], {}
        self._rig = self._movie(RIG)
        self._actions = actions(self._rig)

    def figure(self, rng: Rng) -> LayeredFigure:
        """Return a random figure in the middle of a random action, one in ten seen from behind."""
        worn: dict[str, tuple[Movie, int]] = {}
        for slot in SLOTS:
            item = self._choice(rng, slot)
            if item and not (slot.folder == DRESS and any("skirt" in place for place in worn)):
                movie = self._item(item)
                worn.update({place: (movie, sprite) for place, sprite in worn_sprites(movie, slot).items()})
        who = Costume(worn, int(rng.integers(2**32)), "back" if rng.random() < _BACK else "side")
        often = np.array([action.end - action.first for action in self._actions]) ** 0.5  # or idling would be most
        action = self._actions[int(rng.choice(len(often), p=often / often.sum()))]
        start = int(rng.integers(action.end - action.first))
        if rng.random() < _RUNS_ON:
            whole = Action(action.label, 0, self._rig.length(self._rig.exported[ROOT]))
            return self._posed(rng, who, whole, action.first + start)
        return self._posed(rng, who, action, start)

    def _posed(self, rng: Rng, who: Costume, action: Action, start: int) -> LayeredFigure:
        total = self._rig.length(self._rig.exported[ROOT])
        return LayeredFigure(
            name=f"avatars/{action.label or 'rig'}",
            at=lambda time: who.layers(self._rig, action.frame(start + _ON_TWOS * time)),
            elsewhere=lambda share: who.layers(self._rig, int(share * total)),
            colors=who.colors,
            pen=BorderPen(float(rng.choice(WIDTHS)), who.borders),
            framing=Framing.random(rng, close=_CLOSE),
            rng=rng,
        )

    def _choice(self, rng: Rng, slot: Slot) -> str | None:
        items = self._items.get(slot.folder, [])
        return str(rng.choice(items)) if items and rng.random() < slot.share else None

    def _item(self, item: str) -> Movie:
        if item not in self._loaded:
            self._loaded[item] = self._movie(item)
        return self._loaded[item]

    def _movie(self, item: str) -> Movie:
        path = self._folder / file_name(item)
        if not path.is_file():
            raise InputError(f"{path}: not there; run python -m cmft_training.synthetic.drawn.prepare")
        return Movie(path)


@dataclass(frozen=True)
class _Place:
    """Where a walk through the files is: the matrix so far, the container, the slot of its dye, and what hides it."""

    matrix: Any
    container: str
    dye: str
    clip: Any


@dataclass
class Costume:
    """What one figure wears, by container, and the parts that its drawings have had so far.

    A part is a limb or container, its dye and its tone: its number stays for as long as the costume is drawn.
    """

    worn: dict[str, tuple[Movie, int]]
    seed: int
    view: str
    _parts: list[tuple[tuple[str, str], RGB]] = field(default_factory=list)
    _tones: dict[tuple[str, str], list[int]] = field(default_factory=dict)
    _skull: Any = None

    def layers(self, rig: Movie, frame: int) -> list[Layer]:
        """Return what a frame of the rig shows, from back to front."""
        self._skull = None
        start = _Place(skia.Matrix(), "", "", None)
        return list(self._rig_layers(rig, rig.exported[ROOT], frame, start))

    def colors(self) -> list[RGB]:
        """Return the colours of parts 1, 2, …"""
        return [color for _, color in self._parts]

    def borders(self, first: Plan, second: Plan) -> Bools:
        """See `plates.Borders`: lines between containers, and between tones that are far apart; not along folds."""
        color = np.array([(255, 255, 255), *self.colors()], np.int32)
        places = {"": 0}
        place = np.array([0, *(places.setdefault(key[0], len(places)) for key, _ in self._parts)])
        far: Bools = np.abs(color[first] - color[second]).max(-1) > _INKED
        inked: Bools = far | (place[first] != place[second])
        return inked

    def _rig_layers(self, rig: Movie, sprite: int, frame: int, place: _Place) -> Iterator[Layer]:
        for placed in rig.frame(sprite, frame):
            if placed.character is None or placed.clip_depth:
                continue
            here = self._place_in_rig(rig, placed, place)
            if sprite == rig.exported[ROOT] and placed.name and not here.container.startswith(self.view):
                continue
            if is_container(placed.name):
                if _SKULL.search(placed.name.lower()):
                    self._skull = _skin_outline(rig, placed.character, here.matrix)
                yield from self._worn_layers(here, frame)
            if placed.character in rig.sprites:
                yield from self._rig_layers(rig, placed.character, frame, here)
            else:
                for shape in rig.shapes(placed.character):
                    if shape.kind == "bitmap" and _SKIN.search(here.container):
                        yield self._layer(shape, here, _SKIN_COLOR)

    def _place_in_rig(self, rig: Movie, placed: Placement, place: _Place) -> _Place:
        name = container(placed.name) if placed.name else place.container
        return _Place(_joined(place.matrix, placed), name, _dye(placed, place), place.clip)

    def _worn_layers(self, place: _Place, frame: int) -> Iterator[Layer]:
        """Yield what is worn in a container; eyes and mouth only on the skull, no hair under a hat that hides it."""
        name = place.container
        hat = {f"{self.view}hathairmask", f"{self.view}hat"}
        if name not in self.worn or (name.endswith("hair") and hat <= self.worn.keys()):
            return
        movie, sprite = self.worn[name]
        clip = self._skull if _FACE.search(name) and self._skull is not None else place.clip
        yield from self._item_layers(movie, sprite, frame, _Place(place.matrix, name, "", clip))

    def _item_layers(self, item: Movie, sprite: int, frame: int, place: _Place) -> Iterator[Layer]:
        for placed in item.frame(sprite, frame if item.length(sprite) > 1 else 0):
            if placed.character is None or placed.clip_depth:
                continue
            here = _Place(_joined(place.matrix, placed), place.container, _dye(placed, place), place.clip)
            if placed.character in item.sprites:
                yield from self._item_layers(item, placed.character, frame, here)
                continue
            for shape in item.shapes(placed.character):
                if shape.kind == "bitmap" and "ear" in here.container:
                    yield self._layer(shape, here, _SKIN_COLOR)
                elif shape.kind != "bitmap" and shape.rgba[3] >= _OPAQUE:
                    yield self._layer(shape, here, shape.rgba)

    def _layer(self, shape: PathShape, place: _Place, rgba: Color) -> Layer:
        path = skia.Path()
        shape.path.transform(place.matrix, path)
        m = place.matrix
        grown = abs(m.getScaleX() * m.getScaleY() - m.getSkewX() * m.getSkewY()) ** 0.5
        stroke = max(shape.width, _THINNEST) * grown if shape.kind == "line" else 0.0
        is_skin = shape.kind == "bitmap"
        return Layer(path, self._part(place, rgba, is_skin=is_skin), stroke, place.clip)

    def _part(self, place: _Place, rgba: Color, *, is_skin: bool) -> int:
        """Return the number of the part of this tone here, a new one unless a near tone has been here."""
        key = limb(place.container), place.dye
        dye = self._dye_color("skin") if is_skin else self._dye_color(f"{garment(key[0])}/{key[1]}") if key[1] else None
        r, g, b = (round(tone * (255 if dye is None else dye[k]) / 255) for k, tone in enumerate(rgba[:3]))
        for number in self._tones.setdefault(key, []):
            other = self._parts[number - 1][1]
            if max(abs(r - other[0]), abs(g - other[1]), abs(b - other[2])) < _TONE:
                return number
        self._parts.append((key, (r, g, b)))
        self._tones[key].append(len(self._parts))
        return len(self._parts)

    def _dye_color(self, name: str) -> RGB:
        """Return the random colour of a dye, the same whichever drawing asks first."""
        rng = np.random.default_rng([self.seed, *name.encode()])
        r, g, b = rng.integers(90 if name == "skin" else 60, 256, 3).tolist()
        return r, g, b


def _joined(matrix: Any, placed: Placement) -> Any:
    return skia.Matrix.Concat(matrix, to_skia(placed.matrix))


def _dye(placed: Placement, place: _Place) -> str:
    return placed.name if re.match(r"color_\d+$", placed.name) else place.dye


def _skin_outline(rig: Movie, character: int, matrix: Any) -> Any:
    """Return the outline of the head, the shapes of skin two sprites down, as one skia path."""
    outline = skia.Path()
    if character not in rig.sprites:
        return outline
    for middle in rig.frame(character, 0):
        for placed in rig.frame(middle.character, 0) if middle.character in rig.sprites else ():
            for shape in rig.shapes(placed.character) if placed.character is not None else ():
                if shape.kind == "bitmap":
                    outline.addPath(shape.path, _joined(_joined(matrix, middle), placed))
    return outline
