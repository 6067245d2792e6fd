"""Heads of puppets: face, eyes, mouth, ears and hats, all sliding over a sphere when the head turns."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from cmft_training.synthetic import puppet_shapes as shapes
from cmft_training.synthetic.puppet_hair import add_hair
from cmft_training.synthetic.puppet_head_plan import Head, HeadPlan
from cmft_training.synthetic.puppet_rig import Bone, Channel, Part, Rig

_EYE_PARTS = {"iris": (0.7, 0.88, 0.0), "lid": (0.66, 0.4, -0.4), "pupil": (0.34, 0.45, 0.0)}
"""Width and height relative to the eye, and how far below its middle."""


def add_head(rig: Rig, plan: HeadPlan) -> None:
    """Add a whole head."""
    rng, who = rig.rng, plan.who
    rig.swing(f"{who}.face.yaw", 0.42, bias=rng.uniform(-0.55, 0.55), period=24)
    rig.swing(f"{who}.face.nod", 0.08, bias=rng.uniform(-0.1, 0.1), period=20)
    rig.swing(f"{who}.hair", 0.25, period=10)
    head = Head(rig, plan)
    face = add_face(head)
    add_ears(head)
    add_eyes(head)
    add_mouth(head, face)
    hair = rng.random()
    if hair < 0.9:
        add_hair(head)
    if rng.random() < 0.3 or hair > 0.95:
        add_hat(head)


def add_face(head: Head) -> Part:
    """Add the face with blush and nose and return it."""
    rng, plan = head.rig.rng, head.plan
    jaw, chin = rng.uniform(0.55, 0.9), rng.uniform(0.95, 1.15)
    half = shapes.points((0.0, -1.0), (0.62, -0.85), (0.95, -0.3), (0.93, 0.2), (jaw, 0.65), (jaw * 0.35, chin))
    shape = np.concatenate([half, shapes.mirrored(half)[:0:-1]])
    face = head.add("face", shape, "skin", (5, replace(plan.binding(0.22), slide_radius=plan.radius * 2.4)))
    if rng.random() < 0.4:
        inked = bool(rng.random() < 0.5)
        for side in (-1, 1):
            blush = head.on(face, "blush", shapes.ellipse((side * 0.55, 0.42), 0.17, 0.1), plan.binding(1.0))
            head.rig.change(blush, inked=inked)
    if rng.random() < 0.8:
        tip = rng.uniform(0.3, 0.45)
        nose = shapes.points((0.03, tip - 0.12), (0.09, tip), (-0.02, tip + 0.02))
        head.rig.change(head.rig.stroke(face, head.place(nose)), binding=plan.binding(1.15))
    return face


def add_ears(head: Head) -> None:
    """Add round ears at the sides or pointed ones on top."""
    rng, plan = head.rig.rng, head.plan
    kind, up = rng.random(), rng.uniform(0.9, 1.7)
    for side in (-1, 1):
        if kind < 0.6:
            head.add("ear", shapes.ellipse((side * 0.98, 0.12), 0.17, 0.26), "skin", (4, plan.binding(0.08)))
            continue
        shape = shapes.points((side * 0.4, -0.8), (side * 0.85, -0.5), (side * up * 0.75, -0.6 - up * 0.6))
        inner = (shape - shape.mean(0)) * 0.6 + shape.mean(0)
        ear = head.add("ear", shape, "hair", (9 if kind < 0.85 else 3, plan.binding(0.15)))
        head.on(ear, "earin", inner)


def add_eyes(head: Head) -> None:
    """Add two eyes that blink and look about, with brows."""
    rng, u = head.rig.rng, head.rig.rng.uniform
    x, y, rx, ry = u(0.34, 0.46), u(0.05, 0.25), u(0.16, 0.27), u(0.17, 0.34)
    blink = Channel(bias=u(0.6, 1.3), amount=u(0.0, 0.9), period=u(6, 20), phase=u(), low=0.05, high=1.1)
    squeeze = head.rig.channel(head.key("blink"), blink)
    gaze = head.rig.swing(head.key("gaze"), 0.07 * head.plan.radius)
    bone = head.rig.bone(head.key("gaze"), Bone(head.plan.bone, head.plan.center, shift_x=gaze))
    words = ("pupil",) if u() < 0.2 else ("iris", "lid", "pupil")
    lid_inked = bool(rng.random() < 0.5)
    for side in (-1, 1):
        center = head.plan.at(side * x, y)
        binding = replace(head.plan.binding(1.0), squeeze=squeeze, squeeze_y=center[1])
        eye = head.add("eye", shapes.ellipse((side * x, y), rx, ry), "white", (6, binding))
        head.rig.change(eye, weight=1.2)
        for word in words:
            wide, tall, lift = _EYE_PARTS[word]
            shape = shapes.ellipse((side * x, y + ry * lift), rx * wide, ry * tall)
            part = head.on(eye, word, shape, replace(binding, bone=bone))
            head.rig.change(part, inked=word != "lid" or lid_inked)
        glint = shapes.ellipse((side * x - rx * 0.25, y - ry * 0.35), rx * 0.26, ry * 0.24)
        head.on(eye, "glint", glint, replace(binding, bone=bone))
        brow = shapes.points((-0.22, 0.03), (0.0, -0.06), (0.22, 0.0), (0.0, 0.01)) * [side, 1.0]
        head.add("brow", brow + (side * x, y - ry - 0.14), "brow", (6.5, head.plan.binding(1.0)))


def add_mouth(head: Head, face: Part) -> None:
    """Add a mouth that opens and closes, or a plain stroke."""
    u, plan = head.rig.rng.uniform, head.plan
    y, wide, tall = u(0.56, 0.7), u(0.14, 0.34), u(0.1, 0.25)
    if u() < 0.25:
        line = shapes.points((-wide, y), (0.0, y + u(-0.08, 0.1)), (wide, y))
        head.rig.change(head.rig.stroke(face, head.place(line)), binding=plan.binding(1.0), weight=0.9)
        return
    opening = Channel(bias=u(0.2, 0.9), amount=u(0.0, 0.7), period=u(4, 12), phase=u())
    squeeze = head.rig.channel(head.key("mouth"), opening)
    binding = replace(plan.binding(1.0), squeeze=squeeze, squeeze_y=plan.at(0, y)[1])
    shape = shapes.points((-wide, y), (0.0, y + 0.02), (wide, y), (wide * 0.6, y + tall), (-wide * 0.6, y + tall))
    mouth = head.add("mouth", shape, "mouth", (6.2, binding))
    head.rig.change(mouth, sharp=shapes.sharp_at(5, 0, 2))
    if u() < 0.6:
        head.on(mouth, "teeth", shapes.box((0.0, y), wide, tall * 0.25))
    if u() < 0.7:
        head.on(mouth, "tongue", shapes.ellipse((0.0, y + tall), wide * 0.6, tall * 0.55))


def add_hat(head: Head) -> None:
    """Add a hat with a band and maybe a brim."""
    rng, plan = head.rig.rng, head.plan
    tall, brim, top = rng.uniform(0.5, 1.3), rng.uniform(1.1, 1.8), rng.uniform(0.3, 1.0)
    half = shapes.points((top, -0.8 - tall), (1.0, -0.62))
    crown = np.concatenate([[(0.0, -0.9 - tall)], half, [(0.0, -0.5)], shapes.mirrored(half)[::-1]])
    hat = head.add("hat", crown, "hat", (14, plan.binding(0.2)))
    band = shapes.points((-1.1, -0.85), (0.0, -0.75), (1.1, -0.85), (1.1, -0.6), (0.0, -0.45), (-1.1, -0.6))
    head.on(hat, "hatband", band)
    if rng.random() < 0.7:
        shape = shapes.ellipse((0.0, -0.58), brim, rng.uniform(0.12, 0.25))
        head.add("brim", shape, "hat", (14.2, plan.binding(0.4)))
