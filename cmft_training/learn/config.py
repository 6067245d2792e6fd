"""The settings of a training run: TOML files and `--set key=value` become frozen dataclasses. Nothing here trains.

Every configuration stands on `configs/default.toml`, which spells out every key; another file and the command line
change some of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from importlib import resources
from pathlib import Path
from typing import Literal

from cmft_engine.protocol.errors import InputError, SettingsError
from cmft_training.data.dataset import VALIDATION_SEED, Mixture
from cmft_training.learn.losses import LossWeights
from cmft_training.learn.toml_tables import as_plain, build, merge, read_change, read_table

DEFAULT = "default"
ABLATION = "ablation"  # lies beside the configurations, but lists rows of `ablate`
DEVELOPMENT_SEED = 20_270_311  # of the pairs that measure while training runs: never trained on


@dataclass(frozen=True)
class RunConfig:
    """folder: where state, curves and pictures go. init: "" (from nothing), "shipped", or a state or checkpoint."""

    folder: Path
    seed: int
    init: str


@dataclass(frozen=True)
class MachineConfig:
    """Where training runs. workers: processes that draw pairs, 0 = the training process itself.

    backend: what carries gradients between processes; "gloo" also between several that share one GPU.
    """

    accelerator: Literal["auto", "cpu", "cuda"]
    precision: Literal["32-true", "bf16-mixed"]
    devices: int
    nodes: int
    strategy: Literal["auto", "ddp"]
    backend: Literal["auto", "gloo"]
    threads: int
    workers: int


@dataclass(frozen=True)
class BatchConfig:
    """sizes: picture size in px -> pairs in a batch of that size."""

    sizes: dict[int, int]


@dataclass(frozen=True)
class ScheduleConfig:
    """The first stage, the pixel network alone: how long and how fast.

    Of steps and minutes one is 0: the learning rate follows the other. Without either there is no such stage.
    minutes_per_call: a call ends, state saved, before so many minutes are over; 0 = no limit. Holds for both stages.
    rate falls by a cosine to final * rate, after rising over warmup steps.
    """

    steps: int
    minutes: float
    minutes_per_call: float
    rate: float
    final: float
    warmup: int


@dataclass(frozen=True)
class JointConfig:
    """The second stage, both networks on framed drawings: how long, how fast, and on what.

    steps, minutes, final, warmup: as in the first stage. rate: of the region network; network_rate: of the pixel
    network. data: the mixture of this stage. sizes: work size in px -> how often it is drawn. samples: pairs that a
    process draws for a step. pixel_share: of these, the share that the pixel network's own losses look at.
    encoder_share: share of the other samples that the line encoder learns from; the region network alone learns from
    the rest, in half the time.
    match_weight_share: share of the other samples that bring the pixel network's match weight, as all do in use.
    again_share: share of all samples that are looked at a second time where flow is lost, as all are in use.
    withheld: share of pairs that lack the cues of flow, and of those that lack the match weight at 1/8.
    replay: how many samples a process keeps to show them again; replay_batch: how many of them at once;
    replay_steps: steps of the region network alone, on replayed samples, that follow every step.
    """

    steps: int
    minutes: float
    rate: float
    network_rate: float
    final: float
    warmup: int
    data: Mixture
    sizes: dict[int, float]
    samples: int
    pixel_share: float
    encoder_share: float
    match_weight_share: float
    again_share: float
    withheld: float
    replay: int
    replay_batch: int
    replay_steps: int


@dataclass(frozen=True)
class OptimizerConfig:
    """AdamW. clip: largest norm of the gradient. average: how much of the average stays at every step."""

    betas: tuple[float, float]
    weight_decay: float
    clip: float
    average: float


@dataclass(frozen=True)
class AdversaryConfig:
    """A discriminator's part in the loss. weight: 0 = off. start: step from which it counts."""

    weight: float
    rate: float
    width: int
    start: int


@dataclass(frozen=True)
class NetworkConfig:
    """Parts of the network that can be taken out or added; see `variants.build_network`."""

    transformer: Literal[0, 1, 2, 3, 4]
    levels: Literal[1, 2, 3]
    residual: bool


@dataclass(frozen=True)
class RegionConfig:
    """What the region network reads, and its size; see `variants.build_regions`."""

    width: int
    rounds: Literal[4, 5, 6, 7, 8]

    pooled: bool
    flow: bool
    attention_mass: bool
    along: bool


@dataclass(frozen=True)
class LogConfig:
    """Steps between two rows of the curve, two saves, two validations."""

    every: int
    save_every: int
    validate_every: int


@dataclass(frozen=True)
class ValidationConfig:
    """Development pairs: how many, of what size in px, and how many of them are drawn on the sheet.

    framed, framed_size: how many pairs measure the region network, and their work size.
    """

    pairs: int
    size: int
    pictures: int
    framed: int
    framed_size: int


@dataclass(frozen=True)
class Config:
    """A whole training run: one stage or two."""

    run: RunConfig
    machine: MachineConfig
    data: Mixture
    batch: BatchConfig
    schedule: ScheduleConfig
    joint: JointConfig
    optimizer: OptimizerConfig
    losses: LossWeights
    adversary: AdversaryConfig
    network: NetworkConfig
    regions: RegionConfig
    log: LogConfig
    validation: ValidationConfig


