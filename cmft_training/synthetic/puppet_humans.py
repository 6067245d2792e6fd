"""Human puppets: body, clothes, arms with hands and legs with boots. Heads are in puppet_heads."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from cmft_training.synthetic import puppet_shapes as shapes
from cmft_training.synthetic.puppet_heads import HeadPlan, add_head
from cmft_training.synthetic.puppet_rig import Binding, Bone, Channel, Part, Rig

_Place = tuple[float, float]


@dataclass(frozen=True)
class Build:
    """Proportions of one human in scene units (about two tall), hips at (0, 0)."""

    head: float
    torso: float
    shoulder: float
    waist: float
    hip: float
    arm: float
    leg: float
    thick: float


def random_build(rng: np.random.Generator) -> Build:
    """Return proportions between a long-legged adult and a big-headed child."""
    u = rng.uniform
    chibi = u() ** 1.5
    shoulder = u(0.15, 0.25)
    return Build(
        head=u(0.15, 0.2) + 0.2 * chibi,
        torso=u(0.5, 0.62) - 0.14 * chibi,
        shoulder=shoulder,
        waist=shoulder * u(0.65, 1.15),
        hip=shoulder * u(0.75, 1.15),
        arm=u(0.56, 0.7) - 0.18 * chibi,
        leg=u(0.7, 0.95) - 0.42 * chibi,
        thick=u(0.055, 0.085),
    )


def add_human(rig: Rig, *, who: str, parent: str, z: float) -> None:
    """Add a human named `who` whose hips hang on the bone `parent`; it takes depths z to z + 80."""
    rng = rig.rng
    bob = rig.channel(f"{who}.bob", Channel(amount=0.02, period=rng.uniform(4, 10), phase=rng.random()))
    root = rig.bone(f"{who}.root", Bone(parent, (0.0, 0.0), shift_y=bob, turn=rig.swing(f"{who}.lean", 0.08)))
    spine = rig.bone(f"{who}.spine", Bone(root, (0.0, -0.05), turn=rig.swing(f"{who}.spine", 0.12)))
    stride = Channel(amount=rng.uniform(0.1, 0.75), period=rng.uniform(8, 22), phase=rng.random())
    human = _Human(rig, who, root=root, spine=spine, z=z, build=random_build(rng), stride=stride)
    torso = human.add_torso()
    for side in (-1, 1):
        human.add_leg(side)
    human.add_hips()
    for side in (-1, 1):
        human.add_arm(side, z=z + (52 if rng.random() < 0.72 else 12))
    if rng.random() < 0.3:
        human.add_cape()
    human.add_details(torso)
    human.add_head()


@dataclass(frozen=True)
class _Human:
    """One human under construction. stride: the swing of its left leg; the other limbs follow in antiphase."""

    rig: Rig
    who: str
    root: str
    spine: str
    z: float
    build: Build
    stride: Channel

    def _key(self, word: str) -> str:
        return f"{self.who}.{word}"

    def _add(self, word: str, shape: shapes.Points, color: str, place: tuple[float, Binding]) -> Part:
        """Add a part at (depth above z, binding) in this human's colour of that name."""
        return self.rig.add(Part(self._key(word), shape, self._key(color), self.z + place[0], place[1]))

    def _style(self, what: str) -> float:
        """Return a number in [0, 1) that is the same for the left and the right limb."""
        return self.rig.choice(self._key(what))

    def add_torso(self) -> Part:
        """Add neck and torso and return the torso."""
        b, rig = self.build, self.rig
        binding = Binding(self.root, self.spine, (0.0, -b.torso * 0.25), (0.0, -1.0), b.torso * 0.3)
        neck = b.head * 0.3
        neck_shape = shapes.box((0.0, -b.torso - b.head * 0.1), neck, b.head * 0.4, taper=0.12)
        self._add("neck", neck_shape, "skin", (29.5, Binding(self.spine)))
        half = shapes.points(
            (neck * 1.2, -b.torso),
            (b.shoulder, -b.torso * 0.93),
            (b.shoulder * 0.98, -b.torso * 0.7),
            (b.waist, -b.torso * 0.35),
            (b.hip, 0.04),
        )
        outline = np.concatenate([half, shapes.mirrored(half)[::-1]])
        torso = self._add("torso", outline, "top" if rig.rng.random() < 0.9 else "skin", (30, binding))
        return rig.change(torso, sharp=shapes.sharp_at(10, 4, 5))

    def add_hips(self) -> None:
        """Add a skirt, coat tails or trousers, and a belt."""
        b, rng = self.build, self.rig.rng
        kind = rng.integers(4)
        if kind == 0:
            self._add_skirt()
        elif kind == 1:
            self._add_coat_tails()
        if kind > 0:
            half = shapes.points((b.hip, -0.04), (b.hip * 1.02, 0.1))
            shape = np.concatenate([half, [(0.0, 0.15)], shapes.mirrored(half)[::-1]])
            self._add("hips", shape, "bottom", (20, Binding(self.root)))
        if rng.random() < 0.7:
            belt = self._add("belt", shapes.box((0.0, 0.0), b.hip * 1.04, 0.035), "leather", (32, Binding(self.root)))
            if rng.random() < 0.7:
                self.rig.on(belt, self._key("buckle"), shapes.box((0.0, 0.0), 0.04, 0.026))

    def _add_skirt(self) -> None:
        b, rng = self.build, self.rig.rng
        flare, length = b.hip * rng.uniform(1.2, 2.1), b.leg * rng.uniform(0.25, 0.7)
        sway = self.rig.swing(self._key("hem"), 0.22, period=9)
        hem = Binding(self.root, sway=sway, anchor=(0.0, -0.02), reach=length)
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
            panel = self._add("skirt", shape, "bottom", (31 - abs(middle) * 0.5, hem))
            self.rig.change(panel, sharp=shapes.sharp_at(5, 0, 1, 2, 4))

    def _add_coat_tails(self) -> None:
        b = self.build
        sway = self.rig.swing(self._key("hem"), 0.22, period=9)
        hem = Binding(self.root, sway=sway, anchor=(0.0, -0.1), reach=b.leg * 0.6)
        shape = shapes.points((0.02, -0.15), (b.hip, -0.15), (b.hip * 1.35, b.leg * 0.6), (0.06, b.leg * 0.55))
        for side in (-1, 1):
            tail = self._add("tail", shape * [side, 1.0], "top", (31, hem))
            self.rig.change(tail, sharp=shapes.all_sharp(4))

    def add_leg(self, side: int) -> None:
        """Add thigh, shin and foot on one side (-1 left on the page, +1 right), passing the other leg as it walks."""
        b, rig = self.build, self.rig
        x, knee, ankle, w = side * b.hip * 0.52, b.leg * 0.5, b.leg, b.thick * 1.25
        step = replace(self.stride, phase=self.stride.phase + (0.5 if side > 0 else 0.0), bias=-0.05 * side)
        name = self._key(f"leg{side:+d}")
        thigh = rig.bone(name, Bone(self.root, (x, 0.02), turn=rig.channel(name, step)))
        reach = self.stride.amount
        bend = replace(step, bias=reach * 0.5, amount=reach * 0.55, phase=step.phase + 0.3)
        shin = rig.bone(f"{name}.shin", Bone(thigh, (x, knee), turn=rig.channel(f"{name}.knee", bend)))
        foot = rig.bone(f"{name}.foot", Bone(shin, (x, ankle), turn=rig.swing(f"{name}.ankle", 0.2, period=10)))
        passing = replace(step, bias=0.0, amount=1.5, phase=step.phase + 0.25)
        front = rig.channel(f"{name}.front", passing)
        joint = Binding(thigh, shin, (x, knee), (0.0, 1.0), 0.12, front=front)
        shape = shapes.limb((x, 0.0), (x, ankle), widths=[w * 1.25, w * 1.15, w * 0.95, w, w * 0.75, w * 0.65])
        leg = self._add(f"leg{side:+d}", shape, "bottom" if self._style("legs") < 0.5 else "skin", (18, joint))
        if rig.rng.random() < 0.4:
            rig.on(leg, self._key("patch"), shapes.ellipse((x, knee), w * 0.9, w * 0.8))
        if self._style("boots") < 0.7:
            top = knee + (ankle - knee) * self._style("boot height")
            self._add_boot((x, top), (x, ankle), Binding(shin, front=front))
        self._add_shoe((x, ankle), side if self._style("toes out") < 0.6 else 1, Binding(foot, front=front))

    def _add_boot(self, top: _Place, ankle: _Place, binding: Binding) -> None:
        w = self.build.thick * 1.25
        boot = shapes.limb(top, ankle, widths=[w * 1.15, w * 1.0, w * 0.85])
        self._add("boot", boot, "shoe", (18.1, binding))
        self._add("bootcuff", shapes.box(top, w * 1.2, 0.03), "sock", (18.2, binding))

    def _add_shoe(self, ankle: _Place, toe: int, binding: Binding) -> None:
        w = self.build.thick * 1.25
        shape = shapes.points((-w, -0.03), (w * 0.9, -0.03), (w * 2.1, 0.045), (w * 1.9, 0.085), (-w * 1.05, 0.085))
        shoe = self._add("shoe", shape * [toe, 1.0] + ankle, "shoe", (18.3, binding))
        sole = shapes.box((ankle[0] + toe * w * 0.5, ankle[1] + 0.085), w * 2.2, 0.016)
        self.rig.on(shoe, self._key("sole"), sole)

    def add_arm(self, side: int, *, z: float) -> None:
        """Add one arm and its hand at an absolute depth, in front of the body or behind it."""
        b, rig, rng = self.build, self.rig, self.rig.rng
        x, y, w = side * b.shoulder * 0.92, -b.torso * 0.9, b.thick
        elbow, wrist, name = y + b.arm * 0.5, y + b.arm, self._key(f"arm{side:+d}")
        upper = rig.bone(name, Bone(self.spine, (x, y), turn=rig.channel(name, self._arm_swing(side))))
        bend = rig.swing(f"{name}.elbow", 0.5, bias=side * rng.uniform(0.0, 1.7), period=16)
        lower = rig.bone(f"{name}.fore", Bone(upper, (x, elbow), turn=bend))
        hand = rig.bone(f"{name}.hand", Bone(lower, (x, wrist), turn=rig.swing(f"{name}.wrist", 0.35, period=12)))
        joint, sleeve, z = Binding(upper, lower, (x, elbow), (0.0, 1.0), 0.1), self._style("sleeve"), z - self.z
        shape = shapes.limb((x, y), (x, wrist), widths=[w * 1.15, w * 1.1, w * 0.95, w * 0.95, w * 0.8, w * 0.62])
        arm = self._add(f"arm{side:+d}", shape, "skin" if sleeve < 0.75 else "top", (z, joint))
        if sleeve < 0.6:
            end, loose = y + b.arm * (0.25 + 0.7 * sleeve), 1.2 + 0.5 * self._style("loose")
            cloth = shapes.limb((x, y), (x, end), widths=[w * 1.25, w * 1.25, w * 1.2 * loose])
            self._add("sleeve", cloth, "top", (z + 0.2, joint))
            self._add("cuff", shapes.box((x, end), w * 1.2 * loose, 0.022), "trim", (z + 0.3, joint))
        elif rng.random() < 0.5:
            rig.on(arm, self._key("trim"), shapes.box((x, elbow - 0.08), w * 2, 0.03))
        self._add_hand((x, wrist), side, (z + 0.4, Binding(hand)))

    def _arm_swing(self, side: int) -> Channel:
        rng = self.rig.rng
        hanging = rng.random() < 0.6
        rest = -side * (rng.uniform(0.05, 0.5) if hanging else rng.uniform(-0.6, 2.4))
        return replace(
            self.stride,
            bias=rest,
            drift=rng.normal() * 0.04,
            amount=rng.uniform(0.1, 0.7),
            phase=self.stride.phase + (0.0 if side > 0 else 0.5),
            amount2=0.1,
            period2=7.0,
            phase2=rng.random(),
        )

    def _add_hand(self, wrist: _Place, side: int, place: tuple[float, Binding]) -> None:
        rng, (x, y), (z, binding) = self.rig.rng, wrist, place
        size = self.build.thick * rng.uniform(0.9, 1.3)
        color = "skin" if self._style("gloves") < 0.7 else "glove"
        curl = self.rig.swing(f"{binding.bone}.curl", 0.35, bias=rng.uniform(-0.2, 0.2), period=9)
        fingers = int(rng.integers(3, 5))
        for i in range(fingers):
            spread = (i - (fingers - 1) / 2) / fingers
            base = (x + spread * size * 1.6, y + size * 1.5)
            tip = (base[0] + spread * size * 0.7, base[1] + size * rng.uniform(1.0, 1.4))
            finger = shapes.limb(base, tip, widths=[size * 0.3, size * 0.3, size * 0.22])
            bend = replace(binding, sway=curl, anchor=base, reach=size * 1.2)
            self._add("finger", finger, color, (z + i * 0.01, bend))
        self._add("palm", shapes.ellipse((x, y + size * 0.85), size * 0.85, size), color, (z + 0.1, binding))
        base, tip = (x - side * size * 0.6, y + size * 0.6), (x - side * size * 1.25, y + size * 1.5)
        thumb = shapes.limb(base, tip, widths=[size * 0.3, size * 0.32, size * 0.22])
        self._add("thumb", thumb, color, (z + 0.12, binding))

    def add_cape(self) -> None:
        """Add a cape on the shoulders, behind everything."""
        b, rng = self.build, self.rig.rng
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
        sway = self.rig.swing(self._key("cape"), 0.5, period=11)
        cape = self._add("cape", shape, "cape", (2, Binding(self.spine, sway=sway, anchor=(0.0, top), reach=length)))
        for x in (-0.4, 0.4):
            self.rig.stroke(cape, shapes.points((x * b.shoulder, top + 0.2), (x * wide, top + length * 0.85)))

    def add_details(self, torso: Part) -> None:
        """Add buttons, lapels and the like, sliding over the chest as the body turns."""
        rng = self.rig.rng
        yaw = self.rig.swing(self._key("yaw"), 0.35, bias=rng.uniform(-0.4, 0.4))
        slide = replace(torso.binding, slide=1.0, slide_channel=yaw, slide_radius=self.build.shoulder * 1.5)
        for kind in rng.permutation(6)[: rng.integers(1, 5)]:
            for word, shape in _detail(rng, int(kind), self.build):
                self.rig.change(self.rig.on(torso, self._key(word), shape), binding=slide)

    def add_head(self) -> None:
        """Add the head on its neck."""
        b, rig = self.build, self.rig
        tilt = rig.swing(self._key("tilt"), 0.18)
        bone = rig.bone(self._key("head"), Bone(self.spine, (0.0, -b.torso), turn=tilt))
        center = (0.0, -b.torso - b.head * 0.95)
        add_head(rig, HeadPlan(self.who, bone, center, b.head, self.z + 40, self._key("skin")))


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
