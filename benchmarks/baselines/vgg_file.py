"""A user's file of VGG-19's weights, as torchvision gives them; none comes with this project."""

from __future__ import annotations

import pickle
from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file

from cmft_engine.protocol.errors import WeightsError

from .vgg import Vgg19

_REMEDY = "name a state_dict of torchvision's vgg19, .pth or .safetensors"


def load_vgg(path: Path) -> Vgg19:
    """Return VGG-19's convolutions with the weights of a file; what it holds beyond conv5_1 is left out.

    Raises WeightsError when the file is missing, no such thing, or lacks a layer.
    """
    try:
        loaded = load_file(path) if path.suffix == ".safetensors" else torch.load(path, "cpu", weights_only=True)
    except (OSError, RuntimeError, EOFError, SafetensorError, pickle.UnpicklingError) as error:
        # not the error's own words: torch's advise to load the file unsafely
        raise WeightsError(f"{path}: cannot be read as weights ({type(error).__name__}); {_REMEDY}") from error
    network = Vgg19()
    wanted = network.state_dict().keys()
    if not isinstance(loaded, dict) or not wanted <= loaded.keys():
        raise WeightsError(f"{path}: lacks layers of VGG-19 such as features.0.weight; {_REMEDY}")
    try:
        network.load_state_dict({key: loaded[key] for key in wanted})
    except RuntimeError as error:
        raise WeightsError(f"{path}: layers of other sizes than VGG-19's; {_REMEDY}") from error
    return network
