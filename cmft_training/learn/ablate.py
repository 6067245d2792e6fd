"""What each part is worth: `python -m cmft_training.learn.ablate --out ablation.md`.

Trains one small run for every row of a TOML file, all with the same seed and budget, and writes a Markdown table of
their figures on the development pairs. An interrupted run goes on where it stopped; finished rows are not repeated.
"""

from __future__ import annotations

import argparse
import logging
import re
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from torch import nn

from cmft_engine.protocol.errors import CmftError, InputError
from cmft_engine.protocol.text_file import write_text
from cmft_training.learn.config import Config, JointConfig, ScheduleConfig, load_config, read_text
from cmft_training.learn.journal import Row
from cmft_training.learn.state import load_state
from cmft_training.learn.toml_tables import read_table
from cmft_training.learn.train import train
from cmft_training.learn.variants import build_network, build_regions

log = logging.getLogger(__name__)
FIGURES = (
    "plain right8", "plain right2", "plain l1", "plain color", "plain part",
    "mixed right8", "mixed right2", "mixed l1", "mixed color", "mixed part",
)  # fmt: skip
COMPARED = ("mixed right2", "mixed color")  # with those of the first row


@dataclass(frozen=True)
class Flip:
    """A row: its name, and what it changes in `key=value` form."""

    name: str = ""
    change: tuple[str, ...] = ()


@dataclass(frozen=True)
class Ablation:
    """The configuration that all rows start from, what all of them change, and the rows; the first is the base."""

    config: str = "cpu"
    change: tuple[str, ...] = ()
    rows: tuple[Flip, ...] = ()


@dataclass(frozen=True)
class Result:
    """A finished row: its figures by name, steps, ms a step, and the parameters of what it trained."""

    flip: Flip
    figures: Row
    steps: int
    ms: float
    parameters: int


def load_ablation(name: str) -> Ablation:
    """Read the rows. Raises InputError for a file that is wrong, without rows, or with a name twice."""
    origin, text = read_text(name)
    ablation = Ablation(**read_table(Ablation, text, origin))
    names = [slug(flip.name) for flip in ablation.rows]
    if not names or "" in names or len(set(names)) < len(names):
        raise InputError(f"{origin}: rows need names, each one different; name every row")
    return ablation


def slug(name: str) -> str:
    """Return a row's name as a folder's name."""
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")


def run_row(flip: Flip, config: Config, *, started: float) -> Result | None:
    """Train a row and return what it reached, None when the call's time was over before."""
    if not train(config, started=started):
        return None
    state = load_state(config.run.folder / "state")
    figures = next(row for row in reversed(state["curve"]) if FIGURES[0] in row)
    steps: int = state["step"]
    trained: list[nn.Module] = [build_network(config.network)]
    if "regions" in state:
        trained.append(build_regions(config.regions))
    parameters = sum(parameter.numel() for module in trained for parameter in module.parameters())
    return Result(flip, figures, steps, 1000 * state["spent_s"] / max(steps, 1), parameters)


def table(results: Sequence[Result], *, budget: str) -> str:
    """Return the Markdown table; differences are to the first row, in points. A figure that is not there is a dash."""
    lines = [
        "On development pairs, `right8` and `right2` are the share in % of cells at 1/8 and 1/2 whose best match is"
        " right, and `l1` is the mean difference of the decoder's RGB.",
        "`color` and `part` are the share in % of regions whose best match has their colour, shows their part.",
        f"Every row: {budget}.",
        "",
        f"| | {' | '.join([*FIGURES, *(f'± {name}' for name in COMPARED)])} | steps | ms a step | parameters |",
        f"|---|{'--:|' * (len(FIGURES) + len(COMPARED) + 3)}",
    ]
    for result in results:
        cells = [_cell(result.figures, name) for name in FIGURES]
        cells += [_difference(result.figures, results[0].figures, name) for name in COMPARED]
        cells += [str(result.steps), f"{result.ms:.0f}", f"{result.parameters / 1e6:.2f} M"]
        lines.append(f"| {result.flip.name} | {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def _cell(figures: Row, name: str) -> str:
    if name not in figures:
        return "–"
    return f"{figures[name]:.4f}" if name.endswith("l1") else f"{100 * figures[name]:.1f}"


def _difference(figures: Row, base: Row, name: str) -> str:
    return f"{100 * (figures[name] - base[name]):+.1f}" if name in figures and name in base else "–"


def budget_of(config: Config) -> str:
    """Say how long every row trains in each stage, and with which seed."""
    stages: dict[str, ScheduleConfig | JointConfig] = {
        "of the pixel network": config.schedule, "of both networks": config.joint
    }  # fmt: skip
    lengths = [
        f"{stage.steps} steps {what}" if stage.steps else f"{stage.minutes:g} minutes {what}"
        for what, stage in stages.items() if stage.steps or stage.minutes
    ]  # fmt: skip
    return f"{', '.join(lengths)}, seed {config.run.seed}"


def ablate(ablation: Ablation, changes: Sequence[str], *, folder: Path, out: Path, started: float) -> bool:
    """Train every row and write the table after each; returns whether all rows are finished."""
    configs = []
    for flip in ablation.rows:
        place = f"run.folder={folder / slug(flip.name)}"
        configs.append(load_config(ablation.config, [*ablation.change, *changes, *flip.change, place]))
    results: list[Result] = []
    for flip, config in zip(ablation.rows, configs, strict=True):
        log.info("%s", flip.name)
        result = run_row(flip, config, started=started)
        if result is None:
            return False
        results.append(result)
        write_text(out, table(results, budget=budget_of(config)))
    return True


def main(arguments: Sequence[str] | None = None) -> int:
    """Parse the command line, train and write."""
    started = time.monotonic()
    parser = argparse.ArgumentParser(prog="python -m cmft_training.learn.ablate", description=__doc__)
    parser.add_argument("--config", default="ablation", help="TOML file of rows")
    parser.add_argument("--folder", type=Path, default=Path("runs/ablation"), help="the rows' runs")
    parser.add_argument("--out", type=Path, required=True, help="Markdown file")
    parser.add_argument("--minutes-per-row", type=float, help="instead of the budget in the file, half for each stage")
    parser.add_argument("--set", nargs="+", action="extend", default=[], metavar="KEY=VALUE", dest="changes")
    options = parser.parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    changes = options.changes
    if options.minutes_per_row is not None:
        half = options.minutes_per_row / 2
        for stage in ("schedule", "joint"):
            changes = [*changes, f"{stage}.steps=0", f"{stage}.minutes={half}"]
    try:
        done = ablate(load_ablation(options.config), changes, folder=options.folder, out=options.out, started=started)
    except CmftError as error:
        log.error("%s", error)
        return error.exit_code
    log.info("finished" if done else "stopped in time; the same command goes on")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
