"""File sequences on disk as the engine names them: `line.####.exr` or `line.%04d.exr`, and frame numbers."""

import os
import re
from typing import Iterable, NamedTuple, Optional, Tuple

_TOKEN = re.compile(r"#+|%0?\d+d|%d(?![^\W\d_])")  # as the engine's: "100%done" is a name
_NUMBER = re.compile(r"(?:(?<=[._ \-])-|^-)?\d+")
_LAST_NUMBER = re.compile(r"(\d+)(\D*)$")


class Plates(NamedTuple):
    """A sequence by its pattern, or one file; `shift` is added to a host's frame to get the number in the name."""

    pattern: str
    shift: int = 0

    def path(self, frame: int) -> str:
        """Return the file of a frame."""
        return plate_path(self.pattern, frame + self.shift)


def token_of(pattern: str) -> Optional["re.Match[str]"]:
    """Return the place of the frame number in the file name, None when it has none; of several the widest, the last."""
    start = max(pattern.rfind("/"), pattern.rfind("\\")) + 1
    return max(_TOKEN.finditer(pattern, start), key=lambda token: (_width(token.group()), token.start()), default=None)


def _width(token: str) -> int:
    return len(token) if token.startswith("#") else int(token[1:-1] or 1)


def plate_path(pattern: str, number: int) -> str:
    """Return the file with a number; negative ones as the engine or as Nuke writes them, whichever exists."""
    token = token_of(pattern)
    if token is None:
        return pattern
    paths = [pattern[:token.start()] + name + pattern[token.end():] for name in _written(number, token.group())]
    return paths[1] if paths[0] != paths[1] and not os.path.isfile(paths[0]) and os.path.isfile(paths[1]) else paths[0]


def _written(number: int, token: str) -> Tuple[str, str]:
    """Return a number as the engine and as Nuke writes it in the place of a token: -0005, -005."""
    width = _width(token)
    return ("-" if number < 0 else "") + str(abs(number)).zfill(width), "{:0{}d}".format(number, width)


def numbers_on_disk(pattern: str) -> Tuple[int, ...]:
    """Return every number for which the sequence has a file, sorted."""
    token = token_of(pattern)
    folder, head = os.path.split(pattern[:token.start()] if token else pattern)
    if token is None or not os.path.isdir(folder):
        return ()
    tail = pattern[token.end():]
    found = [name[len(head):len(name) - len(tail)] for name in os.listdir(folder)
             if name.startswith(head) and name.endswith(tail)]
    numbers = {int(text) for text in found if re.match(r"-?\d+$", text) and text in _written(int(text), token.group())}
    return tuple(sorted(numbers))


def existing(pattern: str, numbers: Iterable[int]) -> Tuple[int, ...]:
    """Return those of the numbers that have a file."""
    return tuple(number for number in numbers if os.path.isfile(plate_path(pattern, number)))


def number_in_name(path: str) -> Optional[int]:
    """Return the last number in a file's name, None when it has none."""
    numbers = _NUMBER.findall(os.path.splitext(os.path.basename(path))[0])
    return int(numbers[-1]) if numbers else None


def pattern_of_file(path: str) -> Optional[str]:
    """Return the pattern of the sequence that a file belongs to by the last number in its name, None without one."""
    folder, name = os.path.split(path.replace("\\", "/"))
    stem, ending = os.path.splitext(name)
    match = _LAST_NUMBER.search(stem)
    if match is None or "#" in folder:
        return None
    pattern = "{}/{}{}{}{}".format(folder, stem[:match.start()], "#" * len(match.group(1)), match.group(2), ending)
    token = token_of(pattern)
    is_place = token is not None and token.start() == len(folder) + 1 + match.start()
    return pattern if is_place else None  # else something wider in the name would be taken for the frame
