"""Weights of the learned baselines: one safetensors file each, in fp16, beside a note of the budget behind it."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import nn

from cmft_engine.protocol.errors import WeightsError

FOLDER = Path(__file__).parents[1] / "weights"
FORMAT = "cmft-baseline-1"
_AGAIN = "train it again with `python -m benchmarks.baselines.train`"


def weights_path(name: str, folder: Path = FOLDER) -> Path:
    """Return where the weights of a baseline lie."""
    return folder / f"{name}.safetensors"


def save_weights(module: nn.Module, path: Path, *, budget: Mapping[str, object]) -> None:
    """Write a painter's weights as fp16; budget: plain JSON values that say what it was trained with."""
    path.parent.mkdir(parents=True, exist_ok=True)
    tensors = {
        key: (value.half() if value.dtype == torch.float32 else value).contiguous()
        for key, value in module.state_dict().items()
    }
    temporary = path.with_name(f".{path.name}.tmp")
    save_file(tensors, temporary, metadata={"format": FORMAT, "budget": json.dumps(dict(budget))})
    os.replace(temporary, path)


def load_weights(module: nn.Module, path: Path) -> dict[str, object]:
    """Fill a painter with the weights of a file and return the budget behind them.

    Raises WeightsError when the file is missing, damaged, or holds other tensors than the painter has.
    """
    try:
        with safe_open(path, framework="pt") as file:
            metadata = file.metadata() or {}
            tensors = {key: file.get_tensor(key) for key in file.keys()}  # noqa: SIM118  # not a dict
    except (OSError, SafetensorError) as error:
        raise WeightsError(f"{path}: no such baseline weights, or damaged ({error}); {_AGAIN}") from error
    if metadata.get("format") != FORMAT:
        raise WeightsError(f"{path}: format {metadata.get('format')!r}, but {FORMAT!r} is read; {_AGAIN}")
    try:
        module.load_state_dict(tensors)
    except RuntimeError as error:
        raise WeightsError(f"{path}: holds another network; {_AGAIN}") from error
    budget: dict[str, object] = json.loads(metadata["budget"])
    return budget
