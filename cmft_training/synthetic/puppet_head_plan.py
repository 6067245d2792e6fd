"""A puppet's head under construction: where it is, and how its parts follow it."""

from __future__ import annotations

from dataclasses import dataclass, replace

from cmft_training.synthetic import puppet_shapes as shapes
from cmft_training.synthetic.puppet_rig import Binding, Part, Rig


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


@dataclass(frozen=True)
class Head:
    """One head under construction; outlines are given in head radii from its centre."""

    rig: Rig
    plan: HeadPlan

    def key(self, word: str) -> str:
        """Return this head's name of a part, bone or channel."""
        return f"{self.plan.who}.{word}"

    def place(self, shape: shapes.Points) -> shapes.Points:
        """Return an outline given in head radii in the scene's units."""
        return shape * self.plan.radius + self.plan.center

    def add(self, word: str, shape: shapes.Points, color: str, place: tuple[float, Binding]) -> Part:
        """Add a part at (depth above the head's z, binding); color is the skin or one of this head's own keys."""
        key = self.plan.skin if color == "skin" else self.key(color)
        return self.rig.add(Part(self.key(word), self.place(shape), key, self.plan.z + place[0], place[1]))

    def on(self, owner: Part, word: str, shape: shapes.Points, binding: Binding | None = None) -> Part:
        """Add a part on another, following the head in its own way if a binding is given."""
        return self.rig.change(self.rig.on(owner, self.key(word), self.place(shape)), binding=binding)

    def hanging(self, depth: float, anchor: tuple[float, float], reach: float) -> Binding:
        """Return a binding that turns with the head and swings with the hair about an anchor."""
        binding = self.plan.binding(depth)
        sway, reach = self.key("hair"), reach * self.plan.radius
        return replace(binding, sway=sway, anchor=self.plan.at(*anchor), reach=reach)
