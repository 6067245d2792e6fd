"""Four-legged animals and round mascots. Machines and abstract creatures are in puppet_oddities."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from cmft_training.synthetic import puppet_shapes as shapes
from cmft_training.synthetic.puppet_head_plan import HeadPlan
from cmft_training.synthetic.puppet_heads import add_head
from cmft_training.synthetic.puppet_rig import Binding, Bone, Channel, Part, Rig

_Place = tuple[float, float]


def add_animal(rig: Rig, *, who: str, parent: str, z: float) -> None:
    """Add a four-legged animal seen from the side, on the bone `parent`; it takes depths z to z + 60."""
    u = rig.rng.uniform
    root = rig.bone(f"{who}.root", Bone(parent, (0.0, 0.0), turn=rig.swing(f"{who}.lean", 0.08)))
    chest = rig.bone(f"{who}.chest", Bone(root, (0.0, 0.0), turn=rig.swing(f"{who}.chest", 0.12, period=12)))
    stride = Channel(period=u(8, 18), phase=u())
    animal = _Animal(rig, who, root=root, chest=chest, z=z, long=u(0.35, 0.75), deep=u(0.18, 0.36), stride=stride)
    animal.add_body()
    animal.add_legs()
    animal.add_tail()
    if u() < 0.3:
        animal.add_wings()
    animal.add_neck_and_head()


@dataclass(frozen=True)
class _Animal:
    """One animal under construction, looking right; `long` and `deep` are half the body's length and height."""

    rig: Rig
    who: str
    root: str
    chest: str
    z: float
    long: float
    deep: float
    stride: Channel

    def _key(self, word: str) -> str:
        return f"{self.who}.{word}"

    def _add(self, word: str, shape: shapes.Points, color: str, place: tuple[float, Binding]) -> Part:
        return self.rig.add(Part(self._key(word), shape, self._key(color), self.z + place[0], place[1]))

    def add_body(self) -> None:
        """Add the body with belly and spots."""
        rng, u = self.rig.rng, self.rig.rng.uniform
        binding = Binding(self.root, self.chest, (0.0, 0.0), (1.0, 0.0), self.long * 0.6)
        body = self._add("body", shapes.blob(rng, self.long, self.deep, rough=0.06), "hide", (20, binding))
        belly = shapes.ellipse((0.0, self.deep * 0.85), self.long * 0.85, self.deep * 0.5)
        self.rig.on(body, self._key("belly"), belly)
        for _ in range(int(rng.integers(0, 7))):
            spot = shapes.blob(rng, u(0.04, 0.1), u(0.04, 0.1))
            spot = spot + [u(-self.long, self.long) * 0.8, u(-self.deep, self.deep * 0.3)]
            self.rig.on(body, self._key("spot"), spot)

    def add_legs(self) -> None:
        """Add two legs on the far side and two on the near side."""
        rig, u = self.rig, self.rig.rng.uniform
        reach, phase = u(0.3, 0.7), self.stride.phase
        for far in (True, False):
            for x, bone in ((-self.long * 0.7, self.root), (self.long * 0.7, self.chest)):
                name = self._key(f"leg{len(rig.bones)}")
                turn = rig.channel(name, replace(self.stride, amount=u(0.2, 0.6), phase=phase + u(-0.1, 0.1)))
                hip = rig.bone(name, Bone(bone, (x, self.deep * 0.4), turn=turn))
                self._add_leg(hip, (x + 0.08 * far, self.deep * 0.3), reach, 8 if far else 26)
                phase += 0.27

    def _add_leg(self, hip: str, at: _Place, reach: float, z: float) -> None:
        rig, rng = self.rig, self.rig.rng
        (x, y), w = at, rng.uniform(0.06, 0.1)
        knee = (x, y + reach * 0.5)
        shin = rig.bone(f"{hip}.shin", Bone(hip, knee, turn=rig.swing(f"{hip}.shin", 0.4, period=9)))
        leg = shapes.limb(at, (x, y + reach), widths=[w * 1.7, w * 1.2, w, w * 0.9, w * 0.8])
        self._add("leg", leg, "hide", (z, Binding(hip, shin, knee, (0.0, 1.0), 0.1)))
        self._add("paw", shapes.ellipse((x + w * 0.5, y + reach), w * 1.5, w * 0.8), "paw", (z + 0.1, Binding(shin)))
        for i in range(int(rng.integers(0, 4))):
            claw = shapes.points((-0.02, -0.02), (0.03, 0.0), (-0.01, 0.03))
            claw = claw + (x + w * (1.8 - i * 0.6), y + reach + w * 0.4)
            rig.change(self._add("claw", claw, "claw", (z + 0.2, Binding(shin))), sharp=shapes.all_sharp(3))

    def add_tail(self) -> None:
        """Add a ringed tail that wags."""
        rng, at = self.rig.rng, (-self.long * 0.92, -self.deep * 0.2)
        long, wide, lift = rng.uniform(0.3, 0.9), rng.uniform(0.04, 0.14), rng.uniform(-0.8, 0.5)
        step = np.linspace(0.0, 1.0, 5)
        path = np.stack([-step * long, np.sin(step * 3.0) * lift * long * 0.5], 1) + at
        shape = shapes.tube(path, [wide, wide, wide * 1.2, wide, wide * 0.3], pointed=True)
        sway = self.rig.swing(self._key("tail"), 0.7, period=10)
        binding = Binding(self.root, sway=sway, anchor=at, reach=long)
        tail = self._add("tail", shape, "hide", (rng.uniform(10, 22), binding))
        for i in range(int(rng.integers(0, 4))):
            ring = shapes.box((at[0] - long * (0.3 + 0.2 * i), at[1]), long * 0.05, 1.0)
            self.rig.on(tail, self._key("ring"), ring)

    def add_wings(self) -> None:
        """Add a near and a far wing that flap."""
        rig = self.rig
        size = self.long * rig.rng.uniform(0.8, 1.5)
        flap = rig.swing(self._key("flap"), 0.6, period=8)
        tips = [(0.1, -0.6), (-0.2, -1.1), (-0.75, -1.2), (-0.65, -0.8), (-0.8, -0.5), (-0.45, -0.3)]
        for color, z in (("wingback", 2.0), ("wing", 30.0)):
            at = (0.0, -0.1)
            wing = rig.bone(self._key(color), Bone(self.chest, at, turn=flap))
            shape = shapes.points((0.0, 0.0), *tips) * size + at
            part = rig.change(self._add("wing", shape, color, (z, Binding(wing))), sharp=shapes.sharp_at(7, 0, 3, 5))
            for tip in (3, 4, 5):
                rig.stroke(part, np.stack([shape[0], shape[tip] * 0.85 + shape[0] * 0.15]))

    def add_neck_and_head(self) -> None:
        """Add a neck and either a round face or a head with a muzzle."""
        rig, u = self.rig, self.rig.rng.uniform
        joint, radius = (self.long * 0.8, -self.deep * 0.5), u(0.2, 0.32)
        neck = rig.bone(self._key("neck"), Bone(self.chest, joint, turn=rig.swing(self._key("neck"), 0.25)))
        center = (self.long + u(0.0, 0.2), -self.deep - u(0.05, 0.5))
        rod = shapes.limb(
            (self.long * 0.6, -self.deep * 0.2), center, widths=[self.deep * 0.7, self.deep * 0.5, radius * 0.6]
        )
        self._add("neck", rod, "hide", (21, Binding(self.chest, neck, (joint[0], -self.deep), (0.0, -1.0), 0.2)))
        plan = HeadPlan(self.who, neck, center, radius, self.z + 35, self._key("hide"))
        if u() < 0.5:
            add_head(rig, plan)
        else:
            _Muzzle(rig, plan).add()


