"""Clips of procedurally drawn puppets: a random scene and its drawings at any time. Nothing here is learned."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray

from cmft_engine.training.drawing import Clip, Drawing
from cmft_engine.training.puppet_camera import add_camera_channels, aim_camera
from cmft_engine.training.puppet_decor import Decor, decorate
from cmft_engine.training.puppet_ink import draw
from cmft_engine.training.puppet_layers import Layers
from cmft_engine.training.puppet_motion import Puppet
from cmft_engine.training.puppet_rig import Part, Rig
from cmft_engine.training.puppet_scenes import group_colors, populate

Style = Literal["inked", "shaded", "mixed"]

_WIDTHS = (1.0, 1.33, 1.67, 2.0, 2.0, 2.33, 2.67, 3.0)
_THINNEST = 0.7


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


def puppet_pair(
    rng: np.random.Generator, *, size: int = 256, gap: float = 1.0, style: Style = "inked"
) -> tuple[Drawing, Drawing, NDArray[np.uint16]]:
    """Return two drawings of one random scene `gap` time steps apart and the colour group of each part."""
    scene = PuppetScene(rng, size=size, style=style)
    return scene.drawing(-gap / 2.0), scene.drawing(gap / 2.0), scene.group


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
        self._puppet.sample(size * self._camera.zoom / 10.0)
        widest = 0.8 + self._camera.zoom * 2.2  # small figures are drawn with a fine pen
        width = min(float(rng.choice(_WIDTHS)), widest) if line_width is None else line_width
        self._width = width * size / 256.0
        self._layers = Layers(self._puppet)
        self.color_keys, self.group = self._layers.color_keys, self._layers.group

    def drawing(self, t: float) -> Drawing:
        """Return the drawing at time t."""

        def on_page(samples: NDArray[np.float64]) -> NDArray[np.float64]:
            return self._camera.on_page(samples, size=self._size, t=t, puppet=self._puppet)

        return draw(self._layers.outlines(t, place=on_page, width=self._pen), self._size)

    def _pen(self, part: Part) -> float:
        """Return the width of a part's ink in px."""
        return max(_THINNEST, self._width * part.weight) if part.inked else 0.0


def _random_decor(rng: np.random.Generator, style: Style) -> Decor:
    shaded = style == "shaded" or (style == "mixed" and rng.random() < 0.5)
    return Decor(
        shade=float(rng.uniform(0.3, 1.0) if shaded else rng.choice([0.0, 0.5])),
        pattern=float(rng.choice([0.0, 0.1, 0.3])),
        inked=0.0 if shaded else 0.85,
    )
