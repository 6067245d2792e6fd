"""What the speed benchmark measures, each in a process of its own: the engine, its peers, and the floor."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from benchmarks.clips.rgb8 import read_rgb8, write_rgb8
from benchmarks.methods.clock import cpu_seconds, peak_gb
from benchmarks.methods.method import NO_CHOICES, Painted, UncoloredShot
from benchmarks.methods.registry import EBSYNTH, FLOW, METHODS, OURS, RULES_AND_FLOW, load_method

from .material import TARGETS, line_path, painting_path

PEERS = (FLOW, RULES_AND_FLOW, EBSYNTH)


@dataclass(frozen=True)
class Task:
    """One measurement: a method on the material in a folder.

    frames: the targets; references: frames whose paintings are given; device, mode: of the engine.
    """

    method: str
    folder: str
    device: str = "cpu"
    frames: tuple[int, ...] = TARGETS
    references: tuple[int, ...] = (0,)
    mode: str = "auto"


@dataclass(frozen=True)
class Measurement:
    """What a method took.

    first: wall seconds until the first frame is done, loading and references included. seconds: a frame after the
    first; the engine decides two at once, so of an even number the last would come nearly free. total, cpu_total: wall
    and processor seconds in all. peak_gb: resident memory. stages: wall seconds of each stage a frame. cpu_seconds: a
    frame after the first, see `with_cpu_seconds`.
    """

    method: str
    first: float
    seconds: float
    total: float
    cpu_total: float
    peak_gb: float
    stages: dict[str, float] = field(default_factory=dict)
    cpu_seconds: float = 0.0


def with_cpu_seconds(whole: Measurement, first_alone: Measurement, n_frames: int) -> Measurement:
    """Return `whole`, of so many frames, with what each after the first costs a processor.

    first_alone: the same task with its first frame alone. Marks between frames would not tell: when the engine's first
    frame is done, most of the second is too.
    """
    return replace(whole, cpu_seconds=(whole.cpu_total - first_alone.cpu_total) / (n_frames - 1))


def measure_here(task: Task) -> Measurement:
    """Colour the material in this process and return what it took."""
    marks = [(time.perf_counter(), cpu_seconds())]
    stages: dict[str, float] = {}
    for _ in _engine(task, stages) if task.method == OURS else _peer(task):
        marks.append((time.perf_counter(), cpu_seconds()))
    walls, processors = ([mark[i] for mark in marks] for i in (0, 1))
    done = len(task.frames)  # the marks behind it are what follows the last frame
    return Measurement(
        method=task.method,
        first=walls[1] - walls[0],
        seconds=(walls[done] - walls[1]) / max(1, done - 1),
        total=walls[-1] - walls[0],
        cpu_total=processors[-1] - processors[0],
        peak_gb=peak_gb(),
        stages={name: spent / len(task.frames) for name, spent in stages.items()},
    )


def _engine(task: Task, stages: dict[str, float]) -> Iterator[None]:
    """Colour with the engine, files, weights and report included; fill `stages` with their seconds."""
    import json

    import cmft_engine
    from cmft_engine.protocol.events import Finished, FrameDone

    folder = Path(task.folder)
    shot = cmft_engine.Shot.open(
        str(folder / "line.####.png"),
        reference=[f"{painting_path(folder, frame)}@{frame}" for frame in task.references],
        frames=list(task.frames),
    )
    out, settings = str(folder / "colored" / "frame.####.png"), cmft_engine.Settings(device=task.device, mode=task.mode)
    for event in cmft_engine.colorize_iter(shot, out, settings=settings, overwrite=True):
        if isinstance(event, Finished):
            stages.update(json.loads(Path(event.report).read_text(encoding="utf-8"))["timings"])
        if isinstance(event, FrameDone | Finished):
            yield


def _peer(task: Task) -> Iterator[None]:
    """Colour with a peer, line plates read and pictures written."""
    folder = Path(task.folder)
    reference = Painted(read_rgb8(line_path(folder, 0)), read_rgb8(painting_path(folder, 0)))
    color = load_method(task.method)
    for frame in task.frames:
        colored = color(UncoloredShot({0: reference}, {frame: read_rgb8(line_path(folder, frame))}))
        write_rgb8(colored[frame].picture, folder / "peer" / f"{frame:04d}.png")
        yield


def available_peers() -> list[str]:
    """The peers that can run here."""
    return [name for name in PEERS if METHODS[name].is_available(NO_CHOICES)]
