"""Fit the confidence of settled shots: `python -m cmft_training.release.settled --characters FOLDER`.

Colours training clips as the engine does, settles each as a whole, and fits a logistic regression of "this region's
colour is right" on `settled_features`. Prints the weights that belong into
`matching.settled.WEIGHTS`: in code and not in a checkpoint, for corrections are worked out without one.
"""

from __future__ import annotations

import argparse
import logging
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import cv2
import numpy as np
from numpy.typing import NDArray

import cmft_engine
from cmft_engine.pipeline.colored_shot import ColoredShot
from cmft_training.release.calibrate import BARE_ABOVE, MIN_PX, clips, fit_logistic
from cmft_training.synthetic.drawing import Clip

log = logging.getLogger(__name__)
SEED = 11  # of clips that calibration has not seen
LEAST_SHARE = 0.97  # of a region's pixels in one colour, so that it has a true one

Floats = NDArray[np.float32]


def color_clip(clip: Clip, folder: Path) -> ColoredShot:
    """Colour a clip from its first drawing, as files in a folder."""
    for number, drawing in enumerate(clip.drawings):
        cv2.imwrite(str(folder / f"line.{number:04d}.png"), drawing.line)
    cv2.imwrite(str(folder / "painted.png"), clip.painted(0)[..., ::-1])
    shot = cmft_engine.Shot.open(str(folder / "line.####.png"), reference=f"{folder / 'painted.png'}@0")
    cmft_engine.colorize(shot, folder / "out" / "c.####.exr")
    return ColoredShot(folder / "out")


def judged(clip: Clip, colored: ColoredShot) -> tuple[Floats, NDArray[np.bool_]]:
    """Return the features (n, 4) of the regions of one true colour behind the first drawing, and which are right."""
    graph = colored.graph
    color = graph.settled[0]
    features = graph.features(color)
    shown = np.rint(colored.palette.display * 255).astype(np.int64)
    rows, right = list[Floats](), list[NDArray[np.bool_]]()
    for number, drawing in enumerate(clip.drawings):
        record = colored.record(colored.decided_at[number])
        if number == 0 or record is None:
            continue
        count = len(shown)
        distance = np.abs(clip.color.astype(np.int64)[:, None] - shown[None]).sum(-1)
        entry = np.where(distance.min(1) == 0, distance.argmin(1), count)[np.asarray(clip.group)[drawing.part]]
        labels = np.where(drawing.line > BARE_ABOVE, record.labels, 0)
        code = labels.astype(np.int64) * (count + 1) + entry
        table = np.bincount(code.ravel(), minlength=(record.graph.count + 1) * (count + 1)).reshape(-1, count + 1)[1:]
        known = (table.sum(1) >= MIN_PX) & (table.max(1) >= LEAST_SHARE * table.sum(1)) & (table.argmax(1) < count)
        nodes = graph.of(colored.decided_at[number])
        rows.append(features[nodes][known])
        right.append((table.argmax(1) == color[nodes])[known])
    return np.concatenate(rows), np.concatenate(right)


def samples(characters: Path, count: int) -> Iterator[tuple[Floats, NDArray[np.bool_]]]:
    """Yield what `judged` says of training clips."""
    for number, clip in enumerate(clips(characters, count, SEED), 1):
        with TemporaryDirectory(prefix="cmft-settled-") as folder:
            found = judged(clip, color_clip(clip, Path(folder)))
        log.info("%d of %d: %d regions, %d wrong", number, count, len(found[1]), int((~found[1]).sum()))
        yield found


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line."""
    parser = argparse.ArgumentParser(prog="python -m cmft_training.release.settled", description=__doc__)
    parser.add_argument("--characters", type=Path, required=True, help="folder written by extract_characters")
    parser.add_argument("--clips", type=int, default=30)
    given = parser.parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(message)s", stream=sys.stderr)
    logging.getLogger("cmft_engine").setLevel(logging.ERROR)
    features, right = (np.concatenate(parts) for parts in zip(*samples(given.characters, given.clips), strict=True))
    weights = fit_logistic(features, right)
    print("WEIGHTS = (" + ", ".join(f"{weight:.3f}" for weight in weights) + ")")
    return 0


if __name__ == "__main__":
    sys.exit(main())
