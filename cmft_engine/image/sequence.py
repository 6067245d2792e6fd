"""Plate sequences: which frames a pattern, a folder or a file stands for. Opens no image."""

import dataclasses
import difflib
import os
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Optional

from ..protocol.errors import PlateError
from ..protocol.file_formats import is_plate

_TOKEN = re.compile(r"#+|%0?\d*d")
_NUMBER = re.compile(r"(?:(?<=[._ \-])-|^-)?\d+")  # a minus is a sign only after a separator: "a.-5", not "a-5"


@dataclasses.dataclass(frozen=True)
class PlateSequence:
    """Plates of one element: a pattern (or one file) and the frames that exist, sorted."""

    pattern: str
    frames: tuple[int, ...]

    @classmethod
    def parse(cls, text: str | Path) -> "PlateSequence":
        """Find the plates of `name.####.exr`, `name.%04d.exr`, a folder with one sequence, or a single file.

        A single file's frame is the last number in its name, else 1. Raises PlateError.
        """
        path = Path(text)
        if path.is_dir():
            return _in_folder(path)
        if path.is_file():
            frame = frame_in_name(path)
            return cls(str(path), (1 if frame is None else frame,))
        if has_frame_token(path):
            return _matching(path)
        raise PlateError(f"{path} does not exist; {_hint(path)}", path)

    def path(self, frame: int) -> Path:
        """Return the file of `frame`, whether it exists or not."""
        if len(self.frames) == 1 and os.path.isfile(self.pattern):
            return Path(self.pattern)  # a single file may have # in its name
        return frame_path(self.pattern, frame)


def has_frame_token(pattern: str | Path) -> bool:
    """Say whether the file name holds `####` or `%04d`."""
    return _TOKEN.search(Path(pattern).name) is not None


def frame_path(pattern: str | Path, frame: int) -> Path:
    """Return the file name of a frame: "a.####.png" at -5 is "a.-0005.png", or "a.-005.png" if only that exists."""
    path = Path(pattern)
    token = _token(path)
    if token is None:
        return path
    width = _width(token.group())
    names = [_digits(frame, width)] + ([f"{frame:0{width}d}"] if frame < 0 else [])
    files = [path.with_name(path.name[:token.start()] + name + path.name[token.end():]) for name in names]
    return next((file for file in files if len(files) > 1 and file.exists()), files[0])


def frame_in_name(path: str | Path) -> int | None:
    """Return the last number in a file's name, None if it has none."""
    numbers = _NUMBER.findall(Path(path).stem)
    return int(numbers[-1]) if numbers else None


def frames_text(frames: Iterable[int]) -> str:
    """Return frames as a person writes them: "1-5, 9"."""
    runs: list[list[int]] = []
    for frame in sorted(frames):
        if runs and frame == runs[-1][1] + 1:
            runs[-1][1] = frame
        else:
            runs.append([frame, frame])
    return ", ".join(str(first) if first == last else f"{first}-{last}" for first, last in runs)


def _matching(path: Path) -> PlateSequence:
    token = _token(path)
    assert token is not None  # the caller saw one
    head, tail = path.name[:token.start()], path.name[token.end():]
    width = _width(token.group())
    found = set()
    for name in _listing(path.parent):
        middle = name[len(head):len(name) - len(tail)]
        if name.startswith(head) and name.endswith(tail) and _is_frame(middle, width):
            found.add(int(middle))
    if not found:
        raise PlateError(f"{path}: no plate has this name; {_hint(path)}", path)
    return PlateSequence(str(path), tuple(sorted(found)))


def _in_folder(folder: Path) -> PlateSequence:
    names = [name for name in _listing(folder) if is_plate(name)]
    if not names:
        raise PlateError(f"{folder} holds no plates; give a folder with an image sequence, or a pattern", folder)
    groups = _grouped(names)
    if len(groups) > 1:
        listed = ", ".join(sorted(groups)[:4])
        raise PlateError(f"{folder} holds {len(groups)} sequences ({listed}); give one of these patterns", folder)
    pattern, members = next(iter(groups.items()))
    sequence = PlateSequence.parse(folder / pattern)
    if len(sequence.frames) != len(members):
        raise PlateError(f"{folder}: the numbers of {pattern} are padded in different ways; rename them alike", folder)
    return sequence


def _grouped(names: list[str]) -> dict[str, list[str]]:
    """Group file names into patterns by the one number that varies, else by their last number."""
    most = max(len(_NUMBER.findall(Path(name).stem)) for name in names)
    groupings = [_group_by(names, place) for place in range(1, max(most, 1) + 1)]
    return next((groups for groups in groupings if len(groups) == 1), groupings[0])


def _group_by(names: list[str], place: int) -> dict[str, list[str]]:
    """Group by the number at `place`, counted from the end of the name."""
    groups: dict[tuple[str, str], list[str]] = {}
    digits: dict[tuple[str, str], list[str]] = {}
    for name in names:
        numbers = list(_NUMBER.finditer(Path(name).stem))
        number = numbers[-place] if len(numbers) >= place else None
        key = (name[:number.start()], name[number.end():]) if number else (name, "")
        groups.setdefault(key, []).append(name)
        digits.setdefault(key, []).append(number.group().lstrip("-") if number else "")
    return {head + "#" * min(map(len, digits[head, tail])) + tail: members for (head, tail), members in groups.items()}


def _listing(folder: Path) -> list[str]:
    try:
        return sorted(name for name in os.listdir(folder) if not name.startswith("."))
    except OSError as error:
        raise PlateError(f"{folder} cannot be listed ({error.strerror}); check the path", folder) from error


def _token(path: Path) -> Optional["re.Match[str]"]:
    tokens = list(_TOKEN.finditer(path.name))
    if len(tokens) > 1:
        raise PlateError(f"{path}: its name has {len(tokens)} places for the frame; keep one", path)
    return tokens[0] if tokens else None


def _width(token: str) -> int:
    return len(token) if token.startswith("#") else int(token[1:-1] or 1)


def _digits(frame: int, width: int) -> str:
    return ("-" if frame < 0 else "") + str(abs(frame)).zfill(width)


def _is_frame(text: str, width: int) -> bool:
    if not re.fullmatch(r"-?\d+", text):
        return False
    frame = int(text)
    return text in (_digits(frame, width), f"{frame:0{width}d}")


def _hint(path: Path) -> str:
    if not path.parent.is_dir():
        return f"the folder {path.parent} does not exist either"
    near = difflib.get_close_matches(path.name, _listing(path.parent), n=3)
    return "there are " + ", ".join(near) if near else "check the path"
