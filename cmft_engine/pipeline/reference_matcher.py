"""The references of a run and the matcher over them, made when the first frame needs them."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..image.paint_map import PaintMap
from ..image.palette import Palette
from ..matching.descriptors import count_colors
from ..matching.kept_lines import keep_lines
from ..matching.matcher import Matcher
from ..matching.network.device import choose_device, describe, memory_errors
from ..matching.network.weights import Checkpoint, load_checkpoint
from ..protocol.settings import Settings
from ..shot.named import no_palette
from ..shot.references import LineDrawing, References, read_references
from ..shot.serving import is_painting_of, serving_references
from ..shot.shot import Shot
from .clock import Clock
from .kept import Keeper, Kept

LEAST_PAINT = 0.002  # a paint with less of all references than this share may be a speck


class ReferenceMatcher:
    """References and networks, made once by whichever thread asks first; who asks after a failure gets its error."""

    def __init__(
        self, shot: Shot, settings: Settings, *, palette: Path | None, clock: Clock, warn: Callable[[str], None],
        kept: Kept | None = None,
    ) -> None:
        """Load the checkpoint; palette: as for `colorize`. warn: told what is odd about the references.

        kept: from earlier runs. Raises PaletteError for a palette that is not there, WeightsError and DeviceError.
        """
        if palette is not None and not Path(palette).is_file():
            raise no_palette(palette)
        self._shot, self._settings, self._palette = shot, settings, palette
        self._clock, self._warn = clock, warn
        self._device = choose_device(settings.device)
        self.checkpoint = load_checkpoint() if kept is None else kept_checkpoint(kept, settings.device)
        self.keeper = Keeper()  # the run's own, once it is there
        self._made: tuple[References, Matcher] | None = None
        self._error: BaseException | None = None
        self._lock = threading.Lock()

    @property
    def device_name(self) -> str:
        """Return the device for people to read."""
        return describe(self._device)

    @property
    def references_made(self) -> References | None:
        """Return the references, None where no frame has needed them."""
        return self._made[0] if self._made is not None else None

    @property
    def references(self) -> References:
        """Return the references. Raises PlateError, PaletteError, SettingsError and DeviceError."""
        return self._make()[0]

    @property
    def matcher(self) -> Matcher:
        """Return the matcher over the references. Raises as `references` does."""
        return self._make()[1]

    @property
    def palette(self) -> Palette:
        """Return the palette of the references, or the one that was given instead. Raises as `references` does."""
        return self.references.palette

    @property
    def paper(self) -> int | None:
        """Return the palette entry in which unknown regions are left, None where they are painted. Raises likewise."""
        return self.references.paper if self._settings.unknown == "paper" else None

    def painting_of(self, frame: int, size: tuple[int, int]) -> PaintMap | None:
        """Return the paints (H, W) of the painting of this frame's very drawing, None where there is none."""
        shown = (self.references.painted[i] for i in serving_references(self._shot, frame)
                 if is_painting_of(self._shot, i, frame))
        painted = next(shown, None)
        if painted is None or painted.index.shape != size:
            return None
        paints = painted.paints or PaintMap.pure(painted.index)
        return paints.as_painted() if painted.is_soft else paints

    def keep_lines(self, frame: int, drawing: LineDrawing, places: Sequence[NDArray[np.float32]] | None) -> LineDrawing:
        """Return the drawing decided at this frame with the coloured lines that the references keep given back.

        places: as in its votes.
        """
        if places is None:
            return drawing
        painted = [reference.lines for reference in self.references.painted]
        near = [(painted[i], None if is_painting_of(self._shot, i, frame) else there)
                for i, there in zip(serving_references(self._shot, frame), places, strict=True)]
        return replace(drawing, lines=keep_lines(drawing.lines, painted, near))

    def _make(self) -> tuple[References, Matcher]:
        with self._lock:
            if self._error is not None:
                raise self._error
            if self._made is None:
                try:
                    with self.keeper.references() as kept:
                        self._made = kept.found or kept.keep(self._encode())
                    self._tell_odd(self._made[0])
                except BaseException as error:
                    self._error = error
                    raise
            return self._made

    def _encode(self) -> tuple[References, Matcher]:
        with self._clock.stage("references"), memory_errors("taking in the references"):
            references = read_references(
                self._shot, canvas=self._shot.canvas(), settings=self._settings, palette=self._palette
            )
            matcher = Matcher(
                self.checkpoint, references.painted, n_colors=len(references.palette),
                work_size=self._settings.work_size, device=self._device,
                temporal_radius=self._settings.temporal_radius,
            )
        return references.without_pictures(), matcher

    def _tell_odd(self, references: References) -> None:
        area = sum(count_colors(np.ones_like(one.index), one.index, (1, len(references.palette)))[0]
                   for one in references.painted)
        if (area > LEAST_PAINT * np.sum(area)).sum() < 2:
            files = ", ".join(str(reference.plate) for reference in self._shot.references)
            self._warn(f"{files}: the references show a single colour; give a painted drawing, not line art")
        for told in filter(None, (references.told, *references.notes)):
            self._warn(told)


def kept_checkpoint(kept: Kept, device: str) -> Checkpoint:
    """Return the checkpoint for a device as the setting names it: networks that serve one move there.

    Raises WeightsError and DeviceError.
    """
    with kept.entry(str(choose_device(device))) as place:
        checkpoint: Checkpoint = place.found or place.keep(load_checkpoint())
    return checkpoint