@dataclass(frozen=True)
class _Muzzle:
    """One long-snouted head under construction, looking right; outlines in head radii from its centre."""

    rig: Rig
    plan: HeadPlan

    def _add(self, word: str, shape: shapes.Points, z: float, bone: str) -> Part:
        color = self.plan.skin if word in ("jaw", "skull") else f"{self.plan.who}.{word}"
        place = shape * self.plan.radius + self.plan.center
        return self.rig.add(Part(f"{self.plan.who}.{word}", place, color, self.plan.z + z, Binding(bone)))

    def _on(self, owner: Part, word: str, shape: shapes.Points) -> None:
        self.rig.on(owner, f"{self.plan.who}.{word}", shape * self.plan.radius + self.plan.center)

    def add(self) -> None:
        """Add jaw, tongue, skull, nose, eye, horns or ears and spikes."""
        u, bone = self.rig.rng.uniform, self.plan.bone
        snout = u(1.1, 2.0)
        self._add_jaw(snout)
        back = [(-0.9, 0.0), (-0.6, -0.8), (0.2, -0.9), (0.7, -0.35)]
        skull = shapes.points(*back, (snout, -0.15), (snout, 0.25), (0.2, 0.35), (-0.7, 0.5))
        head = self._add("skull", skull, 4, bone)
        self._on(head, "nose", shapes.ellipse((snout, -0.1), 0.22, 0.2))
        eye = self._add("white", shapes.ellipse((0.1, -0.35), 0.2, 0.22), 5, bone)
        self._on(eye, "pupil", shapes.ellipse((0.16, -0.33), 0.09, 0.14))
        horn = shapes.points((-0.5, -0.6), (-0.15, -0.75), (-u(0.4, 1.0), -u(1.2, 2.0)))
        for shift, z in ((0.2, 3), (0.0, 6)):
            self.rig.change(self._add("horn", horn + (shift, 0.0), z, bone), sharp=shapes.sharp_at(3, 2))
        for i in range(int(self.rig.rng.integers(0, 5))):
            spike = shapes.points((-0.3, 0.0), (0.1, -0.1), (-0.3, -0.5)) + (-0.5 - 0.12 * i, -0.3 + 0.25 * i)
            self.rig.change(self._add("spike", spike, 2 - 0.1 * i, bone), sharp=shapes.all_sharp(3))

    def _add_jaw(self, snout: float) -> None:
        u, name = self.rig.rng.uniform, f"{self.plan.who}.jaw"
        turn = self.rig.channel(name, Channel(bias=u(0.1, 0.5), amount=0.25, period=u(5, 10)))
        jaw = self.rig.bone(name, Bone(self.plan.bone, self.plan.at(-0.2, 0.3), turn=turn))
        lower = shapes.points((-0.4, 0.1), (0.4, 0.2), (snout * 0.92, 0.3), (snout * 0.8, 0.55), (0.0, 0.7))
        self._add("jaw", lower, 3, jaw)
        self._add("tongue", shapes.limb((0.0, 0.35), (snout * 0.8, 0.35), widths=[0.1, 0.12]), 3.5, jaw)


