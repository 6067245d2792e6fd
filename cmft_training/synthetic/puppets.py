"""Clips of procedurally drawn puppets: a random scene and its drawings at any time. Nothing here is learned."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from cmft_training.synthetic.drawing import Clip, Drawing
from cmft_training.synthetic.puppet_camera import Camera, add_camera_channels, aim_camera
from cmft_training.synthetic.puppet_decor import Decor, decorate
from cmft_training.synthetic.puppet_ink import Outline, draw
from cmft_training.synthetic.puppet_layers import Layers
from cmft_training.synthetic.puppet_motion import Puppet
from cmft_training.synthetic.puppet_rig import Part, Rig
from cmft_training.synthetic.puppet_scenes import BACKGROUND_Z, FOREGROUND_Z, group_colors, populate

Style = Literal["inked", "shaded", "mixed"]

_WIDTHS = (1.0, 1.33, 1.67, 2.0, 2.0, 2.33, 2.67, 3.0)
_THINNEST = 0.7
_LEAST_SHOWN = 0.02  # of the page; a cast that left it is drawn at a moment nearer to the camera's own
_VIEW_TIME = 12.0  # how far from the clip's middle the views of a sheet may be


def random_puppet_clip(
    rng: np.random.Generator,
    *,
    size: int = 256,
    n_drawings: int = 10,
    style: Style = "inked",
    line_width: float | None = None,
) -> Clip:
    """Return a clip of one random scene, its drawings one time step apart.

    style: "inked" outlines nearly every shape; "shaded" leaves shadows, highlights and patterns without ink between;
    "mixed" is one of the two. line_width in px at size 256 (it scales with size), random when None.
    """
    scene = PuppetScene(rng, size=size, style=style, line_width=line_width)
    middle = (n_drawings - 1) / 2.0
    drawings = tuple(scene.drawing(i - middle) for i in range(n_drawings))
    return Clip(drawings, scene.group, group_colors(rng, scene.color_keys), scene.name)


def puppets_apart(
    rng: np.random.Generator, *, size: int, gaps: Sequence[float | None], style: Style = "inked"
) -> tuple[list[Drawing], NDArray[np.uint16]]:
    """Return a drawing of one random scene, then one for each gap before or after it, and the parts' colour groups.

    A gap of None gives the cast alone under another camera. Where the cast would have left the page, all gaps are
    halved until it is there.
    """
    scene = PuppetScene(rng, size=size, style=style)
    times = np.array([0.0, *(gap if rng.random() < 0.5 else -gap for gap in gaps if gap is not None)])
    times -= (times.min() + times.max()) / 2.0  # the camera is aimed at time 0
    drawings = [scene.drawing(float(t)) for t in times]
    while np.abs(times).max() > 0.5 and not all(_is_shown(drawing) for drawing in drawings):
        times /= 2.0
        drawings = [scene.drawing(float(t)) for t in times]
    clip = iter(drawings[1:])
    return [drawings[0], *(scene.view(rng) if gap is None else next(clip) for gap in gaps)], scene.group


def _is_shown(drawing: Drawing) -> bool:
    return bool(np.count_nonzero(drawing.part) >= _LEAST_SHOWN * drawing.part.size)


class PuppetScene:
    """One random scene, built once; `drawing(t)` draws it at any time near 0, where the camera is aimed.

    name: what the cast is. group: uint16 (n_parts,) colour group of each part, 0 the background.
    color_keys: what groups 1, 2, … are, such as "p0.hair".
    """

    def __init__(self, rng: np.random.Generator, *, size: int, style: Style, line_width: float | None = None) -> None:
        rig = Rig(rng, energy=float(np.clip(rng.lognormal(-0.1, 0.5), 0.3, 1.8)), tempo=float(rng.uniform(0.8, 1.8)))
        self.name = populate(rig)
        decorate(rig, _random_decor(rng, style))
        add_camera_channels(rig)
        self._size = size
        self._puppet = Puppet(rig, samples_per_unit=6.0)
        self._camera = aim_camera(rng, self._puppet)
        widest = 0.8 + self._camera.zoom * 2.2  # small figures are drawn with a fine pen
        width = min(float(rng.choice(_WIDTHS)), widest) if line_width is None else line_width
        self._width = width * size / 256.0
        self._layers = Layers(self._puppet)
        self._around = _around(self._puppet.parts)
        self.color_keys, self.group = self._layers.color_keys, self._layers.group

    def drawing(self, t: float) -> Drawing:
        """Return the drawing at time t."""
        return draw(self._outlines(t, self._camera), self._size)

    def view(self, rng: np.random.Generator) -> Drawing:
        """Return the cast alone, as on a sheet: some other moment under another camera."""
        camera, t = aim_camera(rng, self._puppet), float(rng.uniform(-1.0, 1.0)) * _VIEW_TIME
        while True:
            cast = [outline for outline in self._outlines(t, camera) if outline.root not in self._around]
            drawing = draw(cast, self._size)
            if _is_shown(drawing) or abs(t) < 0.5:
                return drawing
            t /= 2.0

    def _outlines(self, t: float, camera: Camera) -> list[Outline]:
        def on_page(samples: NDArray[np.float64]) -> NDArray[np.float64]:
            return camera.on_page(samples, size=self._size, t=t, puppet=self._puppet)

        self._puppet.sample(self._size * camera.zoom / 10.0)
        return self._layers.outlines(t, place=on_page, width=self._pen)

    def _pen(self, part: Part) -> float:
        """Return the width of a part's ink in px."""
        return max(_THINNEST, self._width * part.weight) if part.inked else 0.0


def _around(parts: list[Part]) -> set[int]:
    """Return the ids of what is not of the cast: the background, and what passes in front."""
    number = np.cumsum([part.closed for part in parts])  # as `Layers` counts
    return {
        int(n) for n, part in zip(number, parts, strict=True)
        if part.closed and not BACKGROUND_Z < part.z < FOREGROUND_Z
    }  # fmt: skip


def _random_decor(rng: np.random.Generator, style: Style) -> Decor:
    shaded = style == "shaded" or (style == "mixed" and rng.random() < 0.5)
    return Decor(
        shade=float(rng.uniform(0.3, 1.0) if shaded else rng.choice([0.0, 0.5])),
        pattern=float(rng.choice([0.0, 0.1, 0.3])),
        inked=0.0 if shaded else 0.85,
    )
