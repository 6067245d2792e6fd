"""The puppet's rig: bones, motion channels and parts bound to them, before compilation. Nothing here renders."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from cmft_training.synthetic.puppet_shapes import Points


@dataclass(frozen=True)
class Channel:
    """One animated number: bias + drift·t + Σ amount·sin(2π(t/period + phase)), kept in [low, high]; t in drawings."""

    bias: float = 0.0
    drift: float = 0.0
    amount: float = 0.0
    period: float = 24.0
    phase: float = 0.0
    amount2: float = 0.0
    period2: float = 11.0
    phase2: float = 0.0
    low: float = -np.inf
    high: float = np.inf


@dataclass(frozen=True)
class Bone:
    """A joint: everything bound to it turns about `pivot`, after its parent. Channel names may be empty (still)."""

    parent: str
    pivot: tuple[float, float]
    turn: str = ""
    stretch: str = ""
    shift_x: str = ""
    shift_y: str = ""
    scale: float = 1.0
    angle: float = 0.0
    offset: tuple[float, float] = (0.0, 0.0)


@dataclass(frozen=True)
class Binding:
    """How the control points of a part follow the rig.

    bone / next_bone: points past `joint` along `joint_direction` blend into next_bone over `joint_soft` units.
    slide: depth on the turning sphere (channel, center x, radius); 1 = its front, negative = its back, 0 = unmoved.
    sway: bend about `anchor` that grows with distance from it, up to the channel's angle at `reach` units.
    squeeze: channel that scales y about `squeeze_y` (eyelids, mouths).
    front: channel added to the depth, so that limbs swap order.
    """

    bone: str
    next_bone: str = ""
    joint: tuple[float, float] = (0.0, 0.0)
    joint_direction: tuple[float, float] = (0.0, 1.0)
    joint_soft: float = 0.1
    slide: float = 0.0
    slide_channel: str = ""
    slide_center: float = 0.0
    slide_radius: float = 1.0
    nod_channel: str = ""
    sway: str = ""
    anchor: tuple[float, float] = (0.0, 0.0)
    reach: float = 1.0
    squeeze: str = ""
    squeeze_y: float = 0.0
    front: str = ""


@dataclass(frozen=True)
class Part:
    """One outline (or, when open, one pen stroke inside its owner) in rest position.

    color: colour key; parts of one key share a colour group. on: name of the part it is drawn on and clipped to; of
    several parts on one, later ones are on top.
    sharp: (n,) corners. weight: pen width relative to the clip's. presence: channel, hidden while <= 0.
    """

    name: str
    shape: Points
    color: str
    z: float
    binding: Binding
    on: str = ""
    sharp: NDArray[np.bool_] | None = None
    inked: bool = True
    closed: bool = True
    weight: float = 1.0
    presence: str = ""


@dataclass
class Rig:
    """Bones, channels and parts of a whole scene under construction.

    energy scales the amount and drift of every channel added; tempo scales every period.
    """

    rng: np.random.Generator
    energy: float = 1.0
    tempo: float = 1.0
    bones: dict[str, Bone] = field(default_factory=dict)
    channels: dict[str, Channel] = field(default_factory=dict)
    parts: dict[str, Part] = field(default_factory=dict)
    _choices: dict[str, float] = field(default_factory=dict)

    def bone(self, name: str, bone: Bone) -> str:
        """Add a bone (its parent must exist) and return its name."""
        if bone.parent and bone.parent not in self.bones:
            raise ValueError(f"bone {name!r}: unknown parent {bone.parent!r}")
        self.bones[name] = bone
        return name

    def channel(self, name: str, channel: Channel) -> str:
        """Add a channel, scaled by the rig's energy and tempo, and return its name."""
        self.channels[name] = replace(
            channel,
            drift=channel.drift * self.energy,
            amount=channel.amount * self.energy,
            amount2=channel.amount2 * self.energy,
            period=channel.period * self.tempo,
            period2=channel.period2 * self.tempo,
        )
        return name

    def swing(self, name: str, amount: float, *, bias: float = 0.0, period: float = 20.0) -> str:
        """Add an irregular back-and-forth channel with random phases and return its name."""
        rng = self.rng
        return self.channel(
            name,
            Channel(
                bias=bias,
                drift=amount * rng.normal() * 0.03,
                amount=amount * rng.uniform(0.5, 1.0),
                period=period * rng.uniform(0.7, 1.6),
                phase=rng.random(),
                amount2=amount * rng.uniform(0.0, 0.4),
                period2=period * rng.uniform(0.3, 0.6),
                phase2=rng.random(),
            ),
        )

    def choice(self, what: str) -> float:
        """Return a random number in [0, 1) that stays the same for this name."""
        if what not in self._choices:
            self._choices[what] = float(self.rng.random())
        return self._choices[what]

    def add(self, part: Part) -> Part:
        """Add a part under a free name derived from its own and return it."""
        name, count = part.name, 2
        while name in self.parts:
            name, count = f"{part.name}.{count}", count + 1
        self.parts[name] = part if name == part.name else replace(part, name=name)
        return self.parts[name]

    def on(self, owner: Part, name: str, shape: Points, *, color: str = "") -> Part:
        """Add a part that lies on `owner`, follows it and is clipped to it; its colour key is its name by default."""
        part = Part(name, shape, color or name, owner.z, owner.binding, on=owner.name, presence=owner.presence)
        return self.add(part)

    def stroke(self, owner: Part, shape: Points) -> Part:
        """Add an open pen stroke inside `owner`."""
        name = owner.name + ".stroke"
        part = Part(name, shape, owner.color, owner.z, owner.binding, on=owner.name, closed=False, weight=0.7)
        return self.add(replace(part, presence=owner.presence))

    def change(
        self,
        part: Part,
        *,
        binding: Binding | None = None,
        sharp: NDArray[np.bool_] | None = None,
        inked: bool | None = None,
        weight: float | None = None,
    ) -> Part:
        """Put a part with these properties in the place of `part` and return it."""
        self.parts[part.name] = replace(
            part,
            binding=part.binding if binding is None else binding,
            sharp=part.sharp if sharp is None else sharp,
            inked=part.inked if inked is None else inked,
            weight=part.weight if weight is None else weight,
        )
        return self.parts[part.name]
