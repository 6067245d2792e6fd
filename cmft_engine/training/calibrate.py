"""Teach confidence to tell right regions from wrong: `python -m cmft_engine.training.calibrate --characters FOLDER`.

Colours drawings of training characters and puppets with a checkpoint, fits a logistic regression of "this region's
colour is right" on the signs of `image.snap`, and writes a checkpoint with it. A checkpoint is written over only when
it was named.
"""

from __future__ import annotations

import argparse
import logging
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from cmft_engine.image.descriptors import count_colors
from cmft_engine.image.snap import SIGNS, UNCALIBRATED, Snapped, snap
from cmft_engine.model.matcher import Matcher, PaintedDrawing
from cmft_engine.model.stand_in import stand_in
from cmft_engine.model.weights import DEFAULT, Checkpoint, load_checkpoint, save_checkpoint
from cmft_engine.protocol.errors import CmftError, InputError
from cmft_engine.training.characters import CharacterSet
from cmft_engine.training.drawing import Clip
from cmft_engine.training.puppets import random_puppet_clip
from cmft_engine.training.region_pairs import cut_drawing
from cmft_engine.training.release import averaged_networks

log = logging.getLogger(__name__)
GAPS = (1, 5, 9)
BARE_ABOVE = 247  # line value of a pixel without ink, as in the benchmarks
MIN_PX = 10  # smaller regions are not counted, as in the benchmarks

Judged = tuple[Snapped, NDArray[np.bool_], NDArray[np.bool_]]


def judged(clip: Clip, checkpoint: Checkpoint, work_size: int) -> Iterator[Judged]:
    """Colour a clip from its first drawing; yield each decision, which regions count and which are right."""
    group = np.asarray(clip.group).astype(np.int32)
    n_colors = int(group.max()) + 1
    index = group[clip.drawings[0].part]
    painted = PaintedDrawing(cut_drawing(clip.drawings[0]), index, stand_in([index])[0])
    matcher = Matcher(checkpoint, [painted], n_colors=n_colors, work_size=work_size, device=torch.device("cpu"))
    for gap in GAPS:
        drawing = clip.drawings[gap]
        target = cut_drawing(drawing)
        snapped = snap(target.labels, target.grown, matcher.match(target))
        labels = target.labels * (drawing.line > BARE_ABOVE)
        truth, given = (
            count_colors(labels, picture, (target.count, n_colors)) for picture in (group[drawing.part], snapped.index)
        )
        yield snapped, truth.sum(1) >= MIN_PX, truth.argmax(1) == given.argmax(1)


def clips(characters: Path, count: int, seed: int) -> Iterator[Clip]:
    """Draw training clips: characters and puppets in turn."""
    rng = np.random.default_rng(seed)
    source = CharacterSet(characters, "train")
    for number in range(count):
        if number % 3 < 2:
            yield source.random_clip(rng, size=448, n_drawings=10)
        else:
            yield random_puppet_clip(rng, size=448, n_drawings=10, style="mixed")


def fit(signs: NDArray[np.float32], right: NDArray[np.bool_]) -> NDArray[np.float32]:
    """Logistic regression with a little weight decay: float32 (len(SIGNS) + 1,), the constant last."""
    x = torch.from_numpy(np.column_stack([signs, np.ones(len(signs), np.float32)]))
    y = torch.from_numpy(right.astype(np.float32))
    weight = torch.zeros(len(SIGNS) + 1, requires_grad=True)
    optimizer = torch.optim.LBFGS([weight], max_iter=200, line_search_fn="strong_wolfe")

    def closure() -> torch.Tensor:
        optimizer.zero_grad()
        loss = torch.nn.functional.binary_cross_entropy_with_logits(x @ weight, y) + 1e-4 * weight.square().sum()
        loss.backward()
        return loss

    optimizer.step(closure)
    return weight.detach().numpy()


def load_networks(path: Path) -> Checkpoint:
    """Return a checkpoint, or the averaged networks of a training run's state folder. Raises CmftError."""
    if not path.is_dir():
        return load_checkpoint(path)
    network, regions = averaged_networks(path)
    return Checkpoint(network, regions, UNCALIBRATED, path.name, "")


def place_to_write(checkpoint: Path | None, out: Path | None) -> Path:
    """Return where the calibrated checkpoint goes. Raises InputError when that would surprise."""
    place = out or checkpoint
    if place is None:
        raise InputError(f"name --out, or --checkpoint {DEFAULT} to write the shipped checkpoint again")
    if place.is_dir():
        raise InputError(f"{place}: a folder cannot be written over; name a .safetensors file with --out")
    return place


def calibrate(checkpoint: Checkpoint, characters: Path, *, count: int, work_size: int) -> NDArray[np.float32]:
    """Return the calibration of a checkpoint's networks, fitted on `count` clips."""
    signs, right = [], []
    for clip in clips(characters, count, seed=7):
        for snapped, counted, correct in judged(clip, checkpoint, work_size):
            signs.append(snapped.signs[counted])
            right.append(correct[counted])
    weight = fit(np.concatenate(signs), np.concatenate(right))
    log.info("%d regions, %.3f right; %s", len(np.concatenate(right)), np.concatenate(right).mean(),
             ", ".join(f"{name} {value:.2f}" for name, value in zip((*SIGNS, "constant"), weight, strict=True)))
    return weight


def main(arguments: Sequence[str] | None = None) -> int:
    """Parse the command line, fit and write."""
    parser = argparse.ArgumentParser(prog="python -m cmft_engine.training.calibrate", description=__doc__)
    parser.add_argument("--characters", type=Path, required=True)
    parser.add_argument("--checkpoint", type=Path, help="checkpoint or state folder; the shipped one by default")
    parser.add_argument("--out", type=Path, help="where to write; a named checkpoint is written over by default")
    parser.add_argument("--clips", type=int, default=60)
    parser.add_argument("--work-size", type=int, default=512)
    options = parser.parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    torch.set_num_threads(1)
    try:
        out = place_to_write(options.checkpoint, options.out)
        checkpoint = load_networks(options.checkpoint or DEFAULT)
        weight = calibrate(checkpoint, options.characters, count=options.clips, work_size=options.work_size)
    except CmftError as error:
        log.error("%s", error)
        return error.exit_code
    save_checkpoint(checkpoint.network, checkpoint.regions, out, calibration=weight)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
