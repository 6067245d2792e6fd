"""The note that a host leaves beside the plates of a node: what they were made from."""

import json
import logging
from pathlib import Path

from .text_file import write_text

LOOK = "node.json"

log = logging.getLogger(__name__)


def note_look(folder: Path, signature: str, *, is_whole: bool) -> str:
    """Note the signature of the oldest plate in the folder, and return it.

    A run over a part of a range leaves the other plates as they were, so what was noted before stays; signature: of
    what was coloured now. A note that cannot be written is a warning in the log: the plates are there all the same.
    """
    made_from = ("" if is_whole else read_look(folder)) or signature
    try:
        write_text(folder / LOOK, json.dumps({"signature": made_from}) + "\n")
    except OSError as error:
        log.warning("%s: cannot be written (%s); the node may call its plates stale later", folder / LOOK, error)
    return made_from


def read_look(folder: Path) -> str:
    """Return what was noted, "" where nothing can be read."""
    try:
        found = json.loads((folder / LOOK).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return ""
    return str(found.get("signature", "")) if isinstance(found, dict) else ""
