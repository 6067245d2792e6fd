"""Paths as a host's file keeps them: relative to its folder where they lie inside, so that a project can be moved."""

import os
from pathlib import Path
from typing import Sequence


def inside(path: str, folder: str) -> str:
    """Return a path relative to a folder, with forward slashes; "" for one that is not inside of it."""
    if not folder or not os.path.isabs(path):
        return ""
    try:
        return Path(os.path.normpath(path)).relative_to(os.path.normpath(folder)).as_posix()
    except ValueError:  # elsewhere
        return ""


def found(relative: str, folders: Sequence[str]) -> str:
    """Return the file that a relative path names in the first of the folders that has it, else in the first of all."""
    paths = [Path(folder, relative).as_posix() for folder in folders if folder]
    return next((path for path in paths if os.path.isfile(path)), paths[0] if paths else relative)
