"""Robots and abstract creatures with random limbs. Living beings with known anatomy are in the other puppet rooms."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cmft_training.synthetic import puppet_shapes as shapes
from cmft_training.synthetic.puppet_head_plan import HeadPlan
from cmft_training.synthetic.puppet_heads import add_head
from cmft_training.synthetic.puppet_rig import Binding, Bone, Part, Rig

_Place = tuple[float, float]


def add_robot(rig: Rig, *, who: str, parent: str, z: float) -> None:
    """Add a robot of boxes and tubes with panels, lamps and jointed limbs; it takes depths z to z + 50."""
    u = rig.rng.uniform
    root = rig.bone(f"{who}.root", Bone(parent, (0.0, 0.0), turn=rig.swing(f"{who}.lean", 0.1)))
    robot = _Robot(rig, who, root, z, wide=u(0.25, 0.42), tall=u(0.25, 0.4))
    robot.add_body()
    robot.add_head()
    arm, leg = u(0.4, 0.7), u(0.35, 0.7)
    for side in (-1, 1):
        robot.add_limb((side * robot.wide * 1.05, -robot.tall * 1.6), arm, u(0, 45))
        robot.add_limb((side * robot.wide * 0.5, 0.0), leg, 12)


@dataclass(frozen=True)
class _Robot:
    """One robot under construction; `wide` and `tall` are half the body's size."""

    rig: Rig
    who: str
    root: str
    z: float
    wide: float
    tall: float

    def _add(self, word: str, shape: shapes.Points, z: float, bone: str) -> Part:
        """Add a part in a colour of its own name; boxes have sharp corners."""
        key = f"{self.who}.{word}"
        part = self.rig.add(Part(key, shape, key, self.z + z, Binding(bone)))
        return self.rig.change(part, sharp=shapes.all_sharp(4)) if len(shape) == 4 else part

    def _plate(self, word: str, shape: shapes.Points, z: float, bone: str) -> Part:
        part = self._add(word, shape, z, bone)
        rounded = self.rig.rng.random() < 0.4
        return self.rig.change(part, sharp=~shapes.all_sharp(4)) if rounded else part

    def add_body(self) -> None:
        """Add the body with lamps and panels."""
        rng, u = self.rig.rng, self.rig.rng.uniform
        body = self._plate(
            "body", shapes.box((0.0, -self.tall), self.wide, self.tall, taper=u(-0.25, 0.25)), 20, self.root
        )
        for _ in range(int(rng.integers(2, 9))):
            at = (u(-self.wide, self.wide) * 0.75, -self.tall * (1.0 + u(-0.75, 0.75)))
            shape = shapes.ellipse(at, 0.04, 0.04) if u() < 0.5 else shapes.box(at, u(0.03, 0.1), u(0.03, 0.1))
            lamp = self.rig.on(body, f"{self.who}.gadget", shape, color=f"{self.who}.lamp{rng.integers(3)}")
            self.rig.change(lamp, sharp=shapes.all_sharp(4) if len(shape) == 4 else None)

    def add_head(self) -> None:
        """Add neck, head, visor, eyes and antenna."""
        rig, u = self.rig, self.rig.rng.uniform
        top, size = -2 * self.tall, u(0.16, 0.3)
        bone = rig.bone(f"{self.who}.head", Bone(self.root, (0.0, top), turn=rig.swing(f"{self.who}.tilt", 0.2)))
        center = (0.0, top - size - 0.06)
        self._add("joint", shapes.box((0.0, top - 0.04), size * 0.3, 0.08), 10, bone)
        head = self._plate("head", shapes.box(center, size * u(0.8, 1.5), size, taper=u(-0.25, 0.25)), 30, bone)
        visor = rig.on(head, f"{self.who}.visor", shapes.box(center, size * 0.75, size * 0.35))
        for side in (-1, 1):
            eye = shapes.ellipse((side * size * 0.35, center[1]), size * 0.18, size * 0.18)
            rig.on(visor, f"{self.who}.eye", eye, color=f"{self.who}.lamp0")
        tip = (u(-0.1, 0.1), center[1] - size * 1.8)
        self._add("antenna", shapes.limb((0.0, center[1] - size), tip, widths=[0.02, 0.02]), 29, bone)

    def add_limb(self, at: _Place, reach: float, z: float) -> None:
        """Add a chain of two to four boxes with round joints and a claw."""
        rig, rng, (x, y) = self.rig, self.rig.rng, at
        n, w = int(rng.integers(2, 5)), rng.uniform(0.04, 0.08)
        bone = self.root
        for i in range(n):
            top, name = y + reach * i / n, f"{self.who}.limb{len(rig.bones)}"
            bone = rig.bone(name, Bone(bone, (x, top), turn=rig.swing(name, 0.45, period=14)))
            middle, half = top + reach * 0.5 / n, reach * 0.5 / n
            self._add(
                f"limb{i % 2}", shapes.box((x, middle), w * rng.uniform(0.7, 1.3), half, taper=0.1), z - 0.2 * i, bone
            )
            self._add("knuckle", shapes.ellipse((x, top), w * 0.9, w * 0.9), z + 0.5 - 0.2 * i, bone)
        for side in (-1, 1):
            tip = (x + side * w * 1.5, y + reach + w * 2)
            self._add("claw", shapes.limb((x, y + reach), tip, widths=[w * 0.6, w * 0.6, w * 0.3]), z - 0.1, bone)


