"""Train the networks: `python -m cmft_training --config NAME_OR_FILE [--set key=value …]`.

First the pixel network alone, then both together, as far as the configuration has either. Everything comes from
one seed and goes on from the state in the run's folder; the exponential moving average of the weights is what is kept
for use. The same command serves a CPU, a GPU and, under `torchrun`, several machines.
"""

from __future__ import annotations

import argparse
import json
import logging
import math
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any, TypeVar

import torch
from lightning_fabric import Fabric
from lightning_fabric.strategies.ddp import DDPStrategy
from torch import Tensor, nn

from cmft_engine.protocol.errors import CmftError, InputError
from cmft_training.data.dataset import use_one_thread
from cmft_training.learn.config import (
    DEFAULT,
    Config,
    JointConfig,
    ScheduleConfig,
    load_config,
    shipped_names,
    with_characters,
)
from cmft_training.learn.journal import Journal, Row
from cmft_training.learn.stages import Development, JointStage, PixelStage, Stage
from cmft_training.learn.state import Average, has_state, load_average, load_state, save_state
from cmft_training.learn.toml_tables import as_plain
from cmft_training.learn.variants import build_network, build_regions
from cmft_training.synthetic.pack import prepare_characters

log = logging.getLogger(__name__)

T = TypeVar("T")


class Meter:
    """Means of the terms, and of the time a step takes, since they were last taken."""

    def __init__(self) -> None:
        self._sums: dict[str, Tensor] = {}
        self._counts: Counter[str] = Counter()
        self._steps, self._waited_s, self._whole_s = 0, 0.0, 0.0

    def add(self, terms: dict[str, Tensor], *, waited_s: float, whole_s: float) -> None:
        """Count a step that took so long, of which it waited so long for its batch."""
        for name, value in terms.items():
            self._sums[name] = self._sums.get(name, torch.zeros_like(value)) + value
        self._counts.update(terms.keys())
        self._steps += 1
        self._waited_s += waited_s
        self._whole_s += whole_s

    def take(self) -> dict[str, float]:
        """Return the means and start anew; {} without a step. `ms` is a whole step, `data_ms` its wait for data.

        A term that only some steps have is the mean of those.
        """
        if not self._steps:
            return {}
        row = {name: float(value) / self._counts[name] for name, value in self._sums.items()}
        row["ms"] = 1000 * self._whole_s / self._steps
        row["data_ms"] = 1000 * self._waited_s / self._steps
        self.__init__()  # type: ignore[misc]
        return row


