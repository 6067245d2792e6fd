"""Teach the region network alone from a sample store: `python -m cmft_training.learn.from_store STORE --state FOLDER`.

The pixel network stays as it was when it encoded the store. The state goes on with the same command, is what
`release` and `run.init` take, and has the curve of development pairs beside it.
"""

from __future__ import annotations

import argparse
import json
import logging
import os
from collections.abc import Callable, Sequence
from copy import deepcopy
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import torch

from cmft_engine.matching.network.network import Network
from cmft_engine.matching.network.region_network import RegionNetwork
from cmft_engine.matching.network.weights import DEFAULT as SHIPPED
from cmft_engine.matching.network.weights import Checkpoint, load_checkpoint
from cmft_engine.protocol.errors import CmftError, InputError
from cmft_training.data.encode_figures import without_match_weights
from cmft_training.data.region_batch import RegionBatch
from cmft_training.data.region_samples import RegionSource
from cmft_training.data.stop import Stop
from cmft_training.data.store import read_manifest
from cmft_training.data.store_reader import StoreReader
from cmft_training.learn.config import DEFAULT, DEVELOPMENT_SEED, Config, load_config, shipped_names, with_characters
from cmft_training.learn.grow import grown
from cmft_training.learn.state import has_state, load_average, load_state, save_state
from cmft_training.learn.store_learner import StoreLearner
from cmft_training.learn.toml_tables import as_plain
from cmft_training.learn.train import Meter, make_fabric, rate_share, settle_process
from cmft_training.learn.validate import development_mixtures, plain
from cmft_training.learn.validate_regions import judge_regions, read_pair
from cmft_training.synthetic.pack import prepare_characters

STAGE = "store"
CURVE = "curve.json"
AT = (25_000, 50_000, 100_000, 200_000)

log = logging.getLogger(__name__)

Development = dict[str, list[RegionBatch]]


@dataclass(frozen=True)
class Lesson:
    """What to learn: pairs of a store in all, repeated if it has fewer; at how many of them to measure.

    checkpoint: that encoded the store. begin: of whose region network, a state or a checkpoint; None: the checkpoint's.
    """

    store: Path
    state: Path
    pairs: int
    at: tuple[int, ...] = AT
    checkpoint: Path = SHIPPED
    begin: Path | None = None


def read_development(config: Config, network: Network, device: torch.device) -> Development:
    """Return the development pairs as the region network reads them.

    "plain" and "mixed" are those of every run, of puppets alone where the mixture draws no characters; "drawn" are
    plain pairs of the mixture's drawn families, if it has any; "line" are plain pairs one to three drawings apart
    without match weights, as neighbouring line drawings are.
    """
    data, checks = config.joint.data, config.validation
    sets = development_mixtures(config.data.characters)
    if not data.has_characters:
        sets = {name: replace(mixture, puppets=1.0) for name, mixture in sets.items()}
    if data.drawn.total:
        whole = {name: getattr(data.drawn, name) / data.drawn.total for name in vars(data.drawn) if name != "folder"}
        sets["drawn"] = replace(sets["plain"], drawn=replace(data.drawn, **whole))
    sets["line"] = replace(plain(data), gaps=(1, 2, 3))
    read: Development = {}
    for name, mixture in sets.items():
        source = RegionSource(mixture, seed=DEVELOPMENT_SEED, sizes={checks.framed_size: 1.0}, pixel_share=0.0)
        samples = [source.sample(number) for number in range(checks.framed)]
        read[name] = [read_pair(network, sample, device) for sample in samples]
        if name == "line":
            pairs = zip(read[name], samples, strict=True)
            read[name] = [without_match_weights(batch, sample.pair) for batch, sample in pairs]
    return read


@dataclass
class Progress:
    """How far the learning is: steps, pairs seen, rows of the curve."""

    step: int = 0
    seen: int = 0
    curve: list[dict[str, float]] = field(default_factory=list)


