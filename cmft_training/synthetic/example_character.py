"""The character of the bundled example shot, drawn in pixels of a 960 × 540 page. Nothing here renders."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from cmft_training.synthetic import puppet_shapes as shapes
from cmft_training.synthetic.puppet_rig import Binding, Bone, Channel, Part, Rig

COLORS: dict[str, tuple[int, int, int]] = {
    "skin": (255, 222, 200),
    "skin/shadow": (238, 178, 150),
    "blush": (250, 176, 160),
    "hair": (193, 84, 58),
    "hair/shadow": (140, 51, 48),
    "hair/light": (236, 142, 92),
    "lash": (74, 36, 40),
    "white": (252, 252, 255),
    "iris": (64, 170, 132),
    "lid": (28, 104, 96),
    "pupil": (20, 48, 58),
    "glint": (255, 255, 250),
    "mouth": (160, 48, 52),
    "teeth": (255, 253, 246),
    "tongue": (240, 134, 128),
    "jacket": (52, 132, 168),
    "jacket/shadow": (36, 90, 132),
    "trim": (255, 240, 208),
    "shirt": (244, 246, 238),
    "scarf": (250, 196, 66),
    "scarf/shadow": (222, 146, 44),
    "fringe": (255, 226, 140),
    "strap": (104, 74, 66),
    "rim": (214, 206, 196),
    "glass": (126, 206, 226),
    "glass/light": (214, 244, 250),
    "metal": (232, 190, 92),
    "star": (236, 92, 84),
    "bird": (255, 244, 226),
    "bird/shadow": (226, 204, 190),
    "wing": (146, 196, 190),
    "beak": (246, 160, 60),
}
"""Colour of each key, sRGB 0-255."""

_HEAD = (470.0, 218.0)
_MIRROR = (-1, 1)


def build_character() -> Rig:
    """Return the rig: a girl with goggles and a scarf, one arm crossing her body, and a little bird."""
    rig = Rig(np.random.default_rng(0))
    _add_bones(rig)
    sketch = _Sketch(rig)
    for add in (_ponytail, _body, _scarf, _face, _eyes, _mouth, _hair, _goggles, _waving_arm, _bird):
        add(sketch)
    return rig


def _wave(rig: Rig, name: str, *, bias: float = 0.0, amount: float, period: float, phase: float = 0.0) -> str:
    return rig.channel(name, Channel(bias=bias, amount=amount, period=period, phase=phase))


def _add_bones(rig: Rig) -> None:
    lean = _wave(rig, "lean", amount=0.035, period=34, phase=0.1)
    breath = _wave(rig, "breath", amount=3.0, period=26, phase=0.2)
    rig.bone("torso", Bone("", (480.0, 640.0), turn=lean, shift_y=breath))
    tilt = _wave(rig, "tilt", bias=-0.02, amount=0.09, period=44, phase=0.15)
    rig.bone("head", Bone("torso", (474.0, 350.0), turn=tilt))
    _wave(rig, "yaw", bias=0.02, amount=0.34, period=46, phase=0.60)
    _wave(rig, "nod", amount=0.03, period=30)
    gaze = _wave(rig, "gaze", amount=4.0, period=46, phase=0.55)
    rig.bone("gaze", Bone("head", _HEAD, shift_x=gaze))
    _wave(rig, "hair", amount=0.10, period=23, phase=0.3)
    _wave(rig, "ponytail", bias=0.05, amount=0.42, period=27, phase=0.45)
    _wave(rig, "scarf end", amount=0.32, period=21, phase=0.1)
    _wave(rig, "ahoge", amount=0.35, period=12)
    _wave(rig, "mouth", bias=0.8, amount=0.4, period=17, phase=0.2)
    rig.channel("blink", Channel(bias=5.2, amount=5.6, period=34, phase=0.27, low=0.08, high=1.0))
    rig.bone(
        "ponytail", Bone("head", (566.0, 110.0), shift_x=_wave(rig, "tail slide", amount=-30.0, period=46, phase=0.60))
    )
    shoulder = _wave(rig, "shoulder", bias=0.12, amount=0.34, period=50, phase=-0.25)
    upper = rig.bone("upper arm", Bone("torso", (366.0, 424.0), turn=shoulder))
    elbow = _wave(rig, "elbow", bias=-2.28, amount=-0.62, period=46, phase=-0.25)
    lower = rig.bone("fore arm", Bone(upper, (350.0, 532.0), turn=elbow))
    wrist = _wave(rig, "wrist", amount=0.35, period=14, phase=0.1)
    rig.bone("hand", Bone(lower, (352.0, 644.0), turn=wrist))
    _wave(rig, "curl", amount=0.18, period=14, phase=0.3)
    hop = _wave(rig, "hop", amount=16.0, period=12)
    squash = _wave(rig, "squash", amount=-0.09, period=12, phase=0.03)
    tip = _wave(rig, "bird tip", amount=0.12, period=25)
    rig.bone("bird", Bone("", (770.0, 500.0), turn=tip, shift_y=hop, stretch=squash))
    flap = _wave(rig, "flap", amount=0.5, period=12, phase=0.25)
    rig.bone("bird wing", Bone("bird", (806.0, 420.0), turn=flap))


@dataclass(frozen=True)
class _Sketch:
    """Shortcuts for adding parts to the character's rig."""

    rig: Rig

    def head(self, depth: float, sway: str = "", anchor: tuple[float, float] = (0.0, 0.0)) -> Binding:
        """Return how something at this depth of the turning head follows it, maybe swinging about an anchor."""
        turn = Binding(
            "head", slide=depth, slide_channel="yaw", slide_center=_HEAD[0], slide_radius=160.0, nod_channel="nod"
        )
        place = (_HEAD[0] + anchor[0], _HEAD[1] + anchor[1])
        return replace(turn, sway=sway, anchor=place, reach=150.0) if sway else turn

    def add(self, color: str, shape: shapes.Points, z: float, binding: Binding) -> Part:
        """Add a part of this colour."""
        return self.rig.add(Part(color, shape, color, z, binding))

    def on(self, owner: Part, color: str, shape: shapes.Points, binding: Binding | None = None) -> Part:
        """Add a part lying on another."""
        return self.rig.change(self.rig.on(owner, color, shape), binding=binding)

    def tone(self, owner: Part, tone: str, shape: shapes.Points) -> Part:
        """Add an un-inked shadow or light on a part: its border is a colour trace line."""
        part = self.rig.on(owner, f"{owner.name}/{tone}", shape, color=f"{owner.color}/{tone}")
        return self.rig.change(part, inked=False)

    def sharp(self, part: Part, *corners: int) -> Part:
        """Give a part corners at these vertices."""
        return self.rig.change(part, sharp=shapes.sharp_at(len(part.shape), *corners))