class Trainer:
    """A training run: its stages, its state on disk, what it tells."""

    def __init__(self, config: Config, fabric: Fabric, *, started: float) -> None:
        """Build the run or take it up from its folder. started: when this call began, by `time.monotonic`.

        Raises InputError when the folder's state does not fit the configuration.
        """
        self._config, self._fabric, self._started = config, fabric, started
        self.state_folder = config.run.folder / "state"
        self.step, self.spent_s, rows = 0, 0.0, list[Row]()
        self._before_step, self._before_s = 0, 0.0  # of the stages before this one
        self._development = Development(config)
        torch.manual_seed(config.run.seed)
        state = self._agreed(load_state(self.state_folder) if self._leads and has_state(self.state_folder) else None)
        if state is None:
            given = load_average(config.run.init) if config.run.init else None
            self.stage: Stage = self._first_stage(given)
        else:
            before, now = json.loads(state["config"]), json.loads(json.dumps(as_plain(config)))
            _check_state(self.state_folder, before, now)
            for change in changed_settings(before, now):
                log.warning("goes on with another setting: %s", change)
            self.stage = self._pixel_stage() if state["stage"] == PixelStage.name else self._joint_stage(None)
            self.stage.learner.load(state)
            self.step, self.spent_s, rows = state["step"], state["spent_s"], state["curve"]
            self._before_step, self._before_s = state["before_step"], state["before_s"]
        self.journal = Journal(config.run.folder, rows=rows, step=self.step, silent=not self._leads)

    @property
    def _leads(self) -> bool:
        return bool(self._fabric.is_global_zero)

    def _agreed(self, value: T) -> T:
        """Return the first process's value in all of them, so that clocks and disks cannot part them."""
        return value if self._fabric.world_size == 1 else self._fabric.broadcast(value)

    def _first_stage(self, given: Average | None) -> Stage:
        schedule = self._config.schedule
        return self._pixel_stage(given) if schedule.steps or schedule.minutes else self._joint_stage(given)

    def _pixel_stage(self, given: Average | None = None) -> PixelStage:
        network = build_network(self._config.network)
        if given is not None:
            _fill(network, given.network, self._config.run.init)
        return PixelStage(self._config, network, self._fabric)

    def _joint_stage(self, given: Average | None) -> JointStage:
        """Return the joint stage on given weights; a region network that they lack is new, always the same one."""
        torch.manual_seed(self._config.run.seed)
        network, regions = build_network(self._config.network), build_regions(self._config.regions)
        if given is not None:
            _fill(network, given.network, self._config.run.init)
            if given.regions is not None:
                _fill(regions, given.regions, self._config.run.init)
        return JointStage(self._config, network, regions, self._fabric)

    @property
    def _is_last(self) -> bool:
        joint = self._config.joint
        return self.stage.name == JointStage.name or not (joint.steps or joint.minutes)

    def progress(self) -> float:
        """How much of the stage's schedule is behind, from 0 to 1."""
        schedule = self.stage.schedule
        if schedule.steps:
            return min((self.step - self._before_step) / schedule.steps, 1.0)
        # without a length of its own a stage that a state was begun with is over
        return min((self.spent_s - self._before_s) / (60 * schedule.minutes), 1.0) if schedule.minutes else 1.0

    def is_finished(self) -> bool:
        """Return whether the whole run is over."""
        return self._is_last and self.progress() == 1

    def run(self) -> bool:
        """Train until the run or this call's time is over; returns whether the run is."""
        if self.is_finished():
            return True
        is_over = False
        while not is_over and not self.is_finished():
            if self.progress() == 1:
                self._enter_joint_stage()
            is_over = self._run_stage()
            self.save()
        self.journal.close()
        self._fabric.barrier()
        return self.is_finished()

    def _enter_joint_stage(self) -> None:
        """Go on with the average of the first stage, and with the region network of `run.init` if that has one."""
        self._before_step, self._before_s = self.step, self.spent_s
        given = load_average(self._config.run.init).regions if self._config.run.init else None
        self.stage = self._joint_stage(Average(self.stage.learner.average.state_dict(), given))

    def _run_stage(self) -> bool:
        """Train until the stage or this call's time is over; returns whether the call's time is."""
        every = self._config.log
        meter, longest_s, before_s = Meter(), 0.0, self.spent_s
        begun = pass_begun = time.monotonic()
        is_over = False
        for learn in self.stage.lessons(self.step - self._before_step):
            waited_s = time.monotonic() - pass_begun
            share = rate_share(self.stage.schedule, step=self.step - self._before_step, progress=self.progress())
            terms = learn(share=share)
            meter.add(terms, waited_s=waited_s, whole_s=time.monotonic() - pass_begun)
            self.step += 1
            self.spent_s = self._agreed(before_s + time.monotonic() - begun)
            is_over = self._agreed(self._is_call_over(longest_s))
            if self.step % every.every == 0 or is_over or self.progress() == 1:
                self.journal.add(
                    self.step, {**meter.take(), "rate": share * self.stage.schedule.rate}, group=self.stage.name
                )
            if self.progress() == 1 or (self.step % every.validate_every == 0 and not is_over):
                self._validate()
            if self.progress() == 1 or is_over:
                break
            if self.step % every.save_every == 0:
                self.save()
            now = time.monotonic()
            longest_s, pass_begun = max(longest_s, now - pass_begun - waited_s), now
        return is_over

    def _is_call_over(self, longest_s: float) -> bool:
        """Return whether the call's time would run out in another pass as long as the longest one, save included."""
        limit_s = 60 * self._config.schedule.minutes_per_call
        return limit_s > 0 and time.monotonic() - self._started + longest_s > limit_s

    def _validate(self) -> None:
        """Measure the averages on the development pairs, in the first process; the others wait."""
        if self._leads:
            figures, sheet = self.stage.measure(self._development)
            self.journal.add(self.step, figures, group="development")
            self.journal.show(self.step, sheet)
        self._fabric.barrier()

    def save(self) -> None:
        """Write the state, in the first process; all have to call it at once."""
        learned = self.stage.learner.state()
        if not self._leads:
            return
        config = as_plain(self._config)
        counts = {"stage": self.stage.name, "step": self.step, "spent_s": self.spent_s}
        before = {"before_step": self._before_step, "before_s": self._before_s}
        state = {**learned, **counts, **before, "curve": self.journal.rows, "config": json.dumps(config)}
        save_state(self.state_folder, state, facts={**counts, "finished": self.is_finished(), "config": config})


def rate_share(schedule: ScheduleConfig | JointConfig, *, step: int, progress: float) -> float:
    """Return how much of its rate a stage's step takes, from 0: a rise over the warm-up, then a cosine's fall."""
    cosine = 0.5 * (1 + math.cos(math.pi * progress))
    rise = min(1.0, (step + 1) / max(schedule.warmup, 1))
    return rise * (schedule.final + (1 - schedule.final) * cosine)


def _check_state(folder: Path, before: dict[str, Any], now: dict[str, Any]) -> None:
    """Raise InputError when a state was begun with another seed or other networks."""
    parts = [(section, key) for section in ("network", "regions") for key in now[section]]
    for section, key in (("run", "seed"), *parts):
        if before[section].get(key) != now[section][key]:
            raise InputError(
                f"{folder}: was begun with {section}.{key} = {before[section].get(key)!r}; "
                "set that again, or another run.folder"
            )


def changed_settings(before: dict[str, Any], now: dict[str, Any]) -> list[str]:
    """Return which settings that decide the result differ from those a state was saved with, as sentences."""
    free = {"machine", "log", "validation"}
    pairs = [(section, key) for section in now if section not in free for key in now[section]]
    return [
        f"{section}.{key} was {before.get(section, {}).get(key)!r} and is {now[section][key]!r}"
        for section, key in pairs
        if (section, key) not in (("run", "folder"), ("data", "characters"))
        and before.get(section, {}).get(key) != now[section][key]
    ]


def _fill(network: nn.Module, tensors: dict[str, Tensor], name: str) -> None:
    try:
        network.load_state_dict(tensors)
    except RuntimeError as error:
        raise InputError(
            f"run.init = {name!r}: holds another network; start from one that fits [network] and [regions]"
        ) from error


def make_fabric(config: Config) -> Fabric:
    """Return Fabric for the configured machine, its processes started."""
    machine = config.machine
    fabric = Fabric(
        accelerator=machine.accelerator, devices=machine.devices, num_nodes=machine.nodes,
        precision=machine.precision,
        strategy=machine.strategy if machine.backend == "auto" else DDPStrategy(process_group_backend=machine.backend),
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
    return Trainer(with_characters(config, characters), fabric, started=started).run()


def main(arguments: Sequence[str] | None = None) -> int:
    """Parse the command line and train."""
    started = time.monotonic()
    parser = argparse.ArgumentParser(prog="python -m cmft_training", description=__doc__)
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
