"""Train the learned baselines of the table, each with the same budget.

`python -m benchmarks.baselines.train CHARACTERS [--states FOLDER] [--minutes 12] [--systems tcvc,…]`

CHARACTERS is a folder written by `cmft_training.synthetic.extract_characters`. Every baseline learns from the same
pairs, drawn once, for the same minutes of processor time on one thread: a busy machine does not shorten them. Weights
go to
`benchmarks/weights`; with `--states` an interrupted run goes on.
"""

from __future__ import annotations

import argparse
import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from lightning_fabric import Fabric

from cmft_engine.protocol.errors import CmftError, InputError
from cmft_training.data.dataset import use_one_thread
from cmft_training.learn.state import has_state, load_state, save_state

from .lessons import LEARNED, Lesson, make_lesson
from .material import Pool
from .weights import FOLDER, save_weights, weights_path

log = logging.getLogger(__name__)

MINUTES, PAIRS = 12.0, 1000
HELD = 0.5  # share of the budget after which the rate falls to nothing, as in the originals
LOG_EVERY, SAVE_EVERY_S = 50, 60.0
SEED = 6


@dataclass(frozen=True)
class Budget:
    """What every baseline gets: minutes of processor time on one thread, and how many pairs there are to learn from."""

    minutes: float
    pairs: int

    def share(self, spent_s: float) -> float:
        """Return the share of the learning rate: held, then falling to nothing."""
        return min(1.0, max(0.0, 1 - spent_s / (60 * self.minutes)) / (1 - HELD))


class Run:
    """The training of one baseline: where it is, and its state on disk."""

    def __init__(self, name: str, budget: Budget, *, states: Path | None) -> None:
        """Build it, or take it up from its state. Raises InputError when the state was begun with another budget."""
        self.name, self.budget = name, budget
        self.folder = None if states is None else states / name
        self.step, self.spent_s = 0, 0.0
        torch.manual_seed(SEED)
        fabric = Fabric(accelerator="cpu", devices=1)
        self.lesson: Lesson = make_lesson(name, fabric)
        if self.folder is not None and has_state(self.folder):
            state = load_state(self.folder)
            if state["minutes"] != budget.minutes or state["pairs"] != budget.pairs:
                raise InputError(
                    f"{self.folder}: was begun with {state['minutes']:g} minutes and {state['pairs']} pairs; "
                    "ask for the same again, or remove the folder"
                )
            self.lesson.load(state)
            self.step, self.spent_s = state["step"], state["spent_s"]

    def learn(self, pool: Pool) -> None:
        """Train until the budget is spent."""
        saved_s = self.spent_s
        self.lesson.painter.train()
        while self.spent_s < 60 * self.budget.minutes:
            started = time.process_time()
            batch = pool.batch(self.step, self.lesson.sizes)
            terms = self.lesson.learn(batch, step=self.step, share=self.budget.share(self.spent_s))
            self.step += 1
            self.spent_s += time.process_time() - started
            if self.step % LOG_EVERY == 0:
                losses = "  ".join(f"{name} {value:.4f}" for name, value in terms.items())
                log.info("%s  step %d  %.0f s  %s", self.name, self.step, self.spent_s, losses)
            if self.spent_s - saved_s > SAVE_EVERY_S:
                self.save()
                saved_s = self.spent_s
        self.save()

    def save(self) -> None:
        """Write the state, if there is a folder for it."""
        if self.folder is None:
            return
        facts = {"step": self.step, "spent_s": self.spent_s, "minutes": self.budget.minutes, "pairs": self.budget.pairs}
        save_state(self.folder, {**self.lesson.state(), **facts}, facts=facts)

    def write_weights(self, folder: Path) -> None:
        """Write the painter's weights with the budget behind them."""
        budget = {"minutes": self.budget.minutes, "pairs": self.budget.pairs, "steps": self.step}
        save_weights(self.lesson.painter, weights_path(self.name, folder), budget=budget)


def settle_process() -> None:
    """Set what holds for the whole process: one thread, and no denormal numbers, which slow a CPU down."""
    torch.set_num_threads(1)
    torch.set_flush_denormal(True)
    use_one_thread()


def train(systems: Sequence[str], characters: Path, budget: Budget, *, states: Path | None, out: Path) -> None:
    """Train the named baselines one after another on the same pairs and write their weights."""
    settle_process()
    pool = Pool(characters, budget.pairs)
    log.info("%d pairs drawn", len(pool.pairs))
    for name in systems:
        run = Run(name, budget, states=states)
        run.learn(pool)
        run.write_weights(out)
        log.info("%s: finished after %d steps", name, run.step)


def _parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.baselines.train", description=(__doc__ or "").split("\n")[0]
    )
    parser.add_argument("characters", type=Path, help="folder written by extract_characters")
    parser.add_argument("--systems", default=",".join(LEARNED), help="comma-separated; default " + ",".join(LEARNED))
    parser.add_argument("--minutes", type=float, default=MINUTES, help="of processor time each; default %(default)g")
    parser.add_argument("--pairs", type=int, default=PAIRS, help="drawn once for all; default %(default)d")
    parser.add_argument("--states", type=Path, help="folder of states, to go on after an interruption")
    parser.add_argument("--out", type=Path, default=FOLDER, help="folder of the weights; default benchmarks/weights")
    options = parser.parse_args(arguments)
    options.systems = [name.strip() for name in options.systems.split(",")]
    if unknown := sorted(set(options.systems) - set(LEARNED)):
        parser.error(f"unknown system {unknown[0]!r}; there are: " + ", ".join(LEARNED))
    if options.minutes <= 0 or options.pairs < 1:
        parser.error("--minutes and --pairs must be above 0")
    return options


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; returns the exit status."""
    options = _parse(arguments)
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    budget = Budget(options.minutes, options.pairs)
    try:
        train(options.systems, options.characters, budget, states=options.states, out=options.out)
    except CmftError as error:
        log.error("%s", error)
        return error.exit_code
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
