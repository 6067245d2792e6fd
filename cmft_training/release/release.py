"""Make the shipped checkpoint of a training run: `python -m cmft_training.release.release --state FOLDER`.

With `--mean-with` the weights half-way between the run's and another checkpoint's, as the one that it began from:
WiSE-FT (Robust fine-tuning of zero-shot models, CVPR 2022) found such means to hold up better on what neither saw.
"""

from __future__ import annotations

import argparse
import logging
from collections.abc import Sequence
from pathlib import Path

from cmft_engine.matching.network.network import Network
from cmft_engine.matching.network.region_network import RegionNetwork
from cmft_engine.matching.network.weights import DEFAULT, save_checkpoint
from cmft_engine.protocol.errors import CmftError, InputError
from cmft_training.learn.config import load_config
from cmft_training.learn.learner import move_toward
from cmft_training.learn.state import has_state, load_average, read_manifest

SIZES = ("width", "rounds")  # of the region network, which the engine takes as they are

log = logging.getLogger(__name__)


def averaged_networks(path: Path) -> tuple[Network, RegionNetwork]:
    """Return both networks with the averaged weights of a state, in evaluation mode.

    Raises InputError when the state lacks the region network, or holds networks with parts taken out or added.
    """
    average = load_average(path)
    if average.regions is None:
        raise InputError(f"{path}: holds no region network; train on into the joint stage, or name another state")
    if has_state(path):
        _check_parts(path)
    network, regions = Network(), RegionNetwork.fitting(average.regions)
    try:
        network.load_state_dict(average.network)
        regions.load_state_dict(average.regions)
    except RuntimeError as error:
        raise InputError(f"{path}: holds other networks than the engine's; name another state") from error
    return network.eval(), regions.eval()


def _check_parts(folder: Path) -> None:
    """Raise InputError for a run whose networks were not whole: some variants have the same weights."""
    trained, whole = read_manifest(folder)["config"], load_config("default")
    for section, parts in (("network", whole.network), ("regions", whole.regions)):
        for key, value in vars(parts).items():
            if key not in SIZES and trained[section][key] != value:
                raise InputError(
                    f"{folder}: was trained with {section}.{key} = {trained[section][key]!r}, which the engine does "
                    "not have; name another state"
                )


def check_folder(out: Path) -> None:
    """Raise InputError, before any work, when the folder that a checkpoint is to lie in is not there."""
    if not out.parent.is_dir():
        raise InputError(f"{out}: there is no folder {out.parent}; make it, or choose another --out")


def main(arguments: Sequence[str] | None = None) -> int:
    """Parse the command line and write the checkpoint and its checksum."""
    parser = argparse.ArgumentParser(prog="python -m cmft_training.release.release", description=__doc__)
    parser.add_argument("--state", type=Path, required=True, help="state folder of a run, such as runs/default/state")
    parser.add_argument("--out", type=Path, help="checkpoint to write; the shipped one by default")
    parser.add_argument("--mean-with", type=Path,
                        help="checkpoint, state folder or shipped: write the mean with it, to --out")
    options = parser.parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    out = options.out or DEFAULT
    try:
        if options.mean_with is not None and options.out is None:
            raise InputError("name --out: the mean with a checkpoint that was written over could not be made again")
        check_folder(out)
        networks = averaged_networks(options.state)
        if options.mean_with is not None:
            means = averaged_networks(options.mean_with)
            for mean, own in zip(means, networks, strict=True):
                move_toward(mean, own, 0.5)
            networks = means
        digest = save_checkpoint(*networks, out)
    except CmftError as error:
        log.error("%s", error)
        return error.exit_code
    log.info("%s  %s", digest, out)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
