"""Draw examples for the region network: `python -m cmft_engine.training.draw_regions --characters FOLDER --out FOLDER`.

With `--network STATE` the trained pixel network is asked about every pair, and its match weights join the cues.
"""

from __future__ import annotations

import argparse
import logging
import os
import pickle
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from cmft_engine.model.inputs import as_batch, line_channels
from cmft_engine.model.matcher import match_mass, stand_in
from cmft_engine.model.network import Network
from cmft_engine.training.dataset import Mixture, Pair, PairSource, use_one_thread
from cmft_engine.training.region_pairs import RegionExample, WorkDrawing, cut_pair, example_of

log = logging.getLogger(__name__)
SIZES = (224, 288, 352)
PER_FILE = 250


def draw(source: PairSource, size: int, network: Network | None) -> RegionExample | None:
    """Draw one example at `size` pixels, None when the pair is of no use."""
    pair = source.pair(size)
    target, reference = cut_pair(pair, size)
    mass = None if network is None else pair_mass(network, pair, target, reference)
    return example_of(target, reference, mass)


@torch.inference_mode()
def pair_mass(
    network: Network, pair: Pair, target: WorkDrawing, reference: WorkDrawing
) -> NDArray[np.float64]:
    """Match weight (T, R) that the network sends from target regions to reference regions, in work pixels."""
    device = torch.device("cpu")
    labels = pair.label_reference[np.ix_(reference.rows, reference.columns)].astype(np.int32)
    color = stand_in([labels])[0]
    features = network.encode_reference(
        as_batch(line_channels(reference.side.ink), device), as_batch(color.transpose(2, 0, 1), device)
    )
    output = network(as_batch(line_channels(target.side.ink), device), features)
    return match_mass(output, target.side, [reference.side])[0]


def main(arguments: Sequence[str] | None = None) -> int:
    """Parse the command line and draw."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--characters", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--network", type=Path, help="training state of the pixel network")
    parser.add_argument("--count", type=int, default=8000)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    torch.set_num_threads(1)
    use_one_thread()
    network = None
    if options.network is not None:
        network = Network().eval()
        network.load_state_dict(torch.load(options.network, weights_only=True)["average"])
    source = PairSource(Mixture(options.characters, puppets=0.4), seed=50_000 + options.seed)
    options.out.mkdir(parents=True, exist_ok=True)
    examples: list[RegionExample] = []
    for number in range(options.count):
        example = draw(source, int(source.rng.choice(SIZES)), network)
        if example is not None:
            examples.append(RegionExample(**{name: v.astype(np.float16) for name, v in vars(example).items()}))
        if len(examples) == PER_FILE or number == options.count - 1:
            _write(examples, options.out / f"s{options.seed}_{number:06d}.pkl")
            log.info("%d of %d", number + 1, options.count)
            examples = []
    return 0


def _write(examples: list[RegionExample], path: Path) -> None:
    temporary = path.with_suffix(".tmp")
    temporary.write_bytes(pickle.dumps(examples))
    os.replace(temporary, path)


if __name__ == "__main__":
    raise SystemExit(main())
