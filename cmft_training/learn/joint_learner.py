"""One step of the second stage: both networks on framed samples. Knows no files, schedules or clocks.

The region network learns from every sample, through its features also the pixel network's line encoder; the pixel
network's own losses look at some. Samples have sizes of their own and pass one by one, so batch norm keeps its
statistics. The region network sees earlier samples again, in one batch beside the new ones and in steps of its own.
"""

from __future__ import annotations

from collections.abc import Iterable
from copy import deepcopy
from typing import Any

import numpy as np
import torch
from lightning_fabric import Fabric
from torch import Tensor, nn

from cmft_engine.matching.network.network import Match, Network
from cmft_engine.matching.network.region_network import RegionNetwork
from cmft_training.data.region_batch import RegionBatch, region_terms, withhold
from cmft_training.data.region_samples import RegionSample
from cmft_training.data.region_views import match_pixels, pixel_batch, read_again, read_regions, view
from cmft_training.data.replay import Replay
from cmft_training.learn.config import Config
from cmft_training.learn.learner import Patience, follow
from cmft_training.learn.losses import match_and_judge

CHANCE = 2  # second word of the seeds of what is withheld and replayed


class JointLearner:
    """What learns in the second stage, and what it needs to go on later."""

    def __init__(self, config: Config, network: Network, regions: RegionNetwork, fabric: Fabric) -> None:
        """Take over both networks, on the device of `fabric`."""
        self._config, self._fabric = config, fabric
        self._is_bf16 = config.machine.precision == "bf16-mixed"
        network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.network, self.regions = network.to(fabric.device).eval(), regions.to(fabric.device).eval()
        self.average = deepcopy(self.network).requires_grad_(False)
        self.average_regions = deepcopy(self.regions).requires_grad_(False)
        self._network_optimizer, self._region_optimizer = (
            torch.optim.AdamW(module.parameters(), rate, config.optimizer.betas,
                              weight_decay=config.optimizer.weight_decay)
            for module, rate in ((self.network, config.joint.network_rate), (self.regions, config.joint.rate))
        )  # fmt: skip
        self._replay = Replay(config.joint.replay, config.joint.replay_batch)
        self._patience, self._replay_patience = Patience(), Patience()  # one must not calm the other

    def learn(self, samples: list[RegionSample], *, step: int, share: float) -> dict[str, Tensor]:
        """Make a step with this process's samples; returns the means of every term, and their sum as "loss".

        step: of this stage, from 0. share: of the configured learning rates. Raises InputError when no gradient has
        been finite for a while.
        """
        joint = self._config.joint
        rng = np.random.default_rng([self._config.run.seed, CHANCE, step, self._fabric.global_rank])
        for optimizer, rate in ((self._network_optimizer, joint.network_rate), (self._region_optimizer, joint.rate)):
            for group in optimizer.param_groups:
                group["lr"] = share * rate
        _clear([*self.network.parameters(), *self.regions.parameters()])
        rows = [self._study(sample, rng, len(samples)) for sample in samples]
        if self._replay.is_ready:
            rows.append(self._study_again(rng))
        if self._patience.allows(self._clip(self.network) + self._clip(self.regions), step):
            self._network_optimizer.step()
            self._region_optimizer.step()
        for _ in range(joint.replay_steps if self._replay.is_ready else 0):
            _clear(self.regions.parameters())
            rows.append(self._study_again(rng))
            if self._replay_patience.allows(self._clip(self.regions), step):
                self._region_optimizer.step()
        for average, module in ((self.average, self.network), (self.average_regions, self.regions)):
            follow(average, module, step=step + 1, keep=self._config.optimizer.average)
        return _means(rows)

    def _study(self, sample: RegionSample, rng: np.random.Generator, count: int) -> dict[str, Tensor]:
        """Add the gradient of one of `count` new samples, and keep it."""
        device, joint = self._fabric.device, self._config.joint
        is_encoder_taught = sample.has_pixel_loss or rng.random() < joint.encoder_share
        with torch.set_grad_enabled(is_encoder_taught):
            target, reference = (
                view(self.network, drawing, device=device, is_bf16=self._is_bf16)
                for drawing in (sample.target, sample.reference)
            )
        found: Match | None = None
        pixels: dict[str, Tensor] = {}
        loss = torch.zeros((), device=device)
        if sample.has_pixel_loss:
            batch, seen = pixel_batch(sample, target, reference)
            found, pixels = match_and_judge(self.network, batch, self._config.losses, seen)
            loss = self._config.losses.total(pixels)
        elif rng.random() < joint.match_weight_share:
            with torch.no_grad():
                found = match_pixels(self.network, sample, target, reference, is_bf16=self._is_bf16)
        with torch.set_grad_enabled(is_encoder_taught):
            read = read_regions(self.network, sample, target, reference, found)
        if rng.random() < joint.again_share:
            read = read_again(self.regions, sample, read, is_bf16=self._is_bf16)
        terms = region_terms(self.regions, withhold(read, rng, joint.withheld), is_bf16=self._is_bf16)
        loss = loss + terms["region"]
        if bool(torch.isfinite(loss)):  # else it would spoil the batches of many steps
            self._replay.add(read)
        (loss / count).backward()
        return {name: value.detach() for name, value in {**pixels, **terms, "loss": loss}.items()}

    def _study_again(self, rng: np.random.Generator) -> dict[str, Tensor]:
        """Add the gradient of a batch of earlier samples."""
        batch: RegionBatch = self._replay.draw(rng, self._fabric.device)
        withheld = withhold(batch, rng, self._config.joint.withheld)
        terms = region_terms(self.regions, withheld, is_bf16=self._is_bf16)
        terms["region"].backward()
        return {f"replayed {name}": value.detach() for name, value in terms.items()}

    def _clip(self, module: nn.Module) -> Tensor:
        """Take the mean of a module's gradients over all processes and clip it; returns the norm it had."""
        parameters = list(module.parameters())
        if self._fabric.world_size > 1:
            gradients = [parameter.grad for parameter in parameters if parameter.grad is not None]
            flat = self._fabric.all_reduce(torch.cat([gradient.flatten() for gradient in gradients]), reduce_op="mean")
            assert isinstance(flat, Tensor)
            for gradient, piece in zip(gradients, flat.split([g.numel() for g in gradients]), strict=True):
                gradient.copy_(piece.view_as(gradient))
        return nn.utils.clip_grad_norm_(parameters, self._config.optimizer.clip)

    def state(self) -> dict[str, Any]:
        """Return what a resumed run needs; weights are shared, not copied. All processes have to call it at once."""
        return {
            "network": self.network.state_dict(),
            "average": self.average.state_dict(),
            "optimizer": self._network_optimizer.state_dict(),
            "regions": self.regions.state_dict(),
            "average_regions": self.average_regions.state_dict(),
            "region_optimizer": self._region_optimizer.state_dict(),
            "replay": self._all_replays(),
        }

    def _all_replays(self) -> list[dict[str, Any]]:
        """Return what every process replays, in the first one."""
        own = self._replay.state()
        if self._fabric.world_size == 1:
            return [own]
        gathered: list[Any] | None = [None] * self._fabric.world_size if self._fabric.is_global_zero else None
        torch.distributed.gather_object(own, gathered)
        return gathered or []

    def load(self, state: dict[str, Any]) -> None:
        """Take up a saved state. With another number of processes the replayed samples are gathered anew."""
        self.network.load_state_dict(state["network"])
        self.average.load_state_dict(state["average"])
        self._network_optimizer.load_state_dict(state["optimizer"])
        self.regions.load_state_dict(state["regions"])
        self.average_regions.load_state_dict(state["average_regions"])
        self._region_optimizer.load_state_dict(state["region_optimizer"])
        if len(state["replay"]) == self._fabric.world_size:
            self._replay.load(state["replay"][self._fabric.global_rank])


def _clear(parameters: Iterable[Tensor]) -> None:
    """Set gradients to zero; they stay, so that every step moves all weights, whatever its samples need."""
    for parameter in parameters:
        parameter.grad = torch.zeros_like(parameter) if parameter.grad is None else parameter.grad.zero_()


def _means(rows: list[dict[str, Tensor]]) -> dict[str, Tensor]:
    names = dict.fromkeys(name for row in rows for name in row)
    return {name: torch.stack([row[name] for row in rows if name in row]).mean() for name in names}
