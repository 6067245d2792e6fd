"""Weigh cues for a colour, and teach confidence: `python -m cmft_training.release.calibrate --characters FOLDER`.

Colours drawings of training characters and puppets with a checkpoint, fits how much each of CUES counts
towards the colour of a region, then a logistic regression of "this region's colour is right" on CONFIDENCE_FEATURES:
once for drawings by themselves, and again with temporal votes. Writes a checkpoint with all of it. A
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

from cmft_engine.image.stand_in import stand_in
from cmft_engine.matching.calibration import (
    CONFIDENCE_FEATURES,
    CUES,
    UNCALIBRATED,
    UNFITTED,
    UNFUSED,
    Calibration,
    Fitted,
)
from cmft_engine.matching.decide import Decision, decide
from cmft_engine.matching.descriptors import count_colors
from cmft_engine.matching.matcher import Matcher
from cmft_engine.matching.network.weights import DEFAULT, Checkpoint, load_checkpoint, save_checkpoint
from cmft_engine.matching.votes import TemporalVotes, Votes, cues, supported_colors
from cmft_engine.protocol.errors import CmftError, InputError
from cmft_engine.protocol.settings import Settings
from cmft_engine.shot.drawing import PaintedDrawing, SegmentedDrawing
from cmft_training.data.region_pairs import segment_drawing
from cmft_training.release.release import averaged_networks, check_folder
from cmft_training.synthetic.characters import CharacterSet
from cmft_training.synthetic.drawing import Clip
from cmft_training.synthetic.puppets import random_puppet_clip

log = logging.getLogger(__name__)
GAPS = (1, 5, 9)
RADIUS: int = Settings().temporal_radius  # fitted for the default; the last gap has but the drawing before it
DRAWINGS = max(GAPS) + 1  # of a clip; some characters move no longer
BARE_ABOVE = 247  # line value of a pixel without ink, as in the benchmarks
MIN_PX = 10  # smaller regions are not counted, as in the benchmarks

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Voted:
    """A target drawing, the votes on it, and how many ink-free pixels of each region have which colour in truth (n, K).

    bare: int32 (H, W) labels of the drawing, 0 wherever there is any ink. temporal: None without neighbouring frames.
    """

    drawing: SegmentedDrawing
    bare: NDArray[np.int32]
    votes: Votes
    temporal: TemporalVotes | None
    truth: NDArray[np.int64]

    @property
    def counted(self) -> NDArray[np.bool_]:
        """Which regions are large enough to be judged (n,)."""
        counted: NDArray[np.bool_] = self.truth.sum(1) >= MIN_PX
        return counted


def vote(clip: Clip, checkpoint: Checkpoint, work_size: int, *, temporal_radius: int = 0) -> Iterator[Voted]:
    """Match drawings of a clip with its first one; temporal_radius: as in the settings."""
    group = np.asarray(clip.group).astype(np.int32)
    n_colors = int(group.max()) + 1
    index = group[clip.drawings[0].part]
    painted = PaintedDrawing(segment_drawing(clip.drawings[0]), index, stand_in([index])[0])
    matcher = Matcher(checkpoint, [painted], n_colors=n_colors, work_size=work_size, device=torch.device("cpu"))
    targets = {at: segment_drawing(drawing) for at, drawing in enumerate(clip.drawings)}
    beside = {gap: [at for at in targets if at and 0 < abs(at - gap) <= temporal_radius] for gap in GAPS}
    found = {at: matcher.match_to_references(targets[at]) for at in {*GAPS, *chain.from_iterable(beside.values())}}
    for gap in GAPS:
        drawing, target = clip.drawings[gap], targets[gap]
        bare = target.labels * (drawing.line > BARE_ABOVE)
        truth = count_colors(bare, group[drawing.part], (target.count, n_colors))
        votes, own = found[gap]
        temporal = None
        if temporal_radius:
            neighbors = [found[at][1] for at in beside[gap]]
            temporal = matcher.apply_temporal_votes(target, votes, own, neighbors, n_neighbors=2 * temporal_radius)
        yield Voted(target, bare, votes, temporal, truth)


def judge(one: Voted, fusion: Floats) -> tuple[Decision, NDArray[np.bool_]]:
    """Return the decision on a drawing, and which regions are right (n,)."""
    weights = Fitted(UNFITTED.confidence, fusion)
    decision = decide(one.drawing, one.votes, one.temporal, calibration=Calibration(weights, weights))
    given = count_colors(one.bare, decision.index, one.truth.shape)
    return decision, one.truth.argmax(1) == given.argmax(1)


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
    """Return what each of CUES counts: logistic regression of the colour of undivided regions, drawings alike.

    Regions whose colour no cue supports are left out: no weights would find it.
    """
    rows = []
    for one in drawings:
        votes, temporal, true = one.votes, one.temporal, one.truth.argmax(1)
        color = votes.color if temporal is None else temporal.color
        supported = supported_colors(votes, temporal)
        used = one.counted & ~votes.is_divided & (color.sum(1) > 0)
        used &= supported[np.arange(len(true)), true]
        if used.any():
            barred = np.where(supported[used], 0, -np.inf).astype(np.float32)
            rows.append([torch.from_numpy(array) for array in (cues(votes, temporal)[used], barred, true[used])])
    if not rows:
        return UNFUSED

    def loss(weight: torch.Tensor) -> torch.Tensor:
        each: list[torch.Tensor] = [F.cross_entropy(cue @ weight + barred, true) for cue, barred, true in rows]
        return torch.stack(each).mean()

    return _minimize(loss, torch.from_numpy(UNFUSED))


def fit_logistic(features: Floats, right: NDArray[np.bool_]) -> Floats:
    """Logistic regression of right (n,) on (n, k), with a little weight decay: float32 (k + 1,), the constant last."""
    x = torch.from_numpy(np.column_stack([features, np.ones(len(features), np.float32)]))
    y = torch.from_numpy(right.astype(np.float32))

    def loss(weight: torch.Tensor) -> torch.Tensor:
        return F.binary_cross_entropy_with_logits(x @ weight, y) + 1e-4 * weight.square().sum()

    return _minimize(loss, torch.zeros(x.shape[1]))


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
    def fitted(kind: str, known: Checkpoint, temporal_radius: int) -> Fitted:
        log.info("%s:", kind)
        return fit([
            one
            for clip in clips(characters, count, seed=7)
            for one in vote(clip, known, work_size, temporal_radius=temporal_radius)
        ])

    single = fitted("single", replace(checkpoint, calibration=UNCALIBRATED), 0)
    alone = replace(checkpoint, calibration=Calibration(single, UNFITTED))  # neighbours vote as matched by themselves
    return Calibration(single, fitted("temporal", alone, RADIUS))


def fit(drawings: Sequence[Voted]) -> Fitted:
    """Return the weights that fit drawings best, and tell what they are."""
    fusion = fit_fusion(drawings)
    decided = [(one.counted, *judge(one, fusion)) for one in drawings]
    confidence_features = np.concatenate([decision.confidence_features[counted] for counted, decision, _ in decided])
    right = np.concatenate([correct[counted] for counted, _, correct in decided])
    alone = np.concatenate([judge(one, UNFUSED)[1][one.counted] for one in drawings])
    confidence = fit_logistic(confidence_features, right)
    log.info("%d regions; right: %.3f by the region match alone, %.3f by all cues", len(right), alone.mean(),
             right.mean())
    for names, weight in ((CUES, fusion), ((*CONFIDENCE_FEATURES, "constant"), confidence)):
        log.info("%s", ", ".join(f"{name} {value:.2f}" for name, value in zip(names, weight, strict=True)))
    return Fitted(confidence, fusion)


def main(arguments: Sequence[str] | None = None) -> int:
    """Parse the command line, fit and write."""
    parser = argparse.ArgumentParser(prog="python -m cmft_training.release.calibrate", description=__doc__)
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
