"""Render the validation clips that the quality benchmark reads: characters that no training run has seen.

``python -m benchmarks.clips.validation_set CHARACTERS`` writes ``benchmarks/data/<set>/<clip>/{line,gt}/NNNN.png``, and
the line art and the painting of the drawings that are not kept as ``{between,truth}/NNNN.png``; the number is the
drawing's place in the clip.
`toon`: flat colours, every border inked. `shaded`: a toon shadow whose border is not inked, so that one enclosed region
holds two colours.
"""

from __future__ import annotations

import argparse
import logging
import warnings
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from skimage.color import lab2rgb, rgb2lab

from cmft_training.synthetic.characters import HUMANOID_PACKS, CharacterSet, Look
from cmft_training.synthetic.drawing import Clip

from .stored import DATA

LOG = logging.getLogger(__name__)
SEED = 2026
SIZE = 512
N_DRAWINGS = 10
KEPT = (0, 1, 5, 9)
NEAREST_LAB = 13.0  # wished distance of two colours of one clip, rounding to bytes allowed for
HUMANOIDS = (*HUMANOID_PACKS, "quaternius_single_knight_pack", "quaternius_cyberpunk_pack__Character")
TOON = Look(fill=(0.75, 1.05), line_px=(2.0, 2.0), shadow=0.0, turn=110.0, pitch=20.0, roll=8.0)
SHADED = replace(TOON, shadow=1.0, ink_shadow=0.0)
SETS = {"toon": (TOON, 20), "shaded": (SHADED, 10)}


def distinct_colors(color: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return sRGB colours (n, 3) with every pair, and black ink, at least about 12 apart in CIE Lab.

    Earlier colours stay as they are; a later one that is too near moves to the nearest free place.
    """
    taken = [np.zeros(3)]
    out = color.copy()
    for i, lab in enumerate(rgb2lab(color[None] / 255.0)[0]):
        if i and _gap(lab, taken) < NEAREST_LAB:
            lab = _free_place(lab, taken)
            out[i] = np.rint(lab2rgb(lab[None, None])[0, 0] * 255)
        taken.append(rgb2lab(out[i][None, None] / 255.0)[0, 0])
    return out


def _gap(lab: NDArray[np.float64], taken: list[NDArray[np.float64]]) -> float:
    """Return the distance to the nearest taken colour."""
    return float(np.linalg.norm(np.array(taken) - lab, axis=1).min())


def _free_place(lab: NDArray[np.float64], taken: list[NDArray[np.float64]]) -> NDArray[np.float64]:
    """Return the free Lab colour nearest to `lab` on a grid around it, inside the sRGB gamut."""
    axis = np.arange(-60.0, 61.0, 4.0)
    offsets = np.stack(np.meshgrid(axis, axis, axis, indexing="ij"), axis=-1).reshape(-1, 3)
    candidates = lab + offsets[np.argsort(np.linalg.norm(offsets, axis=1), kind="stable")]
    gap = np.linalg.norm(candidates[:, None] - np.array(taken)[None], axis=2).min(axis=1)
    free = candidates[(gap >= NEAREST_LAB) & (candidates[:, 0] > 0) & (candidates[:, 0] < 100)]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # colours outside the gamut: they fail the test below
        back = rgb2lab(np.clip(lab2rgb(free[None]), 0, 1))[0]
    inside = free[np.linalg.norm(back - free, axis=1) < 0.5]
    return np.asarray(inside[0] if len(inside) else lab, np.float64)


def choose_characters(names: tuple[str, ...], *, count: int, rng: np.random.Generator) -> list[str]:
    """Return `count` names, half of them humanoids where there are enough, without repeats where possible."""
    humans = [n for n in names if n.startswith(HUMANOIDS)]
    others = [n for n in names if n not in humans]
    half = min(count // 2, len(humans))
    chosen = [humans[i] for i in rng.permutation(len(humans))[:half]]
    order = [others[i] for i in rng.permutation(len(others))]
    return chosen + (order * count)[: count - half]


def write_clip(clip: Clip, folder: Path) -> None:
    """Write the line art and the painting of every drawing as PNG.

    Raises OSError when a file cannot be written.
    """
    painted = replace(clip, color=distinct_colors(clip.color))
    for index, drawing in enumerate(clip.drawings):
        line, painting = ("line", "gt") if index in KEPT else ("between", "truth")
        _write(drawing.line, folder / line / f"{index:04d}.png")
        _write(painted.painted(index)[..., ::-1], folder / painting / f"{index:04d}.png")


def _write(picture: NDArray[np.uint8], path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    if not cv2.imwrite(str(path), picture, [cv2.IMWRITE_PNG_COMPRESSION, 9]):
        raise OSError(f"{path}: cannot be written")


def write_sets(characters: Path, out: Path) -> None:
    """Render every set below `out`."""
    for number, (name, (look, count)) in enumerate(SETS.items()):
        rng = np.random.default_rng([SEED, number])
        source = CharacterSet(characters, "validation", look=look)
        for i, character in enumerate(choose_characters(source.names, count=count, rng=rng)):
            clip = source.random_clip(rng, size=SIZE, n_drawings=N_DRAWINGS, name=character)
            folder = out / name / f"{i:02d}_{character.split('__')[1].split('-')[0]}"
            write_clip(clip, folder)
            LOG.info("%s: written", folder)


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.clips.validation_set", description=__doc__)
    parser.add_argument("characters", type=Path, help="folder written by extract_characters")
    parser.add_argument("--out", type=Path, default=DATA)
    args = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(message)s")
    write_sets(args.characters, args.out)


if __name__ == "__main__":
    main()
