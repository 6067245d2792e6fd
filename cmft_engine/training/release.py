"""Join trained states into the checkpoint that is shipped: `python -m cmft_engine.training.release --network STATE`."""

from __future__ import annotations

import argparse
import logging
from collections.abc import Sequence
from pathlib import Path

import torch

from cmft_engine.model.network import Network
from cmft_engine.model.region_network import RegionNetwork
from cmft_engine.model.weights import DEFAULT, save_checkpoint

log = logging.getLogger(__name__)


def main(arguments: Sequence[str] | None = None) -> int:
    """Parse the command line and write the checkpoint and its checksum."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--network", type=Path, required=True, help="state written by cmft_engine.training")
    parser.add_argument("--regions", type=Path, required=True, help="state written by train_regions")
    parser.add_argument("--out", type=Path, default=DEFAULT)
    options = parser.parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    network, regions = Network(), RegionNetwork()
    network.load_state_dict(torch.load(options.network, weights_only=True)["average"])
    regions.load_state_dict(torch.load(options.regions, weights_only=True))
    log.info("%s  %s", save_checkpoint(network, regions, options.out), options.out)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
