"""Limbs of human puppets: legs with boots and shoes, arms with sleeves and hands."""

from __future__ import annotations

from dataclasses import replace

from cmft_training.synthetic import puppet_shapes as shapes
from cmft_training.synthetic.puppet_build import Human
from cmft_training.synthetic.puppet_rig import Binding, Bone, Channel

_Place = tuple[float, float]


def add_leg(human: Human, side: int) -> None:
    """Add thigh, shin and foot on one side (-1 left on the page, +1 right), passing the other leg as it walks."""
    b, rig = human.build, human.rig
    x, knee, ankle, w = side * b.hip * 0.52, b.leg * 0.5, b.leg, b.thick * 1.25
    step = replace(human.stride, phase=human.stride.phase + (0.5 if side > 0 else 0.0), bias=-0.05 * side)
    name = human.key(f"leg{side:+d}")
    thigh = rig.bone(name, Bone(human.root, (x, 0.02), turn=rig.channel(name, step)))
    reach = human.stride.amount
    bend = replace(step, bias=reach * 0.5, amount=reach * 0.55, phase=step.phase + 0.3)
    shin = rig.bone(f"{name}.shin", Bone(thigh, (x, knee), turn=rig.channel(f"{name}.knee", bend)))
    foot = rig.bone(f"{name}.foot", Bone(shin, (x, ankle), turn=rig.swing(f"{name}.ankle", 0.2, period=10)))
    passing = replace(step, bias=0.0, amount=1.5, phase=step.phase + 0.25)
    front = rig.channel(f"{name}.front", passing)
    joint = Binding(thigh, shin, (x, knee), (0.0, 1.0), 0.12, front=front)
    shape = shapes.limb((x, 0.0), (x, ankle), widths=[w * 1.25, w * 1.15, w * 0.95, w, w * 0.75, w * 0.65])
    leg = human.add(f"leg{side:+d}", shape, "bottom" if human.style("legs") < 0.5 else "skin", (18, joint))
    if rig.rng.random() < 0.4:
        rig.on(leg, human.key("patch"), shapes.ellipse((x, knee), w * 0.9, w * 0.8))
    if human.style("boots") < 0.7:
        top = knee + (ankle - knee) * human.style("boot height")
        _add_boot(human, (x, top), (x, ankle), Binding(shin, front=front))
    _add_shoe(human, (x, ankle), side if human.style("toes out") < 0.6 else 1, Binding(foot, front=front))


def _add_boot(human: Human, top: _Place, ankle: _Place, binding: Binding) -> None:
    w = human.build.thick * 1.25
    boot = shapes.limb(top, ankle, widths=[w * 1.15, w * 1.0, w * 0.85])
    human.add("boot", boot, "shoe", (18.1, binding))
    human.add("bootcuff", shapes.box(top, w * 1.2, 0.03), "sock", (18.2, binding))


def _add_shoe(human: Human, ankle: _Place, toe: int, binding: Binding) -> None:
    w = human.build.thick * 1.25
    shape = shapes.points((-w, -0.03), (w * 0.9, -0.03), (w * 2.1, 0.045), (w * 1.9, 0.085), (-w * 1.05, 0.085))
    shoe = human.add("shoe", shape * [toe, 1.0] + ankle, "shoe", (18.3, binding))
    sole = shapes.box((ankle[0] + toe * w * 0.5, ankle[1] + 0.085), w * 2.2, 0.016)
    human.rig.on(shoe, human.key("sole"), sole)


def add_arm(human: Human, side: int, *, z: float) -> None:
    """Add one arm and its hand at an absolute depth, in front of the body or behind it."""
    b, rig, rng = human.build, human.rig, human.rig.rng
    x, y, w = side * b.shoulder * 0.92, -b.torso * 0.9, b.thick
    elbow, wrist, name = y + b.arm * 0.5, y + b.arm, human.key(f"arm{side:+d}")
    upper = rig.bone(name, Bone(human.spine, (x, y), turn=rig.channel(name, _arm_swing(human, side))))
    bend = rig.swing(f"{name}.elbow", 0.5, bias=side * rng.uniform(0.0, 1.7), period=16)
    lower = rig.bone(f"{name}.fore", Bone(upper, (x, elbow), turn=bend))
    hand = rig.bone(f"{name}.hand", Bone(lower, (x, wrist), turn=rig.swing(f"{name}.wrist", 0.35, period=12)))
    joint, sleeve, z = Binding(upper, lower, (x, elbow), (0.0, 1.0), 0.1), human.style("sleeve"), z - human.z
    shape = shapes.limb((x, y), (x, wrist), widths=[w * 1.15, w * 1.1, w * 0.95, w * 0.95, w * 0.8, w * 0.62])
    arm = human.add(f"arm{side:+d}", shape, "skin" if sleeve < 0.75 else "top", (z, joint))
    if sleeve < 0.6:
        end, loose = y + b.arm * (0.25 + 0.7 * sleeve), 1.2 + 0.5 * human.style("loose")
        cloth = shapes.limb((x, y), (x, end), widths=[w * 1.25, w * 1.25, w * 1.2 * loose])
        human.add("sleeve", cloth, "top", (z + 0.2, joint))
        human.add("cuff", shapes.box((x, end), w * 1.2 * loose, 0.022), "trim", (z + 0.3, joint))
    elif rng.random() < 0.5:
        rig.on(arm, human.key("trim"), shapes.box((x, elbow - 0.08), w * 2, 0.03))
    _add_hand(human, (x, wrist), side, (z + 0.4, Binding(hand)))


def _arm_swing(human: Human, side: int) -> Channel:
    rng = human.rig.rng
    hanging = rng.random() < 0.6
    rest = -side * (rng.uniform(0.05, 0.5) if hanging else rng.uniform(-0.6, 2.4))
    return replace(
        human.stride,
        bias=rest,
        drift=rng.normal() * 0.04,
        amount=rng.uniform(0.1, 0.7),
        phase=human.stride.phase + (0.0 if side > 0 else 0.5),
        amount2=0.1,
        period2=7.0,
        phase2=rng.random(),
    )


def _add_hand(human: Human, wrist: _Place, side: int, place: tuple[float, Binding]) -> None:
    rng, (x, y), (z, binding) = human.rig.rng, wrist, place
    size = human.build.thick * rng.uniform(0.9, 1.3)
    color = "skin" if human.style("gloves") < 0.7 else "glove"
    curl = human.rig.swing(f"{binding.bone}.curl", 0.35, bias=rng.uniform(-0.2, 0.2), period=9)
    fingers = int(rng.integers(3, 5))
    for i in range(fingers):
        spread = (i - (fingers - 1) / 2) / fingers
        base = (x + spread * size * 1.6, y + size * 1.5)
        tip = (base[0] + spread * size * 0.7, base[1] + size * rng.uniform(1.0, 1.4))
        finger = shapes.limb(base, tip, widths=[size * 0.3, size * 0.3, size * 0.22])
        bend = replace(binding, sway=curl, anchor=base, reach=size * 1.2)
        human.add("finger", finger, color, (z + i * 0.01, bend))
    human.add("palm", shapes.ellipse((x, y + size * 0.85), size * 0.85, size), color, (z + 0.1, binding))
    base, tip = (x - side * size * 0.6, y + size * 0.6), (x - side * size * 1.25, y + size * 1.5)
    thumb = shapes.limb(base, tip, widths=[size * 0.3, size * 0.32, size * 0.22])
    human.add("thumb", thumb, color, (z + 0.12, binding))
