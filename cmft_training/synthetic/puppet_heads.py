"""Heads of puppets: face, eyes, mouth, hair, ears and hats, all sliding over a sphere when the head turns."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from cmft_training.synthetic import puppet_shapes as shapes
from cmft_training.synthetic.puppet_rig import Binding, Bone, Channel, Part, Rig


@dataclass(frozen=True)
class HeadPlan:
    """Where a head goes: its owner's name, bone, centre, radius, depth (it takes z to z + 20) and skin colour key."""

    who: str
    bone: str
    center: tuple[float, float]
    radius: float
    z: float
    skin: str

    def at(self, x: float, y: float) -> tuple[float, float]:
        """Return a point given in head radii from the centre."""
        return (self.center[0] + x * self.radius, self.center[1] + y * self.radius)

    def binding(self, depth: float) -> Binding:
        """Return how something at `depth` (1 front, 0 the axis, -1 back) follows the turning head."""
        return Binding(
            self.bone,
            slide=depth,
            slide_channel=f"{self.who}.face.yaw",
            slide_center=self.center[0],
            slide_radius=self.radius * 1.35,
            nod_channel=f"{self.who}.face.nod",
        )


def add_head(rig: Rig, plan: HeadPlan) -> None:
    """Add a whole head."""
    rng, who = rig.rng, plan.who
    rig.swing(f"{who}.face.yaw", 0.42, bias=rng.uniform(-0.55, 0.55), period=24)
    rig.swing(f"{who}.face.nod", 0.08, bias=rng.uniform(-0.1, 0.1), period=20)
    rig.swing(f"{who}.hair", 0.25, period=10)
    head = _Head(rig, plan)
    face = head.add_face()
    head.add_ears()
    head.add_eyes()
    head.add_mouth(face)
    hair = rng.random()
    if hair < 0.9:
        head.add_hair()
    if rng.random() < 0.3 or hair > 0.95:
        head.add_hat()


