"""Train the network: `python -m cmft_engine.training --characters FOLDER --state FILE --minutes 60`.

One seed, resumable to the step; the exponential moving average of the weights is what is kept for use.
"""

from __future__ import annotations

import argparse
import logging
import math
import os
import time
from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from cmft_engine.model.network import Network
from cmft_engine.training.dataset import Mixture, PairSource, use_one_thread
from cmft_engine.training.losses import WEIGHTS, losses

log = logging.getLogger(__name__)
SIZES = {128: 8, 192: 4, 256: 2}  # picture size -> batch size


@dataclass(frozen=True)
class Plan:
    """One training run: where its state lives, how long it goes, how fast it learns."""

    characters: Path
    state: Path
    minutes: float
    rate: float = 1.5e-3
    seed: int = 0
    threads: int = 1
    save_every: int = 200


class Trainer:
    """Network, average, optimiser and step count: everything a resumed run needs."""

    def __init__(self, plan: Plan) -> None:
        torch.manual_seed(plan.seed)
        self.plan = plan
        self.network = Network().to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.average = deepcopy(self.network).requires_grad_(False)
        self.optimizer = torch.optim.AdamW(self.network.parameters(), plan.rate, (0.9, 0.98), weight_decay=1e-2)
        self.step = 0
        self.spent = 0.0
        self.curve: dict[str, float] = {}
        if plan.state.exists():
            self._load()

    def _load(self) -> None:
        state = torch.load(self.plan.state, weights_only=True)
        self.network.load_state_dict(state["network"])
        self.average.load_state_dict(state["average"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.step, self.spent = state["step"], state["spent"]

    def save(self) -> None:
        """Write the state to a temporary name and rename it."""
        temporary = self.plan.state.with_suffix(".tmp")
        torch.save(
            {
                "network": self.network.state_dict(),
                "average": self.average.state_dict(),
                "optimizer": self.optimizer.state_dict(),
                "step": self.step,
                "spent": self.spent,
            },
            temporary,
        )
        os.replace(temporary, self.plan.state)

    def run(self) -> None:
        """Train until the plan's minutes are spent, all earlier runs counted in."""
        source = PairSource(Mixture(self.plan.characters), seed=self.plan.seed * 1000 + self.step)
        start = time.monotonic() - self.spent
        for batch in source.batches(SIZES):
            self.spent = time.monotonic() - start
            progress = self.spent / (60 * self.plan.minutes)
            if progress >= 1:
                break
            self._step(losses(self.network, batch), progress)
            if self.step % 50 == 0:
                parts = " ".join(f"{name} {value:.4f}" for name, value in self.curve.items())
                log.info("step %d  %.0f s  %s", self.step, self.spent, parts)
            if self.step % self.plan.save_every == 0:
                self.save()
        self.save()

    def _step(self, parts: dict[str, Tensor], progress: float) -> None:
        for group in self.optimizer.param_groups:
            cosine = 0.5 * (1 + math.cos(math.pi * min(progress, 1.0)))
            group["lr"] = self.plan.rate * min(1.0, (self.step + 1) / 100) * (0.02 + 0.98 * cosine)
        loss = torch.stack([WEIGHTS[name] * value for name, value in parts.items()]).sum()
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.network.parameters(), 1.0)
        self.optimizer.step()
        self.step += 1
        self._follow()
        for name, value in parts.items():
            self.curve[name] = 0.98 * self.curve.get(name, value.item()) + 0.02 * value.item()

    @torch.no_grad()
    def _follow(self) -> None:
        keep = min(0.998, (1 + self.step) / (10 + self.step))
        for mean, value in zip(self.average.state_dict().values(), self.network.state_dict().values(), strict=True):
            if mean.dtype.is_floating_point:
                mean.lerp_(value, 1 - keep)
            else:
                mean.copy_(value)


def main(arguments: Sequence[str] | None = None) -> int:
    """Parse the command line and train."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--characters", type=Path, required=True, help="folder written by extract_characters")
    parser.add_argument("--state", type=Path, required=True, help="resumable state; made if absent")
    parser.add_argument("--minutes", type=float, default=60.0)
    parser.add_argument("--rate", type=float, default=1.5e-3)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--threads", type=int, default=1)
    options = parser.parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    torch.set_num_threads(options.threads)
    torch.set_flush_denormal(True)
    use_one_thread()
    Trainer(Plan(**vars(options))).run()
    return 0
