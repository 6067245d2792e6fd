"""Draw curves.png from curves.json, the rows that the shipped checkpoint's training wrote: run it alone.

A row holds "step" and terms of the losses, smoothed over about a hundred samples; a panel shows one term.
"""

import json
from pathlib import Path

import cv2
import numpy as np

HERE = Path(__file__).parent
PANELS = {
    "color": "regions of the right colour",
    "part": "regions of the right part",
    "region": "loss of the region network",
}
WIDTH, HEIGHT, MARGIN = 380, 200, 44
INK, GRID, CURVE = (40, 40, 40), (225, 225, 225), (180, 90, 20)  # BGR


def panel(steps: np.ndarray, values: np.ndarray, title: str) -> np.ndarray:
    """Return a picture (HEIGHT, WIDTH, 3) of one curve, from its least to its greatest value."""
    picture = np.full((HEIGHT, WIDTH, 3), 255, np.uint8)
    low, high = float(values.min()), float(values.max())
    x = MARGIN + (steps - steps[0]) / max(steps[-1] - steps[0], 1) * (WIDTH - MARGIN - 12)
    y = HEIGHT - 28 - (values - low) / max(high - low, 1e-9) * (HEIGHT - 60)
    for value in (low, (low + high) / 2, high):
        row = round(HEIGHT - 28 - (value - low) / max(high - low, 1e-9) * (HEIGHT - 60))
        cv2.line(picture, (MARGIN, row), (WIDTH - 12, row), GRID, 1)
        write(picture, f"{value:.2f}", (4, row + 4))
    cv2.polylines(picture, [np.stack([x, y], 1).round().astype(np.int32)], False, CURVE, 2, cv2.LINE_AA)
    write(picture, title, (MARGIN, 18))
    write(picture, f"step {steps[0]:.0f}", (MARGIN, HEIGHT - 8))
    write(picture, f"{steps[-1]:.0f}", (WIDTH - 50, HEIGHT - 8))
    return picture


def write(picture: np.ndarray, text: str, place: tuple[int, int]) -> None:
    """Write small text into the picture."""
    cv2.putText(picture, text, place, cv2.FONT_HERSHEY_SIMPLEX, 0.4, INK, 1, cv2.LINE_AA)


def curves(rows: list[dict[str, float]]) -> np.ndarray:
    """Return all panels side by side."""
    panels = []
    for name, title in PANELS.items():
        known = [(row["step"], row[name]) for row in rows if name in row]
        panels.append(panel(*np.array(known, np.float64).T, title))
    return np.concatenate(panels, 1)


if __name__ == "__main__":
    rows = json.loads((HERE / "curves.json").read_text(encoding="utf-8"))
    cv2.imwrite(str(HERE / "curves.png"), curves(rows))
