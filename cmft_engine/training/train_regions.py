"""Train the region network: `python -m cmft_engine.training.train_regions --examples FOLDER --state FILE`.

Examples are pickled lists of `RegionExample` written by `draw_regions`; a file that appears while training runs is
taken in at the next pass.
"""

from __future__ import annotations

import argparse
import logging
import math
import os
import pickle
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from cmft_engine.image.descriptors import RASTER
from cmft_engine.model.region_network import RegionNetwork
from cmft_engine.protocol.errors import InputError
from cmft_engine.training.region_pairs import RegionBatch, RegionExample, collate_regions

Floats = NDArray[np.float32]
log = logging.getLogger(__name__)
BATCH = 12
HELD_OUT = 300  # examples that measure and are not trained on: the first by file name
FLOW_COLUMNS, MASS_COLUMNS, OFFSET_COLUMNS, SIZE_COLUMN = slice(0, 2), slice(4, 7), slice(7, 9), 11  # of a pair
HIDE_FLOW, HIDE_MASS = 0.1, 0.25  # how often a cue is withheld, so that none is leaned on alone


def region_loss(network: RegionNetwork, batch: RegionBatch) -> tuple[Tensor, Tensor]:
    """Negative log probability of the right regions (or of "not there"), and the share of regions got right."""
    logits = network(batch.target, batch.reference, batch.pair)
    chance = logits.log_softmax(-1)
    there = batch.same.amax(-1) > 0
    right = (chance[..., :-1] + (batch.same - 1) * 1e4).logsumexp(-1)
    nll = -torch.where(there, right, chance[..., -1])
    loss = (nll.clamp_max(12) * batch.weight).sum() / batch.weight.sum()
    best = logits[..., :-1].argmax(-1, keepdim=True)
    hit = torch.gather(batch.same, -1, best)[..., 0]
    counted = (there & (batch.weight > 0)).float()
    return loss, (hit * counted).sum() / counted.sum()


def load_examples(folder: Path) -> list[RegionExample]:
    """Read every finished file of examples in the folder."""
    examples: list[RegionExample] = []
    for path in sorted(folder.glob("*.pkl")):
        examples += pickle.loads(path.read_bytes())
    return examples


def vary(example: RegionExample, rng: np.random.Generator) -> RegionExample:
    """Mirror an example, let its drawings change roles, or withhold a cue, each by chance."""
    example = RegionExample(**{name: value.astype(np.float32) for name, value in vars(example).items()})
    if rng.random() < 0.5:
        example = mirrored(example)
    if rng.random() < 0.5:
        example = swapped(example)
    pair = example.pair.copy()
    if rng.random() < HIDE_FLOW:
        pair[..., FLOW_COLUMNS] = 0
    if rng.random() < HIDE_MASS:
        pair[..., MASS_COLUMNS] = 0
    return replace(example, pair=pair)


def mirrored(example: RegionExample) -> RegionExample:
    """The same pair with left and right exchanged."""

    def node(rows: Floats) -> Floats:
        rows = rows.copy()
        rows[:, [0, 5]] *= -1  # place and slant
        rows[:, [7, 9]] = -rows[:, [9, 7]]  # box
        return rows

    def raster(rows: Floats) -> Floats:
        return np.ascontiguousarray(rows.reshape(-1, RASTER, RASTER)[..., ::-1].reshape(rows.shape))

    def relation(rows: Floats) -> Floats:
        rows = rows.copy()
        rows[..., 0] *= -1
        return rows

    pair = example.pair.copy()
    pair[..., OFFSET_COLUMNS.start] *= -1
    return replace(
        example, pair=pair,
        node_target=node(example.node_target), node_reference=node(example.node_reference),
        raster_target=raster(example.raster_target), raster_reference=raster(example.raster_reference),
        relation_target=relation(example.relation_target), relation_reference=relation(example.relation_reference),
    )  # fmt: skip