@dataclass(frozen=True)
class _Head:
    """One head under construction; outlines are given in head radii from its centre."""

    rig: Rig
    plan: HeadPlan

    def _key(self, word: str) -> str:
        return f"{self.plan.who}.{word}"

    def _place(self, shape: shapes.Points) -> shapes.Points:
        return shape * self.plan.radius + self.plan.center

    def _add(self, word: str, shape: shapes.Points, color: str, place: tuple[float, Binding]) -> Part:
        """Add a part at (depth above the head's z, binding); color is the skin or one of this head's own keys."""
        key = self.plan.skin if color == "skin" else self._key(color)
        return self.rig.add(Part(self._key(word), self._place(shape), key, self.plan.z + place[0], place[1]))

    def _on(self, owner: Part, word: str, shape: shapes.Points, binding: Binding | None = None) -> Part:
        """Add a part on another, following the head in its own way if a binding is given."""
        return self.rig.change(self.rig.on(owner, self._key(word), self._place(shape)), binding=binding)

    def _hanging(self, depth: float, anchor: tuple[float, float], reach: float) -> Binding:
        """Return a binding that turns with the head and swings with the hair about an anchor."""
        binding = self.plan.binding(depth)
        sway, reach = self._key("hair"), reach * self.plan.radius
        return replace(binding, sway=sway, anchor=self.plan.at(*anchor), reach=reach)

    def add_face(self) -> Part:
        """Add the face with blush and nose and return it."""
        rng, plan = self.rig.rng, self.plan
        jaw, chin = rng.uniform(0.55, 0.9), rng.uniform(0.95, 1.15)
        half = shapes.points((0.0, -1.0), (0.62, -0.85), (0.95, -0.3), (0.93, 0.2), (jaw, 0.65), (jaw * 0.35, chin))
        shape = np.concatenate([half, shapes.mirrored(half)[:0:-1]])
        face = self._add("face", shape, "skin", (5, replace(plan.binding(0.22), slide_radius=plan.radius * 2.4)))
        if rng.random() < 0.4:
            inked = bool(rng.random() < 0.5)
            for side in (-1, 1):
                blush = self._on(face, "blush", shapes.ellipse((side * 0.55, 0.42), 0.17, 0.1), plan.binding(1.0))
                self.rig.change(blush, inked=inked)
        if rng.random() < 0.8:
            tip = rng.uniform(0.3, 0.45)
            nose = shapes.points((0.03, tip - 0.12), (0.09, tip), (-0.02, tip + 0.02))
            self.rig.change(self.rig.stroke(face, self._place(nose)), binding=plan.binding(1.15))
        return face

    def add_ears(self) -> None:
        """Add round ears at the sides or pointed ones on top."""
        rng, plan = self.rig.rng, self.plan
        kind, up = rng.random(), rng.uniform(0.9, 1.7)
        for side in (-1, 1):
            if kind < 0.6:
                self._add("ear", shapes.ellipse((side * 0.98, 0.12), 0.17, 0.26), "skin", (4, plan.binding(0.08)))
                continue
            shape = shapes.points((side * 0.4, -0.8), (side * 0.85, -0.5), (side * up * 0.75, -0.6 - up * 0.6))
            inner = (shape - shape.mean(0)) * 0.6 + shape.mean(0)
            ear = self._add("ear", shape, "hair", (9 if kind < 0.85 else 3, plan.binding(0.15)))
            self._on(ear, "earin", inner)

    def add_eyes(self) -> None:
        """Add two eyes that blink and look about, with brows."""
        rng, u = self.rig.rng, self.rig.rng.uniform
        x, y, rx, ry = u(0.34, 0.46), u(0.05, 0.25), u(0.16, 0.27), u(0.17, 0.34)
        blink = Channel(bias=u(0.6, 1.3), amount=u(0.0, 0.9), period=u(6, 20), phase=u(), low=0.05, high=1.1)
        squeeze = self.rig.channel(self._key("blink"), blink)
        gaze = self.rig.swing(self._key("gaze"), 0.07 * self.plan.radius)
        bone = self.rig.bone(self._key("gaze"), Bone(self.plan.bone, self.plan.center, shift_x=gaze))
        words = ("pupil",) if u() < 0.2 else ("iris", "lid", "pupil")
        lid_inked = bool(rng.random() < 0.5)
        for side in (-1, 1):
            center = self.plan.at(side * x, y)
            binding = replace(self.plan.binding(1.0), squeeze=squeeze, squeeze_y=center[1])
            eye = self._add("eye", shapes.ellipse((side * x, y), rx, ry), "white", (6, binding))
            self.rig.change(eye, weight=1.2)
            for word in words:
                wide, tall, lift = _EYE_PARTS[word]
                shape = shapes.ellipse((side * x, y + ry * lift), rx * wide, ry * tall)
                part = self._on(eye, word, shape, replace(binding, bone=bone))
                self.rig.change(part, inked=word != "lid" or lid_inked)
            glint = shapes.ellipse((side * x - rx * 0.25, y - ry * 0.35), rx * 0.26, ry * 0.24)
            self._on(eye, "glint", glint, replace(binding, bone=bone))
            brow = shapes.points((-0.22, 0.03), (0.0, -0.06), (0.22, 0.0), (0.0, 0.01)) * [side, 1.0]
            self._add("brow", brow + (side * x, y - ry - 0.14), "brow", (6.5, self.plan.binding(1.0)))

    def add_mouth(self, face: Part) -> None:
        """Add a mouth that opens and closes, or a plain stroke."""
        u, plan = self.rig.rng.uniform, self.plan
        y, wide, tall = u(0.56, 0.7), u(0.14, 0.34), u(0.1, 0.25)
        if u() < 0.25:
            line = shapes.points((-wide, y), (0.0, y + u(-0.08, 0.1)), (wide, y))
            self.rig.change(self.rig.stroke(face, self._place(line)), binding=plan.binding(1.0), weight=0.9)
            return
        opening = Channel(bias=u(0.2, 0.9), amount=u(0.0, 0.7), period=u(4, 12), phase=u())
        squeeze = self.rig.channel(self._key("mouth"), opening)
        binding = replace(plan.binding(1.0), squeeze=squeeze, squeeze_y=plan.at(0, y)[1])
        shape = shapes.points((-wide, y), (0.0, y + 0.02), (wide, y), (wide * 0.6, y + tall), (-wide * 0.6, y + tall))
        mouth = self._add("mouth", shape, "mouth", (6.2, binding))
        self.rig.change(mouth, sharp=shapes.sharp_at(5, 0, 2))
        if u() < 0.6:
            self._on(mouth, "teeth", shapes.box((0.0, y), wide, tall * 0.25))
        if u() < 0.7:
            self._on(mouth, "tongue", shapes.ellipse((0.0, y + tall), wide * 0.6, tall * 0.55))

    def add_hair(self) -> None:
        """Add hair behind the head, bangs or loose strands, and maybe tails and side locks."""
        rng = self.rig.rng
        self._add_back_hair()
        if rng.random() < 0.4:
            self._add_strands()
        else:
            self._add_bangs()
        if rng.random() < 0.35:
            self._add_tails()
        if rng.random() < 0.35:
            self._add_side_locks()

    def _add_back_hair(self) -> None:
        rng = self.rig.rng
        long, wide = rng.uniform(0.5, 2.6) ** 1.2, rng.uniform(1.08, 1.35)
        n = 2 * int(rng.integers(3, 8)) + 1
        tip = np.arange(n) % 2 == 0
        depth = long + np.where(tip, 0.0, rng.uniform(-0.35, -0.1)) + rng.normal(0, 0.06, n)
        ends = np.stack([np.linspace(wide, -wide, n) * rng.uniform(0.8, 1.2), depth], 1)
        crown = shapes.points((-wide, 0.0), (-wide * 0.85, -0.8), (0.0, -1.2), (wide * 0.85, -0.8), (wide, 0.0))
        binding = self._hanging(-0.3, (0.0, -0.8), long + 0.8)
        color = "hair" if rng.random() < 0.5 else "hairback"
        z = -36 if rng.random() < 0.8 else -1
        hair = self._add("hairback", np.concatenate([crown, ends]), color, (z, binding))
        hair = self.rig.change(hair, sharp=np.concatenate([np.zeros(5, np.bool_), tip]))
        for x in rng.uniform(-0.8, 0.8, rng.integers(0, 4)):
            line = shapes.points((x * 0.8, -0.6), (x, long * 0.4), (x * 1.05, long * 0.85))
            self.rig.stroke(hair, self._place(line))

    def _add_strands(self) -> None:
        rng = self.rig.rng
        n = int(rng.integers(4, 9))
        w = 1.1 / n + 0.1
        for i, x in enumerate(np.linspace(-0.85, 0.85, n)):
            reach = rng.uniform(-0.25, 0.35) + abs(x) * 0.4
            left, right = shapes.points((x * 0.5 - w, -1.0), (x - w * 0.9, -0.5)), shapes.points((x + w * 0.9, -0.5))
            shape = np.concatenate([left[:1], [(x * 0.5 + w, -1.0)], right, [(x * 1.1, reach)], left[1:]])
            z = 10 + 0.01 * float(rng.integers(40)) + i * 1e-3
            strand = self._add("strand", shape, "hair", (z, self._hanging(0.9, (float(x), -1.0), 3.0)))
            self.rig.change(strand, sharp=shapes.sharp_at(5, 3))
        cap = shapes.points((-1.05, -0.35), (-0.8, -1.0), (0.0, -1.25), (0.8, -1.0), (1.05, -0.35), (0.0, -0.85))
        self._add("cap", cap, "hair", (9.9, self.plan.binding(0.35)))

    def _add_bangs(self) -> None:
        rng, plan = self.rig.rng, self.plan
        n = 2 * int(rng.integers(2, 7)) + 1
        x = np.linspace(-1.02, 1.02, n)
        y = np.where(np.arange(n) % 2, rng.uniform(-0.65, -0.35), rng.uniform(-0.2, 0.2, n)) + np.abs(x) * 0.3
        crown = shapes.points((1.08, -0.4), (0.8, -1.0), (0.0, -1.24), (-0.8, -1.0), (-1.08, -0.4))
        shape = np.concatenate([np.stack([x, y], 1), crown])
        bangs = self._add("bangs", shape, "hair", (10, plan.binding(0.6)))
        bangs = self.rig.change(bangs, sharp=np.arange(n + 5) < n)
        for tip in rng.uniform(-0.7, 0.7, rng.integers(0, 4)):
            line = self._place(shapes.points((tip * 0.6, -1.0), (tip * 0.9, -0.6), (tip, -0.3)))
            self.rig.change(self.rig.stroke(bangs, line), binding=plan.binding(0.8))
        if rng.random() < 0.5:
            shine = shapes.points((-0.6, -0.75), (0.0, -0.9), (0.6, -0.75), (0.3, -0.68), (0.0, -0.76), (-0.3, -0.66))
            self.rig.change(self._on(bangs, "shine", shine), sharp=shapes.all_sharp(6))

    def _add_tails(self) -> None:
        rng = self.rig.rng
        sides = (-1, 1) if rng.random() < 0.6 else (int(rng.choice([-1, 1])),)
        long, drop, wide = rng.uniform(1.0, 2.6), rng.uniform(0.2, 0.9), rng.uniform(0.2, 0.38)
        z = 12 if rng.random() < 0.4 else -30
        for side in sides:
            path = shapes.points((0.85, -0.6), (1.25, -0.3), (1.45, long * 0.5), (1.3 + drop * 0.3, long)) * [side, 1.0]
            shape = shapes.tube(path, [wide * 0.6, wide, wide * 0.9, 0.05], pointed=True)
            tail = self._add("ponytail", shape, "hair", (z, self._hanging(-0.15, (side * 0.9, -0.6), long * 0.5)))
            tail = self.rig.change(tail, sharp=shapes.sharp_at(len(shape), len(shape) // 2))
            self.rig.stroke(tail, self._place(path[:-1]))
            tie = shapes.ellipse((side * 0.92, -0.58), 0.16, 0.2)
            self._add("tie", tie, "accent", (12.5, self.plan.binding(-0.15)))

    def _add_side_locks(self) -> None:
        rng = self.rig.rng
        long, wide = rng.uniform(0.6, 1.6), rng.uniform(0.1, 0.2)
        for side in (-1, 1):
            path = shapes.points((0.92, -0.5), (1.0, 0.1), (0.9, long * 0.7), (0.82, long)) * [side, 1.0]
            shape = shapes.tube(path, [wide, wide, wide * 0.8, 0.02], pointed=True)
            lock = self._add("lock", shape, "hair", (9.5, self._hanging(0.3, (side * 0.92, -0.5), 1.0)))
            self.rig.change(lock, sharp=shapes.sharp_at(len(shape), len(shape) // 2))

    def add_hat(self) -> None:
        """Add a hat with a band and maybe a brim."""
        rng, plan = self.rig.rng, self.plan
        tall, brim, top = rng.uniform(0.5, 1.3), rng.uniform(1.1, 1.8), rng.uniform(0.3, 1.0)
        half = shapes.points((top, -0.8 - tall), (1.0, -0.62))
        crown = np.concatenate([[(0.0, -0.9 - tall)], half, [(0.0, -0.5)], shapes.mirrored(half)[::-1]])
        hat = self._add("hat", crown, "hat", (14, plan.binding(0.2)))
        band = shapes.points((-1.1, -0.85), (0.0, -0.75), (1.1, -0.85), (1.1, -0.6), (0.0, -0.45), (-1.1, -0.6))
        self._on(hat, "hatband", band)
        if rng.random() < 0.7:
            shape = shapes.ellipse((0.0, -0.58), brim, rng.uniform(0.12, 0.25))
            self._add("brim", shape, "hat", (14.2, plan.binding(0.4)))


_EYE_PARTS = {"iris": (0.7, 0.88, 0.0), "lid": (0.66, 0.4, -0.4), "pupil": (0.34, 0.45, 0.0)}
"""Width and height relative to the eye, and how far below its middle."""
