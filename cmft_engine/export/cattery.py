"""The files of the live route for Nuke: the model, the script that makes its `.cat`, the gizmo, and `cat.json`.

Nuke makes the `.cat` itself; what a Cattery folder must hold is in Foundry's reference guide to CatFileCreator.
"""

import json
import os
import warnings
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch

from ..image.plate import Plate, write_plate
from ..matching.network.weights import DEFAULT, load_checkpoint
from ..protocol.errors import InputError
from ..protocol.text_file import make_temporary, remove_quietly, write_text
from .gizmo import CHANNELS_IN, CHANNELS_OUT, NAME, ModelKnob, cat_script, gizmo

MINIMUM_NUKE = 14.0  # torch 1.12, the oldest that the model was loaded in
CATEGORY = "Stylisation"
CAT_JSON = "cat.json"
ICON_PX = {"CMFT_Live.png": 26, "CMFT_Live@2x.png": 52}


class Written(NamedTuple):
    """What was written: the folder, the model, and the script to open in Nuke first."""

    folder: Path
    model: Path
    script: Path


def write_cattery(folder: Path, *, overwrite: bool = False, weights: Path = DEFAULT) -> Written:
    """Write a folder for the Cattery menu. Raises InputError when one of its files is there already, WeightsError."""
    written = Written(folder, folder / f"{NAME}.pt", folder / f"{NAME}_make_cat.nk")
    files = (written.model, written.script, folder / f"{NAME}.gizmo", folder / CAT_JSON, *map(folder.joinpath, ICON_PX))
    there = next((path for path in files if path.exists()), None)
    if there is not None and not overwrite:
        raise InputError(f"{there} exists; add --overwrite, or choose another folder")
    try:
        save_model(written.model, weights)
        write_text(written.script, cat_script(KNOBS))
        write_text(folder / f"{NAME}.gizmo", gizmo(KNOBS))
        write_text(folder / CAT_JSON, json.dumps(cat_json(), indent=2) + "\n")
        for name, side in ICON_PX.items():
            write_plate(Plate.from_pixels(icon(side)), folder / name)
    except OSError as error:
        raise InputError(f"{folder}: cannot be written ({error.strerror}); choose another folder") from error
    return written


def save_model(path: Path, weights: Path = DEFAULT) -> None:
    """Write the scripted model; it keeps its attributes, and every torch from 1.12 on loads it."""
    from .live import LiveModel

    model = LiveModel(load_checkpoint(weights).network).eval()
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = make_temporary(path)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # of TorchScript, which is what Nuke reads
            torch.jit.script(model).save(str(temporary))
        os.replace(temporary, path)
    finally:
        remove_quietly(temporary)


KNOBS = (
    ModelKnob("work_size", "Work size", "Longest side, in pixels, of the drawing as the network sees it. Lower it when "
              "memory runs out.", "int", 512, (128, 2048)),
    ModelKnob("ink_threshold", "Ink threshold", "Ink coverage above which a pixel is a line.", "float", 0.3, (0, 1)),
    ModelKnob("linear", "Linear light", "1: the pictures are linear, as Nuke has them. 0: they are display sRGB, read "
              "as raw.", "int", 1, (0, 1)),
    ModelKnob("ink_over", "Lines over colours", "1 lays the line art over the colours, 0 leaves it out.", "int", 1,
              (0, 1)),
)


def cat_json() -> dict[str, Any]:
    """Return what Nuke's Cattery menu reads."""
    return {
        "minimum_nuke_version_required": MINIMUM_NUKE, "version": 1, "category": CATEGORY,
        "description": "Colours line art from one painted frame, live: the network alone, without regions.",
        "cats": [{"filepath": f"{NAME}.gizmo", "name": "CMFT Live", "icon": "CMFT_Live.png"}],
    }


def icon(side: int) -> "np.ndarray[Any, np.dtype[np.float32]]":
    """Draw an inked box, half of it painted: display RGBA (side, side, 4)."""
    y, x = np.mgrid[:side, :side] / np.float32(side)
    pixels = np.zeros((side, side, 4), np.float32)
    pixels[(abs(x - 0.5) < 0.4) & (abs(y - 0.5) < 0.4)] = (0.1, 0.1, 0.1, 1)
    inside = (abs(x - 0.5) < 0.3) & (abs(y - 0.5) < 0.3)
    pixels[inside] = (1, 1, 1, 1)
    pixels[inside & (x > y)] = (0.31, 0.5, 0.75, 1)
    return pixels


__all__ = ["CHANNELS_IN", "CHANNELS_OUT", "KNOBS", "Written", "cat_json", "save_model", "write_cattery"]