def _at_head(*pairs: tuple[float, float]) -> shapes.Points:
    """Return points given relative to the middle of the face."""
    return shapes.points(*pairs) + _HEAD


def _both_sides(*half: tuple[float, float]) -> shapes.Points:
    """Return a symmetrical outline about the head's middle from its right half, top to bottom."""
    right = shapes.points(*half)
    return np.concatenate([right, shapes.mirrored(right)[::-1]]) + _HEAD


def _ponytail(s: _Sketch) -> None:
    bend = Binding("ponytail", sway="ponytail", anchor=(566.0, 110.0), reach=260.0)
    shape = _at_head(
        (86, -128), (132, -160), (196, -150), (246, -96), (268, -14), (262, 74), (284, 138), (232, 118), (214, 156),
        (190, 96), (176, 30), (150, -30), (104, -84),
    )  # fmt: skip
    tail = s.sharp(s.add("hair", shape, 0, bend), 6, 8)
    s.tone(
        tail,
        "shadow",
        _at_head((96, -70), (150, -70), (196, 0), (214, 70), (236, 124), (232, 190), (150, 150), (90, 0)),
    )
    light = ((150, -140), (190, -128), (224, -88), (232, -60), (206, -92), (172, -118))
    s.tone(tail, "light", _at_head(*light))
    s.rig.stroke(tail, _at_head((150, -112), (206, -62), (228, 10), (228, 80)))
    band = s.add("star", _at_head((78, -136), (112, -146), (128, -112), (112, -74), (82, -84)), 1, Binding("ponytail"))
    s.rig.stroke(band, _at_head((96, -132), (106, -110), (98, -88)))


