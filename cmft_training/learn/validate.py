"""How well a network does on development pairs: training material from a seed that training never uses.

The validation characters and puppets are left to the benchmarks. Every run is measured on the same pairs, whatever it
trains on, so that runs can be compared: plain ones, and ones with everything that the default mixture does to them
but remixing.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch
import torch.nn.functional as F
from lightning_fabric import Fabric
from numpy.typing import NDArray
from torch import Tensor

from cmft_engine.matching.network import cmft
from cmft_engine.matching.network.network import Network, NetworkOutput, join_references
from cmft_training.data.dataset import Batch, Mixture, PairSource
from cmft_training.learn.config import DEVELOPMENT_SEED, ValidationConfig

Picture = NDArray[np.uint8]

COLUMNS = ("lines", "reference", "truth", "output", "errors")
WRONG, ABSENT, RIGHT = (224, 48, 48), (150, 190, 240), (255, 255, 255)  # sRGB on the picture of errors
CAPTION_PX = 16


@dataclass(frozen=True)
class Judged:
    """One pair under a network.

    right_eighth, right_half: whether the best match shows the same part, bool (B, n) for cells at 1/8 and 1/2.
    counted_eighth, counted_half: cells that count: on a part, and the reference shows that part too.
    l1: mean absolute difference of display RGB.
    """

    output: NetworkOutput
    right_eighth: Tensor
    right_half: Tensor
    counted_eighth: Tensor
    counted_half: Tensor
    l1: float


def plain(mixture: Mixture) -> Mixture:
    """Return the mixture with every family switched off but what says which figures are drawn."""
    kept = ("characters", "gaps", "puppets", "drawn")
    off: dict[str, Any] = {field.name: 0.0 for field in fields(mixture) if field.name not in kept}
    return replace(mixture, **off)


def development_mixtures(characters: Path) -> dict[str, Mixture]:
    """Return what the development pairs "plain" and "mixed" are drawn from."""
    return {"plain": plain(Mixture(characters)), "mixed": Mixture(characters, remixed=0.0)}


def development_batches(characters: Path, config: ValidationConfig) -> dict[str, list[Batch]]:
    """Return the development pairs, "plain" and "mixed", one in a batch; always the same ones."""
    mixtures = development_mixtures(characters)
    sources = {name: PairSource(mixture, seed=DEVELOPMENT_SEED) for name, mixture in mixtures.items()}
    return {
        name: [source.batch(step, {config.size: 1}) for step in range(config.pairs)]
        for name, source in sources.items()
    }


@torch.no_grad()
def validate(
    network: Network, batches: dict[str, list[Batch]], *, fabric: Fabric, pictures: int
) -> tuple[dict[str, float], Picture]:
    """Return figures for each set of pairs, and a sheet, uint8 (H, W, 3), of the first pairs of the last set.

    right8, right2: share of the counted cells at 1/8 and 1/2 whose best match is right. l1: mean over all pixels.
    """
    network.eval()
    figures: dict[str, float] = {}
    rows: list[Picture] = []
    for name, pairs in batches.items():
        judged = []
        rows = []
        for batch in pairs:
            with fabric.autocast():
                judged.append(judge(network, batch.to(fabric.device)))
            if len(rows) < pictures:
                rows.append(picture_row(batch, judged[-1]))
        figures[f"{name} right8"] = _share([j.right_eighth for j in judged], [j.counted_eighth for j in judged])
        figures[f"{name} right2"] = _share([j.right_half for j in judged], [j.counted_half for j in judged])
        figures[f"{name} l1"] = float(np.mean([j.l1 for j in judged]))
    return figures, sheet(rows)


def judge(network: Network, batch: Batch) -> Judged:
    """Run a batch and compare every best match with the truth."""
    references = [network.encode_reference(reference.line, reference.color) for reference in batch.references]
    output = network(batch.line_target, join_references(references))
    labels = [reference.label for reference in batch.references]
    present = torch.cat([label.flatten(1) for label in labels], 1)  # (B, all pixels)
    target, reference = _majority(batch.label_target), torch.cat([_majority(label) for label in labels], 1)
    best = torch.gather(reference, 1, output.index[..., 0])
    fine_target = _children(batch.label_target)  # (B, N, 16)
    near = cmft.gather_cells(torch.cat([_children(label) for label in labels], 1)[..., None], output.index)[..., 0]
    fine_best = torch.gather(near, 2, output.weights[1].argmax(-1))  # (B, N, 16)
    return Judged(
        output,
        best == target,
        (fine_best == fine_target).flatten(1),
        _counted(target, present),
        _counted(fine_target.flatten(1), present),
        float((output.rgb.float() - batch.color_target).abs().mean()),
    )


def picture_row(batch: Batch, judged: Judged) -> Picture:
    """Return the first pair as a row of pictures: `COLUMNS` side by side, the references in theirs at half size."""
    line = 1 - batch.line_target[0, :1]
    output = judged.output.rgb[0].float().cpu()
    pictures = [line.expand(3, -1, -1), _painted_references(batch), line * batch.color_target[0], line * output]
    return np.concatenate([*(_to_bytes(picture) for picture in pictures), _errors(batch, judged)], axis=1)


def sheet(rows: list[Picture]) -> Picture:
    """Return the rows below a line of captions."""
    if not rows:
        return np.full((1, 1, 3), 255, np.uint8)
    width = rows[0].shape[1]
    caption = np.full((CAPTION_PX, width, 3), 255, np.uint8)
    for number, text in enumerate(COLUMNS):
        place = (number * width // len(COLUMNS) + 4, CAPTION_PX - 4)
        cv2.putText(caption, text, place, cv2.FONT_HERSHEY_SIMPLEX, 0.4, (0, 0, 0), 1, cv2.LINE_AA)
    return np.concatenate([caption, *rows])


def _painted_references(batch: Batch) -> Tensor:
    """Return the first pair's references (3, S, S): one whole, or up to four at half size."""
    painted = [(1 - r.line[:1, :1]) * r.color[:1] for r in batch.references[:4]]
    if len(painted) == 1:
        return painted[0][0]
    small = [F.avg_pool2d(picture, 2) for picture in painted]
    small += [torch.ones_like(small[0])] * (4 - len(small))
    return torch.cat([torch.cat(small[:2], 3), torch.cat(small[2:], 3)], 2)[0]


