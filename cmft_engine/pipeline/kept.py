"""What a process keeps from run to run: weights, encoded references, drawings and their matches.

All is kept by digests of the files that it was made from and of the settings that matter, never by name: a file that
has changed is another key. The least recently used goes when there is too much.
"""

from __future__ import annotations

import dataclasses
import threading
import weakref
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from functools import partial
from pathlib import Path
from typing import Any, Generic, TypeVar

import numpy as np
import torch

from ..matching.matcher import Matcher
from ..matching.temporal import MatchedDrawing
from ..matching.votes import Votes
from ..protocol.settings import Settings
from ..shot.drawing import SegmentedDrawing
from ..shot.references import LineDrawing, References
from ..shot.shot import Shot
from .resume import Digests, color_config, fingerprint, source_files

DEFAULT_MB = 1500

# What is read and matched does not depend on these: they count when a decision is composed.
_LATER = ("edges", "unknown", "ink", "confidence_below", "output_space")
_OF_LINES = ("ink_threshold", "trace_lines", "gap_px", "min_region_px", "input_space")

Made = TypeVar("Made")
Found = tuple[Votes, MatchedDrawing]  # of one drawing by itself


class Entry(Generic[Made]):
    """What is kept under a key, `found`, None where nothing is; what is made instead goes to `keep`."""

    def __init__(self, found: Made | None = None) -> None:
        """made: what is to be kept."""
        self.found = found
        self.made: Made | None = None

    def keep(self, made: Made) -> Made:
        """Keep what was made, and return it."""
        self.made = made
        return made


class Kept:
    """Things that are slow to make, by key, up to so many bytes; safe from any thread."""

    def __init__(self, limit: int) -> None:
        """limit: bytes of arrays and tensors that are kept at most."""
        self._limit = limit
        self._found: OrderedDict[Hashable, tuple[Any, int]] = OrderedDict()
        self._used: set[Hashable] = set()
        self._making: dict[Hashable, threading.Lock] = {}
        self._lock = threading.Lock()

    @property
    def size(self) -> int:
        """Return how many bytes are kept."""
        with self._lock:
            return sum(size for _, size in self._found.values())

    @property
    def spare(self) -> int:
        """Return how many bytes may still be kept without losing what was used since `mark`."""
        with self._lock:
            return self._limit - sum(size for key, (_, size) in self._found.items() if key in self._used)

    def mark(self) -> None:
        """Begin to note what is used: a run begins."""
        with self._lock:
            self._used.clear()

    @contextmanager
    def entry(self, key: Hashable, is_same: Callable[[], bool] = lambda: True) -> Iterator[Entry[Any]]:
        """Yield what is kept under a key, or where to keep it; who asks meanwhile waits for the end of the block.

        is_same: asked before it is kept, whether the key still stands for the files that it was made from.
        """
        with self._lock:
            lock = self._making.setdefault(key, threading.Lock())
            self._used.add(key)
        with lock:
            with self._lock:
                found = self._found.get(key, (None, 0))[0]
                if found is not None:
                    self._found.move_to_end(key)
            entry: Entry[Any] = Entry(found)
            try:
                yield entry
                if entry.made is not None and is_same():
                    self._put(key, entry.made)
            finally:
                with self._lock:
                    self._making.pop(key, None)

    def forget(self) -> None:
        """Keep nothing of what was kept, as when memory has run out."""
        with self._lock:
            self._found.clear()

    def _put(self, key: Hashable, made: Any) -> None:
        size = bytes_of(made)
        with self._lock:
            self._found[key] = made, size
            left = self._limit - sum(size for _, size in self._found.values())
            while left < 0:
                _, (_, freed) = self._found.popitem(last=False)
                left += freed


def bytes_of(thing: Any) -> int:
    """Return how many bytes the arrays and tensors take that a thing holds, each counted once."""
    return _bytes_of(thing, set())