def swapped(example: RegionExample) -> RegionExample:
    """The same pair with target and reference exchanged; the cues' columns change sides with them."""
    pair = example.pair.transpose(1, 0, 2)[..., [1, 0, 3, 2, 5, 4, 6, 7, 8, 9, 10, 11, 12]].copy()
    pair[..., OFFSET_COLUMNS] *= -1
    pair[..., SIZE_COLUMN] *= -1
    area = np.exp(2 * example.node_reference[:, 2])
    return RegionExample(
        example.node_reference, example.node_target, example.raster_reference, example.raster_target,
        example.relation_reference, example.relation_target, pair, example.same.T.copy(),
        (area / max(float(area.sum()), 1e-6)).astype(np.float32),
    )  # fmt: skip


def train(options: argparse.Namespace) -> None:
    """Train for the minutes asked, on all but the first 300 examples, which measure."""
    torch.manual_seed(options.seed)
    rng = np.random.default_rng(options.seed)
    network = RegionNetwork()
    if options.state.exists():
        network.load_state_dict(torch.load(options.state, weights_only=True))
    optimizer = torch.optim.AdamW(network.parameters(), options.rate, (0.9, 0.98), weight_decay=1e-2)
    held_out = load_examples(options.examples)[:HELD_OUT]
    if len(held_out) < HELD_OUT:
        raise InputError(f"{options.examples}: {len(held_out)} examples; draw more than {HELD_OUT} first")
    start, step, mean = time.monotonic(), 0, [0.0, 0.0]
    while time.monotonic() - start < 60 * options.minutes:
        examples = load_examples(options.examples)[HELD_OUT:]
        order = rng.permutation(len(examples))
        order = order[np.argsort([len(examples[i].node_target) // 24 for i in order], kind="stable")]
        batches = [order[i : i + BATCH] for i in range(0, len(order), BATCH)]
        rng.shuffle(batches)
        for chosen in batches:
            progress = (time.monotonic() - start) / (60 * options.minutes)
            if progress >= 1:
                break
            for group in optimizer.param_groups:
                decay = 0.02 + 0.49 * (1 + math.cos(math.pi * progress))
                group["lr"] = options.rate * min(1.0, (step + 1) / 100) * decay
            loss, hit = region_loss(network, collate_regions([vary(examples[i], rng) for i in chosen]))
            optimizer.zero_grad(set_to_none=True)
            loss.backward()
            torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
            optimizer.step()
            step += 1
            mean = [m + (v.item() - m) / min(step, 100) for m, v in zip(mean, (loss, hit), strict=True)]
            if step % 100 == 0:
                log.info("step %d  %.0f s  loss %.4f  right %.4f  (%d examples)", step,
                         time.monotonic() - start, *mean, len(examples))
        _save(network, options.state)
        log.info("held out: loss %.4f  right %.4f", *measure(network, held_out))
    _save(network, options.state)


@torch.no_grad()
def measure(network: RegionNetwork, examples: list[RegionExample]) -> tuple[float, float]:
    """Mean loss and share of right regions over examples."""
    network.eval()
    figures = [
        [float(v) for v in region_loss(network, collate_regions(examples[i : i + BATCH]))]
        for i in range(0, len(examples), BATCH)
    ]
    network.train()
    loss, right = np.mean(figures, axis=0)
    return float(loss), float(right)


def _save(network: RegionNetwork, path: Path) -> None:
    temporary = path.with_suffix(".tmp")
    torch.save(network.state_dict(), temporary)
    os.replace(temporary, path)


def main(arguments: Sequence[str] | None = None) -> int:
    """Parse the command line and train."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--examples", type=Path, required=True)
    parser.add_argument("--state", type=Path, required=True)
    parser.add_argument("--minutes", type=float, default=30.0)
    parser.add_argument("--rate", type=float, default=1e-3)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    torch.set_num_threads(1)
    train(options)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
