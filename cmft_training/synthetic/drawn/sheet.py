"""Contact sheets and speed of the drawn families: `python -m cmft_training.synthetic.drawn.sheet DRAWN OUT`.

Writes OUT/<family>.png: each figure's drawings side by side, under each other the line, the flats and the parts in
false colours. Says how many pairs of drawings a second one core draws.
"""

from __future__ import annotations

import argparse
import logging
import time
from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from cmft_engine.protocol.errors import CmftError
from cmft_training.synthetic.drawing import Clip
from cmft_training.synthetic.drawn.families import open_family
from cmft_training.synthetic.drawn.figure import Family, random_clip
from cmft_training.synthetic.drawn.split import FAMILIES, Split

log = logging.getLogger(__name__)
_COLUMNS = 4  # figures
_GAP = 5  # drawings between those of a measured pair

Picture = NDArray[np.uint8]


def contact_sheet(clips: Sequence[Clip], tile: int) -> Picture:
    """Return RGB, four clips in a row, each drawing `tile` px wide."""
    cells = [_cell(clip, tile) for clip in clips]
    height, width = max(len(cell) for cell in cells), max(cell.shape[1] for cell in cells)
    rows = -(-len(cells) // _COLUMNS)
    sheet = np.full((rows * height, _COLUMNS * width, 3), 255, np.uint8)
    for k, cell in enumerate(cells):
        y, x = k // _COLUMNS * height, k % _COLUMNS * width
        sheet[y : y + len(cell), x : x + cell.shape[1]] = cell
    return sheet


def _cell(clip: Clip, tile: int) -> Picture:
    columns = []
    for drawing in clip.drawings:
        line = np.repeat(drawing.line[..., None], 3, 2)
        pictures = (line, clip.color[clip.group[drawing.part]], _false_colors(drawing.part))
        columns.append(np.vstack([cv2.resize(p, (tile, tile), interpolation=cv2.INTER_AREA) for p in pictures]))
    return np.hstack(columns)


def _false_colors(part: NDArray[np.uint16]) -> Picture:
    mixed = part.astype(np.uint32) * 2654435761 % 2**24
    color = np.stack([mixed >> 16, mixed >> 8 & 255, mixed & 255], -1).astype(np.uint8)
    color[part == 0] = 255
    return color


def pairs_per_second(family: Family, *, count: int, size: int, seed: int) -> float:
    """Return how many pairs of drawings a second of processor time brings, what is read for the first time included."""
    start = time.process_time()
    for k in range(count):
        random_clip(family, np.random.default_rng([seed, k]), size=size, n_drawings=2, stride=_GAP)
    return count / max(time.process_time() - start, 1e-9)


def _report(name: str, family: Family, options: argparse.Namespace) -> None:
    rngs = [np.random.default_rng([options.seed, k]) for k in range(options.figures)]
    clips = [random_clip(family, rng, size=options.size, n_drawings=3, stride=_GAP) for rng in rngs]
    sheet = contact_sheet(clips, options.tile)
    cv2.imwrite(str(options.out / f"{name}.png"), cv2.cvtColor(sheet, cv2.COLOR_RGB2BGR))
    parts = np.mean([len(np.unique(clip.drawings[0].part)) - 1 for clip in clips])
    speed = pairs_per_second(family, count=options.pairs, size=options.size, seed=options.seed)
    log.info("%-12s %5.1f pairs/s at %d px, %.1f parts a drawing", name, speed, options.size, parts)


def main(arguments: Sequence[str] | None = None) -> int:
    """Parse the command line, write the sheets and say the speeds."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("drawn", type=Path, help="folder made by prepare")
    parser.add_argument("out", type=Path)
    parser.add_argument("--families", nargs="+", choices=FAMILIES, default=list(FAMILIES))
    parser.add_argument("--split", choices=("train", "validation"), default="train")
    parser.add_argument("--figures", type=int, default=12)
    parser.add_argument("--pairs", type=int, default=40)
    parser.add_argument("--size", type=int, default=256)
    parser.add_argument("--tile", type=int, default=128)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    cv2.setNumThreads(1)
    split: Split = options.split
    try:
        options.out.mkdir(parents=True, exist_ok=True)
        for name in options.families:
            _report(name, open_family(name, options.drawn, split), options)
    except CmftError as error:
        log.error("%s", error)
        return error.exit_code
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