class StoreTrainer:
    """Learns from a store, measures, and keeps its state on disk."""

    def __init__(self, config: Config, lesson: Lesson, *, development: Development | None = None) -> None:
        """Begin, or take up the state. development: pairs to measure with, read here if None.

        Raises InputError when the store was encoded by other weights, or the state is of something else.
        """
        self._config, self._lesson = config, lesson
        self._checkpoint = _checkpoint_of(lesson)
        device = make_fabric(config).device
        network = deepcopy(self._checkpoint.network).to(device)
        self._reader = StoreReader(lesson.store, seed=config.run.seed, batch=config.joint.replay_batch)
        regions = grown(_begin(lesson, self._checkpoint), width=config.regions.width, rounds=config.regions.rounds)
        self.learner = StoreLearner(config, regions, device)
        self.progress = Progress()
        if has_state(lesson.state):
            self._take_up(load_state(lesson.state))
        self._development = read_development(config, network, device) if development is None else development

    def _take_up(self, state: dict[str, Any]) -> None:
        if state.get("stage") != STAGE or state["checkpoint"] != self._checkpoint.sha256:
            raise InputError(f"{self._lesson.state}: is not of this stage and checkpoint; name another --state")
        try:
            self.learner.load(state)
        except (RuntimeError, ValueError) as error:
            raise InputError(f"{self._lesson.state}: is of a region network of another size than regions.width and "
                             "regions.rounds say; set these as before, or name another --state") from error
        self._reader.load(state["reader"])
        self.progress = Progress(state["step"], state["seen"], state["curve"])

    def run(self, is_over: Callable[[], bool]) -> bool:
        """Learn until all pairs were seen, or it is over; returns whether they were. The state is saved."""
        lesson, logs, meter, now = self._lesson, self._config.log, Meter(), self.progress
        if not now.curve:
            self._measure()
        while now.seen < lesson.pairs and not is_over():
            batch = self._reader.take()
            share = rate_share(self._config.joint, step=now.step, progress=now.seen / lesson.pairs)
            meter.add(self.learner.learn(batch, step=now.step, share=share), waited_s=0.0, whole_s=0.0)
            before, now.seen, now.step = now.seen, now.seen + len(batch.weight), now.step + 1
            if now.step % logs.every == 0:
                _tell(now.seen, {name: value for name, value in meter.take().items() if not name.endswith("ms")})
            if any(before < point <= now.seen for point in (*lesson.at, lesson.pairs)):
                self._measure()
            if now.step % logs.save_every == 0:
                self.save()
        self.save()
        return now.seen >= lesson.pairs

    def _measure(self) -> None:
        """Add the figures of the average to the curve."""
        figures = judge_regions(self.learner.average, self._development)
        self.progress.curve.append({"pairs": self.progress.seen, **figures})
        _tell(self.progress.seen, figures)

    def save(self) -> None:
        """Write the state and the curve beside it."""
        now, config = self.progress, as_plain(self._config)
        weights = self._checkpoint.network.state_dict()
        facts = {"stage": STAGE, "step": now.step, "seen": now.seen, "checkpoint": self._checkpoint.sha256}
        state = {
            **self.learner.state(), **facts, "average": weights, "curve": now.curve,
            "reader": self._reader.state(), "config": json.dumps(config),
        }  # fmt: skip
        save_state(self._lesson.state, state, facts={
            **facts, "finished": now.seen >= self._lesson.pairs, "config": config})  # fmt: skip
        temporary = self._lesson.state / f".{CURVE}.tmp"
        temporary.write_text(json.dumps(now.curve, indent=2) + "\n", encoding="utf-8")
        os.replace(temporary, self._lesson.state / CURVE)


def _checkpoint_of(lesson: Lesson) -> Checkpoint:
    """Return the checkpoint. Raises InputError when the store was encoded by another one."""
    checkpoint, drawn_with = load_checkpoint(lesson.checkpoint), read_manifest(lesson.store).checkpoint
    if checkpoint.sha256 != drawn_with:
        raise InputError(
            f"{lesson.store}: was encoded by the checkpoint {drawn_with[:12]}, not {checkpoint.sha256[:12]} "
            f"({lesson.checkpoint}); name that one as --checkpoint"
        )
    return checkpoint


def _begin(lesson: Lesson, checkpoint: Checkpoint) -> RegionNetwork:
    """Return the region network to begin with. Raises InputError."""
    if lesson.begin is None:
        return checkpoint.regions
    found = load_average(lesson.begin).regions
    if found is None:
        raise InputError(f"{lesson.begin}: holds no region network; name another --begin")
    regions = RegionNetwork.fitting(found)
    try:
        regions.load_state_dict(found)
    except RuntimeError as error:
        raise InputError(f"{lesson.begin}: holds another region network than the engine's; name another "
                         "--begin") from error
    return regions.eval()


def _tell(seen: int, figures: dict[str, float]) -> None:
    log.info("%d pairs  %s", seen, "  ".join(f"{name} {value:.4g}" for name, value in figures.items()))


def _parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m cmft_training.learn.from_store", description=__doc__)
    parser.add_argument("store", type=Path, help="folder written by python -m cmft_training.store")
    parser.add_argument("--state", type=Path, required=True, help="folder of the state; one that is there goes on")
    parser.add_argument("--pairs", type=int, required=True, help="to learn in all; more than the store has repeat")
    parser.add_argument("--at", type=int, nargs="*", default=AT, help="measure after so many pairs, and at the end")
    parser.add_argument("--checkpoint", type=Path, default=SHIPPED, help="that encoded the store; shipped by default")
    parser.add_argument("--begin", type=Path, help="state or checkpoint whose region network learns on; --checkpoint's "
                        "by default")
    parser.add_argument("--minutes", type=float, default=0.0, help="stop after so many, state saved; 0: no limit")
    parser.add_argument("--config", default=DEFAULT, help=f"a TOML file or one of {', '.join(shipped_names())}")
    parser.add_argument("--set", nargs="+", action="extend", default=[], metavar="KEY=VALUE", dest="changes",
                        help="change a value, such as joint.rate=0.0005")
    return parser.parse_args(arguments)


def main(arguments: Sequence[str] | None = None) -> int:
    """Parse the command line and learn."""
    options = _parse(arguments)
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    try:
        config = load_config(options.config, options.changes)
        settle_process(config)
        if config.joint.data.has_characters:
            config = with_characters(config, prepare_characters(config.data.characters))
        stop = Stop(options.minutes)
        lesson = Lesson(options.store, options.state, options.pairs, tuple(options.at), options.checkpoint,
                        options.begin)
        finished = StoreTrainer(config, lesson).run(stop.is_over)
    except CmftError as error:
        log.error("%s", error)
        return error.exit_code
    log.info("finished" if finished else "stopped; the same command goes on")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
