"""What tells a host that a file, or what a result was made from, has changed. Opens no picture."""

import hashlib
import os
from typing import Iterable

from .errors import InputError


def stamp(path: str) -> str:
    """Return what tells one version of a file from the next without reading it: size and time of change."""
    try:
        found = os.stat(path)
    except OSError:
        return "missing"
    return "{} {}".format(found.st_size, int(found.st_mtime * 1000))


def content_digest(paths: Iterable[str], texts: Iterable[str]) -> str:
    """Return a short digest of files' contents and of texts; a file that is not there counts as empty.

    Raises InputError for one that is there and cannot be read.
    """
    digest = hashlib.blake2b(digest_size=6)
    for text in texts:
        digest.update(text.encode("utf-8") + b"\0")
    for path in paths:
        if os.path.isfile(path):
            try:
                with open(path, "rb") as stream:
                    for block in iter(lambda: stream.read(1 << 20), b""):
                        digest.update(block)
            except OSError as error:
                raise InputError("{}: the file cannot be read ({}); look at its rights, or choose another".format(
                    path, error.strerror)) from error
        digest.update(b"\0")
    return digest.hexdigest()
