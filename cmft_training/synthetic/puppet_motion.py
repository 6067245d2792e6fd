"""Compiled puppets: a whole rig evaluated at a time t in a handful of array operations. Nothing here draws ink."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cmft_training.synthetic.puppet_rig import Bone, Channel, Part, Rig
from cmft_training.synthetic.puppet_shapes import Points

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_MAX_YAW = 0.75  # radians: further round, features pile up on the rim of the turning sphere


class ChannelBank:
    """All channels of a rig, evaluated together; channel 0 is always zero."""

    def __init__(self, channels: dict[str, Channel]) -> None:
        self._index = {"": 0} | {name: i + 1 for i, name in enumerate(channels)}
        rows = [Channel(), *channels.values()]
        table = [(c.bias, c.drift, c.amount, c.period, c.phase, c.amount2, c.period2, c.phase2) for c in rows]
        self._table = np.array(table, np.float64)
        self._low, self._high = np.array([c.low for c in rows]), np.array([c.high for c in rows])

    def index(self, name: str) -> int:
        """Return the row of a channel; the empty name is the zero channel."""
        return self._index[name]

    def values(self, t: float) -> Floats:
        """Return every channel at time t, float64 (n_channels,)."""
        bias, drift, amount, period, phase, amount2, period2, phase2 = self._table.T
        wave = amount * np.sin(2.0 * np.pi * (t / period + phase))
        value = bias + drift * t + wave + amount2 * np.sin(2.0 * np.pi * (t / period2 + phase2))
        kept: Floats = np.clip(value, self._low, self._high)
        return kept


@dataclass(frozen=True)
class _PointTable:
    """Per control point columns, each (n,), gathered from the bindings."""

    bone: Ints
    next_bone: Ints
    blend: Floats
    slide: Floats
    slide_channel: Ints
    slide_center: Floats
    slide_radius: Floats
    nod_channel: Ints
    sway: Ints
    anchor: Floats
    reach_ratio: Floats
    squeeze: Ints
    squeeze_y: Floats


class Puppet:
    """A rig compiled once; `pose(t)` returns the sampled outlines of every part at time t.

    `sample(density)` changes how densely curves are sampled, in samples per scene unit.

    parts: the parts in the order of `bounds`. bounds: (n_parts + 1,) sample ranges into the posed samples.
    """

    def __init__(self, rig: Rig, *, samples_per_unit: float) -> None:
        self.parts: list[Part] = list(rig.parts.values())
        self.bank = ChannelBank(rig.channels)
        self._bones = list(rig.bones.items())
        self._bone_index = {name: i for i, (name, _) in enumerate(self._bones)}
        self._rest = np.concatenate([part.shape for part in self.parts])
        self._table = self._point_table()
        self._curves = _curves(self.parts)
        self.sample(samples_per_unit)
        self.z = np.array([part.z for part in self.parts])
        self._front = np.array([self.bank.index(part.binding.front) for part in self.parts])
        self._presence = np.array([self.bank.index(part.presence) for part in self.parts])

    def sample(self, samples_per_unit: float) -> None:
        """Sample every curve at this density from now on."""
        self._gather, self._weights, self.bounds = _sampled(self._curves, samples_per_unit)

    def pose(self, t: float) -> tuple[Points, Floats, NDArray[np.bool_]]:
        """Return samples (n, 2) in scene units, the parts' depth (n_parts,) and whether each is present (n_parts,)."""
        value = self.bank.values(t)
        moved = self._posed_controls(value)
        samples = np.einsum("sk,skc->sc", self._weights, moved[self._gather])
        present = (self._presence == 0) | (value[self._presence] > 0.0)
        return samples, self.z + value[self._front], present

    def _posed_controls(self, value: Floats) -> Points:
        table = self._table
        x, y = self._rest[:, 0].copy(), self._rest[:, 1].copy()
        y = table.squeeze_y + (y - table.squeeze_y) * np.where(table.squeeze > 0, value[table.squeeze], 1.0)
        yaw = np.clip(value[table.slide_channel], -_MAX_YAW, _MAX_YAW) * table.slide
        ratio = np.clip((x - table.slide_center) / table.slide_radius, -0.985, 0.985)
        slid = table.slide_center + table.slide_radius * np.sin(np.clip(np.arcsin(ratio) + yaw, -1.5, 1.5))
        x = np.where(table.slide != 0.0, slid, x)
        y = y + value[table.nod_channel] * table.slide * table.slide_radius
        angle = value[table.sway] * table.reach_ratio
        dx, dy = x - table.anchor[:, 0], y - table.anchor[:, 1]
        cosine, sine = np.cos(angle), np.sin(angle)
        x, y = table.anchor[:, 0] + cosine * dx - sine * dy, table.anchor[:, 1] + sine * dx + cosine * dy
        return self._skinned(np.stack([x, y], 1), value)

    def _skinned(self, controls: Points, value: Floats) -> Points:
        matrices = self._bone_matrices(value)
        table = self._table
        blend = table.blend[:, None, None]
        matrix = matrices[table.bone] * (1.0 - blend) + matrices[table.next_bone] * blend
        moved: Points = np.einsum("nij,nj->ni", matrix[:, :, :2], controls) + matrix[:, :, 2]
        return moved

    def _bone_matrices(self, value: Floats) -> Floats:
        world = np.empty((len(self._bones), 3, 3))
        for i, (_, bone) in enumerate(self._bones):
            local = self._local(bone, value)
            world[i] = world[self._bone_index[bone.parent]] @ local if bone.parent else local
        return world[:, :2]

    def _local(self, bone: Bone, value: Floats) -> Floats:
        index = self.bank.index
        angle = value[index(bone.turn)] + bone.angle
        stretch = float(np.clip(value[index(bone.stretch)], -0.7, 0.7))
        wide, tall = bone.scale * np.exp(-stretch), bone.scale * np.exp(stretch)
        cosine, sine = np.cos(angle), np.sin(angle)
        px, py = bone.pivot
        shift_x = px + bone.offset[0] + value[index(bone.shift_x)]
        shift_y = py + bone.offset[1] + value[index(bone.shift_y)]
        a, b, c, d = cosine * wide, -sine * tall, sine * wide, cosine * tall
        return np.array([[a, b, shift_x - a * px - b * py], [c, d, shift_y - c * px - d * py], [0.0, 0.0, 1.0]])

    def _point_table(self) -> _PointTable:
        bank, bones = self.bank, self._bone_index
        rows = []
        for part in self.parts:
            b = part.binding
            fixed = (
                bones[b.bone], bones[b.next_bone or b.bone], b.slide, bank.index(b.slide_channel), b.slide_center,
                b.slide_radius, bank.index(b.nod_channel), bank.index(b.sway), b.anchor[0], b.anchor[1], b.reach,
                bank.index(b.squeeze), b.squeeze_y, *b.joint, *b.joint_direction, b.joint_soft, bool(b.next_bone),
            )  # fmt: skip
            rows.append(np.repeat([fixed], len(part.shape), 0))
        return _columns(np.concatenate(rows).astype(np.float64), self._rest)


