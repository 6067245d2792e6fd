"""Plate sequences: which frames a pattern, a folder or a file stands for. Opens no image."""

import dataclasses
import difflib
import os
import re
import unicodedata
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Optional

from ..protocol.errors import PlateError
from ..protocol.file_formats import is_plate
from ..protocol.text_file import what_is_there

_TOKEN = re.compile(r"#+|%0?\d{1,3}d|%d(?![^\W\d_])")  # "100%done" is a name
_NUMBER = re.compile(r"(?:(?<=[._ \-])-|^-)?\d+")  # a minus is a sign only after a separator: "a.-5", not "a-5"


_FULL_WIDTH = str.maketrans("0123456789-", "０１２３４５６７８９-")
_ASCII_DIGITS = str.maketrans("０１２３４５６７８９", "0123456789")


@dataclasses.dataclass(frozen=True)
class PlateSequence:
    """Plates of one element: a pattern (or one file) and the frames that exist, sorted.

    place: where in the file name the frame stands, -1 where `frame_path` finds it.
    """

    pattern: str
    frames: tuple[int, ...]
    place: int = -1

    @classmethod
    def parse(cls, text: str | Path) -> "PlateSequence":
        """Find the plates of `name.####.exr`, `name.%04d.exr`, a folder with one sequence, or a single file.

        Of several places for the frame the one counts whose files exist. A name that is on disk in another form of
        Unicode is found. A single file's frame is the last number in its name, else 1. Raises PlateError.
        """
        path = find_spelling(text)
        if path.is_dir():
            return _in_folder(path)
        if path.is_file():
            frame = frame_in_name(path)
            return cls(str(path), (1 if frame is None else frame,))
        if has_frame_token(path):
            return _matching(path)
        raise PlateError(f"{path} {what_is_there(path)}; {_hint(path)}", path)

    def path(self, frame: int) -> Path:
        """Return the file of `frame`, whether it exists or not."""
        path = Path(self.pattern)
        if len(self.frames) == 1 and os.path.isfile(path):
            return path  # a single file may have # in its name
        tokens = [token for token in _TOKEN.finditer(path.name) if token.start() == self.place]
        if not tokens:
            return frame_path(path, frame)
        files = _files(path, tokens[0], frame, wide=True)
        return next((file for file in files if file.exists()), files[0])


def find_spelling(name: str | Path) -> Path:
    """Return the path as it is on disk, where Unicode has several forms of its letters, such as composed and
    decomposed ones; as it is given where there is no such path, or more than one.
    """
    path = Path(name)
    if os.path.exists(path) or not path.name:
        return path
    parent = find_spelling(path.parent)
    if not os.path.isdir(parent):
        return path
    alike = [one for one in _listing(parent, hidden=True) if _letters(one) == _letters(path.name)]
    return parent / (alike[0] if len(alike) == 1 else path.name)


def has_frame_token(pattern: str | Path) -> bool:
    """Say whether the file name holds `####` or `%04d`."""
    return _TOKEN.search(Path(pattern).name) is not None


def with_hashes(name: str) -> str:
    """Return the one spelling of a pattern's name among those that mean the same plates: "a.%04d.png" as "a.####.png".

    A name without a place for the frame is returned as it is.
    """
    token = _token(Path(name))
    return name if token is None else name[:token.start()] + "#" * _width(token.group()) + name[token.end():]


def frame_path(pattern: str | Path, frame: int) -> Path:
    """Return the file name of a frame: "a.####.png" at -5 is "a.-0005.png", or "a.-005.png" if only that exists.

    Of several places for the frame the one for most digits counts, of equals the last.
    """
    path = Path(pattern)
    token = _token(path)
    if token is None:
        return path
    files = _files(path, token, frame, wide=False)
    return next((file for file in files if len(files) > 1 and file.exists()), files[0])


def _files(path: Path, token: "re.Match[str]", frame: int, *, wide: bool) -> list[Path]:
    """The names that a frame may have, the usual one first; wide: full-width digits too."""
    width = _width(token.group())
    numbers = [_digits(frame, width)] + ([f"{frame:0{width}d}"] if frame < 0 else [])
    numbers += [number.translate(_FULL_WIDTH) for number in numbers] if wide else []
    return [path.with_name(path.name[:token.start()] + number + path.name[token.end():]) for number in numbers]


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


def _matching(path: Path, *, place: int = -1) -> PlateSequence:
    """The plates of a pattern; place: where the frame stands, if that is known."""
    tokens = sorted(_TOKEN.finditer(path.name), key=_rank, reverse=True)
    names = _listing(path.parent)
    for alike in (str, _letters):  # names in another form of Unicode count where none is spelled as it is given
        for token in tokens:
            if place not in (-1, token.start()):
                continue
            patterns = _frames_by_pattern(names, path.name, token, alike)
            if len(patterns) > 1:
                listed = ", ".join(sorted(str(path.with_name(head + token.group() + tail)) for head, tail in patterns))
                raise PlateError(f"{path}: several sequences have this name ({listed}); rename all but one", path)
            for (head, tail), found in patterns.items():
                return PlateSequence(str(path.with_name(head + token.group() + tail)), tuple(sorted(found)), len(head))
    raise PlateError(f"{path}: no plate has this name; {_hint(path)}", path)


