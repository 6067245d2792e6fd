"""Files that are written whole or not at all, under temporary names that nobody can guess. Knows no content."""

import os
import secrets
from pathlib import Path
from typing import Union

from .owner import owner_of, this_owner

_PREFIX, _MARK = ".cmft-", ".tmp"


def write_text(path: Union[str, Path], text: str) -> None:
    """Write UTF-8 text under a temporary name beside `path`, then rename it; missing folders are made.

    A link at `path` is replaced, what it points to stays. Raises OSError and then leaves nothing behind; a file that
    was there stays as it was.
    """
    target = Path(path)
    target.parent.mkdir(parents=True, exist_ok=True)
    temporary = make_temporary(target)
    try:
        with open(str(temporary), "w", encoding="utf-8", newline="\n") as stream:
            stream.write(text)
        os.replace(str(temporary), str(target))
    except BaseException:
        remove_quietly(temporary)
        raise


def make_temporary(target: Path) -> Path:
    """Make an empty file beside `target` with its suffix, and return its path. Raises OSError.

    The name says which process made it and is random besides; whatever stands there already, a link too, is left alone.
    """
    while True:
        name = "{}{}-{}{}{}".format(_PREFIX, this_owner().short, secrets.token_hex(4), _MARK, target.suffix)
        temporary = target.with_name(name)
        try:
            handle = os.open(str(temporary), os.O_CREAT | os.O_EXCL | os.O_WRONLY | getattr(os, "O_NOFOLLOW", 0), 0o666)
        except FileExistsError:
            continue
        os.close(handle)
        return temporary


def remove_leftovers(folder: Path) -> None:
    """Remove the temporary files in a folder whose process is known to be gone; nothing else is touched."""
    try:
        names = os.listdir(str(folder))
    except OSError:
        return
    for name in names:
        if name.startswith(_PREFIX) and _MARK in name:
            owner = owner_of(name[len(_PREFIX):name.index(_MARK)].rpartition("-")[0])
            if owner is not None and owner.is_gone():
                remove_quietly(folder / name)


def remove_quietly(path: Path) -> None:
    """Remove a file if it is there and can be removed."""
    try:
        path.unlink()
    except OSError:
        pass
