"""Make demo.png and demo.json: `python -m docs.images.demo demo` in the clone, after `cmft demo`.

The script compares every frame with the truth, outlines and counts the regions that are wrong, corrects the shot by
clicks as an ideal colourist would, frame by frame, and counts once more. The corrections are the engine's own, and
stay in the demo's folder. Needs the environment of `install.py test`.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import cv2
import numpy as np

from benchmarks.clicks.approving import approve_in_order
from benchmarks.clicks.run import true_frame
from benchmarks.metrics.clicks import SEEN_SHARE
from cmft_engine.pipeline.colored_shot import ColoredShot
from cmft_engine.pipeline.correcting import apply
from cmft_engine.protocol.corrections_file import save_corrections
from cmft_training.synthetic.example_shot import FIRST_FRAME, FRAMES, ExampleFrame, ExampleShot
from docs.images.demo_truth import Areas, Picture, count, outlined, over_white, wrong_areas

ROOT = Path(__file__).resolve().parents[2]
SHOT = ROOT / "examples" / "shot"
PAINTED = SHOT / f"ref.{FIRST_FRAME}.png"
SHOWN = (1011, 1006, 1016, 1022)  # the first below the painting
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


def correct(folder: Path, truth: Truth) -> tuple[dict[int, int], int]:
    """Correct the demo by clicks, and let its plates follow; return the clicks of each frame, and all regions there.

    folder: what `cmft demo` wrote.
    """
    colored = ColoredShot(folder)
    frames = {number: true_frame(colored, number, over_white(frame.line), over_white(frame.flats))
              for number, frame in truth.items() if number != FIRST_FRAME}
    _, corrections = approve_in_order(colored, frames, share=SEEN_SHARE)
    save_corrections(colored.corrections_path, corrections)
    apply(ColoredShot(folder))
    clicks = {number: sum(one.frame == number and one.kind != "approve" for one in corrections) for number in frames}
    return clicks, sum(len(frame.spots) for frame in frames.values())


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


def demo_picture(rows: dict[str, dict[int, Picture]], wrong: dict[str, Wrong]) -> Picture:
    """Return three rows: the painting and line art, the demo's colours, and those after the clicks.

    rows: the plates of frames as they were before and after; wrong: their wrong areas.
    """
    cells = [(over_white(read(PAINTED)), f"{FIRST_FRAME} painted by hand")]
    cells += [(over_white(read(SHOT / f"line.{number}.png")), f"{number} line art") for number in SHOWN[1:]]
    for name, plates in rows.items():
        cells += [(outlined(plates[at], wrong[name][at]), f"{at} {name}: {count(wrong[name][at])} wrong")
                  for at in SHOWN]
    pictures = cropped([picture for picture, _ in cells])
    shown = [titled(shrink(picture, HEIGHT), title) for picture, (_, title) in zip(pictures, cells, strict=True)]
    across = len(SHOWN)
    return join([join(shown[start:start + across], 1) for start in range(0, len(shown), across)], 0)


def write_demo(folder: Path) -> None:
    """Write demo.png and demo.json beside this file, from what `cmft demo` left in a folder."""
    drawn = ExampleShot()
    truth = {number: drawn.frame(number) for number in range(FIRST_FRAME, FIRST_FRAME + FRAMES)}
    plates, wrong = {}, {}
    for name in ("coloured", "corrected"):
        if name == "corrected":
            clicks, regions = correct(folder, truth)
        wrong[name] = find_wrong(folder, truth)
        plates[name] = {number: read(folder / f"coloured.{number}.png") for number in SHOWN}
    picture = cv2.cvtColor(demo_picture(plates, wrong), cv2.COLOR_RGB2BGR)
    cv2.imwrite(str(Path(__file__).with_name("demo.png")), picture, (cv2.IMWRITE_PNG_COMPRESSION, 9))
    figures = {"clicks": clicks, "regions": regions, "shown": SHOWN}
    for key, name in (("before", "coloured"), ("after", "corrected")):
        figures[key] = {number: count(areas) for number, areas in wrong[name].items()}
    Path(__file__).with_name("demo.json").write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    write_demo(Path(sys.argv[1]))
