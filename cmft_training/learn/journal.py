"""What a run tells about itself while it runs: rows of the curve, TensorBoard, sheets of pictures."""

from __future__ import annotations

import logging
import os
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from torch.utils.tensorboard import SummaryWriter

log = logging.getLogger(__name__)

Row = dict[str, float]


class Journal:
    """Writes below a run's folder: `log` for TensorBoard and `pictures`. A silent one only keeps the rows."""

    def __init__(self, folder: Path, *, rows: list[Row], step: int, silent: bool) -> None:
        self.rows = rows
        self._folder = folder
        # what an interrupted call wrote after its last save is drawn again, and hidden
        self._writer = None if silent else SummaryWriter(str(folder / "log"), purge_step=step)

    def add(self, step: int, values: dict[str, float], *, group: str) -> None:
        """Add a row of figures; `group` is the heading under which TensorBoard shows them."""
        self.rows.append({"step": step, **values})
        if self._writer is not None:
            log.info("step %d  %s", step, "  ".join(f"{name} {value:.4g}" for name, value in values.items()))
            for name, value in values.items():
                self._writer.add_scalar(f"{group}/{name}", value, step)

    def show(self, step: int, sheet: NDArray[np.uint8]) -> None:
        """Write a sheet, uint8 (H, W, 3) sRGB, as PNG and into TensorBoard."""
        if self._writer is None:
            return
        path = self._folder / "pictures" / f"step_{step:07d}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = path.with_name(f".{path.stem}.tmp.png")
        cv2.imwrite(str(temporary), sheet[..., ::-1])
        os.replace(temporary, path)
        self._writer.add_image("development", sheet, step, dataformats="HWC")

    def close(self) -> None:
        """Write out what TensorBoard still holds."""
        if self._writer is not None:
            self._writer.close()
