"""Hair of puppets: behind the head, bangs or strands, tails and side locks, all swinging as the head turns."""

from __future__ import annotations

import numpy as np

from cmft_training.synthetic import puppet_shapes as shapes
from cmft_training.synthetic.puppet_head_plan import Head


def add_hair(head: Head) -> None:
    """Add hair behind the head, bangs or loose strands, and maybe tails and side locks."""
    rng = head.rig.rng
    _add_back_hair(head)
    if rng.random() < 0.4:
        _add_strands(head)
    else:
        _add_bangs(head)
    if rng.random() < 0.35:
        _add_tails(head)
    if rng.random() < 0.35:
        _add_side_locks(head)


def _add_back_hair(head: Head) -> None:
    rng = head.rig.rng
    long, wide = rng.uniform(0.5, 2.6) ** 1.2, rng.uniform(1.08, 1.35)
    n = 2 * int(rng.integers(3, 8)) + 1
    tip = np.arange(n) % 2 == 0
    depth = long + np.where(tip, 0.0, rng.uniform(-0.35, -0.1)) + rng.normal(0, 0.06, n)
    ends = np.stack([np.linspace(wide, -wide, n) * rng.uniform(0.8, 1.2), depth], 1)
    crown = shapes.points((-wide, 0.0), (-wide * 0.85, -0.8), (0.0, -1.2), (wide * 0.85, -0.8), (wide, 0.0))
    binding = head.hanging(-0.3, (0.0, -0.8), long + 0.8)
    color = "hair" if rng.random() < 0.5 else "hairback"
    z = -36 if rng.random() < 0.8 else -1
    hair = head.add("hairback", np.concatenate([crown, ends]), color, (z, binding))
    hair = head.rig.change(hair, sharp=np.concatenate([np.zeros(5, np.bool_), tip]))
    for x in rng.uniform(-0.8, 0.8, rng.integers(0, 4)):
        line = shapes.points((x * 0.8, -0.6), (x, long * 0.4), (x * 1.05, long * 0.85))
        head.rig.stroke(hair, head.place(line))


def _add_strands(head: Head) -> None:
    rng = head.rig.rng
    n = int(rng.integers(4, 9))
    w = 1.1 / n + 0.1
    for i, x in enumerate(np.linspace(-0.85, 0.85, n)):
        reach = rng.uniform(-0.25, 0.35) + abs(x) * 0.4
        left, right = shapes.points((x * 0.5 - w, -1.0), (x - w * 0.9, -0.5)), shapes.points((x + w * 0.9, -0.5))
        shape = np.concatenate([left[:1], [(x * 0.5 + w, -1.0)], right, [(x * 1.1, reach)], left[1:]])
        z = 10 + 0.01 * float(rng.integers(40)) + i * 1e-3
        strand = head.add("strand", shape, "hair", (z, head.hanging(0.9, (float(x), -1.0), 3.0)))
        head.rig.change(strand, sharp=shapes.sharp_at(5, 3))
    cap = shapes.points((-1.05, -0.35), (-0.8, -1.0), (0.0, -1.25), (0.8, -1.0), (1.05, -0.35), (0.0, -0.85))
    head.add("cap", cap, "hair", (9.9, head.plan.binding(0.35)))


def _add_bangs(head: Head) -> None:
    rng, plan = head.rig.rng, head.plan
    n = 2 * int(rng.integers(2, 7)) + 1
    x = np.linspace(-1.02, 1.02, n)
    y = np.where(np.arange(n) % 2, rng.uniform(-0.65, -0.35), rng.uniform(-0.2, 0.2, n)) + np.abs(x) * 0.3
    crown = shapes.points((1.08, -0.4), (0.8, -1.0), (0.0, -1.24), (-0.8, -1.0), (-1.08, -0.4))
    shape = np.concatenate([np.stack([x, y], 1), crown])
    bangs = head.add("bangs", shape, "hair", (10, plan.binding(0.6)))
    bangs = head.rig.change(bangs, sharp=np.arange(n + 5) < n)
    for tip in rng.uniform(-0.7, 0.7, rng.integers(0, 4)):
        line = head.place(shapes.points((tip * 0.6, -1.0), (tip * 0.9, -0.6), (tip, -0.3)))
        head.rig.change(head.rig.stroke(bangs, line), binding=plan.binding(0.8))
    if rng.random() < 0.5:
        shine = shapes.points((-0.6, -0.75), (0.0, -0.9), (0.6, -0.75), (0.3, -0.68), (0.0, -0.76), (-0.3, -0.66))
        head.rig.change(head.on(bangs, "shine", shine), sharp=shapes.all_sharp(6))


def _add_tails(head: Head) -> None:
    rng = head.rig.rng
    sides = (-1, 1) if rng.random() < 0.6 else (int(rng.choice([-1, 1])),)
    long, drop, wide = rng.uniform(1.0, 2.6), rng.uniform(0.2, 0.9), rng.uniform(0.2, 0.38)
    z = 12 if rng.random() < 0.4 else -30
    for side in sides:
        path = shapes.points((0.85, -0.6), (1.25, -0.3), (1.45, long * 0.5), (1.3 + drop * 0.3, long)) * [side, 1.0]
        shape = shapes.tube(path, [wide * 0.6, wide, wide * 0.9, 0.05], pointed=True)
        tail = head.add("ponytail", shape, "hair", (z, head.hanging(-0.15, (side * 0.9, -0.6), long * 0.5)))
        tail = head.rig.change(tail, sharp=shapes.sharp_at(len(shape), len(shape) // 2))
        head.rig.stroke(tail, head.place(path[:-1]))
        tie = shapes.ellipse((side * 0.92, -0.58), 0.16, 0.2)
        head.add("tie", tie, "accent", (12.5, head.plan.binding(-0.15)))


def _add_side_locks(head: Head) -> None:
    rng = head.rig.rng
    long, wide = rng.uniform(0.6, 1.6), rng.uniform(0.1, 0.2)
    for side in (-1, 1):
        path = shapes.points((0.92, -0.5), (1.0, 0.1), (0.9, long * 0.7), (0.82, long)) * [side, 1.0]
        shape = shapes.tube(path, [wide, wide, wide * 0.8, 0.02], pointed=True)
        lock = head.add("lock", shape, "hair", (9.5, head.hanging(0.3, (side * 0.92, -0.5), 1.0)))
        head.rig.change(lock, sharp=shapes.sharp_at(len(shape), len(shape) // 2))