def _body(s: _Sketch) -> None:
    torso = Binding("torso")
    _far_arm(s, torso)
    neck = s.add("skin", shapes.points((440, 300), (508, 300), (512, 400), (436, 400)), 8, torso)
    s.tone(neck, "shadow", shapes.points((430, 300), (520, 300), (520, 352), (478, 372), (430, 350)))
    shirt = s.add("shirt", shapes.points((420, 390), (530, 390), (536, 660), (416, 660)), 9, torso)
    shirt = s.sharp(shirt, 0, 1, 2, 3)
    s.rig.stroke(shirt, shapes.points((478, 470), (474, 520), (476, 560)))
    right = ((520, 372), (574, 388), (606, 420), (604, 500), (598, 660), (516, 660), (504, 520), (508, 430))
    left = ((432, 372), (380, 386), (346, 418), (352, 500), (356, 660), (440, 660), (452, 520), (446, 430))
    panels = [s.add("jacket", shapes.points(*side), 10, torso) for side in (left, right)]
    s.tone(panels[1], "shadow", shapes.points((560, 360), (640, 390), (640, 680), (566, 680), (578, 560), (584, 470)))
    s.tone(panels[0], "shadow", shapes.points((320, 470), (372, 476), (384, 540), (380, 680), (320, 680)))
    for panel, x in zip(panels, (446, 509), strict=True):
        edge = shapes.points((x - 9, 380), (x + 9, 380), (x + 8, 520), (x + 10, 670), (x - 10, 670), (x - 8, 520))
        s.on(panel, "trim", edge)
    pocket = s.on(panels[1], "jacket pocket", shapes.points((536, 478), (582, 476), (584, 524), (560, 532), (538, 524)))
    s.rig.parts[pocket.name] = replace(pocket, color="jacket")
    badge = s.on(panels[1], "star", shapes.star((562, 446), 17))
    s.sharp(badge, *range(10))


def _far_arm(s: _Sketch, torso: Binding) -> None:
    path = shapes.points((584, 424), (634, 480), (664, 536), (640, 610))
    sleeve = s.add("jacket", shapes.tube(path, [36, 34, 32, 32]), 4, torso)
    s.tone(sleeve, "shadow", shapes.points((560, 440), (600, 476), (630, 530), (640, 580), (600, 640), (540, 560)))
    for a, b in (((652, 510), (684, 498)), ((642, 530), (670, 530))):
        s.rig.stroke(sleeve, shapes.points(a, ((a[0] + b[0]) / 2, (a[1] + b[1]) / 2 - 4), b))


def _scarf(s: _Sketch) -> None:
    torso = Binding("torso")
    hang = replace(torso, sway="scarf end", anchor=(536.0, 390.0), reach=150.0)
    end = s.add(
        "scarf", shapes.points((510, 384), (556, 380), (584, 446), (594, 512), (548, 524), (530, 452)), 13, hang
    )
    end = s.sharp(end, 3, 4)
    s.tone(end, "shadow", shapes.points((500, 380), (532, 388), (552, 456), (566, 540), (520, 540), (510, 450)))
    s.on(end, "fringe", shapes.points((540, 496), (604, 482), (604, 530), (540, 540)))
    wrap = s.add(
        "scarf",
        shapes.points((410, 352), (440, 344), (478, 356), (516, 344), (548, 352), (560, 384), (530, 408), (478, 420),
                      (426, 408), (398, 384)),
        14,
        torso,
    )  # fmt: skip
    s.tone(
        wrap,
        "shadow",
        shapes.points((390, 388), (430, 394), (480, 402), (530, 394), (566, 384), (560, 440), (400, 440)),
    )
    s.rig.stroke(wrap, shapes.points((416, 366), (452, 384), (496, 388)))
    s.rig.stroke(wrap, shapes.points((540, 366), (518, 378), (496, 380)))
    knot = s.add(
        "scarf", shapes.points((508, 374), (540, 364), (562, 380), (556, 404), (526, 412), (506, 398)), 15, torso
    )
    s.rig.stroke(knot, shapes.points((534, 376), (538, 390), (532, 402)))


