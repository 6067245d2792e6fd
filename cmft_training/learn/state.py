"""A training run's state on disk: parts small enough to send, a manifest with their checksums, never half written.

A folder holds `manifest.json` and `state.<digest>.part00`, `part01`, … . New parts have new names; the manifest is
renamed into place last and the old parts go after that, so an interrupted save leaves the old state whole.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import pickle
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from cmft_engine.matching.network import weights
from cmft_engine.protocol.errors import InputError

PART_BYTES = 15_000_000
FORMAT = "cmft-training-2"
MANIFEST = "manifest.json"
SHIPPED = "shipped"
_AGAIN = "copy the whole folder again, or remove it to start anew"

State = dict[str, Any]


def save_state(folder: Path, state: State, *, facts: dict[str, Any]) -> None:
    """Write a state of tensors, numbers, texts, lists and dicts; `facts` are for people and go into the manifest."""
    folder.mkdir(parents=True, exist_ok=True)
    stream = io.BytesIO()
    torch.save(state, stream)
    data = stream.getvalue()
    digest = hashlib.sha256(data).hexdigest()
    parts = []
    for number, start in enumerate(range(0, len(data), PART_BYTES)):
        piece = data[start : start + PART_BYTES]
        name = f"state.{digest[:8]}.part{number:02d}"
        _replace(folder / name, piece)
        parts.append({"name": name, "bytes": len(piece), "sha256": hashlib.sha256(piece).hexdigest()})
    manifest = {"format": FORMAT, **facts, "parts": parts}
    _replace(folder / MANIFEST, (json.dumps(manifest, indent=2) + "\n").encode())
    kept = {part["name"] for part in parts}
    for path in folder.glob("state.*.part*"):
        if path.name not in kept:
            path.unlink()


def has_state(folder: Path) -> bool:
    """Return whether a folder holds a state."""
    return (folder / MANIFEST).is_file()


def read_manifest(folder: Path) -> dict[str, Any]:
    """Return the manifest. Raises InputError when it is missing, damaged or of another format."""
    path = folder / MANIFEST
    try:
        manifest: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise InputError(f"{path}: cannot be read ({error}); {_AGAIN}") from error
    if isinstance(manifest, dict) and str(manifest.get("format")).startswith("cmft-training-") \
            and manifest["format"] != FORMAT:
        raise InputError(
            f"{path}: was written by another version ({manifest['format']}, this one writes {FORMAT}); "
            "begin anew in another run.folder, from its checkpoint by run.init if there is one"
        )
    if not isinstance(manifest, dict) or manifest.get("format") != FORMAT or not manifest.get("parts"):
        raise InputError(f"{path}: not a training state of format {FORMAT!r}; {_AGAIN}")
    return manifest


def load_state(folder: Path) -> State:
    """Read a state back, on the CPU. Raises InputError when a part is missing or its checksum differs."""
    pieces = []
    for part in read_manifest(folder)["parts"]:
        path = folder / part["name"]
        try:
            piece = path.read_bytes()
        except OSError as error:
            raise InputError(f"{path}: cannot be read ({error.strerror}); {_AGAIN}") from error
        if hashlib.sha256(piece).hexdigest() != part["sha256"]:
            raise InputError(f"{path}: checksum differs from the manifest; {_AGAIN}")
        pieces.append(piece)
    state: State = torch.load(io.BytesIO(b"".join(pieces)), map_location="cpu", weights_only=True)
    return state


@dataclass(frozen=True)
class Average:
    """Averaged weights of the pixel network and, where they were trained together, of the region network."""

    network: dict[str, Tensor]
    regions: dict[str, Tensor] | None


def load_average(path: Path | str) -> Average:
    """Return the averaged weights from a state folder, from a state of one file, or from a checkpoint.

    "shipped" names the default checkpoint. Raises InputError, or WeightsError for a damaged checkpoint.
    """
    if str(path) == SHIPPED or Path(path).suffix == ".safetensors":
        checkpoint = weights.load_checkpoint(weights.DEFAULT if str(path) == SHIPPED else Path(path))
        return Average(dict(checkpoint.network.state_dict()), dict(checkpoint.regions.state_dict()))
    if Path(path).is_dir():
        state = load_state(Path(path))
    else:
        try:
            state = torch.load(path, map_location="cpu", weights_only=True)
        except (OSError, RuntimeError, EOFError, pickle.UnpicklingError) as error:
            # not the error's own words: torch's advise to load the file unsafely
            raise InputError(
                f"{path}: neither a state folder nor a checkpoint ({type(error).__name__}); "
                f"name one of them, or {SHIPPED!r}"
            ) from error
    if not isinstance(state, dict) or "average" not in state:
        raise InputError(f"{path}: holds no averaged weights; name a state folder or a .safetensors checkpoint")
    return Average(state["average"], state.get("average_regions"))


def _replace(path: Path, data: bytes) -> None:
    temporary = path.with_name(f".{path.name}.tmp")
    temporary.write_bytes(data)
    os.replace(temporary, path)
