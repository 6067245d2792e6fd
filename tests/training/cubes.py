"""Two cubes as the smallest characters there can be."""

from pathlib import Path

import numpy as np

from cmft_training.synthetic.extract_characters import quantize_positions

CUBE = np.array([(x, y, z) for x in (0, 1) for y in (0, 1) for z in (0, 1)], np.float32)
FACES = np.array(
    [(0, 1, 3), (0, 3, 2), (4, 6, 7), (4, 7, 5), (0, 4, 5), (0, 5, 1), (2, 3, 7), (2, 7, 6), (0, 2, 6), (0, 6, 4),
     (1, 5, 7), (1, 7, 3)], np.int32
)  # fmt: skip
TRAINING, VALIDATION = "pack__Cubes", "quaternius_dinosaurs_pack__Cubes"


def write_cubes(folder: Path) -> Path:
    """Write two cubes of two materials, the second one rising, as a training and as a validation character."""
    folder.mkdir(exist_ok=True)
    moved = np.tile(np.concatenate([CUBE, CUBE + np.array([2, 0, 0], np.float32)]), (3, 10, 1, 1))
    moved[:, :, 8:, 2] += np.linspace(0, 2, 10, dtype=np.float32)[None, :, None]
    packed, scale = quantize_positions(moved)
    faces, material = np.concatenate([FACES, FACES + 8]), np.repeat([0, 1], 12).astype(np.uint8)
    color = np.array([(200, 30, 30), (30, 30, 200)], np.uint8)
    for name in (TRAINING, VALIDATION):
        np.savez(folder / f"{name}.npz", V=packed, scale=scale, F=faces, M=material, colours=color)
    return folder