def _face(s: _Sketch) -> None:
    for side in _MIRROR:
        ear = shapes.ellipse((_HEAD[0] + side * 112, _HEAD[1] + 26), 17, 27)
        s.rig.stroke(
            s.add("skin", ear, 18, s.head(0.05)), _at_head((side * 112, 12), (side * 119, 24), (side * 112, 36))
        )
    outline = _both_sides((18, -130), (78, -108), (112, -46), (110, 22), (92, 66), (54, 104), (14, 128))
    face = s.add("skin", outline, 20, replace(s.head(0.3), slide_radius=300.0))
    shade = s.tone(
        face,
        "shadow",
        _at_head((-130, -150), (130, -150), (124, -22), (100, -18), (70, -34), (30, -22), (-10, -44), (-50, -26),
                 (-92, -30), (-124, -10)),
    )  # fmt: skip
    s.rig.change(shade, binding=s.head(0.6))
    for side in _MIRROR:
        cheek = _at_head((side * 76, 58)) + [0, 0]
        for k in (-1, 0, 1):
            line = cheek + shapes.points((k * 9 + 4, -6), (k * 9 - 4, 6))
            s.rig.change(s.rig.stroke(face, line), binding=s.head(0.95), weight=0.55)
    s.rig.change(s.rig.stroke(face, _at_head((4, 46), (9, 55), (2, 58))), binding=s.head(1.15), weight=0.8)


def _eyes(s: _Sketch) -> None:
    for side in _MIRROR:
        x, y = side * 50.0, 34.0
        look = replace(s.head(0.95), squeeze="blink", squeeze_y=_HEAD[1] + y + 26)

        def flip(*pairs: tuple[float, float], x: float = x, y: float = y, side: int = side) -> shapes.Points:
            return shapes.points(*pairs) * [side, 1.0] + (_HEAD[0] + x, _HEAD[1] + y)

        white = flip((-24, -14), (-10, -30), (10, -31), (26, -14), (24, 14), (10, 28), (-8, 28), (-22, 12))
        eye = s.rig.change(s.add("white", white, 22, look), weight=0.8)
        iris = replace(look, bone="gaze")
        s.on(eye, "iris", flip((-18, 0), (-14, -26), (4, -36), (20, -24), (22, 2), (16, 26), (2, 33), (-14, 24)), iris)
        lid = s.on(eye, "lid", flip((-24, -40), (28, -40), (28, -8), (14, -2), (2, -4), (-10, -2), (-24, -8)), iris)
        s.rig.change(lid, weight=0.6)
        s.on(eye, "pupil", flip((-7, -2), (-4, -14), (4, -16), (10, -6), (10, 8), (3, 15), (-5, 9)), iris)
        big = shapes.ellipse((_HEAD[0] + x - 8, _HEAD[1] + y - 13), 8, 10)
        small = shapes.ellipse((_HEAD[0] + x + 9, _HEAD[1] + y + 15), 4.5, 5)
        for shape in (big, small):
            s.rig.change(s.on(eye, "glint", shape, iris), weight=0.6)
        lash = flip((-28, -10), (-14, -29), (6, -35), (24, -27), (36, -22), (30, -13), (31, -3), (24, -13), (10, -25),
                    (-10, -22))  # fmt: skip
        s.sharp(s.rig.change(s.add("lash", lash, 23, look), weight=0.6), 0, 4, 6)
        brow = flip((-24, -60), (0, -70), (28, -62), (30, -58), (0, -63))
        s.sharp(s.rig.change(s.add("hair", brow, 33, s.head(0.95)), weight=0.7), 0)


def _mouth(s: _Sketch) -> None:
    y = 86.0
    talk = replace(s.head(1.0), squeeze="mouth", squeeze_y=_HEAD[1] + y)
    shape = _at_head(
        (-30, y - 2), (-14, y + 3), (0, y + 1), (14, y + 3), (30, y - 2), (20, y + 20), (0, y + 28), (-20, y + 20)
    )
    mouth = s.sharp(s.add("mouth", shape, 22, talk), 0, 4)
    teeth = s.on(mouth, "teeth", _at_head((-34, y - 8), (34, y - 8), (24, y + 9), (0, y + 11), (-24, y + 9)))
    s.rig.change(teeth, weight=0.6)
    s.rig.change(s.on(mouth, "tongue", shapes.ellipse((_HEAD[0], _HEAD[1] + y + 26), 17, 11)), weight=0.6)


