"""The sample store: a folder of shards that grows figure by figure, within a bound on its size.

A figure depends on the seed and its number alone, so a store goes on where it stopped. The command is
`python -m cmft_training.store`.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from cmft_engine.protocol.errors import InputError
from cmft_training.data.encode_figures import EncodedPair, FigureEncoder
from cmft_training.data.figures import FIGURES, FigureSource
from cmft_training.data.shards import ShardName, list_shards, write_shard

FORMAT = "cmft-store-1"
MANIFEST = "store.json"
FIGURES_PER_SHARD = 16

Drawn = Callable[[int], list[EncodedPair]]


@dataclass(frozen=True)
class Manifest:
    """What a store is made of, and how far it is.

    checkpoint: SHA-256 of the one that encoded it. settings: plain values that decide what is drawn. next: number of
    the next figure. pairs: how many were drawn, those of shards that went included. spent_s: seconds that they took.
    """

    seed: int
    checkpoint: str
    settings: dict[str, Any]
    next: int = 0
    pairs: int = 0
    spent_s: float = 0.0


def read_manifest(folder: Path) -> Manifest:
    """Return a store's manifest. Raises InputError when there is none, or not of this format."""
    path = folder / MANIFEST
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
        if values.pop("format") != FORMAT:
            raise ValueError("another format")
        return Manifest(**values)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise InputError(
            f"{path}: not a sample store ({error}); draw one with python -m cmft_training.store"
        ) from error


class Store:
    """A folder of shards that is being filled."""

    def __init__(self, folder: Path, wanted: Manifest, *, most_bytes: int) -> None:
        """Open or begin a store; wanted: its seed, checkpoint and settings. most_bytes: of all shards together.

        Raises InputError when the folder's store was begun with others.
        """
        self.folder, self._most_bytes = folder, most_bytes
        folder.mkdir(parents=True, exist_ok=True)
        if (folder / MANIFEST).exists():
            self.manifest = read_manifest(folder)
            _check(folder, self.manifest, wanted)
        else:
            self.manifest = wanted
            self._write_manifest()
        for path in folder.glob(".shard_*.tmp"):
            path.unlink()
        for shard in list_shards(folder):
            if shard.first >= self.manifest.next:  # was interrupted before the manifest knew of it
                shard.path.unlink()

    def add(self, figures: list[list[EncodedPair]], *, spent_s: float) -> ShardName:
        """Write the next figures as a shard, and let the oldest shards go where there are too many bytes."""
        now = self.manifest
        shard = write_shard(self.folder, figures, first=now.next)
        self.manifest = replace(
            now, next=now.next + len(figures), pairs=now.pairs + shard.pairs, spent_s=now.spent_s + spent_s
        )
        self._write_manifest()
        self._drop_oldest()
        return shard

    def kept(self) -> tuple[int, int]:
        """Return how many pairs, and how many bytes, the shards hold."""
        shards = list_shards(self.folder)
        return sum(shard.pairs for shard in shards), sum(shard.path.stat().st_size for shard in shards)

    def _drop_oldest(self) -> None:
        shards = list_shards(self.folder)
        total = sum(shard.path.stat().st_size for shard in shards)
        for shard in shards[:-1]:
            if total <= self._most_bytes:
                break
            total -= shard.path.stat().st_size
            shard.path.unlink()

    def _write_manifest(self) -> None:
        text = json.dumps({"format": FORMAT, **asdict(self.manifest)}, indent=2) + "\n"
        temporary = self.folder / f".{MANIFEST}.tmp"
        temporary.write_text(text, encoding="utf-8")
        os.replace(temporary, self.folder / MANIFEST)


def _check(folder: Path, before: Manifest, wanted: Manifest) -> None:
    """Raise InputError unless a store was begun with the same seed, checkpoint and settings."""
    was, is_now = (
        {"seed": manifest.seed, "checkpoint": manifest.checkpoint, **_flat(manifest.settings)}
        for manifest in (before, wanted)
    )
    for key in {**was, **is_now}:
        if was.get(key) != is_now.get(key):
            raise InputError(
                f"{folder}: was begun with {key} = {was.get(key)!r}, not {is_now.get(key)!r}; name another folder"
            )


def _flat(settings: dict[str, Any], above: str = "") -> dict[str, Any]:
    """Return settings by keys such as "data.gaps"."""
    flat: dict[str, Any] = {}
    for key, value in settings.items():
        flat |= _flat(value, f"{above}{key}.") if isinstance(value, dict) else {f"{above}{key}": value}
    return flat


def figure_drawer(source: FigureSource, encoder: FigureEncoder) -> Drawn:
    """Return what draws and encodes the figure of a number."""

    def draw(number: int) -> list[EncodedPair]:
        return encoder.encode(source.figure(number), np.random.default_rng([source.seed, FIGURES, number, 1]))

    return draw


def fill(
    store: Store, draw: Drawn, *, is_over: Callable[[], bool], figures: int = 0, report: Callable[[ShardName], None]
) -> None:
    """Draw figures until it is over, or until there are so many (0: without end); what is begun is written.

    is_over is asked after every figure.
    """
    is_last = False
    while not is_last:
        begun, drawn = time.monotonic(), list[list[EncodedPair]]()
        while len(drawn) < FIGURES_PER_SHARD and not is_last:
            at = store.manifest.next + len(drawn)
            is_last = is_over() or (figures > 0 and at >= figures)
            if not is_last:
                drawn.append(draw(at))
        if drawn:
            report(store.add(drawn, spent_s=time.monotonic() - begun))
