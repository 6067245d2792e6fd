"""Random drawings of extracted characters: camera, framing, pen and toon shadow, all drawn from the caller's rng.

Reads the files of `extract_characters`; needs no Blender.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from importlib import resources
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from cmft_engine.protocol.errors import InputError
from cmft_training.synthetic.drawing import Clip
from cmft_training.synthetic.raster import Pen, Scene, render, smooth_normals

Rng = np.random.Generator
Floats = NDArray[np.float32]

SPLITS = ("train", "validation")
MIN_ISLAND_FACES = 6
HUMANOID_PACKS = ("quaternius_ultimate_characters", "quaternius_modular_men", "quaternius_modular_women")
HUMANOID_SHARE = 0.6
SHADOW_TONE = 0.68
WHOLE_FILL = (0.6, 0.95)  # `Look.fill` where the whole character is to be on the page
DEPTH_STEP = 0.02  # of the character's size on screen


@dataclass(frozen=True)
class Look:
    """How drawings may look; every range is drawn from uniformly, every probability lies in [0, 1].

    fill: share of the frame that the character spans. line_px: line width. shadow: probability of a toon shadow;
    ink_shadow: that its border is inked. mirror, perspective, moving_camera: probabilities. turn, pitch, roll:
    largest angles in degrees (turn is measured from the front).
    """

    fill: tuple[float, float] = (0.5, 1.1)
    line_px: tuple[float, float] = (1.0, 3.0)
    shadow: float = 0.35
    ink_shadow: float = 0.5
    mirror: float = 0.5
    perspective: float = 0.5
    moving_camera: float = 0.4
    turn: float = 180.0
    pitch: float = 30.0
    roll: float = 12.0


@dataclass(frozen=True)
class Build:
    """Proportions other than those of the file.

    stretch: (3,) factors of x, y and z. thickness: (n,) how far each vertex moves outward along its normal before.
    """

    stretch: Floats
    thickness: Floats


@dataclass(frozen=True)
class Character:
    """Packed motion of one character.

    vertices: int16 (runs, drawings, n, 3), undone by ``vertices * scale[0] + scale[1]``. faces: int32 (m, 3).
    part: uint16 (m,) from 1. group: uint16 (parts + 1,), group[0] = 0. color: uint8 (groups, 3) sRGB, color[0] white.
    build: proportions other than those of the file, if any.
    """

    name: str
    vertices: NDArray[np.int16]
    scale: Floats
    faces: NDArray[np.int32]
    part: NDArray[np.uint16]
    group: NDArray[np.uint16]
    color: NDArray[np.uint8]
    build: Build | None = None

    @classmethod
    def load(cls, path: Path) -> Character:
        """Read one extracted file. Raises InputError when it cannot be read or lacks an array."""
        try:
            with np.load(path) as data:
                vertices, scale, faces = data["V"], data["scale"], data["F"]
                material, color = data["M"], data["colours"]
        except (OSError, KeyError, ValueError) as error:
            raise InputError(f"{path}: not an extracted character ({error}); extract it again") from error
        part, group = split_parts(faces, material)
        color = np.concatenate([np.full((1, 3), 255, np.uint8), color])
        return cls(path.stem, vertices, scale, faces, part, group, color)

    def positions(self, run: int, drawing: int) -> Floats:
        """Return float32 (n, 3) positions, z up."""
        positions: Floats = self.vertices[run, drawing].astype(np.float32) * self.scale[0] + self.scale[1]
        if self.build is None:
            return positions
        outward: Floats = smooth_normals(positions, self.faces)
        return (positions + outward * self.build.thickness[:, None]) * self.build.stretch


def split_parts(faces: NDArray[np.int32], material: NDArray[np.uint8]) -> tuple[NDArray[np.uint16], NDArray[np.uint16]]:
    """Return (part, group): faces (m, 3) of one material that hang together are one part, ids from 1.

    Islands of fewer than `MIN_ISLAND_FACES` faces of one material form one part together. group: uint16 (parts + 1,)
    holds 1 + the material of each part, and 0 for the background.
    """
    corner = np.repeat(np.arange(len(faces)), 3)
    # faces of one material that share a vertex are linked through the node of that (vertex, material)
    _, node = np.unique(faces.reshape(-1).astype(np.int64) * 256 + material[corner], return_inverse=True)
    node = node.reshape(-1) + len(faces)
    n = int(node.max()) + 1
    links = coo_array((np.ones(len(node), np.int8), (corner, node)), shape=(n, n))
    island = connected_components(links, directed=False)[1][: len(faces)]
    small = np.bincount(island)[island] < MIN_ISLAND_FACES
    key = np.where(small, -1 - material.astype(np.int64), island)
    _, first, part = np.unique(key, return_index=True, return_inverse=True)
    group = np.concatenate([[0], material[first].astype(np.int64) + 1])
    return (part.reshape(-1) + 1).astype(np.uint16), group.astype(np.uint16)


@dataclass(frozen=True)
class Camera:
    """Angles in degrees at the first and the last drawing, distance in character sizes (inf = orthographic)."""

    start: tuple[float, float, float]
    end: tuple[float, float, float]
    distance: float
    mirrored: bool

    def view(self, positions: Floats, *, progress: float, size: float) -> Floats:
        """Return (n, 3) camera positions of centred positions: x right, y down, z away from the viewer."""
        yaw, pitch, roll = np.radians(
            np.asarray(self.start) + (np.asarray(self.end) - np.asarray(self.start)) * progress
        )
        x, y, z = positions.T
        x, depth = x * np.cos(yaw) - y * np.sin(yaw), x * np.sin(yaw) + y * np.cos(yaw)
        up, depth = z * np.cos(pitch) + depth * np.sin(pitch), depth * np.cos(pitch) - z * np.sin(pitch)
        x, up = x * np.cos(roll) - up * np.sin(roll), x * np.sin(roll) + up * np.cos(roll)
        seen = np.stack([-x if self.mirrored else x, -up, depth], axis=1)
        if np.isfinite(self.distance):
            seen *= (self.distance * size / (self.distance * size + seen[:, 2]))[:, None]
        return seen.astype(np.float32)


def random_camera(rng: Rng, look: Look) -> Camera:
    """Return a camera in front of, beside or behind a character, perhaps moving slowly over the clip."""
    limits = np.array([look.turn, look.pitch, look.roll])
    start = rng.uniform(-1.0, 1.0, 3)
    start[0] *= abs(start[0]) ** 0.6  # more often from the front
    start *= limits
    drift = rng.uniform(-1.0, 1.0, 3) * np.minimum(limits, [25.0, 8.0, 4.0])
    if rng.random() >= look.moving_camera:
        drift = np.zeros(3)
    distance = float(rng.uniform(1.5, 5.0))
    if rng.random() >= look.perspective:
        distance = float("inf")
    first, last = start.tolist(), (start + drift).tolist()
    return Camera((first[0], first[1], first[2]), (last[0], last[1], last[2]), distance, rng.random() < look.mirror)


@dataclass(frozen=True)
class Shadow:
    """Toon shadow: unit direction to the light in camera space, and the light level where shadow begins."""

    toward: Floats
    level: float


class CharacterSet:
    """The extracted characters of one split, loaded when first drawn."""

    def __init__(self, folder: str | Path, split: str = "train", *, look: Look | None = None) -> None:
        """Raise InputError when the folder holds no character of the split, or the split is unknown."""
        if split not in SPLITS:
            raise InputError(f"split {split!r} is unknown; use {' or '.join(SPLITS)}")
        self.folder = Path(folder)
        self.look = look or Look()
        found = sorted(p.stem for p in self.folder.glob("*__*.npz") if ".part" not in p.name)
        self.names = tuple(name for name in found if is_validation(name) == (split == "validation"))
        if not self.names:
            what = f"no {split} character in it" if self.folder.is_dir() else "there is no such folder"
            raise InputError(f"{self.folder}: {what}; run extract_characters first")
        self._loaded: dict[str, Character] = {}
        human = np.array([name.startswith(HUMANOID_PACKS) for name in self.names])
        share = np.where(human, HUMANOID_SHARE / max(human.sum(), 1), (1 - HUMANOID_SHARE) / max((~human).sum(), 1))
        self._share = share / share.sum()

    def __getstate__(self) -> dict[str, object]:
        """Leave loaded characters out of copies for other processes, which load what they draw."""
        return {**self.__dict__, "_loaded": {}}

    def character(self, name: str) -> Character:
        """Return a character, from memory after its first use."""
        if name not in self._loaded:
            self._loaded[name] = Character.load(self.folder / f"{name}.npz")
        return self._loaded[name]

    def random_character(self, rng: Rng) -> Character:
        """Return a character drawn at random, humanoids more often than their number alone would give."""
        return self.character(str(rng.choice(self.names, p=self._share)))

    def random_clip(self, rng: Rng, *, size: int, n_drawings: int, stride: int = 1, name: str = "") -> Clip:
        """Return a clip of `n_drawings` drawings, `stride` drawings apart, of a random (or the named) character.

        Raises InputError when the extracted runs are too short for it.
        """
        character = self.character(name) if name else self.random_character(rng)
        n_runs, length = character.vertices.shape[:2]
        span = (n_drawings - 1) * stride
        if span >= length:
            raise InputError(f"{n_drawings} drawings {stride} apart do not fit in runs of {length} drawings")
        run, first = int(rng.integers(n_runs)), int(rng.integers(length - span))
        moments = [(run, first + i * stride) for i in range(n_drawings)]
        return draw_run(character, moments, rng=rng, size=size, look=self.look)

    def drawings_apart(
        self, rng: Rng, *, size: int, gaps: Sequence[int | None], character: Character | None = None
    ) -> Clip:
        """Return a random drawing of a random (or the given) character, then one drawing for each gap, in that order.

        A gap inside a run is that many drawings before or after, seen by the same camera. A longer one is a drawing
        of another run (of the same one, if there is no other) under a camera, pen and light of its own; None is such
        a drawing with the whole character on the page.
        """
        character = character or self.random_character(rng)
        n_runs, length = character.vertices.shape[:2]
        look = _settled(rng, self.look)
        first, steps = _steps(rng, [gap for gap in gaps if gap is not None and gap < length], length)
        run, moments = int(rng.integers(n_runs)), sorted({0, *steps})
        near = draw_run(character, [(run, first + step) for step in moments], rng=rng, size=size, look=look)
        drawings, waiting = [near.drawings[moments.index(0)]], iter(steps)
        for gap in gaps:
            if gap is not None and gap < length:
                drawings.append(near.drawings[moments.index(next(waiting))])
            else:
                other = (run + int(rng.integers(1, max(n_runs, 2)))) % n_runs, int(rng.integers(length))
                there = replace(look, fill=WHOLE_FILL) if gap is None else look
                drawings.append(draw_run(character, [other], rng=rng, size=size, look=there).drawings[0])
        return Clip(tuple(drawings), near.group, near.color, character.name)


def _steps(rng: Rng, gaps: Sequence[int], length: int) -> tuple[int, list[int]]:
    """Return a drawing of a run of `length` and, for each gap, a signed step from it that stays within the run."""
    fitting = [t for t in range(length) if all(t >= gap or t + gap < length for gap in gaps)]
    first = int(rng.choice(fitting))
    steps = [
        -gap if first + gap >= length or (first >= gap and rng.random() < 0.5) else gap for gap in gaps
    ]
    return first, steps


def _settled(rng: Rng, look: Look) -> Look:
    """Return the look with its toon shadow decided, so that every camera shows the same parts and inked borders."""
    shadow, ink_shadow = rng.random() < look.shadow, rng.random() < look.ink_shadow
    return replace(look, shadow=float(shadow), ink_shadow=float(ink_shadow))


def draw_run(character: Character, moments: list[tuple[int, int]], *, rng: Rng, size: int, look: Look) -> Clip:
    """Return the clip of a character at the (run, drawing) `moments`, under one random camera, pen and light."""
    camera = random_camera(rng, look)
    shadow = _random_shadow(rng) if rng.random() < look.shadow else None
    ink_shadow = bool(rng.random() < look.ink_shadow)
    line_px = float(rng.uniform(*look.line_px))
    world = [character.positions(*moment) for moment in moments]
    seen = _project(world, camera)
    points, spread = _frame(seen, rng=rng, size=size, look=look)
    pen = Pen(line_px=line_px, depth_px=DEPTH_STEP * spread, ink_shadow=ink_shadow)
    n_parts = len(character.group)
    drawings = []
    for here, view in zip(points, seen, strict=True):
        light = None if shadow is None else _light(view, character.faces, shadow=shadow, flip=camera.mirrored)
        drawings.append(render(Scene(here, character.faces, character.part, n_parts, light), size=size, pen=pen))
    group, color = (character.group, character.color) if shadow is None else _with_shadows(character)
    return Clip(tuple(drawings), group, color, character.name)


def _project(world: list[Floats], camera: Camera) -> list[Floats]:
    """Return camera positions of each drawing, turning about the middle of the whole clip."""
    every = np.stack(world)
    low, high = every.min(axis=(0, 1)), every.max(axis=(0, 1))
    middle, size = (low + high) / 2, float(np.linalg.norm(high - low))
    last = max(len(world) - 1, 1)
    return [camera.view(p - middle, progress=i / last, size=size) for i, p in enumerate(world)]


def _frame(seen: list[Floats], *, rng: Rng, size: int, look: Look) -> tuple[list[Floats], float]:
    """Return points in px under one framing for the clip, and the character's span in px."""
    every = np.stack(seen)
    low, high = every.min(axis=(0, 1)), every.max(axis=(0, 1))
    extent = max(float((high - low)[:2].max()), 1e-6)
    fill = float(rng.uniform(*look.fill))
    scale = size * fill / extent
    room = abs(1.0 - fill) * size / 2
    shift = rng.uniform(-1.0, 1.0, 2) * room + size / 2
    middle = (low + high) / 2
    offset = np.array([shift[0], shift[1], 0.0], np.float32)
    points = [((p - middle) * np.float32(scale) + offset).astype(np.float32) for p in seen]
    return points, scale * extent


