"""Image sequences on disk as the engine names them: `line.####.exr` and numbers. Imports no `bpy`."""

import os
import re
from typing import NamedTuple, Optional, Tuple

_LAST_NUMBER = re.compile(r"(\d+)(\D*)$")
_HASHES = re.compile(r"#+")


class Plates(NamedTuple):
    """A sequence by its pattern, and `shift`: what is added to a frame of the scene to get the number in the name."""

    pattern: str
    shift: int = 0

    def path(self, frame: int) -> str:
        """Return the file of a frame of the scene."""
        return plate_path(self.pattern, frame + self.shift)


def pattern_of(path: str) -> Optional[str]:
    """Return the pattern of the sequence that a file belongs to, as Blender counts: by the last number in its name.

    None when the name has no number.
    """
    folder, name = os.path.split(path.replace("\\", "/"))
    stem, ending = os.path.splitext(name)
    match = _LAST_NUMBER.search(stem)
    if match is None or "#" in path:
        return None
    return "{}/{}{}{}{}".format(folder, stem[:match.start()], "#" * len(match.group(1)), match.group(2), ending)


def plate_path(pattern: str, number: int) -> str:
    """Return the file with a number."""
    token = list(_HASHES.finditer(pattern))[-1]
    written = ("-" if number < 0 else "") + str(abs(number)).zfill(len(token.group()))
    return pattern[:token.start()] + written + pattern[token.end():]


def numbers_on_disk(pattern: str) -> Tuple[int, ...]:
    """Return every number for which the sequence has a file, sorted."""
    token = list(_HASHES.finditer(pattern))[-1]
    folder, head = os.path.split(pattern[:token.start()])
    tail = pattern[token.end():]
    if not os.path.isdir(folder):
        return ()
    found = [name[len(head):len(name) - len(tail)] for name in os.listdir(folder)
             if name.startswith(head) and name.endswith(tail)]
    return tuple(sorted({int(number) for number in found if re.match(r"-?\d+$", number)}))


def number_in_name(path: str) -> Optional[int]:
    """Return the last number in a file's name, None when it has none."""
    match = _LAST_NUMBER.search(os.path.splitext(os.path.basename(path))[0])
    return int(match.group(1)) if match else None
