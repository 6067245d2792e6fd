"""Every system of the table under one shape: a painted reference and line plates in, their colourings out."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np

from benchmarks.baselines import copy_reference, flow_warp, region_match, region_match_with_flow
from benchmarks.clips.clips import Pair
from cmft_engine.protocol.errors import InputError

from ..clips import ebsynth
from ..clips.ours import Painted, color_shot
from ..clips.program import Program

ShotColorer = Callable[[Painted, Sequence[np.ndarray]], list[np.ndarray]]
PairColorer = Callable[[np.ndarray, np.ndarray, np.ndarray], np.ndarray]

OURS, PLAIN, PLAIN_SHIPPED = "ours", "plain-cmft", "plain-cmft-shipped"
PIX2PIX_LINE, PIX2PIX_REFERENCE, TCVC = "pix2pix-line", "pix2pix-reference", "tcvc"
ANALOGY, ANALOGY_VGG = "analogy", "analogy-vgg"
TITLES = {
    OURS: "ours",
    "copy": "copy of the reference",
    "flow": "flow warp",
    "regions": "region matching by rules",
    "regions-flow": "region matching by rules, with flow",
    "ebsynth": "EbSynth, line + distance + position guides",
    ANALOGY: "Deep Image Analogy, our line features",
    ANALOGY_VGG: "Deep Image Analogy, VGG-19",
    PLAIN_SHIPPED: "plain CMFT, our trained network",
    PLAIN: "plain CMFT",
    TCVC: "TCVC",
    PIX2PIX_REFERENCE: "Pix2Pix with the reference",
    PIX2PIX_LINE: "Pix2Pix, line only",
}
CAPTIONS = {  # the same, short, where the whole does not fit on a tile
    "regions": "rules",
    "regions-flow": "rules with flow",
    "ebsynth": "EbSynth",
    ANALOGY: "Deep Image Analogy",
    ANALOGY_VGG: "D. I. Analogy, VGG",
    PLAIN_SHIPPED: "plain CMFT, our net",
    PIX2PIX_REFERENCE: "Pix2Pix, reference",
}
SEEDS = {  # what the paper compares, worst first: Deep Image Analogy < Pix2Pix ≈ TCVC < CMFT
    "Deep Image Analogy": ANALOGY,
    "Pix2Pix": PIX2PIX_REFERENCE,
    "TCVC": TCVC,
    "CMFT": PLAIN,
}
TRAINED = (PLAIN, TCVC, PIX2PIX_REFERENCE, PIX2PIX_LINE)
_WARM_PX = 64


@dataclass(frozen=True)
class Choices:
    """What a run is given from outside: VGG-19's weights, further programs, the folder of the baselines' weights."""

    vgg: Path | None = None
    programs: tuple[Program, ...] = ()
    weights: Path | None = None

    def names(self) -> list[str]:
        """Return the systems that can be run, ours first."""
        left_out = set() if self.vgg else {ANALOGY_VGG}
        if not ebsynth.is_available():
            left_out.add("ebsynth")
        return [name for name in TITLES if name not in left_out] + [program.name for program in self.programs]

    def title(self, name: str) -> str:
        """Return how the page calls a system."""
        return TITLES.get(name, name)

    def caption(self, name: str) -> str:
        """Return how a tile of the contact sheet calls a system."""
        return CAPTIONS.get(name) or self.title(name)


@lru_cache(maxsize=1)
def make_system(name: str, choices: Choices) -> ShotColorer:
    """Return a system, its weights loaded. Raises CmftError when something that it needs is missing."""
    if name == OURS:
        return _ours
    return _each(_pair_colorer(name, choices))


def _pair_colorer(name: str, choices: Choices) -> PairColorer:
    plain: dict[str, PairColorer] = {
        "copy": copy_reference,
        "flow": flow_warp,
        "regions": region_match,
        "regions-flow": region_match_with_flow,
        "ebsynth": _ebsynth,
    }
    programs = {program.name: program for program in choices.programs}
    if name in TRAINED:
        return _trained(name, choices)
    if name == PLAIN_SHIPPED:
        return _plain_shipped()
    if name in (ANALOGY, ANALOGY_VGG):
        return _analogy(choices.vgg if name == ANALOGY_VGG else None)
    found = plain.get(name) or programs.get(name)
    if found is None:
        raise InputError(f"no system {name!r}; there are: " + ", ".join(choices.names()))
    return found


def _ours(reference: Painted, targets: Sequence[np.ndarray]) -> list[np.ndarray]:
    return [colored.picture for colored in color_shot({0: reference}, dict(enumerate(targets, 1))).values()]


def _each(color: PairColorer) -> ShotColorer:
    return lambda reference, targets: [color(reference.line, reference.painting, target) for target in targets]


def _ebsynth(reference_line: np.ndarray, reference_gt: np.ndarray, target_line: np.ndarray) -> np.ndarray:
    return ebsynth.ebsynth(Pair("", 1, reference_line, reference_gt, target_line, target_line))


# What needs torch is imported where it is used, so that the others' memory is their own.


def _trained(name: str, choices: Choices) -> PairColorer:
    from benchmarks.baselines.learned import color_with

    from ..baselines.lessons import make_painter
    from ..baselines.weights import FOLDER, load_weights, weights_path

    _use_one_thread()
    painter = make_painter(name)
    load_weights(painter, weights_path(name, choices.weights or FOLDER))
    return color_with(painter)


def _plain_shipped() -> PairColorer:
    from benchmarks.baselines.learned import color_with
    from benchmarks.baselines.plain_cmft import PlainCmft
    from cmft_engine.matching.network.weights import load_checkpoint

    _use_one_thread()
    return color_with(PlainCmft(load_checkpoint().network))


def _analogy(vgg: Path | None) -> PairColorer:
    from benchmarks.baselines.deep_analogy import OwnFeatures, analogy_with
    from benchmarks.baselines.vgg import VggFeatures
    from cmft_engine.matching.network.weights import load_checkpoint

    from .vgg_file import load_vgg

    _use_one_thread()
    features = OwnFeatures(load_checkpoint().network) if vgg is None else VggFeatures(load_vgg(vgg))
    color = analogy_with(features)
    blank = np.full((_WARM_PX, _WARM_PX, 3), 255, np.uint8)
    color(blank, blank, blank)  # PatchMatch is compiled here, so that no frame's seconds hold that
    return color


def _use_one_thread() -> None:
    import torch

    torch.set_num_threads(int(os.environ.get("OMP_NUM_THREADS", "1")))
