"""One step of the first stage: the pixel network, its average, optimiser and adversary.

Knows no files, schedules or clocks.
"""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import torch
from lightning_fabric import Fabric
from torch import Tensor, nn

from cmft_engine.matching.network.network import Network
from cmft_engine.protocol.errors import InputError
from cmft_training.data.dataset import Batch
from cmft_training.learn.adversary import Adversary
from cmft_training.learn.config import Config
from cmft_training.learn.losses import LossWeights, match_and_judge

MAX_SKIPPED = 20  # steps in a row without a finite gradient, after which training gives up


class Parcel:
    """A batch on its way into the network: Fabric looks into a frozen dataclass and objects to it."""

    def __init__(self, batch: Batch) -> None:
        self.batch = batch


class Objective(nn.Module):
    """The network together with its losses, so that one forward pass is one step's whole work."""

    def __init__(self, network: Network, weights: LossWeights) -> None:
        super().__init__()
        self.network = network
        self.weights = weights

    def forward(self, parcel: Parcel) -> tuple[dict[str, Tensor], Tensor]:
        """Return the unweighted terms by name, and the decoder's RGB (B, 3, S, S) of the targets."""
        output, terms = match_and_judge(self.network, parcel.batch, self.weights)
        return terms, output.rgb


class Patience:
    """Bears with a few gradients that are not finite and would spoil every weight; gives up after a row of them."""

    def __init__(self) -> None:
        self._skipped = 0

    def allows(self, norm: Tensor | None, step: int) -> bool:
        """Return whether a gradient of this norm may be used. Raises InputError when too many in a row may not."""
        is_finite = norm is not None and bool(torch.isfinite(norm))
        self._skipped = 0 if is_finite else self._skipped + 1
        if self._skipped > MAX_SKIPPED:
            raise InputError(f"step {step}: no finite gradient in {MAX_SKIPPED} steps; lower the stage's rate")
        return is_finite


def follow(average: nn.Module, module: nn.Module, *, step: int, keep: float) -> None:
    """Move the average of a module's weights; it starts as a plain mean, so that the start is soon forgotten.

    step: from 1. keep: how much of the average stays at a step, later on.
    """
    move_toward(average, module, 1 - min(keep, (1 + step) / (10 + step)))


@torch.no_grad()
def move_toward(module: nn.Module, other: nn.Module, share: float) -> None:
    """Move a module's weights a share of the way to those of another of the same parts; what is counted is copied."""
    for mine, theirs in zip(module.state_dict().values(), other.state_dict().values(), strict=True):
        if mine.dtype.is_floating_point:
            mine.lerp_(theirs, share)
        else:
            mine.copy_(theirs)


class Learner:
    """What learns in the first stage, and what it needs to go on later."""

    def __init__(self, config: Config, network: Network, fabric: Fabric) -> None:
        """Take over a network, on the device of `fabric`."""
        self._config, self._fabric = config, fabric
        network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.network = network
        self.average: Network = deepcopy(network).requires_grad_(False).to(fabric.device)
        optimizer = torch.optim.AdamW(
            network.parameters(), config.schedule.rate, config.optimizer.betas,
            weight_decay=config.optimizer.weight_decay,
        )  # fmt: skip
        self._objective, self._optimizer = fabric.setup(Objective(network, config.losses), optimizer)
        self._adversary = Adversary(config.adversary, fabric) if config.adversary.weight > 0 else None
        self._patience = Patience()

    def learn(self, batch: Batch, *, step: int, share: float) -> dict[str, Tensor]:
        """Make a step with a batch on the device; returns every term, and their weighted sum as "loss".

        step: of this stage, from 0. share: of the configured learning rate. Raises InputError when no gradient has
        been finite for a while.
        """
        for group in self._optimizer.param_groups:
            group["lr"] = share * self._config.schedule.rate
        terms, painted = self._objective(Parcel(batch))
        loss = self._config.losses.total(terms)
        adversary = self._adversary if step >= self._config.adversary.start else None
        if adversary is not None:
            terms["adversary"] = adversary.term(batch.line_target, painted)
            loss = loss + self._config.adversary.weight * terms["adversary"]
        self._optimizer.zero_grad(set_to_none=True)
        self._fabric.backward(loss)
        norm = self._fabric.clip_gradients(
            self._objective, self._optimizer, max_norm=self._config.optimizer.clip, error_if_nonfinite=False
        )
        if self._patience.allows(norm, step):
            self._optimizer.step()
            follow(self.average, self.network, step=step + 1, keep=self._config.optimizer.average)
        if adversary is not None:
            terms["discriminator"] = adversary.learn(batch.line_target, batch.color_target, painted)
        return {name: value.detach() for name, value in {**terms, "loss": loss}.items()}

    def state(self) -> dict[str, Any]:
        """Return what a resumed run needs; tensors are shared, not copied."""
        return {
            "network": self.network.state_dict(),
            "average": self.average.state_dict(),
            "optimizer": self._optimizer.state_dict(),
            "adversary": None if self._adversary is None else self._adversary.state(),
        }

    def load(self, state: dict[str, Any]) -> None:
        """Take up a saved state. An adversary that the state lacks starts from nothing."""
        self.network.load_state_dict(state["network"])
        self.average.load_state_dict(state["average"])
        self._optimizer.load_state_dict(state["optimizer"])
        if self._adversary is not None and state["adversary"] is not None:
            self._adversary.load(state["adversary"])
