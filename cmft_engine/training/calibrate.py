"""Weigh what speaks for a colour, and teach confidence: `python -m cmft_engine.training.calibrate --characters FOLDER`.

Colours drawings of training characters and puppets with a checkpoint, fits how much each voice of `image.snap` counts
towards the colour of a region, then a logistic regression of "this region's colour is right" on the signs of it: once
for drawings by themselves, and again for drawings that hear those around them. Writes a checkpoint with all of it. A
checkpoint is written over only when it was named.
"""

from __future__ import annotations

import argparse
import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray

from cmft_engine.image.descriptors import count_colors
from cmft_engine.image.snap import (
    MIXED_SHARE,
    SIGNS,
    UNCALIBRATED,
    UNFITTED,
    UNFUSED,
    VOICES,
    Calibration,
    Fitted,
    Snapped,
    Votes,
    snap,
    spoken_for,
    voices,
)
from cmft_engine.model.matcher import CutDrawing, Matcher, PaintedDrawing
from cmft_engine.model.stand_in import stand_in
from cmft_engine.model.weights import DEFAULT, Checkpoint, load_checkpoint, save_checkpoint
from cmft_engine.protocol.errors import CmftError, InputError
from cmft_engine.protocol.settings import Settings
from cmft_engine.training.characters import CharacterSet
from cmft_engine.training.drawing import Clip
from cmft_engine.training.puppets import random_puppet_clip
from cmft_engine.training.region_pairs import cut_drawing
from cmft_engine.training.release import averaged_networks, check_folder

log = logging.getLogger(__name__)
GAPS = (1, 5, 9)
AROUND: int = Settings().temporal_radius  # fitted for the default; at the last gap only the drawing before exists
DRAWINGS = max(GAPS) + 1  # of a clip; some characters move no longer
BARE_ABOVE = 247  # line value of a pixel without ink, as in the benchmarks
MIN_PX = 10  # smaller regions are not counted, as in the benchmarks

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Voted:
    """A target drawing, the votes on it, and how many ink-free pixels of each region have which colour in truth (n, K).

    bare: int32 (H, W) labels of the drawing, 0 wherever there is any ink.
    """

    drawing: CutDrawing
    bare: NDArray[np.int32]
    votes: Votes
    truth: NDArray[np.int64]

    @property
    def counted(self) -> NDArray[np.bool_]:
        """Which regions are large enough to be judged (n,)."""
        counted: NDArray[np.bool_] = self.truth.sum(1) >= MIN_PX
        return counted


def vote(clip: Clip, checkpoint: Checkpoint, work_size: int, *, around: int = 0) -> Iterator[Voted]:
    """Match drawings of a clip with its first one; `around` as in the settings."""
    group = np.asarray(clip.group).astype(np.int32)
    n_colors = int(group.max()) + 1
    index = group[clip.drawings[0].part]
    painted = PaintedDrawing(cut_drawing(clip.drawings[0]), index, stand_in([index])[0])
    matcher = Matcher(checkpoint, [painted], n_colors=n_colors, work_size=work_size, device=torch.device("cpu"))
    cuts = {at: cut_drawing(drawing) for at, drawing in enumerate(clip.drawings)}
    beside = {gap: [at for at in cuts if at and 0 < abs(at - gap) <= around] for gap in GAPS}
    found = {at: matcher.study(cuts[at]) for at in {*GAPS, *chain.from_iterable(beside.values())}}
    for gap in GAPS:
        drawing, target = clip.drawings[gap], cuts[gap]
        bare = target.labels * (drawing.line > BARE_ABOVE)
        truth = count_colors(bare, group[drawing.part], (target.count, n_colors))
        votes, own = found[gap]
        if around:
            votes = matcher.hear(target, votes, own, [found[at][1] for at in beside[gap]], places=2 * around)
        yield Voted(target, bare, votes, truth)


def judge(one: Voted, fusion: Floats) -> tuple[Snapped, NDArray[np.bool_]]:
    """Return the decision on a drawing, and which regions are right (n,)."""
    weights = Fitted(UNFITTED.confidence, fusion)
    snapped = snap(one.drawing.labels, one.drawing.grown, one.votes, calibration=Calibration(weights, weights))
    given = count_colors(one.bare, snapped.index, one.truth.shape)
    return snapped, one.truth.argmax(1) == given.argmax(1)


def clips(characters: Path, count: int, seed: int) -> Iterator[Clip]:
    """Draw training clips: characters and puppets in turn."""
    rng = np.random.default_rng(seed)
    source = CharacterSet(characters, "train")
    for number in range(count):
        if number % 3 < 2:
            yield source.random_clip(rng, size=448, n_drawings=DRAWINGS)
        else:
            yield random_puppet_clip(rng, size=448, n_drawings=DRAWINGS, style="mixed")


