"""Train the pixel network: `python -m cmft_engine.training --config NAME_OR_FILE [--set key=value …]`.

Everything comes from one seed and goes on from the state in the run's folder; the exponential moving average of the
weights is what is kept for use. The same command serves a CPU, a GPU and, under `torchrun`, several machines.
"""

from __future__ import annotations

import argparse
import json
import logging
import math
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

import torch
from lightning_fabric import Fabric
from torch import Tensor
from torch.utils.data import DataLoader, Dataset

from cmft_engine.model.network import Network
from cmft_engine.protocol.errors import CmftError, InputError
from cmft_engine.training.config import DEFAULT, Config, as_plain, load_config, shipped_names
from cmft_engine.training.dataset import Batch, PairSource, use_one_thread
from cmft_engine.training.journal import Journal, Row
from cmft_engine.training.learner import Learner
from cmft_engine.training.pack import prepare_characters
from cmft_engine.training.state import has_state, load_average, load_state, save_state
from cmft_engine.training.validate import development_batches, validate
from cmft_engine.training.variants import build_network

log = logging.getLogger(__name__)
ENDLESS = 1 << 40  # steps of a run that ends by the clock

T = TypeVar("T")


class StepData(Dataset[Batch]):
    """The batches of one process, step after step; `stride` processes take turns."""

    def __init__(self, source: PairSource, sizes: dict[int, int], *, first: int, stride: int, count: int) -> None:
        self.source, self.sizes, self.first, self.stride, self.count = source, sizes, first, stride, count

    def __len__(self) -> int:
        return self.count

    def __getitem__(self, number: int) -> Batch:
        return self.source.batch(self.first + number * self.stride, self.sizes)


class Meter:
    """Means of the terms, and of the time a step takes, since they were last asked for."""

    def __init__(self) -> None:
        self._sums: dict[str, Tensor] = {}
        self._steps, self._waited_s, self._whole_s = 0, 0.0, 0.0

    def add(self, terms: dict[str, Tensor], *, waited_s: float, whole_s: float) -> None:
        """Count a step that took so long, of which it waited so long for its batch."""
        for name, value in terms.items():
            self._sums[name] = self._sums.get(name, torch.zeros_like(value)) + value
        self._steps += 1
        self._waited_s += waited_s
        self._whole_s += whole_s

    def take(self) -> dict[str, float]:
        """Return the means and start anew; {} without a step. `ms` is a whole step, `data_ms` its wait for data."""
        if not self._steps:
            return {}
        row = {name: float(value) / self._steps for name, value in self._sums.items()}
        row["ms"] = 1000 * self._whole_s / self._steps
        row["data_ms"] = 1000 * self._waited_s / self._steps
        self.__init__()  # type: ignore[misc]
        return row


