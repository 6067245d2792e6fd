"""What a random scene holds: its cast, background, things passing in front, and colours. Nothing here is drawn."""

from __future__ import annotations

import colorsys
from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from cmft_training.synthetic import puppet_shapes as shapes
from cmft_training.synthetic.puppet_creatures import add_animal, add_mascot
from cmft_training.synthetic.puppet_humans import add_human
from cmft_training.synthetic.puppet_oddities import add_abstract, add_robot
from cmft_training.synthetic.puppet_rig import Binding, Bone, Channel, Part, Rig

BACKGROUND_Z = -500.0
"""Parts below this depth belong to the background, parts above FOREGROUND_Z pass in front of the cast."""
FOREGROUND_Z = 390.0

_CAST: tuple[tuple[str, float, Callable[..., None]], ...] = (
    ("human", 0.56, add_human),
    ("animal", 0.14, add_animal),
    ("mascot", 0.1, add_mascot),
    ("robot", 0.1, add_robot),
    ("abstract", 0.1, add_abstract),
)


def populate(rig: Rig) -> str:
    """Fill an empty rig with one to three puppets, maybe a background and props; return what the cast is."""
    rng = rig.rng
    rig.bone("world", Bone("", (0.0, 0.0)))
    if rng.random() < 0.4:
        _add_background(rig)
    count = int(rng.choice([1, 1, 1, 1, 2, 2, 3]))
    spread = rng.uniform(0.4, 0.9)
    names = []
    for i in range(count):
        name, _, add = _CAST[int(rng.choice(len(_CAST), p=[share for _, share, _ in _CAST]))]
        parent = _add_place(rig, f"p{i}", (i - (count - 1) / 2.0) * spread, crossing=count > 1)
        add(rig, who=f"p{i}", parent=parent, z=100.0 * i)
        names.append(name)
    if rng.random() < 0.25:
        _add_props(rig)
    _add_stretch(rig)
    return " and ".join(names)


def _add_place(rig: Rig, who: str, x: float, *, crossing: bool) -> str:
    """Add the bone that carries one puppet through the scene."""
    rng = rig.rng
    walk = rig.channel(f"{who}.x", Channel(bias=x, drift=rng.normal() * 0.04 * crossing))
    place = Bone(
        "world",
        (0.0, 0.0),
        shift_x=walk,
        shift_y=rig.swing(f"{who}.y", 0.12, period=14),
        turn=rig.swing(f"{who}.turn", 0.1),
        scale=float(rng.uniform(0.7, 1.1)),
        angle=float(rng.normal() * 0.12),
    )
    return rig.bone(f"{who}.place", place)


def _add_background(rig: Rig) -> None:
    """Add a ground line and a few boxes and boulders."""
    rng = rig.rng
    level = rng.uniform(0.2, 0.9)
    left, right = level + rng.normal(0.0, 0.1, 2)
    ground = shapes.points((-6, level), (-2, left), (2, right), (6, level), (6, 6), (-6, 6))
    rig.add(Part("ground", ground, "scene.ground", -1000.0, Binding("world"), sharp=shapes.all_sharp(6)))
    for i in range(int(rng.integers(1, 8))):
        x, y = rng.uniform(-1.5, 1.5), level + rng.uniform(-0.9, 0.1)
        wide, tall = rng.uniform(0.08, 0.5, 2)
        if rng.random() < 0.5:
            shape, sharp = shapes.box((x, y), wide, tall), shapes.all_sharp(4)
        else:
            shape, sharp = shapes.blob(rng, wide, tall) + (x, y), None
        rig.add(Part(f"scene{i}", shape, f"scene.{i % 5}", -900.0 + i, Binding("world"), sharp=sharp))


def _add_props(rig: Rig) -> None:
    """Add things that cross in front of the puppets, entering and leaving the page."""
    rng = rig.rng
    for i in range(int(rng.integers(1, 4))):
        name, radius = f"prop{i}", rng.uniform(0.08, 0.3)
        x = rig.channel(f"{name}.x", Channel(bias=rng.normal(), drift=rng.normal() * 0.08))
        y = rig.channel(f"{name}.y", Channel(bias=rng.normal() * 0.5, amount=0.2, period=rng.uniform(8, 20)))
        there = Channel(bias=0.3, amount=1.0, period=rng.uniform(8, 30), phase=rng.random())
        presence = rig.channel(f"{name}.there", there)
        bone = rig.bone(name, Bone("world", (0.0, 0.0), shift_x=x, shift_y=y, turn=rig.swing(f"{name}.spin", 0.6)))
        shape = shapes.blob(rng, radius, radius * rng.uniform(0.4, 1.2), rough=0.2)
        part = rig.add(Part(name, shape, f"prop.{i}", FOREGROUND_Z + 10 + i, Binding(bone), presence=presence))
        rig.on(part, f"{name}.mark", shapes.star((0.0, 0.0), radius * 0.5))


def _add_stretch(rig: Rig) -> None:
    """Let a few bones squash and stretch."""
    for name, bone in list(rig.bones.items()):
        if bone.parent and not bone.stretch and rig.rng.random() < 0.15:
            rig.bones[name] = replace(bone, stretch=rig.swing(f"{name}.stretch", 0.1, period=12))


def group_colors(rng: np.random.Generator, keys: Sequence[str]) -> NDArray[np.uint8]:
    """Return uint8 (len(keys) + 1, 3): paper white, then one colour a key, with "x/shadow" darker than "x"."""
    base: dict[str, tuple[float, float, float]] = {}
    rows = [(1.0, 1.0, 1.0)]
    for key in keys:
        owner, _, tone = key.partition("/")
        if owner not in base:
            base[owner] = _base_color(rng, owner)
        rows.append(colorsys.hsv_to_rgb(*_toned(rng, base[owner], tone)))
    return np.rint(np.array(rows) * 255.0).astype(np.uint8)


def _toned(rng: np.random.Generator, hsv: tuple[float, float, float], tone: str) -> tuple[float, float, float]:
    h, s, v = hsv
    if tone == "shadow":
        return (h + 0.03, min(1.0, s * 1.2 + 0.05), v * 0.75)
    if tone == "light":
        return (h, s * 0.5, min(1.0, v * 1.25))
    return (rng.random(), rng.uniform(0.2, 0.9), rng.uniform(0.3, 1.0)) if tone else hsv


def _base_color(rng: np.random.Generator, key: str) -> tuple[float, float, float]:
    """Return a hue, saturation and value fitting the last word of a colour key."""
    word = key.split(".")[-1]
    if word in ("white", "glint", "teeth"):
        return (0.6, 0.02, 0.98)
    if word == "pupil":
        return (rng.random(), 0.3, 0.15)
    if word == "skin" and rng.random() < 0.75:
        return (rng.uniform(0.03, 0.09), rng.uniform(0.15, 0.55), rng.uniform(0.45, 1.0))
    if word in ("mouth", "tongue", "blush"):
        return (rng.uniform(0.95, 1.02) % 1.0, rng.uniform(0.4, 0.75), rng.uniform(0.5, 0.95))
    return (rng.random(), float(rng.beta(1.6, 1.4)), float(0.25 + 0.75 * rng.beta(2.2, 1.2)))