def fit_fusion(drawings: Sequence[Voted]) -> Floats:
    """Return what each of VOICES counts: logistic regression of the colour of undivided regions, drawings alike.

    Regions for whose colour nothing speaks are left out: no weights would find it.
    """
    rows = []
    for one in drawings:
        votes, true = one.votes, one.truth.argmax(1)
        spoken = spoken_for(votes)
        asked = one.counted & (votes.mixture < MIXED_SHARE) & (votes.color.sum(1) > 0)
        asked &= spoken[np.arange(len(true)), true]
        if asked.any():
            silent = np.where(spoken[asked], 0, -np.inf).astype(np.float32)
            rows.append([torch.from_numpy(array) for array in (voices(votes)[asked], silent, true[asked])])
    if not rows:
        return UNFUSED

    def loss(weight: torch.Tensor) -> torch.Tensor:
        each: list[torch.Tensor] = [F.cross_entropy(said @ weight + silent, true) for said, silent, true in rows]
        return torch.stack(each).mean()

    return _minimize(loss, torch.from_numpy(UNFUSED))


def fit_confidence(signs: Floats, right: NDArray[np.bool_]) -> Floats:
    """Logistic regression with a little weight decay: float32 (len(SIGNS) + 1,), the constant last."""
    x = torch.from_numpy(np.column_stack([signs, np.ones(len(signs), np.float32)]))
    y = torch.from_numpy(right.astype(np.float32))

    def loss(weight: torch.Tensor) -> torch.Tensor:
        return F.binary_cross_entropy_with_logits(x @ weight, y) + 1e-4 * weight.square().sum()

    return _minimize(loss, torch.zeros(len(SIGNS) + 1))


def _minimize(loss: Callable[[torch.Tensor], torch.Tensor], start: torch.Tensor) -> Floats:
    weight = start.clone().requires_grad_()
    optimizer = torch.optim.LBFGS([weight], max_iter=200, line_search_fn="strong_wolfe")

    def closure() -> torch.Tensor:
        optimizer.zero_grad()
        value = loss(weight)
        value.backward()
        return value

    optimizer.step(closure)
    return np.asarray(weight.detach().numpy(), np.float32)


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
    check_folder(place)
    return place


def calibrate(checkpoint: Checkpoint, characters: Path, *, count: int, work_size: int) -> Calibration:
    """Return the calibration of a checkpoint's networks, fitted on `count` clips.

    All their drawings are kept meanwhile: three a clip, 5 MB each.
    """
    calibration = UNCALIBRATED
    for kind, around in (("alone", 0), ("around", AROUND)):  # what those around say, they say by themselves
        known = replace(checkpoint, calibration=calibration)
        drawings = [
            one
            for clip in clips(characters, count, seed=7)
            for one in vote(clip, known, work_size, around=around)
        ]
        log.info("%s:", kind)
        calibration = replace(calibration, **{kind: fit(drawings)})
    return calibration


def fit(drawings: Sequence[Voted]) -> Fitted:
    """Return the weights that fit drawings best, and tell what they are."""
    fusion = fit_fusion(drawings)
    decided = [(one.counted, *judge(one, fusion)) for one in drawings]
    signs = np.concatenate([snapped.signs[counted] for counted, snapped, _ in decided])
    right = np.concatenate([correct[counted] for counted, _, correct in decided])
    alone = np.concatenate([judge(one, UNFUSED)[1][one.counted] for one in drawings])
    confidence = fit_confidence(signs, right)
    log.info("%d regions; right: %.3f by the region match alone, %.3f by all voices", len(right), alone.mean(),
             right.mean())
    for names, weight in ((VOICES, fusion), ((*SIGNS, "constant"), confidence)):
        log.info("%s", ", ".join(f"{name} {value:.2f}" for name, value in zip(names, weight, strict=True)))
    return Fitted(confidence, fusion)


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
        if options.clips < 1:
            raise InputError(f"--clips {options.clips}: nothing to learn from; ask for one or more")
        out = place_to_write(options.checkpoint, options.out)
        checkpoint = load_networks(options.checkpoint or DEFAULT)
        calibration = calibrate(checkpoint, options.characters, count=options.clips, work_size=options.work_size)
        digest = save_checkpoint(checkpoint.network, checkpoint.regions, out, calibration=calibration)
    except CmftError as error:
        log.error("%s", error)
        return error.exit_code
    log.info("%s  %s", digest, out)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
