"""Make demo.png and demo.json: `python -m docs.images.demo demo` in the clone, after `cmft demo`.

The script compares every frame with the truth, outlines and counts the regions that are wrong, repaints those of two
frames as a person would, colours the shot again with these as further references, and counts once more.
Needs the environment of `install.py test`; what it colours goes into the demo's folder.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import cv2
import numpy as np

from cmft_engine import Reference, Shot, colorize
from cmft_training.synthetic.example_shot import FIRST_FRAME, FRAMES, ExampleFrame, ExampleShot
from docs.images.demo_truth import Areas, Picture, count, outlined, over_white, repaint, wrong_areas

ROOT = Path(__file__).resolve().parents[2]
SHOT = ROOT / "examples" / "shot"
PAINTED = SHOT / f"ref.{FIRST_FRAME}.png"
REPAINTED = (1020, 1012)  # one after the other, each from the colours of the run before
SHOWN = (1006, 1016, 1022)  # between the painted and repainted frames, and after the last of them
HEIGHT = 280  # px of a picture
TEXT_HEIGHT = 28  # px of its title
GAP = 10

Truth = dict[int, ExampleFrame]
Wrong = dict[int, Areas]


def read(path: Path) -> Picture:
    """Return a plate as straight RGBA (H, W, 4)."""
    return np.asarray(cv2.cvtColor(cv2.imread(str(path), cv2.IMREAD_UNCHANGED), cv2.COLOR_BGRA2RGBA), np.uint8)


def find_wrong(folder: Path, truth: Truth) -> Wrong:
    """Return the wrong areas of every coloured frame in a folder."""
    return {number: wrong_areas(read(folder / f"coloured.{number}.png"), frame) for number, frame in truth.items()}


def correct(folder: Path, truth: Truth) -> tuple[Path, dict[int, int]]:
    """Repaint frames and colour the shot again after each; return the last run's folder and the clicks of each frame.

    folder: what `cmft demo` wrote; the repainted frames and further runs go into it.
    """
    references, clicks, coloured = [Reference(PAINTED, FIRST_FRAME)], {}, folder
    for number in REPAINTED:
        plate = read(coloured / f"coloured.{number}.png")
        clicks[number] = count(wrong_areas(plate, truth[number]))
        repainted = folder / f"repainted.{number}.png"
        cv2.imwrite(str(repainted), cv2.cvtColor(repaint(plate, truth[number]), cv2.COLOR_RGBA2BGRA))
        references.append(Reference(repainted, number))
        coloured = folder / f"corrected.{number}"
        coloured.mkdir(exist_ok=True)
        shot = Shot.open(str(SHOT / "line.####.png"), reference=references)
        colorize(shot, str(coloured / "coloured.####.png"), overwrite=True)
    return coloured, clicks


def shrink(rgb: Picture, height: int) -> Picture:
    """Return a picture (H, W, 3) at this height."""
    width = round(rgb.shape[1] * height / rgb.shape[0])
    return np.asarray(cv2.resize(rgb, (width, height), interpolation=cv2.INTER_AREA), np.uint8)


def titled(rgb: Picture, title: str) -> Picture:
    """Return a picture (H, W, 3) with a line of text above it."""
    strip = np.full((TEXT_HEIGHT, rgb.shape[1], 3), 255, np.uint8)
    cv2.putText(strip, title, (2, TEXT_HEIGHT - 9), cv2.FONT_HERSHEY_DUPLEX, 0.55, (40, 40, 40), 1, cv2.LINE_AA)
    return np.concatenate([strip, rgb])


def join(pictures: list[Picture], axis: int) -> Picture:
    """Return pictures of one height (axis 1) or width (axis 0) in a line, white between."""
    size = list(pictures[0].shape)
    size[axis] = GAP
    white = np.full(size, 255, np.uint8)
    return np.concatenate([part for picture in pictures for part in (picture, white)][:-1], axis)


def cropped(pictures: list[Picture]) -> list[Picture]:
    """Return pictures of one size without the columns and rows that are white in all of them."""
    drawn = np.any([(picture < 255).any(2) for picture in pictures], axis=0)
    rows, columns = np.flatnonzero(drawn.any(1)), np.flatnonzero(drawn.any(0))
    return [picture[rows[0]:rows[-1] + 1, columns[0]:columns[-1] + 1] for picture in pictures]


def demo_picture(folder: Path, before: Wrong, corrected: Path, after: Wrong) -> Picture:
    """Return three rows: references in the first column, then line art, a run's colours, and those of the last run."""
    names = [str(number) for number in sorted((FIRST_FRAME, *REPAINTED))]
    references = [(read(PAINTED), f"{FIRST_FRAME} painted by hand")]
    references += [(read(folder / f"repainted.{number}.png"), f"{number} repainted") for number in sorted(REPAINTED)]
    lines = [(over_white(read(SHOT / f"line.{number}.png")), f"{number} line art") for number in SHOWN]
    runs = [lines]
    for run, wrong, source in ((folder, before, names[0]), (corrected, after, ", ".join(names))):
        runs.append([(outlined(read(run / f"coloured.{number}.png"), wrong[number]),
                      f"{number} from {source}: {count(wrong[number])} wrong") for number in SHOWN])
    cells = [cell for (plate, title), run in zip(references, runs, strict=True)
             for cell in ((over_white(plate), title), *run)]
    pictures = cropped([picture for picture, _ in cells])
    shown = [titled(shrink(picture, HEIGHT), title) for picture, (_, title) in zip(pictures, cells, strict=True)]
    across = 1 + len(SHOWN)
    return join([join(shown[start:start + across], 1) for start in range(0, len(shown), across)], 0)


def write_demo(folder: Path) -> None:
    """Write demo.png and demo.json beside this file, from what `cmft demo` left in a folder."""
    drawn = ExampleShot()
    truth = {number: drawn.frame(number) for number in range(FIRST_FRAME, FIRST_FRAME + FRAMES)}
    before = find_wrong(folder, truth)
    corrected, clicks = correct(folder, truth)
    after = find_wrong(corrected, truth)
    picture = cv2.cvtColor(demo_picture(folder, before, corrected, after), cv2.COLOR_RGB2BGR)
    cv2.imwrite(str(Path(__file__).with_name("demo.png")), picture, (cv2.IMWRITE_PNG_COMPRESSION, 9))
    figures = {"clicks": clicks, "before": {number: count(areas) for number, areas in before.items()},
               "after": {number: count(areas) for number, areas in after.items()}, "shown": SHOWN}
    Path(__file__).with_name("demo.json").write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    write_demo(Path(sys.argv[1]))
