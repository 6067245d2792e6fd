"""The adversarial term of the paper, as a switch: a small network that tells painted drawings from network output."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import torch
import torch.nn.functional as F
from lightning_fabric import Fabric
from torch import Tensor, nn
from torch.nn.utils.parametrizations import spectral_norm

from cmft_engine.matching.network.encoders import COLOR_CHANNELS, LINE_CHANNELS
from cmft_training.learn.config import AdversaryConfig

SLOPE = 0.2  # of the leaky rectifiers


class Discriminator(nn.Module):
    """Judges patches of a coloured drawing: above 0 where it takes them for painted."""

    def __init__(self, width: int) -> None:
        super().__init__()
        widths = [LINE_CHANNELS + COLOR_CHANNELS, width, 2 * width, 4 * width]
        layers: list[nn.Module] = []
        for inputs, outputs in pairwise(widths):
            layers += [spectral_norm(nn.Conv2d(inputs, outputs, 4, 2, 1)), nn.LeakyReLU(SLOPE, inplace=True)]
        self.body = nn.Sequential(*layers, spectral_norm(nn.Conv2d(widths[-1], 1, 3, 1, 1)))

    def forward(self, line: Tensor, color: Tensor) -> Tensor:
        """Judge lines (B, 2, H, W) with display RGB (B, 3, H, W): (B, 1, H/8, W/8)."""
        out: Tensor = self.body(torch.cat([line, color], 1))
        return out


class Adversary:
    """The discriminator and its optimiser."""

    def __init__(self, config: AdversaryConfig, fabric: Fabric) -> None:
        self.config = config
        self._fabric = fabric
        self._plain = Discriminator(config.width)
        optimizer = torch.optim.AdamW(self._plain.parameters(), config.rate, (0.5, 0.9), weight_decay=0.0)
        self._network, self._optimizer = fabric.setup(self._plain, optimizer)

    def term(self, line: Tensor, rgb: Tensor) -> Tensor:
        """Return the term of the colouring network: lower where its RGB passes for painted."""
        self._plain.requires_grad_(False)
        with self._fabric.autocast():
            term: Tensor = -self._plain(line, rgb).float().mean()
        self._plain.requires_grad_(True)
        return term

    def learn(self, line: Tensor, truth: Tensor, rgb: Tensor) -> Tensor:
        """Make one step with the painted truth against the network's RGB; returns the hinge loss."""
        self._optimizer.zero_grad(set_to_none=True)
        judged = self._network(torch.cat([line, line]), torch.cat([truth, rgb.detach().to(truth.dtype)])).float()
        real, made = judged.chunk(2)
        loss = F.relu(1 - real).mean() + F.relu(1 + made).mean()
        self._fabric.backward(loss)
        self._optimizer.step()
        return loss.detach()

    def state(self) -> dict[str, Any]:
        """Return what a resumed run needs."""
        return {"network": self._plain.state_dict(), "optimizer": self._optimizer.state_dict()}

    def load(self, state: dict[str, Any]) -> None:
        """Take up a saved state."""
        self._plain.load_state_dict(state["network"])
        self._optimizer.load_state_dict(state["optimizer"])
