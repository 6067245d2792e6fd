"""How each learned baseline learns: its recipe, and one step with a batch. Knows no clock and no file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import torch
import torch.nn.functional as F
from lightning_fabric import Fabric
from torch import Tensor
from torch.nn.utils.parametrizations import spectral_norm

from cmft_training.data.dataset import Batch

from .patch_gan import PatchGan, normed
from .pix2pix import LINE_ONLY, WITH_REFERENCE, Pix2Pix
from .plain_cmft import PlainCmft
from .tcvc import Tcvc

PIX2PIX_LINE, PIX2PIX_REFERENCE, TCVC, PLAIN_CMFT = "pix2pix-line", "pix2pix-reference", "tcvc", "plain-cmft"
LEARNED = (TCVC, PLAIN_CMFT, PIX2PIX_REFERENCE, PIX2PIX_LINE)
SMALL_AND_LARGE = {128: 8, 256: 2}  # picture size in px = pairs in a batch
LARGE = {256: 2}  # the U-Net of 8 levels takes no smaller picture
CLIP = 1.0  # of the plain CMFT's gradient


@dataclass(frozen=True)
class Recipe:
    """An adversarial training: Adam's rates and betas, weight of the L1 on [0, 1], and what the original has more.

    judge_every: generator's steps for one of the discriminator's. blank: share of pairs whose reference is black.
    """

    rate: float
    judge_rate: float
    betas: tuple[float, float]
    l1: float
    judge_every: int = 1
    blank: float = 0.0


PIX2PIX_RECIPE = Recipe(2e-4, 2e-4, (0.5, 0.999), 200.0)  # 100 on [-1, 1] is 200 on [0, 1]
TCVC_RECIPE = Recipe(4e-4, 4e-5, (0.0, 0.999), 10.0, judge_every=12, blank=0.5)


class AdversarialLesson:
    """A generator against a discriminator, cross-entropy and L1."""

    def __init__(
        self, painter: Pix2Pix | Tcvc, judge: PatchGan, recipe: Recipe, *, sizes: Mapping[int, int], fabric: Fabric
    ) -> None:
        self.painter, self.sizes = painter, sizes
        self._judge, self._recipe, self._fabric = judge, recipe, fabric
        optimizers = (
            torch.optim.Adam(painter.parameters(), recipe.rate, recipe.betas),
            torch.optim.Adam(judge.parameters(), recipe.judge_rate, recipe.betas),
        )
        self._run, self._optimizer = fabric.setup(painter, optimizers[0])
        self._judging, self._judge_optimizer = fabric.setup(judge, optimizers[1])

    def learn(self, batch: Batch, *, step: int, share: float) -> dict[str, float]:
        """Make one step of the generator and, when its turn has come, of the discriminator."""
        _set_rate(self._optimizer, share * self._recipe.rate)
        _set_rate(self._judge_optimizer, share * self._recipe.judge_rate)
        seen = _seen(batch, step, blank=self._recipe.blank)
        painted = self._run(*seen)
        condition = self.painter.inputs(*seen)
        terms = {"l1": F.l1_loss(painted, batch.color_target)}
        if step % self._recipe.judge_every == 0:
            terms["judge"] = self._judge_step(condition, batch.color_target, painted.detach())
        self._judge.requires_grad_(False)
        logits = self._judging(condition, painted)
        self._judge.requires_grad_(True)
        terms["passes"] = F.binary_cross_entropy_with_logits(logits, torch.ones_like(logits))
        self._optimizer.zero_grad(set_to_none=True)
        self._fabric.backward(self._recipe.l1 * terms["l1"] + terms["passes"])
        self._optimizer.step()
        return {name: float(value.detach()) for name, value in terms.items()}

    def _judge_step(self, condition: Tensor, truth: Tensor, painted: Tensor) -> Tensor:
        real, made = self._judging(condition, truth), self._judging(condition, painted)
        loss: Tensor = 0.5 * (
            F.binary_cross_entropy_with_logits(real, torch.ones_like(real))
            + F.binary_cross_entropy_with_logits(made, torch.zeros_like(made))
        )
        self._judge_optimizer.zero_grad(set_to_none=True)
        self._fabric.backward(loss)
        self._judge_optimizer.step()
        return loss

    def state(self) -> dict[str, Any]:
        """Return both networks and both optimisers."""
        parts = {"painter": self.painter, "judge": self._judge}
        optimizers = {"optimizer": self._optimizer, "judge_optimizer": self._judge_optimizer}
        return {name: part.state_dict() for name, part in {**parts, **optimizers}.items()}

    def load(self, state: dict[str, Any]) -> None:
        """Take up a saved state."""
        self.painter.load_state_dict(state["painter"])
        self._judge.load_state_dict(state["judge"])
        self._optimizer.load_state_dict(state["optimizer"])
        self._judge_optimizer.load_state_dict(state["judge_optimizer"])


class PlainLesson:
    """The plain CMFT: L1 of the decoded RGB, and of the latent colours at 1/8, 1/4 and 1/2."""

    RATE = 1.5e-3  # as in the project's own training
    LATENT = (0.25, 0.5, 1.0)

    def __init__(self, painter: PlainCmft, fabric: Fabric) -> None:
        self.painter, self.sizes = painter, SMALL_AND_LARGE
        self._fabric = fabric
        optimizer = torch.optim.AdamW(painter.parameters(), self.RATE, (0.9, 0.98), weight_decay=0.01)
        self._run, self._optimizer = fabric.setup(painter, optimizer)
        self._run.mark_forward_method("run")

    def learn(self, batch: Batch, *, step: int, share: float) -> dict[str, float]:
        """Make one step."""
        _set_rate(self._optimizer, share * self.RATE)
        output = self._run.run(*_seen(batch, step, blank=0.0))
        latent = torch.stack([
            weight * F.l1_loss(rgb, F.avg_pool2d(batch.color_target, cell))
            for weight, rgb, cell in zip(self.LATENT, output.transferred, (8, 4, 2), strict=True)
        ]).sum()
        out = F.l1_loss(output.rgb, batch.color_target)
        self._optimizer.zero_grad(set_to_none=True)
        self._fabric.backward(out + latent)
        self._fabric.clip_gradients(self._run, self._optimizer, max_norm=CLIP)
        self._optimizer.step()
        return {"l1": float(out.detach()), "latent": float(latent.detach())}

    def state(self) -> dict[str, Any]:
        """Return the network and the optimiser."""
        return {"painter": self.painter.state_dict(), "optimizer": self._optimizer.state_dict()}

    def load(self, state: dict[str, Any]) -> None:
        """Take up a saved state."""
        self.painter.load_state_dict(state["painter"])
        self._optimizer.load_state_dict(state["optimizer"])


Painter = Pix2Pix | Tcvc | PlainCmft
Lesson = AdversarialLesson | PlainLesson


def make_painter(name: str) -> Painter:
    """Return a new painter, random weights from torch's seed."""
    if name == PLAIN_CMFT:
        return PlainCmft()
    return Tcvc() if name == TCVC else Pix2Pix(WITH_REFERENCE if name == PIX2PIX_REFERENCE else LINE_ONLY)


def make_lesson(name: str, fabric: Fabric) -> Lesson:
    """Return the training of a new painter."""
    painter = make_painter(name)
    if isinstance(painter, PlainCmft):
        return PlainLesson(painter, fabric)
    if isinstance(painter, Tcvc):
        judge = PatchGan(painter.channels, wrap=spectral_norm, wrap_ends=spectral_norm)
        return AdversarialLesson(painter, judge, TCVC_RECIPE, sizes=SMALL_AND_LARGE, fabric=fabric)
    judge = PatchGan(painter.channels, wrap=normed)
    return AdversarialLesson(painter, judge, PIX2PIX_RECIPE, sizes=LARGE, fabric=fabric)


def _seen(batch: Batch, step: int, *, blank: float) -> tuple[Tensor, Tensor, Tensor]:
    """Return what a painter reads of a batch; a share `blank` of the references is black, chosen by the step."""
    (reference,) = batch.references
    kept = torch.rand(len(reference.color), generator=torch.Generator().manual_seed(step)) >= blank
    return batch.line_target, reference.line, reference.color * kept[:, None, None, None]


def _set_rate(optimizer: Any, rate: float) -> None:
    for group in optimizer.param_groups:
        group["lr"] = rate
