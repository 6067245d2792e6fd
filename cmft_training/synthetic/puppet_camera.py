"""The camera on a puppet scene: framing at time 0, then pan, zoom, roll, keystone and a smooth bending of the page."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cmft_training.synthetic.puppet_motion import Puppet
from cmft_training.synthetic.puppet_rig import Channel, Part, Rig
from cmft_training.synthetic.puppet_scenes import BACKGROUND_Z, FOREGROUND_Z

Floats = NDArray[np.float64]

_MIDDLES = ("face", "skull", "head", "core", "torso")
_ENOUGH_PARTS = 12


@dataclass(frozen=True)
class Camera:
    """Where the scene lands on the page.

    zoom: page sides a scene unit. focus: scene point (2,) at the page's middle at time 0. subject: index of the part
    that the camera follows; follow: how much of its movement, [0, 1]. keystone: perspective (2,).
    wave, wave_phase, wave_way: three sine waves (2, 3), (3,), (3, 2) that bend the page. wobble: hand tremor in px at
    512.
    """

    zoom: float
    focus: Floats
    subject: int
    subject_start: Floats
    follow: float
    keystone: Floats
    wave: Floats
    wave_phase: Floats
    wave_way: Floats
    wobble: float

    def on_page(self, samples: Floats, *, size: int, t: float, puppet: Puppet) -> Floats:
        """Return scene samples (n, 2) in page pixels at time t; the camera's channels are the puppet's."""
        value, index = puppet.bank.values(t), puppet.bank.index
        pan_x, pan_y, zoom, roll, bend = (value[index(f"camera.{k}")] for k in ("x", "y", "zoom", "roll", "bend"))
        moved = _middle(samples, puppet, self.subject) - self.subject_start
        at = samples - self.focus - moved * self.follow
        at = at + np.sin(at @ self.wave + self.wave_phase + t * 0.15) @ self.wave_way * bend
        cosine, sine = np.cos(roll), np.sin(roll)
        at = at @ np.array([[cosine, sine], [-sine, cosine]]) * np.exp(np.clip(zoom, -0.3, 0.5))
        at = at + np.clip([pan_x, pan_y], -0.3, 0.3) / self.zoom
        at = at / (1.0 + at @ self.keystone)[:, None].clip(0.4, 3.0)
        page = (at * self.zoom + 0.5) * size
        tremor = np.sin(page * (23.0 / size) + t * np.array([12.9898, 78.233])) * self.wobble * size / 512.0
        shaken: Floats = page + tremor[:, ::-1]
        return shaken


def _middle(samples: Floats, puppet: Puppet, part: int) -> Floats:
    """Return the middle (2,) of one part's bounding box."""
    curve = samples[puppet.bounds[part] : puppet.bounds[part + 1]]
    middle: Floats = (curve.min(0) + curve.max(0)) / 2.0
    return middle


def add_camera_channels(rig: Rig) -> None:
    """Add the channels that a camera reads."""
    rng = rig.rng
    for name, amount in (("x", 0.06), ("y", 0.05), ("zoom", 0.1), ("roll", 0.06)):
        rig.swing(f"camera.{name}", amount * float(rng.choice([0.3, 1.0, 2.0])), period=30)
    rig.channel("camera.bend", Channel(bias=rng.uniform(0.0, 0.6), amount=0.6, period=rng.uniform(15, 40)))


def aim_camera(rng: np.random.Generator, puppet: Puppet) -> Camera:
    """Return a camera on the whole cast, or close on one body or head if enough parts are in view there."""
    samples, _, present = puppet.pose(0.0)
    low = np.minimum.reduceat(samples, puppet.bounds[:-1])
    high = np.maximum.reduceat(samples, puppet.bounds[:-1])
    cast = np.array([BACKGROUND_Z < part.z < FOREGROUND_Z for part in puppet.parts]) & present
    focus, extent = _framed(low[cast], high[cast])
    chosen = _close_up(rng, puppet.parts)
    subject = chosen[0]
    if rng.random() < 0.5:
        near, close = _framed(low[chosen], high[chosen])
        inside = np.abs((low + high)[cast] / 2.0 - near).max(1) < close / 2.0
        if inside.sum() >= _ENOUGH_PARTS:
            focus, extent = near, close
    return Camera(
        zoom=float(rng.uniform(0.8, 1.25)) / max(extent, 0.2),
        focus=focus,
        subject=subject,
        subject_start=_middle(samples, puppet, subject),
        follow=float(rng.uniform(0.4, 1.0)),
        keystone=rng.normal(size=2) * rng.choice([0.0, 0.1, 0.2]),
        wave=rng.normal(size=(2, 3)) * rng.uniform(1.0, 4.0, 3),
        wave_phase=rng.uniform(0.0, 2.0 * np.pi, 3),
        wave_way=rng.normal(size=(3, 2)) * 0.02,
        wobble=float(rng.choice([0.0, 0.3, 0.6, 1.0])),
    )


def _framed(low: Floats, high: Floats) -> tuple[Floats, float]:
    """Return the middle (2,) and the longer side of the box around boxes (n, 2)."""
    corner, far = low.min(0), high.max(0)
    return (corner + far) / 2.0, float((far - corner).max())


def _close_up(rng: np.random.Generator, parts: list[Part]) -> list[int]:
    """Return the indexes of the parts that share a bone with one body or head (of all parts if there is none)."""
    middles = [part for part in parts if part.name.split(".")[-1] in _MIDDLES]
    if not middles:
        return list(range(len(parts)))
    bone = middles[int(rng.integers(len(middles)))].binding.bone
    return [i for i, part in enumerate(parts) if part.binding.bone == bone and not part.on]
