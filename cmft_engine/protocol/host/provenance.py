"""The record beside a node's plates: the signature of the inputs that they were made from."""

import json
import logging
from pathlib import Path

from ..text_file import parse_json, read_text, write_text

RECORD = "node.json"

log = logging.getLogger(__name__)


def record_provenance(folder: Path, signature: str, *, is_whole: bool) -> str:
    """Record the signature of the oldest plate in the folder, and return it.

    A run over a part of a range leaves the other plates as they were, so what was recorded before stays; signature: of
    what was coloured now. A record that cannot be written is a warning in the log: the plates are there all the same.
    """
    made_from = ("" if is_whole else read_provenance(folder)) or signature
    try:
        write_text(folder / RECORD, json.dumps({"signature": made_from}) + "\n")
    except OSError as error:
        log.warning("%s: cannot be written (%s); the node may call its plates stale later", folder / RECORD, error)
    return made_from


def read_provenance(folder: Path) -> str:
    """Return what was recorded, "" where nothing can be read."""
    try:
        found = parse_json(read_text(folder / RECORD))
    except (OSError, ValueError):
        return ""
    signature = found.get("signature") if isinstance(found, dict) else None
    return signature if isinstance(signature, str) else ""