def _errors(batch: Batch, judged: Judged) -> Picture:
    """Return the first pair's lines over what went wrong at 1/2."""
    height, width = batch.label_target.shape[1] // 8, batch.label_target.shape[2] // 8

    def whole(cells: Tensor) -> NDArray[np.bool_]:
        grid = cmft.from_cells(cells[:1].view(1, -1, 16, 1), height, width)[0, 0]  # (4h, 4w)
        return np.kron(grid.cpu().numpy(), np.ones((2, 2), np.bool_)).astype(np.bool_)

    right, counted = whole(judged.right_half), whole(judged.counted_half)
    drawn = batch.label_target[0].cpu().numpy() > 0
    picture = np.full((*drawn.shape, 3), RIGHT, np.uint8)
    picture[drawn & ~counted] = ABSENT
    picture[counted & ~right] = WRONG
    ink = batch.line_target[0, 0].cpu().numpy()[..., None]
    errors: Picture = np.rint(picture * (1 - 0.7 * ink)).astype(np.uint8)
    return errors


def _majority(label: Tensor) -> Tensor:
    """Return the commonest label of every cell at 1/8: (B, S, S) -> (B, N)."""
    majority: Tensor = cmft.to_cells(label[:, None], 8)[..., 0].mode(-1).values
    return majority


def _children(label: Tensor) -> Tensor:
    """Return the label in the middle of every cell at 1/2, by cell at 1/8: (B, S, S) -> (B, N, 16)."""
    return cmft.to_cells(label[:, None, 1::2, 1::2], 4)[..., 0]


def _counted(label: Tensor, present: Tensor) -> Tensor:
    """Return which labels (B, n) are parts that occur among the labels `present` (B, m)."""
    shown = torch.zeros(label.shape[0], int(max(label.max(), present.max())) + 1, dtype=torch.bool, device=label.device)
    shown.scatter_(1, present, True)
    return (label > 0) & shown.gather(1, label)


def _share(right: list[Tensor], counted: list[Tensor]) -> float:
    hits = sum(int((r & c).sum()) for r, c in zip(right, counted, strict=True))
    return hits / max(sum(int(c.sum()) for c in counted), 1)


def _to_bytes(picture: Tensor) -> Picture:
    """Return display RGB (3, S, S) as uint8 (S, S, 3)."""
    values: Picture = np.rint(picture.clamp(0, 1).permute(1, 2, 0).cpu().numpy() * 255).astype(np.uint8)
    return values
