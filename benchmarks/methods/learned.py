"""The methods that need torch, loaded with their weights.

Each imports what it needs where it is loaded, so that the memory of every method's process is its own.
"""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np

from .method import PairColorer

_WARM_PX = 64


def load_trained(name: str, folder: Path | None) -> PairColorer:
    """Return a baseline with the weights of a folder, the project's own if None. Raises WeightsError."""
    from benchmarks.baselines.learned import color_with
    from benchmarks.baselines.lessons import make_painter
    from benchmarks.baselines.weights import FOLDER, load_weights, weights_path

    _use_one_thread()
    painter = make_painter(name)
    load_weights(painter, weights_path(name, folder or FOLDER))
    return color_with(painter)


def load_plain_shipped() -> PairColorer:
    """Return the plain CMFT on the network that the engine comes with."""
    from benchmarks.baselines.learned import color_with
    from benchmarks.baselines.plain_cmft import PlainCmft
    from cmft_engine.matching.network.weights import load_checkpoint

    _use_one_thread()
    return color_with(PlainCmft(load_checkpoint().network))


def load_analogy(vgg: Path | None) -> PairColorer:
    """Return Deep Image Analogy on VGG-19's features from a file, on our own if None. Raises WeightsError."""
    from benchmarks.baselines.deep_analogy import OwnFeatures, analogy_with
    from benchmarks.baselines.vgg import VggFeatures
    from benchmarks.baselines.vgg_file import load_vgg
    from cmft_engine.matching.network.weights import load_checkpoint

    _use_one_thread()
    features = OwnFeatures(load_checkpoint().network) if vgg is None else VggFeatures(load_vgg(vgg))
    color = analogy_with(features)
    blank = np.full((_WARM_PX, _WARM_PX, 3), 255, np.uint8)
    color(blank, blank, blank)  # PatchMatch is compiled here, so that no frame's seconds hold that
    return color


def budget_of(name: str, folder: Path | None) -> dict[str, object] | None:
    """Return what a baseline was trained with, None where its weights are not there. Raises WeightsError."""
    from benchmarks.baselines.lessons import make_painter
    from benchmarks.baselines.weights import FOLDER, load_weights, weights_path

    path = weights_path(name, folder or FOLDER)
    return load_weights(make_painter(name), path) if path.is_file() else None


def _use_one_thread() -> None:
    import torch

    torch.set_num_threads(int(os.environ.get("OMP_NUM_THREADS", "1")))
