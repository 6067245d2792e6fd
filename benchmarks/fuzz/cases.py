"""One case: a seed names a kind, a good file and its mutations; reading the file gives a result or a sentence."""

from __future__ import annotations

import json
import logging
import random
import tempfile
import warnings
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import numpy as np

from cmft_engine.commands.report import read_report
from cmft_engine.farm.progress import FarmProgress
from cmft_engine.image.limits import set_max_pixels
from cmft_engine.image.palette import Palette, PaletteColor
from cmft_engine.image.palette_files import load_palette, save_palette
from cmft_engine.image.plate import Plate, read_header, read_plate, write_plate
from cmft_engine.pipeline import claims
from cmft_engine.pipeline.open_shot import open_shot
from cmft_engine.pipeline.resume import State, read_note
from cmft_engine.pipeline.shot_file import PALETTE, load_shot
from cmft_engine.protocol.client import event_of
from cmft_engine.protocol.corrections_file import load_corrections
from cmft_engine.protocol.errors import CmftError, EngineError, path_error_from
from cmft_engine.protocol.events import Failed, error_from, to_line
from cmft_engine.protocol.host.progress import Progress
from cmft_engine.protocol.host.provenance import read_provenance
from cmft_engine.protocol.job import load_job, to_dict
from cmft_engine.protocol.plain import plain
from cmft_engine.review.report_data import FrameReport

from .mutate import mutated
from .seeds import KINDS, seeds

MAX_PIXELS = 4_000_000


def read_case(seed: int, kinds: tuple[str, ...] = KINDS) -> str:
    """Make the file of a seed and read it; return "read" or the class of the error that a person is told.

    Raises what nobody should meet.
    """
    kind, name, content = file_of(seed, kinds)
    with tempfile.TemporaryDirectory(prefix="cmft-fuzz-") as folder:
        return read_file(kind, Path(folder) / name, content)


def kind_of(seed: int, kinds: tuple[str, ...] = KINDS) -> str:
    """Return the kind of the file that a seed stands for."""
    return random.Random(seed).choice(kinds)


def file_of(seed: int, kinds: tuple[str, ...] = KINDS) -> tuple[str, str, bytes]:
    """Return kind, name and content of the file that a seed stands for."""
    rng = random.Random(seed)
    kind = rng.choice(kinds)
    name, content = rng.choice(seeds(kind))
    return kind, name, mutated(content, rng)


def read_file(kind: str, path: Path, content: bytes) -> str:
    """Read a file of a kind as the engine or a host does, and return what came of it."""
    error = refusal(kind, path, content)
    return "read" if error is None else type(error).__name__


def refusal(kind: str, path: Path, content: bytes) -> CmftError | None:
    """Read a file of a kind as the engine or a host does, and return the error that a person is told, if there is one.

    Raises what nobody should meet.
    """
    path.write_bytes(content)
    set_max_pixels(MAX_PIXELS)
    logging.disable(logging.CRITICAL)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            _READERS.get(kind, _read_plate)(path)
    except CmftError as error:
        if error.exit_code != 2 or not plain(str(error)):
            raise
        return error
    finally:
        logging.disable(logging.NOTSET)
        set_max_pixels(None)
    return None


def _read_plate(path: Path) -> None:
    with suppress(CmftError):
        read_header(path)
    plate = read_plate(path)
    if not np.isfinite(plate.pixels).all() and not any("rypto" in name for name in plate.channels):
        raise AssertionError("a plate holds numbers that are none")
    plate.rgb_alpha()


def _read_job(path: Path) -> None:
    pixels = np.ones((4, 4, 3), np.float32)
    for name in ("line.0001.png", "line.0003.png", "ref.png"):
        write_plate(Plate.from_pixels(pixels), path.with_name(name))
    job = load_job(path)
    json.dumps(to_dict(job))
    try:
        open_shot(job)
    except OSError as error:
        raise path_error_from(error) or error from error  # as the command line does


def _read_palette(path: Path) -> None:
    palette = load_palette(path)
    if not np.isfinite(palette.values).all():
        raise AssertionError("a palette holds numbers that are none")


def _read_event(path: Path) -> None:
    progress, farm = Progress(24), FarmProgress()
    for line in path.read_bytes().decode("utf-8", "replace").split("\n"):
        try:
            event = event_of(line)
        except EngineError:  # of another version, which a host tells
            continue
        if event is None:
            continue
        progress.note(event)
        progress.words.encode("utf-8")
        list(farm.lines(event))
        to_line(event)
        if isinstance(event, Failed):
            str(error_from(event)).encode("utf-8")


def _read_note(path: Path) -> None:
    note = read_note(path, 1)
    if note is not None:
        with suppress(ValueError):
            FrameReport.from_notes(note.report, "c.exr")
    State(path.parent, "c.####.exr").finished(1, "a" * 64, path)


def _read_claim(path: Path) -> None:
    state = path.parent / "o" / ".cmft-state"
    state.mkdir(parents=True)
    path.rename(state / path.name)
    claims.WATCH_S = 0.002  # a stranger's claim is watched for 45 s, which is no hang
    with claims.claimed({1: path.parent / "o" / "c.1.exr"}):
        pass


def _read_report(path: Path) -> None:
    report = read_report(path)
    for text in (report.summary, *(cell for row in report.worst(30) for cell in row)):
        plain(text).encode("utf-8")


def _read_corrections(path: Path) -> None:
    for one in load_corrections(path):
        assert one.text


def _read_shot(path: Path) -> None:
    save_palette(Palette((PaletteColor("skin", (0.5, 0.5, 0.5, 1.0)),)), path.with_name(PALETTE))
    shot = load_shot(path.parent)
    shot.line_plate(1)


def _read_record(path: Path) -> None:
    read_provenance(path.parent)


_READERS: dict[str, Callable[[Path], None]] = {
    "job": _read_job, "palette": _read_palette, "event": _read_event, "note": _read_note, "claim": _read_claim,
    "report": _read_report, "record": _read_record, "corrections": _read_corrections, "shot": _read_shot,
}
