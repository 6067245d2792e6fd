"""One step of learning: network, its average, optimiser and adversary. Knows no files, schedules or clocks."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import torch
from lightning_fabric import Fabric
from torch import Tensor, nn

from cmft_engine.model.network import Network, NetworkOutput
from cmft_engine.protocol.errors import InputError
from cmft_engine.training.adversary import Adversary
from cmft_engine.training.config import Config
from cmft_engine.training.dataset import Batch
from cmft_engine.training.losses import LossWeights, losses

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
        self._painted: list[Tensor] = []
        network.register_forward_hook(self._keep)

    def _keep(self, module: nn.Module, inputs: Any, output: NetworkOutput) -> None:
        self._painted.append(output.rgb)

    def forward(self, parcel: Parcel) -> tuple[dict[str, Tensor], Tensor]:
        """Return the unweighted terms by name, and the decoder's RGB (B, 3, S, S) of the targets."""
        self._painted.clear()
        terms = losses(self.network, parcel.batch, self.weights)
        painted = self._painted[0]
        self._painted.clear()
        return terms, painted


class Learner:
    """What learns, and what it needs to go on later."""

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
        self._skipped = 0

    def learn(self, batch: Batch, *, step: int, rate: float) -> dict[str, Tensor]:
        """Make a step with a batch on the device; returns every term, and their weighted sum as "loss".

        Raises InputError when no gradient has been finite for a while.
        """
        for group in self._optimizer.param_groups:
            group["lr"] = rate
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
        if self._is_sound(norm, step):
            self._optimizer.step()
            self._follow(step + 1)
        if adversary is not None:
            terms["discriminator"] = adversary.learn(batch.line_target, batch.color_target, painted)
        return {name: value.detach() for name, value in {**terms, "loss": loss}.items()}

    def _is_sound(self, norm: Tensor | None, step: int) -> bool:
        """Return whether the gradient may be used: one that is not finite would spoil every weight."""
        is_finite = norm is not None and bool(torch.isfinite(norm))
        self._skipped = 0 if is_finite else self._skipped + 1
        if self._skipped > MAX_SKIPPED:
            raise InputError(f"step {step}: no finite gradient in {MAX_SKIPPED} steps; lower schedule.rate")
        return is_finite

    @torch.no_grad()
    def _follow(self, step: int) -> None:
        """Move the average; it starts as a plain mean, so that the random start is soon forgotten."""
        keep = min(self._config.optimizer.average, (1 + step) / (10 + step))
        for mean, value in zip(self.average.state_dict().values(), self.network.state_dict().values(), strict=True):
            if mean.dtype.is_floating_point:
                mean.lerp_(value, 1 - keep)
            else:
                mean.copy_(value)

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