class Trainer:
    """A training run: its schedule, its state on disk, what it tells."""

    def __init__(self, config: Config, fabric: Fabric, *, started: float) -> None:
        """Build the run or take it up from its folder. started: when this call began, by `time.monotonic`.

        Raises InputError when the folder's state does not fit the configuration.
        """
        self._config, self._fabric, self._started = config, fabric, started
        self.state_folder = config.run.folder / "state"
        torch.manual_seed(config.run.seed)
        network = build_network(config.network)
        state = self._agreed(load_state(self.state_folder) if self._leads and has_state(self.state_folder) else None)
        if state is None and config.run.init:
            _fill(network, load_average(config.run.init), config.run.init)
        self.learner = Learner(config, network, fabric)
        self.step, self.spent_s, rows = 0, 0.0, list[Row]()
        if state is not None:
            _check_state(self.state_folder, json.loads(state["config"]), as_plain(config))
            self.learner.load(state)
            self.step, self.spent_s, rows = state["step"], state["spent_s"], state["curve"]
        self.journal = Journal(config.run.folder, rows=rows, step=self.step, silent=not self._leads)

    @property
    def _leads(self) -> bool:
        return bool(self._fabric.is_global_zero)

    def _agreed(self, value: T) -> T:
        """Return the first process's value in all of them, so that clocks and disks cannot part them."""
        return value if self._fabric.world_size == 1 else self._fabric.broadcast(value)

    def progress(self) -> float:
        """How much of the schedule is behind, from 0 to 1."""
        schedule = self._config.schedule
        done = self.step / schedule.steps if schedule.steps else self.spent_s / (60 * schedule.minutes)
        return min(done, 1.0)

    def run(self) -> bool:
        """Train until the schedule or this call's time is over; returns whether the schedule is."""
        if self.progress() == 1:
            return True
        every = self._config.log
        development = development_batches(self._config.data.characters, self._config.validation)
        meter, longest_s, before_s = Meter(), 0.0, self.spent_s
        begun = pass_begun = time.monotonic()
        for batch in self._batches():
            waited_s = time.monotonic() - pass_begun
            rate = self._rate()
            terms = self.learner.learn(batch, step=self.step, rate=rate)
            meter.add(terms, waited_s=waited_s, whole_s=time.monotonic() - pass_begun)
            self.step += 1
            self.spent_s = self._agreed(before_s + time.monotonic() - begun)
            is_over = self._agreed(self._is_call_over(longest_s))
            if self.step % every.every == 0 or is_over or self.progress() == 1:
                self.journal.add(self.step, {**meter.take(), "rate": rate}, group="training")
            if self.progress() == 1 or (self.step % every.validate_every == 0 and not is_over):
                self._validate(development)
            if self.progress() == 1 or is_over:
                break
            if self.step % every.save_every == 0:
                self.save()
            now = time.monotonic()
            longest_s, pass_begun = max(longest_s, now - pass_begun - waited_s), now
        self.save()
        self.journal.close()
        self._fabric.barrier()
        return self.progress() == 1

    def _is_call_over(self, longest_s: float) -> bool:
        """Return whether the call's time would run out in another pass as long as the longest one, save included."""
        limit_s = 60 * self._config.schedule.minutes_per_call
        return limit_s > 0 and time.monotonic() - self._started + longest_s > limit_s

    def _rate(self) -> float:
        schedule = self._config.schedule
        cosine = 0.5 * (1 + math.cos(math.pi * self.progress()))
        rise = min(1.0, (self.step + 1) / max(schedule.warmup, 1))
        return schedule.rate * rise * (schedule.final + (1 - schedule.final) * cosine)

    def _batches(self) -> Iterator[Batch]:
        """Yield this process's batches from the current step on, on the device."""
        config, fabric = self._config, self._fabric
        data = StepData(
            PairSource(config.data, seed=config.run.seed),
            config.batch.sizes,
            first=self.step * fabric.world_size + fabric.global_rank,
            stride=fabric.world_size,
            count=config.schedule.steps - self.step if config.schedule.steps else ENDLESS,
        )
        workers: dict[str, Any] = {}
        if config.machine.workers:
            # spawned, because a forked process inherits the locks of torch's and OpenCV's threads; every tensor that
            # waits holds a file open
            workers = {"multiprocessing_context": "spawn", "prefetch_factor": 2, "worker_init_fn": _settle_worker}
        loader = DataLoader(
            data, batch_size=None, num_workers=config.machine.workers, generator=torch.Generator(), **workers
        )
        for batch in loader:
            yield batch.to(fabric.device)

    def _validate(self, development: dict[str, list[Batch]]) -> None:
        """Measure the average on the development pairs, in the first process; the others wait."""
        if self._leads:
            pictures = self._config.validation.pictures
            figures, sheet = validate(self.learner.average, development, fabric=self._fabric, pictures=pictures)
            self.journal.add(self.step, figures, group="development")
            self.journal.show(self.step, sheet)
        self._fabric.barrier()

    def save(self) -> None:
        """Write the state, in the first process."""
        if not self._leads:
            return
        config = as_plain(self._config)
        counts = {"step": self.step, "spent_s": self.spent_s}
        state = {**self.learner.state(), **counts, "curve": self.journal.rows, "config": json.dumps(config)}
        save_state(self.state_folder, state, facts={**counts, "finished": self.progress() == 1, "config": config})


def _settle_worker(number: int) -> None:
    use_one_thread()


def _check_state(folder: Path, before: dict[str, Any], now: dict[str, Any]) -> None:
    """Raise InputError when a state was begun with another seed or network."""
    for section, key in (("run", "seed"), *(("network", key) for key in now["network"])):
        if before[section].get(key) != now[section][key]:
            raise InputError(
                f"{folder}: was begun with {section}.{key} = {before[section].get(key)!r}; "
                "set that again, or another run.folder"
            )


def _fill(network: Network, tensors: dict[str, Tensor], name: str) -> None:
    try:
        network.load_state_dict(tensors)
    except RuntimeError as error:
        raise InputError(f"run.init = {name!r}: holds another network; start from one that fits [network]") from error


def make_fabric(config: Config) -> Fabric:
    """Return Fabric for the configured machine, its processes started."""
    machine = config.machine
    fabric = Fabric(
        accelerator=machine.accelerator, devices=machine.devices, num_nodes=machine.nodes,
        precision=machine.precision, strategy=machine.strategy,
    )  # fmt: skip
    fabric.launch()
    return fabric


def settle_process(config: Config) -> None:
    """Set what holds for the whole process: threads, and no denormal numbers, which slow a CPU down."""
    torch.set_num_threads(config.machine.threads)
    torch.set_flush_denormal(True)
    use_one_thread()


def train(config: Config, *, started: float) -> bool:
    """Train as configured; returns whether the schedule is over. Raises CmftError for what the user can mend."""
    settle_process(config)
    try:
        fabric = make_fabric(config)
    except (RuntimeError, ValueError, TypeError) as error:
        raise InputError(f"machine.accelerator = {config.machine.accelerator!r}: {error}") from error
    with fabric.rank_zero_first(local=True):
        characters = prepare_characters(config.data.characters)
    return Trainer(replace(config, data=replace(config.data, characters=characters)), fabric, started=started).run()


def main(arguments: Sequence[str] | None = None) -> int:
    """Parse the command line and train."""
    started = time.monotonic()
    parser = argparse.ArgumentParser(prog="python -m cmft_engine.training", description=__doc__)
    parser.add_argument("--config", default=DEFAULT, help=f"a TOML file or one of {', '.join(shipped_names())}")
    parser.add_argument(
        "--set", nargs="+", action="extend", default=[], metavar="KEY=VALUE", dest="changes",
        help="change a value, such as run.folder=runs/first schedule.minutes=60",
    )  # fmt: skip
    options = parser.parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    try:
        finished = train(load_config(options.config, options.changes), started=started)
    except CmftError as error:
        log.error("%s", error)
        return error.exit_code
    log.info("finished" if finished else "stopped in time; the same command goes on")
    return 0
