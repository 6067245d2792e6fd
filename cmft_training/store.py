"""Draw and encode training pairs once, to learn from many times: `python -m cmft_training.store OUT --gb 20`.

Goes on where it stopped, on one core and at low priority. What is drawn is [joint.data] of a configuration; the line
encoder of a checkpoint reads it. `python -m cmft_training.learn.from_store` learns from it.
"""

from __future__ import annotations

import argparse
import logging
import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import torch

from cmft_engine.matching.network.weights import DEFAULT as SHIPPED
from cmft_engine.matching.network.weights import load_checkpoint
from cmft_engine.protocol.errors import CmftError, InputError
from cmft_training.data.dataset import use_one_thread
from cmft_training.data.encode_figures import CueShares, FigureEncoder
from cmft_training.data.figures import FigureSource
from cmft_training.data.shards import ShardName
from cmft_training.data.stop import Stop
from cmft_training.data.store import Manifest, Store, figure_drawer, fill
from cmft_training.learn.config import DEFAULT, Config, load_config, shipped_names, with_characters
from cmft_training.learn.toml_tables import as_plain
from cmft_training.synthetic.pack import prepare_characters

NICENESS = 10

log = logging.getLogger(__name__)


def cue_shares(config: Config) -> CueShares:
    """Return which pairs the joint stage would match at 1/2, and look at again."""
    joint = config.joint
    return CueShares(joint.pixel_share + (1 - joint.pixel_share) * joint.match_weight_share, joint.again_share)


def open_store(config: Config, options: argparse.Namespace) -> tuple[Store, FigureSource, FigureEncoder]:
    """Open the store with what fills it. Raises CmftError for what the user can mend."""
    joint, checkpoint = config.joint, load_checkpoint(options.checkpoint)
    shares = cue_shares(config)
    mixture = as_plain(replace(joint.data, characters=Path()))  # where the material lies does not decide it
    mixture["drawn"].pop("folder")
    wanted = Manifest(config.run.seed, checkpoint.sha256, {
        "data": mixture, "sizes": as_plain(joint.sizes), "cues": as_plain(shares)})  # fmt: skip
    source = FigureSource(joint.data, seed=config.run.seed, sizes=joint.sizes)
    store = Store(options.out, wanted, most_bytes=round(options.gb * 1e9))
    return store, source, FigureEncoder(checkpoint, shares)


def settle_process() -> None:
    """Take one core and a low priority."""
    torch.set_num_threads(1)
    torch.set_flush_denormal(True)
    use_one_thread()
    lower_priority()


def lower_priority() -> None:
    """Give way to other processes, where the system knows how; one that was started nicer stays so."""
    if hasattr(os, "nice"):
        os.nice(max(0, NICENESS - os.nice(0)))


def _parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m cmft_training.store", description=__doc__)
    parser.add_argument("out", type=Path, help="folder of the store; a store that is there goes on")
    parser.add_argument("--config", default=DEFAULT, help=f"a TOML file or one of {', '.join(shipped_names())}")
    parser.add_argument("--set", nargs="+", action="extend", default=[], metavar="KEY=VALUE", dest="changes",
                        help="change a value, such as joint.data.puppets=1 (no characters) or run.seed=3")
    parser.add_argument("--checkpoint", type=Path, default=SHIPPED, help="whose weights encode; shipped by default")
    parser.add_argument("--minutes", type=float, default=0.0, help="stop after so many; 0: go on until stopped")
    parser.add_argument("--gb", type=float, default=20.0, help="the oldest shards go when all are larger than this")
    parser.add_argument("--figures", type=int, default=0, help="stop when so many were drawn in all; 0: no limit")
    options = parser.parse_args(arguments)
    if options.gb <= 0:
        raise InputError(f"--gb {options.gb}: no room for anything; name more than 0")
    return options


def main(arguments: Sequence[str] | None = None) -> int:
    """Parse the command line and fill the store."""
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    try:
        options = _parse(arguments)
        config = load_config(options.config, options.changes)
        if config.joint.data.has_characters:
            config = with_characters(config, prepare_characters(config.data.characters))
        stop = Stop(options.minutes)
        settle_process()
        store, source, encoder = open_store(config, options)

        def report(shard: ShardName) -> None:
            pairs, size = store.kept()
            seen = store.manifest
            log.info("figure %d: %d pairs drawn at %.1f a second, %d kept in %.2f GB", seen.next, seen.pairs,
                     seen.pairs / max(seen.spent_s, 1e-9), pairs, size / 1e9)

        fill(store, figure_drawer(source, encoder), is_over=stop.is_over, figures=options.figures, report=report)
    except CmftError as error:
        log.error("%s", error)
        return error.exit_code
    log.info("stopped; the same command goes on")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
