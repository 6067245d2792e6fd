"""The two stages of a run: what each draws, learns and measures, behind one set of names. Knows no files or clocks."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cached_property, partial
from typing import Any, Generic, TypeVar

import torch
from lightning_fabric import Fabric
from torch import Tensor
from torch.utils.data import DataLoader, Dataset

from cmft_engine.matching.network.network import Network
from cmft_engine.matching.network.region_network import RegionNetwork
from cmft_training.data.dataset import Batch, PairSource, use_one_thread
from cmft_training.data.region_samples import RegionSample, RegionSource, from_bytes, to_bytes
from cmft_training.learn.config import Config
from cmft_training.learn.joint_learner import JointLearner
from cmft_training.learn.learner import Learner
from cmft_training.learn.validate import Picture, development_batches, validate
from cmft_training.learn.validate_regions import development_samples, validate_regions

ENDLESS = 1 << 40  # steps of a stage that ends by the clock

Drawn = TypeVar("Drawn")
Figures = dict[str, float]
Lesson = Callable[..., dict[str, Tensor]]  # takes the share of the learning rate, returns the terms


class StepData(Dataset[Drawn], Generic[Drawn]):
    """What one process draws, step after step; `stride` processes take turns."""

    def __init__(self, draw: Callable[[int], Drawn], *, first: int, stride: int, count: int) -> None:
        self.draw, self.first, self.stride, self.count = draw, first, stride, count

    def __len__(self) -> int:
        return self.count

    def __getitem__(self, number: int) -> Drawn:
        return self.draw(self.first + number * self.stride)


class Batches:
    """Draws the batch of a step."""

    def __init__(self, config: Config) -> None:
        self._source = PairSource(config.data, seed=config.run.seed)
        self._sizes = config.batch.sizes

    def __call__(self, number: int) -> Batch:
        return self._source.batch(number, self._sizes)


class Samples:
    """Draws the framed samples of a step, packed."""

    def __init__(self, config: Config) -> None:
        joint = config.joint
        self._source = RegionSource(
            joint.data, seed=config.run.seed, sizes=joint.sizes, pixel_share=joint.pixel_share
        )
        self._count = joint.samples

    def __call__(self, number: int) -> bytes:
        first = number * self._count
        return to_bytes([self._source.sample(first + i) for i in range(self._count)])


class Development:
    """The development pairs of a run, drawn when they are first needed."""

    def __init__(self, config: Config) -> None:
        self._config = config

    @cached_property
    def square(self) -> dict[str, list[Batch]]:
        """What measures the pixel network."""
        return development_batches(self._config.data.characters, self._config.validation)

    @cached_property
    def framed(self) -> dict[str, list[RegionSample]]:
        """What measures the region network."""
        return development_samples(self._config.data.characters, self._config.validation)


class PixelStage:
    """The pixel network alone, from nothing or from given weights, on square batches."""

    name = "pixels"

    def __init__(self, config: Config, network: Network, fabric: Fabric) -> None:
        """Take over a network."""
        self._config, self._fabric = config, fabric
        self.schedule = config.schedule
        self.learner = Learner(config, network, fabric)

    def lessons(self, step: int) -> Iterator[Lesson]:
        """Yield, for every step from `step` on, what learns its batch, which is drawn by then."""
        drawn = _drawn(self._config, self._fabric, Batches(self._config), first=step, steps=self.schedule.steps)
        for number, batch in enumerate(drawn, step):
            yield partial(self.learner.learn, batch.to(self._fabric.device), step=number)

    def measure(self, development: Development) -> tuple[Figures, Picture]:
        """Return the figures of the average on the development pairs, and a sheet of pictures."""
        pictures = self._config.validation.pictures
        return validate(self.learner.average, development.square, fabric=self._fabric, pictures=pictures)


class JointStage:
    """Both networks, on framed samples."""

    name = "joint"

    def __init__(self, config: Config, network: Network, regions: RegionNetwork, fabric: Fabric) -> None:
        """Take over both networks."""
        self._config, self._fabric = config, fabric
        self.schedule = config.joint
        self.learner = JointLearner(config, network, regions, fabric)

    def lessons(self, step: int) -> Iterator[Lesson]:
        """Yield, for every step from `step` on, what learns its samples, which are drawn by then."""
        drawn = _drawn(self._config, self._fabric, Samples(self._config), first=step, steps=self.schedule.steps)
        for number, data in enumerate(drawn, step):
            yield partial(self.learner.learn, from_bytes(data), step=number)

    def measure(self, development: Development) -> tuple[Figures, Picture]:
        """Return the figures of both averages on the development pairs, and a sheet of pictures."""
        network, pictures = self.learner.average, self._config.validation.pictures
        figures, sheet = validate(network, development.square, fabric=self._fabric, pictures=pictures)
        found = validate_regions(
            network, self.learner.average_regions, development.framed, device=self._fabric.device
        )
        return figures | found, sheet


Stage = PixelStage | JointStage


def _drawn(
    config: Config, fabric: Fabric, draw: Callable[[int], Drawn], *, first: int, steps: int
) -> Iterator[Drawn]:
    """Yield what this process draws from step `first` of a stage on; steps: of the stage, 0 = without end."""
    data = StepData(
        draw,
        first=first * fabric.world_size + fabric.global_rank,
        stride=fabric.world_size,
        count=steps - first if steps else ENDLESS,
    )
    workers: dict[str, Any] = {}
    if config.machine.workers:
        # spawned, because a forked process inherits the locks of torch's and OpenCV's threads; every tensor that
        # waits holds a file open
        workers = {"multiprocessing_context": "spawn", "prefetch_factor": 2, "worker_init_fn": _settle_worker}
    loader: DataLoader[Drawn] = DataLoader(
        data, batch_size=None, num_workers=config.machine.workers, generator=torch.Generator(), **workers
    )
    yield from loader


def _settle_worker(number: int) -> None:
    use_one_thread()
