"""The record beside a node's plates: the signature of the inputs that they were made from, and which plates are."""

import json
import logging
from pathlib import Path
from typing import Iterable, NamedTuple, Optional, Tuple

from ..errors import SettingsError
from ..job import frames_text, parse_frames
from ..text_file import parse_json, read_text, write_text

RECORD = "node.json"

log = logging.getLogger(__name__)


class Provenance(NamedTuple):
    """What is recorded: a signature, "" for none, and the numbers of the plates that it is true of.

    numbers: None where all that are there are meant, as in the records of an older CMFT.
    """

    signature: str = ""
    numbers: Optional[Tuple[int, ...]] = None

    def covers(self, number: int) -> bool:
        """Say whether a plate is among those that the signature is true of."""
        return self.numbers is None or number in self.numbers


def record_provenance(folder: Path, signature: str, done: Iterable[int], *, is_whole: bool,
                      there: Iterable[int] = ()) -> Provenance:
    """Record what plates were made from, and return the record.

    done: numbers of the plates that are as `signature` says now; there: of all in the folder. A run over a part of a
    range leaves the other plates as they were: what was recorded before stays for them, until a whole run. A record
    that cannot be written is a warning in the log: the plates are there all the same.
    """
    new, before = Provenance(signature, tuple(sorted(set(done)))), read_provenance(folder)
    if before.signature == signature:
        new = before._replace(numbers=None if before.numbers is None
                              else tuple(sorted({*before.numbers, *(new.numbers or ())})))
    elif before.signature and not is_whole:
        left = set(there if before.numbers is None else before.numbers) - set(new.numbers or ())
        new = before._replace(numbers=tuple(sorted(left))) if left else new
    values = {"signature": new.signature}
    if new.numbers is not None:
        values["frames"] = frames_text(new.numbers)
    try:
        write_text(folder / RECORD, json.dumps(values) + "\n")
    except OSError as error:
        log.warning("%s: cannot be written (%s); the node may call its plates stale later", folder / RECORD, error)
    return new


def read_provenance(folder: Path) -> Provenance:
    """Return what was recorded; an empty record where nothing can be read."""
    try:
        found = parse_json(read_text(folder / RECORD))
        if not isinstance(found, dict):
            return Provenance()
        numbers = parse_frames(str(found["frames"])) if "frames" in found else None
    except (OSError, ValueError, SettingsError):
        return Provenance()
    signature = found.get("signature")
    return Provenance(signature if isinstance(signature, str) else "", numbers)