def add_mascot(rig: Rig, *, who: str, parent: str, z: float) -> None:
    """Add a round mascot that is mostly head, with stub limbs, squashing and stretching."""
    u = rig.rng.uniform
    pulse = rig.channel(f"{who}.pulse", Channel(amount=u(0.08, 0.25), period=u(6, 14), phase=u()))
    root = rig.bone(f"{who}.root", Bone(parent, (0.0, 0.6), stretch=pulse, turn=rig.swing(f"{who}.lean", 0.25)))
    plan = HeadPlan(who, root, (0.0, 0.0), u(0.45, 0.65), z + 20, f"{who}.skin")
    r, arm_z = plan.radius, u(10, 50)
    stubs = (("arm", (r, r * 0.3), (0.1, 0.2), arm_z), ("foot", (r * 0.5, r), (0.22, 0.12), 12.0))
    for side in (-1, 1):
        for word, (x, y), size, depth in stubs:
            name = f"{who}.{word}{side:+d}"
            bone = rig.bone(name, Bone(root, (side * x, y), turn=rig.swing(name, 0.6, period=10)))
            shape = shapes.ellipse((side * (x + 0.06), y), size[0], size[1])
            stub = rig.add(Part(f"{who}.{word}", shape, f"{who}.stub", z + depth, Binding(bone)))
            rig.on(stub, f"{who}.pad", shapes.ellipse((side * (x + 0.09), y + 0.05), 0.06, 0.05))
    add_head(rig, plan)
