"""Human puppets: torso, clothes and what hangs on them. Limbs are in puppet_limbs, heads in puppet_heads."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np

from cmft_training.synthetic import puppet_shapes as shapes
from cmft_training.synthetic.puppet_build import Build, Human, random_build
from cmft_training.synthetic.puppet_head_plan import HeadPlan
from cmft_training.synthetic.puppet_heads import add_head
from cmft_training.synthetic.puppet_limbs import add_arm, add_leg
from cmft_training.synthetic.puppet_rig import Binding, Bone, Channel, Part, Rig


def add_human(rig: Rig, *, who: str, parent: str, z: float) -> None:
    """Add a human named `who` whose hips hang on the bone `parent`; it takes depths z to z + 80."""
    rng = rig.rng
    bob = rig.channel(f"{who}.bob", Channel(amount=0.02, period=rng.uniform(4, 10), phase=rng.random()))
    root = rig.bone(f"{who}.root", Bone(parent, (0.0, 0.0), shift_y=bob, turn=rig.swing(f"{who}.lean", 0.08)))
    spine = rig.bone(f"{who}.spine", Bone(root, (0.0, -0.05), turn=rig.swing(f"{who}.spine", 0.12)))
    stride = Channel(amount=rng.uniform(0.1, 0.75), period=rng.uniform(8, 22), phase=rng.random())
    human = Human(rig, who, root=root, spine=spine, z=z, build=random_build(rng), stride=stride)
    torso = add_torso(human)
    for side in (-1, 1):
        add_leg(human, side)
    add_hips(human)
    for side in (-1, 1):
        add_arm(human, side, z=z + (52 if rng.random() < 0.72 else 12))
    if rng.random() < 0.3:
        add_cape(human)
    add_details(human, torso)
    _add_own_head(human)


def add_torso(human: Human) -> Part:
    """Add neck and torso and return the torso."""
    b, rig = human.build, human.rig
    binding = Binding(human.root, human.spine, (0.0, -b.torso * 0.25), (0.0, -1.0), b.torso * 0.3)
    neck = b.head * 0.3
    neck_shape = shapes.box((0.0, -b.torso - b.head * 0.1), neck, b.head * 0.4, taper=0.12)
    human.add("neck", neck_shape, "skin", (29.5, Binding(human.spine)))
    half = shapes.points(
        (neck * 1.2, -b.torso),
        (b.shoulder, -b.torso * 0.93),
        (b.shoulder * 0.98, -b.torso * 0.7),
        (b.waist, -b.torso * 0.35),
        (b.hip, 0.04),
    )
    outline = np.concatenate([half, shapes.mirrored(half)[::-1]])
    torso = human.add("torso", outline, "top" if rig.rng.random() < 0.9 else "skin", (30, binding))
    return rig.change(torso, sharp=shapes.sharp_at(10, 4, 5))


def add_hips(human: Human) -> None:
    """Add a skirt, coat tails or trousers, and a belt."""
    b, rng = human.build, human.rig.rng
    kind = rng.integers(4)
    if kind == 0:
        _add_skirt(human)
    elif kind == 1:
        _add_coat_tails(human)
    if kind > 0:
        half = shapes.points((b.hip, -0.04), (b.hip * 1.02, 0.1))
        shape = np.concatenate([half, [(0.0, 0.15)], shapes.mirrored(half)[::-1]])
        human.add("hips", shape, "bottom", (20, Binding(human.root)))
    if rng.random() < 0.7:
        belt = human.add("belt", shapes.box((0.0, 0.0), b.hip * 1.04, 0.035), "leather", (32, Binding(human.root)))
        if rng.random() < 0.7:
            human.rig.on(belt, human.key("buckle"), shapes.box((0.0, 0.0), 0.04, 0.026))


def _add_skirt(human: Human) -> None:
    b, rng = human.build, human.rig.rng
    flare, length = b.hip * rng.uniform(1.2, 2.1), b.leg * rng.uniform(0.25, 0.7)
    sway = human.rig.swing(human.key("hem"), 0.22, period=9)
    hem = Binding(human.root, sway=sway, anchor=(0.0, -0.02), reach=length)
    edges = np.linspace(-1.0, 1.0, int(rng.integers(2, 7)))
    for left, right in pairwise(edges):
        middle = (left + right) / 2
        shape = shapes.points(
            (left * b.hip, -0.03),
            (right * b.hip, -0.03),
            (right * flare, length),
            (middle * flare, length * 1.08),
            (left * flare, length),
        )
        panel = human.add("skirt", shape, "bottom", (31 - abs(middle) * 0.5, hem))
        human.rig.change(panel, sharp=shapes.sharp_at(5, 0, 1, 2, 4))


def _add_coat_tails(human: Human) -> None:
    b = human.build
    sway = human.rig.swing(human.key("hem"), 0.22, period=9)
    hem = Binding(human.root, sway=sway, anchor=(0.0, -0.1), reach=b.leg * 0.6)
    shape = shapes.points((0.02, -0.15), (b.hip, -0.15), (b.hip * 1.35, b.leg * 0.6), (0.06, b.leg * 0.55))
    for side in (-1, 1):
        tail = human.add("tail", shape * [side, 1.0], "top", (31, hem))
        human.rig.change(tail, sharp=shapes.all_sharp(4))


def add_cape(human: Human) -> None:
    """Add a cape on the shoulders, behind everything."""
    b, rng = human.build, human.rig.rng
    wide, length = b.shoulder * rng.uniform(1.4, 2.4), b.torso * rng.uniform(0.9, 2.2)
    top = -b.torso * 0.95
    shape = shapes.points(
        (-b.shoulder, top),
        (b.shoulder, top),
        (wide, top + length * 0.9),
        (wide * 0.35, top + length),
        (-wide * 0.3, top + length * 0.93),
        (-wide, top + length),
    )
    sway = human.rig.swing(human.key("cape"), 0.5, period=11)
    cape = human.add("cape", shape, "cape", (2, Binding(human.spine, sway=sway, anchor=(0.0, top), reach=length)))
    for x in (-0.4, 0.4):
        human.rig.stroke(cape, shapes.points((x * b.shoulder, top + 0.2), (x * wide, top + length * 0.85)))


def add_details(human: Human, torso: Part) -> None:
    """Add buttons, lapels and the like, sliding over the chest as the body turns."""
    rng = human.rig.rng
    yaw = human.rig.swing(human.key("yaw"), 0.35, bias=rng.uniform(-0.4, 0.4))
    slide = replace(torso.binding, slide=1.0, slide_channel=yaw, slide_radius=human.build.shoulder * 1.5)
    for kind in rng.permutation(6)[: rng.integers(1, 5)]:
        for word, shape in _detail(rng, int(kind), human.build):
            human.rig.change(human.rig.on(torso, human.key(word), shape), binding=slide)


def _add_own_head(human: Human) -> None:
    """Add the head on its neck."""
    b, rig = human.build, human.rig
    tilt = rig.swing(human.key("tilt"), 0.18)
    bone = rig.bone(human.key("head"), Bone(human.spine, (0.0, -b.torso), turn=tilt))
    center = (0.0, -b.torso - b.head * 0.95)
    add_head(rig, HeadPlan(human.who, bone, center, b.head, human.z + 40, human.key("skin")))


def _detail(rng: np.random.Generator, kind: int, b: Build) -> list[tuple[str, shapes.Points]]:
    """Return the pieces (name and colour, outline) of one garment detail on the chest."""
    if kind == 0:
        heights = np.linspace(-b.torso * 0.78, -b.torso * 0.15, int(rng.integers(2, 6)))
        return [("button", shapes.ellipse((0.0, float(y)), 0.022, 0.022)) for y in heights]
    if kind == 1:
        lapel = shapes.points((0.0, -b.torso * 0.62), (b.shoulder * 0.75, -b.torso * 1.05), (0.0, -b.torso * 1.05))
        return [("lapel", lapel * [side, 1.0]) for side in (-1, 1)]
    if kind == 2:
        half = shapes.points((0.03, -b.torso), (0.05, -b.torso * 0.45))
        tie = np.concatenate([half, [(0.0, -b.torso * 0.35)], shapes.mirrored(half)[::-1]])
        return [("tie", tie)]
    if kind == 3:
        side, y = float(rng.choice([-1.0, 1.0])), -b.torso * 0.65
        return [("emblem", shapes.star((side * b.shoulder * 0.4, y), 0.07, tips=int(rng.integers(4, 8))))]
    if kind == 4:
        pocket = shapes.box((b.waist * 0.5, -b.torso * 0.25), 0.05, 0.05)
        return [("pocket", pocket * [side, 1.0]) for side in (-1, 1)]
    rows = np.linspace(-b.torso * 0.7, -b.torso * 0.1, int(rng.integers(1, 5)))
    return [("stripe", shapes.box((0.0, float(y)), b.shoulder * 1.4, b.torso * 0.05)) for y in rows]
