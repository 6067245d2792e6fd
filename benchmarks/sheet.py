"""A contact sheet of the frames that the engine colours worst, for people to look at."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np

from cmft_engine.evaluation.clips import Pair
from cmft_engine.evaluation.metrics import wrong_pixels

from .methods import OURS, RULES_AND_FLOW, available_methods
from .ours import write_rgb8

TILE_PX = 256
HEADER_PX = 18
HEADINGS = ("reference", "line", "ours", "rules + flow", "truth", "wrong in ours")


def write_sheet(pairs: Sequence[Pair], path: Path) -> None:
    """Write one row a pair: reference, target line, ours, region matching with flow, truth, our wrong pixels."""
    methods = available_methods()
    rows = [_heading_row()]
    for pair in pairs:
        ours, rules = methods[OURS]([pair])[0], methods[RULES_AND_FLOW]([pair])[0]
        pictures = [pair.reference_gt, pair.target_line, ours, rules, pair.target_gt, _error_picture(ours, pair)]
        rows.append(_titled(np.hstack([_tile(picture) for picture in pictures]), f"{pair.clip}  gap {pair.gap}"))
    write_rgb8(np.vstack(rows), path)


def _tile(picture: np.ndarray) -> np.ndarray:
    return np.asarray(cv2.resize(picture, (TILE_PX, TILE_PX), interpolation=cv2.INTER_AREA))


def _error_picture(prediction: np.ndarray, pair: Pair) -> np.ndarray:
    """Return the target's line, washed out, with wrong pixels in red."""
    picture = 128 + pair.target_line // 2
    picture[wrong_pixels(prediction, pair.target_gt, line=pair.target_line)] = (220, 30, 30)
    return picture


def _titled(row: np.ndarray, title: str) -> np.ndarray:
    bar = np.full((HEADER_PX, row.shape[1], 3), 235, np.uint8)
    cv2.putText(bar, title, (4, 13), cv2.FONT_HERSHEY_SIMPLEX, 0.42, (0, 0, 0), 1, cv2.LINE_AA)
    return np.vstack([bar, row])


def _heading_row() -> np.ndarray:
    bar = np.full((HEADER_PX, TILE_PX * len(HEADINGS), 3), 255, np.uint8)
    for i, heading in enumerate(HEADINGS):
        cv2.putText(bar, heading, (i * TILE_PX + 4, 13), cv2.FONT_HERSHEY_SIMPLEX, 0.45, (0, 0, 0), 1, cv2.LINE_AA)
    return bar
