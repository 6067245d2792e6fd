"""Which run colours which plates of a folder now, so that no two write the same ones.

A run claims its plates with a file that names its process and its machine. Runs over different plates, as the tasks of
a farm are, do not meet. A claim whose process is known to be gone is cleared.
"""

from __future__ import annotations

import contextlib
import json
import os
import random
import secrets
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from ..protocol.errors import PlateError, ShotError
from ..protocol.owner import Owner, owner_from, owner_of, this_owner
from ..protocol.text_file import (
    open_plain,
    parse_json,
    read_bytes,
    remove_leftovers,
    remove_quietly,
    write_new,
    write_remedy,
)
from .resume import STATE

ENDING = ".claim"
BEAT_S = 10.0  # how often a run touches its claim, for those on other machines
WATCH_S = 45.0  # a claim from another machine that was not touched for so long is of a run that is gone
TRIES = 4  # of runs that begin at the same moment


@contextmanager
def claimed(plates: Mapping[int, Path]) -> Iterator[None]:
    """Claim the plates of one folder, by frame, for the time of a with block; remove what killed runs left there.

    Raises ShotError when another run has one of them, PlateError when the folder cannot be written.
    """
    folder = next(iter(plates.values())).parent
    was_there = folder.exists()
    state = folder / STATE
    try:
        claim = _claim(state, {path.name for path in plates.values()}, folder)
    except OSError as error:
        frame, path = next(iter(plates.items()))
        raise PlateError(f"{path} (frame {frame}) cannot be written ({error.strerror}); {write_remedy(error, path)}",
                         path, frame) from error
    try:
        for place in (folder, state, *(path for path in state.glob("*") if path.is_dir())):
            remove_leftovers(place)
        yield
    finally:
        claim.release()
        for place in (state,) if was_there else (state, folder):  # a run that has coloured nothing leaves nothing
            with contextlib.suppress(OSError):
                place.rmdir()


class _Claim:
    """A claim on disk, touched for those on other machines until it is released."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._ended = threading.Event()
        threading.Thread(target=self._beat, name="cmft-claim", daemon=True).start()

    def release(self) -> None:
        """Remove the claim."""
        self._ended.set()
        remove_quietly(self.path)

    def _beat(self) -> None:
        while not self._ended.wait(BEAT_S):
            with contextlib.suppress(OSError):
                os.utime(self.path)


def _claim(state: Path, names: set[str], folder: Path) -> _Claim:
    """Write the claim first and look at the others then, so that of two that begin at once one sees the other."""
    for left in reversed(range(TRIES)):
        claim = _Claim(_write(state, names))
        try:
            found = _other_run(state, claim.path, names)
        except BaseException:
            claim.release()
            raise
        if found is None:
            return claim
        claim.release()
        if not left or not found[0].is_local:
            raise _taken(folder, *found)
        time.sleep(random.uniform(0.02, 0.2))
    raise AssertionError("the last try returns or raises")


def _taken(folder: Path, owner: Owner, since: str, shared: list[str]) -> ShotError:
    more = f" and {len(shared) - 1} more of these plates" if shared[1:] else ""
    return ShotError(
        f"{folder / shared[0]}{more}: another run colours them now (process {owner.pid} on "
        f"{owner.host or 'this machine'}, since {since}); wait for it, cancel it, or choose another --out")


def _write(state: Path, names: set[str]) -> Path:
    owner = this_owner()
    content = json.dumps({"owner": owner.short, "host": owner.host, "since": time.strftime("%Y-%m-%d %H:%M:%S"),
                          "plates": sorted(names)})
    claim = state / f"{owner.short}-{secrets.token_hex(4)}{ENDING}"
    for again in (True, False):  # a run that ends may remove the empty folder in between
        state.mkdir(parents=True, exist_ok=True)
        try:
            write_new(claim, content)
            break
        except FileNotFoundError:
            if not again:
                raise
    return claim


def _other_run(state: Path, own: Path, names: set[str]) -> tuple[Owner, str, list[str]] | None:
    """Return whose claim shares plates with these, since when, and which; claims of runs that are gone are removed."""
    for path in sorted(state.glob(f"*{ENDING}")):
        if path == own:
            continue
        owner, since, plates = _read(path)
        shared = sorted(names if plates is None else names & plates)
        if owner is None or not shared:
            continue
        if owner.is_gone() or not (owner.is_local or _is_touched(path)):
            remove_quietly(path)
            continue
        return owner, since, shared
    return None


def _read(path: Path) -> tuple[Owner | None, str, set[str] | None]:
    """Return what a claim says: its owner, since when, its plates; None for plates that cannot be read yet."""
    owner = owner_of(path.name[:-len(ENDING)].rpartition("-")[0])
    try:
        values = parse_json(read_bytes(path).decode("utf-8", "surrogatepass"))
    except FileNotFoundError:
        return None, "", None
    except (OSError, ValueError):
        return owner, "a moment ago", None
    plates = values.get("plates") if isinstance(values, dict) else None
    if not isinstance(plates, list) or not all(isinstance(name, str) for name in plates):
        return owner, "a moment ago", None
    said = owner_from(values)
    since = values.get("since")
    return said or owner, since[:40] if isinstance(since, str) else "a moment ago", set(plates)


def _is_touched(path: Path) -> bool:
    """Watch the claim of a run on another machine until it is touched, removed, or was left alone for too long."""
    before, end = _touched_at(path), time.monotonic() + WATCH_S
    while before is not None and time.monotonic() < end:
        time.sleep(min(1.0, WATCH_S / 10))
        now = _touched_at(path)
        if now != before:
            return now is not None
    return False


def _touched_at(path: Path) -> int | None:
    try:
        with open_plain(path) as stream:  # opening asks a file server anew, where a look at the name may not
            return os.fstat(stream.fileno()).st_mtime_ns
    except OSError:
        return None
