"""A Flash file as arrays in one .npz: loaded in milliseconds, its shapes made into paths when first drawn."""

from __future__ import annotations

import os
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import skia
from numpy.typing import NDArray

from cmft_engine.protocol.errors import InputError
from cmft_training.synthetic.drawn.swf import Frame, Placement, SwfContent
from cmft_training.synthetic.drawn.swf_bits import Color, Matrix
from cmft_training.synthetic.drawn.swf_shape import CURVE, MOVE

_KINDS = ("fill", "line", "bitmap")
_NOTHING = -1  # for a character that is None


@dataclass(frozen=True)
class PathShape:
    """A shape ready to be drawn; kind, rgba and width as in `swf_shape.Shape`, path in twips."""

    kind: str
    rgba: Color
    width: int
    path: Any


def write_movie(content: SwfContent, out: Path) -> None:
    """Write a file's content; equal frames that follow each other are kept once."""
    temporary = out.with_name(f".{out.name}.tmp")
    with temporary.open("wb") as file:
        np.savez(file, allow_pickle=False, **_shape_arrays(content), **_sprite_arrays(content), **_name_arrays(content))
    os.replace(temporary, out)


def _shape_arrays(content: SwfContent) -> dict[str, NDArray[Any]]:
    shapes = [(number, shape) for number, several in sorted(content.shapes.items()) for shape in several]
    paths = [shape.path for _, shape in shapes]
    return {
        "shape_character": np.array([number for number, _ in shapes], np.int32),
        "shape_kind": np.array([_KINDS.index(shape.kind) for _, shape in shapes], np.uint8),
        "shape_rgba": np.array([shape.rgba for _, shape in shapes], np.uint8).reshape(-1, 4),
        "shape_width": np.array([shape.width for _, shape in shapes], np.int32),
        "path_end": np.cumsum([len(path) for path in paths], dtype=np.int64),
        "path": np.concatenate([np.zeros(0, np.float32), *paths]),
    }


def _sprite_arrays(content: SwfContent) -> dict[str, NDArray[Any]]:
    names = sorted({placed.name for frames in content.sprites.values() for frame in frames for placed in frame})
    placed: list[Placement] = []
    ranges, sprites = list[tuple[int, int]](), list[tuple[int, int, int]]()
    for number, frames in sorted(content.sprites.items()):
        first, last = len(ranges), None
        for frame in frames:
            if frame != last:
                placed += frame
                last = frame
            ranges.append((len(placed) - len(frame), len(placed)))
        sprites.append((number, first, len(ranges)))
    return {
        "name": np.array(names or [""]),
        "placed": np.array(
            [(_NOTHING if p.character is None else p.character, names.index(p.name), p.clip_depth) for p in placed],
            np.int32,
        ).reshape(-1, 3),
        "matrix": np.array([p.matrix for p in placed], np.float32).reshape(-1, 6),
        "frame": np.array(ranges, np.int32).reshape(-1, 2),
        "sprite": np.array(sprites, np.int32).reshape(-1, 3),
    }


def _name_arrays(content: SwfContent) -> dict[str, NDArray[Any]]:
    labels = [(sprite, frame, text) for sprite, named in content.labels.items() for frame, text in named.items()]
    return {
        "exported": np.array(list(content.names) or [""]),
        "exported_character": np.array(list(content.names.values()), np.int32),
        "label": np.array([text for _, _, text in labels] or [""]),
        "label_place": np.array([(sprite, frame) for sprite, frame, _ in labels], np.int32).reshape(-1, 2),
    }


class Movie:
    """What `write_movie` wrote. exported: name -> character. sprites: the characters that have frames."""

    def __init__(self, path: Path) -> None:
        """Raise InputError when the file cannot be read."""
        try:
            with path.open("rb") as file, np.load(file) as data:
                self._array = {key: data[key] for key in data.files}
            self.exported = _pairs(self._array["exported"], self._array["exported_character"])
            self._names = self._array["name"].tolist()
            self.sprites = {int(n): (int(first), int(end)) for n, first, end in self._array["sprite"]}
            self._shapes: dict[int, list[PathShape]] = {}
            self._numbers = _places(self._array["shape_character"])
        except (OSError, KeyError, ValueError, zipfile.BadZipFile, EOFError) as error:
            raise InputError(f"{path}: not a prepared file ({error}); prepare the drawn families again") from error

    def labels(self, sprite: int) -> dict[int, str]:
        """Return the label of each frame of a sprite that has one."""
        texts = self._array["label"].tolist()
        places = self._array["label_place"].tolist()
        return {frame: text for (number, frame), text in zip(places, texts, strict=False) if number == sprite}

    def length(self, sprite: int) -> int:
        """Return a sprite's number of frames."""
        first, end = self.sprites[sprite]
        return end - first

    def frame(self, sprite: int, number: int) -> Frame:
        """Return what a sprite shows, from back to front; the number counts round and round."""
        first, _ = self.sprites[sprite]
        begin, end = self._array["frame"][first + number % self.length(sprite)]
        rows = zip(self._array["placed"][begin:end].tolist(), self._array["matrix"][begin:end].tolist(), strict=True)
        return tuple(
            Placement(None if n == _NOTHING else n, tuple(matrix), self._names[name], clip)
            for (n, name, clip), matrix in rows
        )

    def shapes(self, character: int) -> list[PathShape]:
        """Return the shapes of a character in drawing order, none for a sprite."""
        if character not in self._shapes:
            self._shapes[character] = [self._shape(k) for k in self._numbers.get(character, ())]
        return self._shapes[character]

    def _shape(self, number: int) -> PathShape:
        ends = self._array["path_end"]
        steps = self._array["path"][ends[number - 1] if number else 0 : ends[number]]
        r, g, b, a = self._array["shape_rgba"][number].tolist()
        kind, width = _KINDS[self._array["shape_kind"][number]], int(self._array["shape_width"][number])
        return PathShape(kind, (r, g, b, a), width, _skia_path(steps.tolist()))


def to_skia(matrix: Matrix) -> Any:
    """Return a matrix of the file as skia's."""
    a, b, c, d, tx, ty = matrix
    return skia.Matrix.MakeAll(a, c, tx, b, d, ty, 0, 0, 1)


def _skia_path(steps: list[float]) -> Any:
    path, at = skia.Path(), 0
    path.setFillType(skia.PathFillType.kEvenOdd)
    while at < len(steps):
        if steps[at] == CURVE:
            path.quadTo(*steps[at + 1 : at + 5])
            at += 5
        else:
            (path.moveTo if steps[at] == MOVE else path.lineTo)(steps[at + 1], steps[at + 2])
            at += 3
    return path


def _pairs(keys: NDArray[Any], values: NDArray[Any]) -> dict[str, int]:
    return dict(zip(keys.tolist(), values.tolist(), strict=False))


def _places(numbers: Iterable[int]) -> dict[int, list[int]]:
    places: dict[int, list[int]] = {}
    for place, number in enumerate(numbers):
        places.setdefault(int(number), []).append(place)
    return places