def load_config(name: str, changes: Sequence[str] = ()) -> Config:
    """Return the default, changed by the shipped configuration or file `name`, changed by `key=value` pairs.

    Raises InputError that names file, key and remedy.
    """
    values = read_table(Config, shipped_text(DEFAULT), f"{DEFAULT}.toml")
    origin, text = read_text(name)
    merge(values, read_table(Config, text, origin))
    for change in changes:
        merge(values, read_change(Config, change))
    values["joint"]["data"].setdefault("characters", values["data"]["characters"])
    values["joint"]["data"]["drawn"].setdefault("folder", values["data"]["drawn"]["folder"])
    try:
        config: Config = build(Config, values)
    except SettingsError as error:
        raise InputError(f"{name}: {error}") from error
    _check(config, name)
    return config


def shipped_names() -> list[str]:
    """Return the names of the configurations that come with the engine."""
    folder = resources.files("cmft_training").joinpath("configs")
    names = {entry.name.removesuffix(".toml") for entry in folder.iterdir() if entry.name.endswith(".toml")}
    return sorted(names - {ABLATION})


def shipped_text(name: str) -> str:
    """Return the text of a shipped configuration."""
    return resources.files("cmft_training").joinpath(f"configs/{name}.toml").read_text(encoding="utf-8")


def read_text(name: str) -> tuple[str, str]:
    """Return (origin, text) of what is shipped under a name, or of a file. Raises InputError when there is neither."""
    if name in (*shipped_names(), ABLATION):
        return f"{name}.toml", shipped_text(name)
    try:
        return name, Path(name).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        names = ", ".join(shipped_names())
        why = getattr(error, "strerror", None) or error
        raise InputError(f"{name}: no such configuration ({why}); name a TOML file or one of {names}") from error


def with_characters(config: Config, folder: Path) -> Config:
    """Return the same run on characters of this folder, in both stages."""
    data, joint = (replace(mixture, characters=folder) for mixture in (config.data, config.joint.data))
    return replace(config, data=data, joint=replace(config.joint, data=joint))


def _check(config: Config, name: str) -> None:
    """Raise InputError for values that no type rules out."""
    _check_stages(config, name)
    log, joint = config.log, config.joint
    if config.run.seed in (VALIDATION_SEED, DEVELOPMENT_SEED) or config.run.seed < 0:
        raise InputError(f"{name}: run.seed = {config.run.seed} is kept for measuring or negative; take another")
    above_zero = {
        "log.every": log.every, "log.save_every": log.save_every, "log.validate_every": log.validate_every,
        "machine.devices": config.machine.devices, "machine.nodes": config.machine.nodes,
        "machine.threads": config.machine.threads, "schedule.rate": config.schedule.rate,
        "joint.rate": joint.rate, "joint.network_rate": joint.network_rate, "joint.samples": joint.samples,
        "joint.replay": joint.replay, "joint.replay_batch": joint.replay_batch,
        "optimizer.clip": config.optimizer.clip, "validation.pairs": config.validation.pairs,
        "validation.framed": config.validation.framed, "the sum of losses": sum(as_plain(config.losses).values()),
    }  # fmt: skip
    for key, number in above_zero.items():
        if number <= 0:
            raise InputError(f"{name}: {key} = {number} is too small; set it above 0")
    for key in ("pixel_share", "encoder_share", "match_weight_share", "again_share", "withheld"):
        share = getattr(joint, key)
        if not 0 <= share <= 1:
            raise InputError(f"{name}: joint.{key} = {share} is no share; set it from 0 to 1")
    for size in (*config.batch.sizes, *joint.sizes, config.validation.size, config.validation.framed_size):
        if size < 64 or size % 16:
            raise InputError(f"{name}: pictures of {size} px; use a multiple of 16 from 64 on")
    if min(config.batch.sizes.values()) < 1:
        raise InputError(f"{name}: batch.sizes = {config.batch.sizes}; every batch needs a pair")
    if min(joint.sizes.values()) <= 0:
        raise InputError(f"{name}: joint.sizes = {joint.sizes}; every size needs a frequency above 0")


def _check_stages(config: Config, name: str) -> None:
    """Raise InputError unless every stage has one measure of its length, and there is a stage to begin with."""
    stages: dict[str, ScheduleConfig | JointConfig] = {"schedule": config.schedule, "joint": config.joint}
    for key, stage in stages.items():
        if (stage.steps > 0 and stage.minutes > 0) or min(stage.steps, stage.minutes) < 0:
            raise InputError(f"{name}: set either {key}.steps or {key}.minutes, and the other one to 0")
    has_pixels, has_joint = (bool(stage.steps or stage.minutes) for stage in stages.values())
    if not has_pixels and not has_joint:
        raise InputError(f"{name}: no stage has steps or minutes; set schedule.steps, joint.steps or both")
    if not has_pixels and not config.run.init:
        raise InputError(f"{name}: the joint stage alone starts from weights; set run.init or schedule.steps")
