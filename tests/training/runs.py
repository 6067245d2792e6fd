"""Training runs of seconds on two cubes, and what tests look at in their states."""

import time
from pathlib import Path
from typing import Any

from torch import Tensor

from cmft_training.data.dataset import Mixture
from cmft_training.learn.config import load_config
from cmft_training.learn.train import train
from cmft_training.learn.validate import plain

PIXELS = ("batch.sizes={ 64 = 2 }", "data.puppets=0.0", "schedule.steps=3", "schedule.warmup=1", "log.every=1",
          "log.save_every=2", "log.validate_every=100", "validation.pairs=1", "validation.size=64",
          "joint.steps=0")  # fmt: skip
BOTH = (*PIXELS[:2], "schedule.steps=1", *PIXELS[3:-1], "validation.framed=1", "validation.framed_size=64",
        "joint.steps=3", "joint.warmup=1", "joint.sizes={ 64 = 1 }", "joint.data.puppets=1.0", "joint.samples=1",
        "joint.pixel_share=0.5", "joint.replay=3", "joint.replay_batch=2", "joint.replay_steps=1")  # fmt: skip
ADVERSARY = ("adversary.weight=0.01", "adversary.start=1")
STORED = 96  # work size of figures


def puppets_alone() -> Mixture:
    """A mixture of puppets without faults, which needs no characters."""
    return plain(Mixture(Path("nowhere"), puppets=1.0))


def run(settings: tuple[str, ...], folder: Path, characters: Path, *changes: str) -> bool:
    """Train on the smoke configuration with these settings; says whether the run is finished."""
    places = (f"run.folder={folder}", f"data.characters={characters}")
    return train(load_config("smoke", [*settings, *places, *changes]), started=time.monotonic())


def tensors(state: Any, path: str = "") -> dict[str, Tensor]:
    """Return every tensor of a state by its place."""
    if isinstance(state, Tensor):
        return {path: state}
    entries = state.items() if isinstance(state, dict) else enumerate(state) if isinstance(state, list) else ()
    return {name: value for key, entry in entries for name, value in tensors(entry, f"{path}/{key}").items()}
