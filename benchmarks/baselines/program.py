"""Any other program by its command line: it is given three pictures and writes one."""

from __future__ import annotations

import os
import shlex
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from benchmarks.clips.rgb8 import read_rgb8, write_rgb8
from cmft_engine.protocol.errors import InputError

PLACES = ("{reference_line}", "{reference}", "{target_line}", "{out}")
SHOWN_CHARACTERS = 300  # of what a failing program said last
TIMEOUT_S = 600


@dataclass(frozen=True)
class Program:
    """A row of the table: its name, and a command line with PLACES for the paths of PNG files.

    {reference} is the painted reference, {out} the picture to write.
    """

    name: str
    template: str

    @classmethod
    def parse(cls, text: str) -> Program:
        """Read NAME=COMMAND. Raises InputError when the name, or a place for a path, is missing."""
        name, equals, template = text.partition("=")
        missing = [place for place in ("{target_line}", "{out}") if place not in template]
        if not name.strip() or not equals or missing:
            lacks = missing[0] if missing else "NAME="
            raise InputError(f"--program {text}: lacks {lacks}; write NAME=COMMAND with " + ", ".join(PLACES))
        return cls(name.strip(), template)

    def __call__(self, reference_line: np.ndarray, reference_gt: np.ndarray, target_line: np.ndarray) -> np.ndarray:
        """Return what the program made of uint8 RGB (H, W, 3) pictures. Raises InputError when it failed."""
        with TemporaryDirectory(prefix="cmft-program-") as folder:
            pictures = (reference_line, reference_gt, target_line)
            paths = {place: Path(folder) / f"{place.strip('{}')}.png" for place in PLACES}
            for picture, path in zip(pictures, paths.values(), strict=False):
                write_rgb8(picture, path)
            command = [_filled(word, paths) for word in shlex.split(self.template)]
            return run_program(self.name, command, paths["{out}"], size=target_line.shape)


def _filled(word: str, paths: dict[str, Path]) -> str:
    for place, path in paths.items():
        word = word.replace(place, str(path))
    return word


def run_program(name: str, command: Sequence[str], out: Path, *, size: tuple[int, ...]) -> np.ndarray:
    """Run a command and return the picture that it wrote, uint8 RGB of `size`.

    Raises InputError, naming the program, when it cannot be started, fails, takes too long, or writes no such picture.
    """
    try:
        done = subprocess.run(
            command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=TIMEOUT_S, env=os.environ, check=False
        )
    except OSError as error:
        raise InputError(f"{name}: {command[0]} cannot be started ({error.strerror}); check its path") from error
    except subprocess.TimeoutExpired as error:
        raise InputError(f"{name}: not ready after {TIMEOUT_S} s; use smaller pictures, or leave it out") from error
    said = done.stdout.decode("utf-8", "replace").strip()[-SHOWN_CHARACTERS:] or "nothing"
    if done.returncode:
        raise InputError(f"{name}: ended with status {done.returncode} and said: {said}; mend its command line")
    if not out.is_file():
        raise InputError(f"{name}: wrote no {out.name} and said: {said}; put {{out}} where it writes to")
    picture = read_rgb8(out)
    if picture.shape != size:
        wanted, got = ("x".join(map(str, shape[1::-1])) for shape in (size, picture.shape))
        raise InputError(f"{name}: wrote {got} px instead of {wanted}; let it keep the size of the target")
    return picture
