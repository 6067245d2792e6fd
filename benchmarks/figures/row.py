"""A row: one drawing that a method coloured, with its score."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

from benchmarks.metrics.score import Score


@dataclass(frozen=True)
class Row:
    """One scored drawing of a clip.

    drawing: its number, counted from the reference where a page speaks of gaps. seconds: of processor time a drawing.
    mode: what it was coloured from, "" on a page that knows one mode. clicks: None where they were not counted.
    refused: whether the method gave no picture of the clip, which counts as all wrong.
    """

    set_name: str
    clip: str
    drawing: int
    method: str
    seconds: float
    score: Score
    mode: str = ""
    clicks: int | None = None
    refused: bool = False

    def to_dict(self, keys: Mapping[str, str]) -> dict[str, object]:
        """Return plain JSON values: the fields of `keys` by their key in the file, the score's figures beside them."""
        return {key: getattr(self, name) for name, key in keys.items()} | asdict(self.score)

    @classmethod
    def from_dict(cls, values: Mapping[str, Any], keys: Mapping[str, str]) -> Row:
        """Return the row that `to_dict` made these values of. Raises KeyError or TypeError when they are others."""
        score = Score(**{entry.name: values[entry.name] for entry in fields(Score)})
        return cls(**{name: values[key] for name, key in keys.items()}, score=score)