def add_abstract(rig: Rig, *, who: str, parent: str, z: float) -> None:
    """Add a creature of random blobs and tentacles on blobs, some of them mirrored twins; depths z to z + 65."""
    u = rig.rng.uniform
    root = rig.bone(f"{who}.root", Bone(parent, (0.0, 0.0), turn=rig.swing(f"{who}.lean", 0.2)))
    core = shapes.blob(rig.rng, u(0.25, 0.45), u(0.25, 0.45))
    part = rig.add(Part(f"{who}.core", core, f"{who}.core", z + 20, Binding(root)))
    body = _Abstract(rig, who, z)
    nodes = [_Node(root, (0.0, 0.0), 0.35, part)]
    for _ in range(int(rig.rng.integers(6, 22))):
        nodes += body.grow(nodes[int(rig.rng.integers(len(nodes)))], twins=u() < 0.4)
    if u() < 0.6:
        add_head(rig, HeadPlan(who, root, (u(-0.1, 0.1), u(-0.3, 0.1)), u(0.2, 0.35), z + 42, f"{who}.face"))


@dataclass(frozen=True)
class _Node:
    """A place where more can grow."""

    bone: str
    at: _Place
    radius: float
    part: Part


@dataclass(frozen=True)
class _Abstract:
    """One abstract creature under construction."""

    rig: Rig
    who: str
    z: float

    def grow(self, node: _Node, *, twins: bool) -> list[_Node]:
        """Grow a spot on a node, or a limb at its rim and maybe that limb's mirror image; return the new nodes."""
        rng, u = self.rig.rng, self.rig.rng.uniform
        angle, size = u(0.0, 2.0 * np.pi), node.radius * u(0.35, 0.8)
        way = np.array([np.cos(angle), np.sin(angle)])
        color, z, kind = f"{self.who}.c{rng.integers(12)}", self.z + u(0, 40), u()
        if kind < 0.35:
            spot = shapes.blob(rng, size * 0.5, size * 0.5) + node.at + way * node.radius * 0.4
            self.rig.on(node.part, f"{self.who}.spot", spot, color=color)
            return []
        if kind < 0.6:
            w, step = size * u(0.2, 0.4), np.linspace(0.0, 1.0, 5)[:, None]
            shape = shapes.tube(step * way * size * 2.2, [w, w, w * 0.9, w * 0.7, w * 0.4])
        else:
            shape = shapes.blob(rng, size * u(0.5, 1.0), size * u(0.5, 1.0)) + way * size * 0.7
        look = Part(f"{self.who}.limb", shape, color, z, Binding(node.bone))
        mirrors = (1.0, -1.0) if twins and node.at == (0.0, 0.0) and abs(way[0]) > 0.3 else (1.0,)
        return [self._limb(node, look, way * [side, 1.0], size) for side in mirrors]

    def _limb(self, node: _Node, look: Part, way: shapes.Points, size: float) -> _Node:
        """Add one limb drawn for `look` (about (0, 0), its mirror image if `way` points the other way)."""
        rig, name = self.rig, f"{self.who}.b{len(self.rig.bones)}"
        joint = np.asarray(node.at) + way * node.radius * 0.8
        at = (float(joint[0]), float(joint[1]))
        bone = rig.bone(name, Bone(node.bone, at, turn=rig.swing(name, 0.45, period=16)))
        side = np.sign(way[0]) * np.sign(look.shape[:, 0].mean()) or 1.0
        sway = rig.swing(f"{name}.bend", 0.8, period=12) if len(look.shape) > 10 else ""
        binding = Binding(bone, sway=sway, anchor=at, reach=size * 2.2)
        part = rig.add(Part(look.name, look.shape * [side, 1.0] + joint, look.color, look.z, binding))
        center = joint + way * size * 0.7
        return _Node(bone, (float(center[0]), float(center[1])), size, part)