def _bytes_of(thing: Any, seen: set[int]) -> int:
    if id(thing) in seen or isinstance(thing, str | bytes | int | float | type(None)):
        return 0
    seen.add(id(thing))
    if isinstance(thing, np.ndarray):
        return thing.nbytes if thing.base is None else _bytes_of(thing.base, seen)
    if isinstance(thing, torch.Tensor):
        storage = thing.untyped_storage()
        is_new = storage.data_ptr() not in seen
        seen.add(storage.data_ptr())
        return storage.nbytes() if is_new else 0
    if isinstance(thing, list | tuple | set | frozenset):
        return sum(_bytes_of(part, seen) for part in thing)
    if isinstance(thing, dict):
        return sum(_bytes_of(part, seen) for part in thing.values())
    if dataclasses.is_dataclass(thing) or type(thing).__module__.startswith(("cmft_engine.", "torch.")):
        return _bytes_of(getattr(thing, "__dict__", None), seen)
    return 0


class Keys:
    """What the things of one run are kept by."""

    def __init__(self, shot: Shot, settings: Settings, *, digests: Digests, weights: str, palette: Path | None) -> None:
        """digests: of the run; weights: checksum of the checkpoint; palette: as for `colorize`."""
        self._shot, self._settings, self._digests = shot, settings, digests
        self._weights, self._palette = weights, palette
        self._canvas = repr(shot.canvas())
        self.references = self._of_references()

    def are_references_same(self) -> bool:
        """Say whether the references' files, the palette and the colour configuration are still those of the key."""
        return self._of_references() == self.references

    def _of_references(self) -> str:
        what = repr([(name, value) for name, value in self._settings.to_dict().items() if name not in _LATER])
        named = repr([(r.frame, str(r.plate), str(r.lines)) for r in self._shot.references])
        return fingerprint(self._weights, what, self._canvas, color_config(), named, str(self._palette),
                           *source_files(self._shot, self._palette))

    def drawing(self, frame: int) -> str:
        """Return the key of a frame's line plate, read and cut into regions."""
        what = repr([(name, self._settings.to_dict()[name]) for name in _OF_LINES])
        return fingerprint(what, self._canvas, color_config(), str(frame), str(self._shot.lines.path(frame)),
                           self._digests.plate(frame))

    def is_drawing_same(self, frame: int) -> bool:
        """Say whether a frame's line plate is still that of its key."""
        return fingerprint(self._shot.lines.path(frame)) == self._digests.plate(frame)



class Keeper:
    """What one run takes from what is kept, and adds to it; where nothing is kept, all is made.

    Once a file has changed while the run read it, the run keeps nothing more: what it makes may be of the new file.
    """

    def __init__(self, kept: Kept | None = None, keys: Keys | None = None) -> None:
        """keys: of the run; without them nothing is kept."""
        self._kept, self._keys = kept, keys
        self._is_mixed = False
        self._names: dict[int, tuple[weakref.ref[SegmentedDrawing], str]] = {}  # keys of the drawings that it has given

    def references(self) -> AbstractContextManager[Entry[tuple[References, Matcher]]]:
        """Return the place of the run's references and their matcher."""
        if self._keys is None:
            return nullcontext(Entry())
        return self._entry(self._keys.references, self._keys.are_references_same)

    @contextmanager
    def drawing(self, frame: int) -> Iterator[Entry[LineDrawing]]:
        """Yield the place of a frame's line plate, read and cut into regions."""
        key = "" if self._keys is None else self._keys.drawing(frame)
        is_same = None if self._keys is None else partial(self._keys.is_drawing_same, frame)
        with self._entry(key, is_same) as entry:
            yield entry
        drawing = entry.found or entry.made
        if drawing is not None and is_same is not None and not self._is_mixed:
            self._names[id(drawing.segmented)] = weakref.ref(drawing.segmented), key

    def match(self, drawing: SegmentedDrawing, use: Sequence[int]) -> AbstractContextManager[Entry[Found]]:
        """Return the place of what is found of a drawing by itself, with these references; it is one given before."""
        known, key = self._names.get(id(drawing), (None, ""))
        if self._keys is None or known is None or known() is not drawing:
            return nullcontext(Entry())
        return self._entry((self._keys.references, key, tuple(use)), lambda: True)

    def _entry(self, key: Hashable, is_same: Callable[[], bool] | None) -> AbstractContextManager[Entry[Any]]:
        if self._kept is None or is_same is None or self._is_mixed:
            return nullcontext(Entry())
        return self._kept.entry(key, partial(self._still, is_same))

    def _still(self, is_same: Callable[[], bool]) -> bool:
        self._is_mixed = self._is_mixed or not is_same()
        return not self._is_mixed