def _hair(s: _Sketch) -> None:
    back = _both_sides((40, -168), (104, -140), (146, -76), (152, 0), (148, 66), (120, 116), (70, 104), (20, 112))
    hair = s.add("hair", back, 2, s.head(-0.25, "hair", (0, -100)))
    s.tone(hair, "shadow", _at_head((-170, 10), (170, 10), (160, 160), (-160, 160)))
    for side in _MIRROR:
        lock = np.stack([side * _LOCK[:, 0], _LOCK[:, 1]], 1) + _HEAD
        part = s.sharp(s.add("hair", lock, 30, s.head(0.35, "hair", (side * 112, -60))), 4)
        if side > 0:
            s.tone(part, "shadow", _at_head((128, -80), (170, -80), (170, 140), (112, 140), (132, 60), (136, -10)))
    bangs = s.sharp(s.add("hair", _at_head(*_BANGS), 31, s.head(0.55)), *_BANG_TIPS)
    shine = ((-118, -66), (-66, -90), (0, -97), (66, -90), (118, -64), (92, -60), (76, -74), (48, -66), (22, -80),
             (-6, -67), (-36, -78), (-62, -62), (-92, -68))  # fmt: skip
    light = s.tone(bangs, "light", _at_head(*shine))
    s.sharp(light, 0, 4, 5, 6, 7, 8, 9, 10, 11, 12)
    shade = ((96, -170), (170, -120), (170, 60), (104, 40), (112, -30), (126, -80))
    s.tone(bangs, "shadow", _at_head(*shade))
    for line in (
        ((-6, -150), (-22, -104), (-16, -66)),
        ((62, -140), (70, -100), (66, -70)),
        ((-70, -138), (-86, -96), (-84, -64)),
    ):
        s.rig.stroke(bangs, _at_head(*line))
    ahoge = _at_head((-6, -160), (-16, -192), (4, -214), (34, -212), (14, -200), (8, -184), (14, -160))
    s.sharp(s.add("hair", ahoge, 30.5, replace(s.head(0.2, "ahoge", (0, -160)), reach=50.0)), 3)


_LOCK = shapes.points((92, -92), (140, -74), (152, 0), (146, 70), (124, 132), (112, 84), (114, 20), (104, -30))
"""The right side lock relative to the face's middle; vertex 4 is its tip."""

_BANGS = (
    (122, 12), (112, -14), (100, -36), (84, -6), (72, 4), (66, -22), (54, -46), (34, -18), (14, 4), (6, -24),
    (-4, -54), (-22, -20), (-42, 6), (-50, -22), (-62, -46), (-78, -20), (-98, 8), (-104, -18), (-116, -40),
    (-124, -16), (-134, 14), (-148, -36), (-138, -96), (-96, -146), (-40, -170), (30, -172), (92, -148), (134, -98),
    (142, -40),
)  # fmt: skip
_BANG_TIPS = (0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20)


def _goggles(s: _Sketch) -> None:
    band = _at_head(
        (-150, -102), (-100, -130), (-40, -144), (40, -144), (100, -130), (150, -102), (148, -76), (100, -104),
        (40, -118), (-40, -118), (-100, -104), (-148, -76),
    )  # fmt: skip
    s.sharp(s.add("strap", band, 34, s.head(0.6)), 0, 5, 6, 11)
    bridge = _at_head((-14, -144), (14, -144), (14, -126), (-14, -126))
    s.add("rim", bridge, 35, s.head(0.85))
    for side in _MIRROR:
        middle = (_HEAD[0] + side * 46, _HEAD[1] - 134)
        rim = s.add("rim", shapes.ellipse(middle, 40, 33, n=12), 36, s.head(0.8))
        glass = s.on(rim, "glass", shapes.ellipse(middle, 30, 24, n=12))
        light = shapes.points((-26, 6), (-6, -26), (8, -28), (-14, 16)) + middle
        s.tone(glass, "light", light)


