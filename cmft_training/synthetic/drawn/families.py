"""The drawn families by name and share; their libraries are loaded when one is opened, not before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from cmft_engine.protocol.errors import InputError, SettingsError
from cmft_training.synthetic.drawing import Drawing
from cmft_training.synthetic.drawn.split import FAMILIES, FamilyName, Split

if TYPE_CHECKING:
    from cmft_training.synthetic.drawn.figure import Family, Figure

Rng = np.random.Generator


@dataclass(frozen=True)
class DrawnShares:
    """Which share of all samples shows each family; 0 leaves it out. folder: as made by `prepare`."""

    folder: Path = Path("drawn")
    avatars: float = 0.0
    heads: float = 0.0
    clipart: float = 0.0
    inhabitants: float = 0.0

    def __post_init__(self) -> None:
        """Raise SettingsError for a value out of range."""
        for name in FAMILIES:
            share = getattr(self, name)
            if not 0 <= share <= 1:
                raise SettingsError(f"drawn.{name}", share, "a share from 0 to 1")
        if self.total > 1 + 1e-9:
            raise SettingsError("drawn", self.total, "shares whose sum is at most 1")

    @property
    def total(self) -> float:
        """The share of all samples that are drawn by hand."""
        return float(sum(getattr(self, name) for name in FAMILIES))


class DrawnSource:
    """Random figures of the families that have a share, in one split."""

    def __init__(self, shares: DrawnShares, split: Split) -> None:
        """Raise InputError when a family is not in the folder or lacks its library."""
        names = [name for name in FAMILIES if getattr(shares, name) > 0]
        self._families = [open_family(name, shares.folder, split) for name in names]
        share = np.array([getattr(shares, name) for name in names])
        self._share = share / max(float(share.sum()), 1e-9)

    def figure(self, rng: Rng) -> Figure:
        """Return a random figure of a random family; some family must have a share."""
        return self._families[int(rng.choice(len(self._families), p=self._share))].figure(rng)

    def drawings_apart(
        self, rng: Rng, *, size: int, gaps: Sequence[int | None]
    ) -> tuple[list[Drawing], NDArray[np.uint16]]:
        """Return a drawing of a random figure, then one for each gap before or after it, and the parts' colour groups.

        A gap of None gives the whole figure at some other moment.
        """
        times = [None if gap is None else float(gap if rng.random() < 0.5 else -gap) for gap in gaps]
        clip = self.figure(rng).clip([0.0, *times], size=size)
        return list(clip.drawings), clip.group


def library_error(name: str, error: ImportError) -> InputError:
    """Return the sentence for a library that a family needs and that cannot be loaded."""
    if isinstance(error, ModuleNotFoundError):
        return InputError(f"{name}: {error.name} is not installed; pip install -c constraints.txt -e .[train]")
    return InputError(f"{name}: {error}; on Linux skia needs the system's libEGL and libGL (libegl1, libgl1)")


def open_family(name: FamilyName, folder: Path, split: Split) -> Family:
    """Return a family of one split. Raises InputError when it is not in the folder or lacks its library."""
    try:
        module = import_module(f"cmft_training.synthetic.drawn.{name}")
    except ImportError as error:
        raise library_error(name, error) from error
    family: Family = getattr(module, name.capitalize())(folder, split)
    return family
