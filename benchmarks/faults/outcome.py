"""What came of a fault, and the engine as it is run for one: in a process of its own, as a person or a host would."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
PATIENCE_S = 300


@dataclass(frozen=True)
class Outcome:
    """A row of the table.

    lost: frames that a run said were finished and that were then gone, damaged or of another run. again: finished
    frames that a later run coloured once more though nothing about them had changed. right: whether all was as it must
    be.
    """

    fault: str
    lost: int
    again: int
    codes: str
    message: str
    right: bool


@dataclass(frozen=True)
class Told:
    """What an engine told: exit code, events, stderr."""

    code: int
    events: tuple[dict[str, Any], ...]
    log: str
    seconds: float = 0.0

    def frames(self, kind: str) -> list[int]:
        """Return the frames of the events of one kind."""
        return [event["frame"] for event in self.events if event["event"] == kind]

    @property
    def message(self) -> str:
        """The last sentence that a person reads."""
        failed = [event["message"] for event in self.events if event["event"] == "failed"]
        lines = [line for line in self.log.strip().splitlines() if line.strip()]
        return failed[-1] if failed else (lines[-1].removeprefix("cmft: ") if lines else "")

    @property
    def has_traceback(self) -> bool:
        """Whether a person saw a traceback."""
        return "Traceback" in self.log


@dataclass
class Engine:
    """Starts the engine in a folder; `environment` is put over this process's own, `root` is where its code lies."""

    folder: Path
    environment: dict[str, str] = field(default_factory=dict)
    root: Path = ROOT

    def start(self, *arguments: str, prepare: Callable[[], None] | None = None) -> subprocess.Popen[str]:
        """Start it with these arguments."""
        environment = {**os.environ, "PYTHONPATH": str(self.root), "OMP_NUM_THREADS": "1", **self.environment}
        return subprocess.Popen([sys.executable, "-m", "cmft_engine", *arguments], cwd=self.folder, env=environment,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, errors="replace",
                                preexec_fn=prepare)

    def run(self, *arguments: str, prepare: Callable[[], None] | None = None) -> Told:
        """Run it to its end."""
        return finish(self.start(*arguments, prepare=prepare))


def finish(process: subprocess.Popen[str], before: str = "", began: float | None = None) -> Told:
    """Wait for an engine and return what it told; before: what was read of its stdout already."""
    began = time.monotonic() if began is None else began
    out, log = process.communicate(timeout=PATIENCE_S)
    events = []
    for line in (before + (out or "")).splitlines():
        try:
            events.append(json.loads(line))
        except ValueError:  # a line for a person, or one that a kill cut off
            continue
    return Told(process.returncode, tuple(events), log or "", time.monotonic() - began)


def send_after(process: subprocess.Popen[str], number: signal.Signals, seconds: float) -> None:
    """Send a signal after a while, unless the process has ended."""
    time.sleep(seconds)
    if process.poll() is None:
        process.send_signal(number)


def digests(folder: Path, pattern: str = "c.*") -> dict[str, str]:
    """Return a digest of each plate by its name."""
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(folder.glob(pattern))}


def codes_text(codes: Sequence[int]) -> str:
    """Return exit codes with how often each came: "-9 × 18, 0 × 2"."""
    counts = {code: codes.count(code) for code in sorted(set(codes), key=lambda code: -codes.count(code))}
    return ", ".join(str(code) if count == 1 and len(counts) == 1 else f"{code} × {count}"
                     for code, count in counts.items())