def _columns(table: Floats, rest: Points) -> _PointTable:
    anchor, reach = table[:, 8:10], table[:, 10]
    along = ((rest - table[:, 13:15]) * table[:, 15:17]).sum(1) / table[:, 17]
    step = np.clip(along * 0.5 + 0.5, 0.0, 1.0)
    blend = step * step * (3.0 - 2.0 * step) * table[:, 18]
    distance = np.linalg.norm(rest - anchor, axis=1) / reach
    whole = table[:, [0, 1, 3, 6, 7, 11]].astype(np.int64)
    return _PointTable(
        bone=whole[:, 0],
        next_bone=whole[:, 1],
        blend=blend,
        slide=table[:, 2],
        slide_channel=whole[:, 2],
        slide_center=table[:, 4],
        slide_radius=table[:, 5],
        nod_channel=whole[:, 3],
        sway=whole[:, 4],
        anchor=anchor,
        reach_ratio=np.clip(distance, 0.0, 2.0),
        squeeze=whole[:, 5],
        squeeze_y=table[:, 12],
    )


@dataclass(frozen=True)
class _Curves:
    """The Catmull-Rom segments of every outline: control indexes (4, m), tangent softness (2, m), and the owners."""

    controls: Ints
    softness: Floats
    straight: NDArray[np.bool_]
    length: Floats
    part: Ints
    open_end: NDArray[np.bool_]


def _curves(parts: list[Part]) -> _Curves:
    """Return the segments, one per control point (the last one of an open stroke has no length)."""
    count = np.array([len(part.shape) for part in parts])
    first = np.cumsum(count) - count
    owner = np.repeat(np.arange(len(parts)), count)
    closed = np.array([part.closed for part in parts])[owner]
    sharp = np.concatenate([np.zeros(len(p.shape), np.bool_) if p.sharp is None else p.sharp for p in parts])
    rest = np.concatenate([part.shape for part in parts])
    own, low, n = np.arange(len(owner)), first[owner], count[owner]

    def neighbour(step: int) -> Ints:
        place = own - low + step
        index: Ints = low + np.where(closed, place % n, np.clip(place, 0, n - 1))
        return index

    controls = np.stack([neighbour(step) for step in (-1, 0, 1, 2)])
    softness = 0.5 * ~sharp[controls[1:3]]
    return _Curves(
        controls=controls,
        softness=softness,
        straight=sharp[controls[1]] & sharp[controls[2]],
        length=np.linalg.norm(rest[controls[2]] - rest[own], axis=1),
        part=owner,
        open_end=~closed & (own - low == n - 1),
    )


def _sampled(curves: _Curves, samples_per_unit: float) -> tuple[Ints, Floats, Ints]:
    """Return gather indexes (n, 4), cubic weights (n, 4) and the parts' sample ranges (n_parts + 1,)."""
    count = np.clip(np.ceil(curves.length * samples_per_unit), 2, 16).astype(np.int64)
    count[curves.straight | curves.open_end] = 1
    segment = np.repeat(np.arange(len(count)), count)
    u = (np.arange(len(segment)) - np.repeat(np.cumsum(count) - count, count)) / count[segment]
    soft = curves.softness[:, segment]
    rise, fall = u * (1.0 - u) ** 2 * soft[0], u * u * (u - 1.0) * soft[1]
    ease = u * u * (3.0 - 2.0 * u)
    weight = np.stack([-rise, 1.0 - ease - fall, ease + rise, fall], 1)
    per_part = np.bincount(curves.part, weights=count).astype(np.int64)
    return curves.controls[:, segment].T, weight, np.concatenate([[0], np.cumsum(per_part)])