def _waving_arm(s: _Sketch) -> None:
    upper, lower = Binding("upper arm"), Binding("fore arm")
    sleeve = s.add("jacket", shapes.tube(shapes.points((368, 410), (360, 470), (351, 530)), [39, 38, 37]), 50, upper)
    s.tone(sleeve, "shadow", shapes.points((300, 400), (344, 400), (338, 470), (334, 600), (290, 600)))
    fore = s.add("jacket", shapes.tube(shapes.points((350, 530), (350, 580), (352, 616)), [37, 34, 31]), 50.5, lower)
    s.tone(fore, "shadow", shapes.points((400, 480), (364, 490), (370, 560), (366, 660), (410, 660)))
    for x, y in ((350, 512), (346, 526)):
        s.rig.stroke(fore, shapes.points((x - 26, y - 2), (x - 6, y + 4), (x + 8, y + 2)))
    _hand(s, Binding("hand"))
    cuff = shapes.points((316, 602), (388, 602), (392, 632), (352, 640), (312, 632))
    s.add("trim", cuff, 53, lower)


def _hand(s: _Sketch, hand: Binding) -> None:
    fingers = ((-26, 34, 82, 0.32), (-9, 42, 98, 0.08), (9, 41, 96, -0.1), (25, 34, 80, -0.32))
    for i, (x, base, tip, spread) in enumerate(fingers):
        start, end = (352 + x, 640 + base), (352 + x - np.sin(spread) * (tip - base), 640 + tip)
        bend = replace(hand, sway="curl", anchor=start, reach=60.0)
        s.add("skin", shapes.limb(start, end, widths=[10.5, 11, 9.5]), 51 + 0.01 * i, bend)
    palm = shapes.points((330, 630), (374, 630), (390, 660), (388, 690), (370, 704), (352, 706), (334, 704), (317, 690),
                         (314, 660))  # fmt: skip
    part = s.add("skin", palm, 51.2, hand)
    s.tone(part, "shadow", shapes.points((310, 620), (334, 620), (330, 660), (336, 710), (300, 710)))
    s.rig.stroke(part, shapes.points((372, 664), (360, 676), (340, 676)))
    thumb = shapes.tube(shapes.points((322, 654), (302, 672), (290, 700)), [13, 12, 9])
    s.add("skin", thumb, 51.3, hand)


def _bird(s: _Sketch) -> None:
    body = Binding("bird")
    for x in (752, 788):
        s.add("beak", shapes.tube(shapes.points((x, 476), (x, 502), (x - 8, 508)), [4, 4, 6]), 60, body)
    shape = shapes.points(
        (770, 350), (812, 366), (836, 412), (846, 444), (868, 452), (836, 470), (800, 490), (756, 490), (716, 468),
        (702, 424), (726, 368),
    )  # fmt: skip
    bird = s.sharp(s.add("bird", shape, 61, body), 4)
    s.tone(
        bird,
        "shadow",
        shapes.points((820, 340), (880, 380), (880, 520), (700, 520), (712, 462), (760, 470), (806, 440)),
    )
    for x, y in ((732, 408), (780, 406)):
        eye = s.add("pupil", shapes.ellipse((x, y), 6.5, 8.5), 62, body)
        s.rig.change(s.on(eye, "glint", shapes.ellipse((x - 2, y - 3), 2.6, 3)), weight=0.4)
    for x in (716, 794):
        s.rig.change(s.on(bird, "blush", shapes.ellipse((x, 426), 10, 6)), weight=0.5)
    s.sharp(s.add("beak", shapes.points((744, 416), (758, 412), (772, 416), (757, 434)), 62, body), 3)
    tuft = shapes.points((762, 354), (752, 332), (766, 338), (772, 322), (782, 338), (796, 332), (782, 356))
    s.sharp(s.add("wing", tuft, 60.5, body), 1, 3, 5)
    wing = shapes.points((800, 416), (836, 420), (858, 446), (842, 448), (846, 464), (824, 460), (806, 448))
    s.sharp(s.add("wing", wing, 63, Binding("bird wing")), 2, 4)