def _random_shadow(rng: Rng) -> Shadow:
    """Return light from above, in front and one side, shading between a rim and about half of the form."""
    side, up, front = rng.uniform(-1.0, 1.0), rng.uniform(0.2, 1.0), rng.uniform(0.1, 0.9)
    toward = np.array([side, -up, -front], np.float32)
    return Shadow(toward / np.linalg.norm(toward), float(rng.uniform(-0.35, 0.25)))


def _light(view: Floats, faces: NDArray[np.int32], *, shadow: Shadow, flip: bool) -> Floats:
    """Return signed light (n,) at camera positions (n, 3); `flip` when the camera mirrors, which turns normals."""
    normals: Floats = smooth_normals(view, faces)
    lit = normals @ shadow.toward
    return ((-lit if flip else lit) - shadow.level).astype(np.float32)


def _with_shadows(character: Character) -> tuple[NDArray[np.uint16], NDArray[np.uint8]]:
    """Return (group, color) with a shadow part for every part and a darker, bluer shadow colour for every group."""
    n_groups = len(character.color)
    group = np.concatenate([character.group, character.group[1:] + n_groups - 1]).astype(np.uint16)
    dark = character.color[1:].astype(np.float32) * SHADOW_TONE * np.array([0.96, 0.96, 1.08], np.float32)
    return group, np.concatenate([character.color, np.clip(dark, 0, 255).astype(np.uint8)])


def is_validation(name: str) -> bool:
    """Return whether a character, ``<pack>__<name>``, is kept out of training.

    `split.json` lists whole packs and single characters; nothing else is validation.
    """
    table = _split_table()
    return name.split("__")[0] in table["packs"] or name in table["characters"]


def _split_table() -> dict[str, list[str]]:
    """Return the validation part of split.json."""
    text = resources.files("cmft_training").joinpath("split.json").read_text(encoding="utf-8")
    table: dict[str, list[str]] = json.loads(text)["validation"]
    return table
