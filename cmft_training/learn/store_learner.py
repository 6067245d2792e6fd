"""One step of the region network alone, on pairs of a sample store. Knows no files, schedules or clocks."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from cmft_engine.matching.network.region_network import RegionNetwork
from cmft_training.data.region_batch import RegionBatch, region_terms, withhold
from cmft_training.learn.config import Config
from cmft_training.learn.learner import Patience, follow

CHANCE = 4  # second word of the seeds of what is withheld


class StoreLearner:
    """The region network, its average and its optimiser, with the joint stage's settings."""

    def __init__(self, config: Config, regions: RegionNetwork, device: torch.device) -> None:
        """Take over a network."""
        self._config, self._device = config, device
        self._is_bf16 = config.machine.precision == "bf16-mixed"
        self.regions = regions.to(device).eval()
        self.average = deepcopy(self.regions).requires_grad_(False)
        self._optimizer = torch.optim.AdamW(
            self.regions.parameters(), config.joint.rate, config.optimizer.betas,
            weight_decay=config.optimizer.weight_decay,
        )  # fmt: skip
        self._patience = Patience()

    def learn(self, batch: RegionBatch, *, step: int, share: float) -> dict[str, Tensor]:
        """Make a step; returns the terms of `region_terms`.

        step: from 0. share: of the configured learning rate. Raises InputError when no gradient has been finite for a
        while.
        """
        for group in self._optimizer.param_groups:
            group["lr"] = share * self._config.joint.rate
        rng = np.random.default_rng([self._config.run.seed, CHANCE, step])
        batch = withhold(batch.to(self._device), rng, self._config.joint.withheld)
        self._optimizer.zero_grad(set_to_none=True)
        terms = region_terms(self.regions, batch, is_bf16=self._is_bf16)
        terms["region"].backward()
        norm = nn.utils.clip_grad_norm_(self.regions.parameters(), self._config.optimizer.clip)
        if self._patience.allows(norm, step):
            self._optimizer.step()
            follow(self.average, self.regions, step=step + 1, keep=self._config.optimizer.average)
        return {name: value.detach() for name, value in terms.items()}

    def state(self) -> dict[str, Any]:
        """Return what a resumed run needs; tensors are shared, not copied."""
        return {
            "regions": self.regions.state_dict(),
            "average_regions": self.average.state_dict(),
            "region_optimizer": self._optimizer.state_dict(),
        }

    def load(self, state: dict[str, Any]) -> None:
        """Take up a saved state."""
        self.regions.load_state_dict(state["regions"])
        self.average.load_state_dict(state["average_regions"])
        self._optimizer.load_state_dict(state["region_optimizer"])