def _frames_by_pattern(
    names: list[str], pattern: str, token: "re.Match[str]", alike: Callable[[str], str]
) -> dict[tuple[str, str], set[int]]:
    """The frames of the names that fit a pattern, by the beginning and end that the names really have."""
    head, tail = alike(pattern[:token.start()]), alike(pattern[token.end():])
    width, found = _width(token.group()), dict[tuple[str, str], set[int]]()
    for name in names:
        if alike is str and not (name.startswith(head) and name.endswith(tail)):
            continue
        for start, end in _spans(name, len(head), len(tail)) if alike is str else _number_spans(name):
            ends = name[:start], name[end:]
            if (alike(ends[0]), alike(ends[1])) == (head, tail) and _is_frame(name[start:end], width):
                found.setdefault(ends, set()).add(int(name[start:end]))
    return found


def _spans(name: str, head: int, tail: int) -> list[tuple[int, int]]:
    return [(head, len(name) - tail)] if len(name) > head + tail else []


def _number_spans(name: str) -> list[tuple[int, int]]:
    """Where numbers stand in a name, with and without a minus before them."""
    spans = [match.span() for match in re.finditer(r"\d+", name)]
    return spans + [(start - 1, end) for start, end in spans if name[start - 1:start] == "-"]


def _letters(name: str) -> str:
    """A name in the one form that all spellings of its letters share."""
    return unicodedata.normalize("NFKC", name)


def _in_folder(folder: Path) -> PlateSequence:
    names = [name for name in _listing(folder) if is_plate(name)]
    if not names:
        raise PlateError(f"{folder} holds no plates; give a folder with an image sequence, or a pattern", folder)
    groups = _grouped(names)
    if len(groups) > 1:
        listed = ", ".join(head + token + tail for head, token, tail in sorted(groups)[:4])
        raise PlateError(f"{folder} holds {len(groups)} sequences ({listed}); give one of these patterns", folder)
    (head, token, tail), members = next(iter(groups.items()))
    if not token:
        return PlateSequence.parse(folder / members[0])
    sequence = _matching(folder / (head + token + tail), place=len(head))
    if len(sequence.frames) != len(members):
        raise PlateError(f"{folder}: the numbers of {head}{token}{tail} are padded in different ways; rename them "
                         "alike", folder)
    return sequence


def _grouped(names: list[str]) -> dict[tuple[str, str, str], list[str]]:
    """Group file names by the one number that varies, else by their last number: beginning, ####, end."""
    most = max(len(_NUMBER.findall(Path(name).stem)) for name in names)
    groupings = [_group_by(names, place) for place in range(1, max(most, 1) + 1)]
    return next((groups for groups in groupings if len(groups) == 1), groupings[0])


def _group_by(names: list[str], place: int) -> dict[tuple[str, str, str], list[str]]:
    """Group by the number at `place`, counted from the end of the name."""
    groups: dict[tuple[str, str], list[str]] = {}
    digits: dict[tuple[str, str], list[str]] = {}
    for name in names:
        numbers = list(_NUMBER.finditer(Path(name).stem))
        number = numbers[-place] if len(numbers) >= place else None
        key = (name[:number.start()], name[number.end():]) if number else (name, "")
        groups.setdefault(key, []).append(name)
        digits.setdefault(key, []).append(number.group() if number else "")
    return {(head, "#" * _padding(digits[head, tail]), tail): members for (head, tail), members in groups.items()}


def _padding(numbers: list[str]) -> int:
    """How many digits the numbers of a sequence have at least, its negative ones without their sign."""
    positive = [number for number in numbers if not number.startswith("-")]
    return min(map(len, positive)) if positive else min(len(number.lstrip("-")) for number in numbers)


def _listing(folder: Path, *, hidden: bool = False) -> list[str]:
    try:
        return sorted(name for name in os.listdir(folder) if hidden or not name.startswith("."))
    except OSError as error:
        raise PlateError(f"{folder} cannot be listed ({error.strerror}); check the path", folder) from error


def _token(path: Path) -> Optional["re.Match[str]"]:
    return max(_TOKEN.finditer(path.name), key=_rank, default=None)


def _rank(token: "re.Match[str]") -> tuple[int, int]:
    return _width(token.group()), token.start()


def _width(token: str) -> int:
    return len(token) if token.startswith("#") else int(token[1:-1] or 1)


def _digits(frame: int, width: int) -> str:
    return ("-" if frame < 0 else "") + str(abs(frame)).zfill(width)


def _is_frame(text: str, width: int) -> bool:
    if not re.fullmatch(r"-?\d+", text):
        return False
    frame = int(text)
    return text.translate(_ASCII_DIGITS) in (_digits(frame, width), f"{frame:0{width}d}")


def _hint(path: Path) -> str:
    if not path.parent.is_dir():
        return f"the folder {path.parent} does not exist either"
    names = {_letters(name): name for name in _listing(path.parent)}
    near = [names[like] for like in difflib.get_close_matches(_letters(path.name), names, n=3)]
    return "there are " + ", ".join(near) if near else "check the path"
