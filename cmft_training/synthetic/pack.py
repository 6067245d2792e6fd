"""One small file with the training characters: `python -m cmft_training.synthetic.pack CHARACTERS OUT.zip`.

Vertices are kept in 13 bits an axis and coded as differences, over time and along the mesh, before LZMA.
A coordinate moves by at most 1/16384 of the character's largest extent: 0.035 px where a character fills a
512 px drawing. Holds no pictures; the drawings are made where the training runs.
"""

from __future__ import annotations

import argparse
import hashlib
import io
import logging
import os
import shutil
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cmft_engine.protocol.errors import CmftError, InputError
from cmft_training.synthetic.characters import CharacterSet

log = logging.getLogger(__name__)
BITS = 13
_DROPPED = 16 - BITS
_MARK = "pack.sha256"  # in an unpacked folder: of which pack

Bytes = NDArray[np.uint8]
Positions = NDArray[np.int16]


def encode_vertices(vertices: Positions) -> Bytes:
    """Return the low and the high bytes, uint8 (2, 3, runs * drawings, n), of coded int16 (runs, drawings, n, 3)."""
    level = (vertices.astype(np.int32) + 32768) >> _DROPPED
    change = np.diff(level, axis=1, prepend=0)
    change = np.diff(change, axis=2, prepend=0)
    coded = np.where(change < 0, -2 * change - 1, 2 * change).astype(np.uint16)  # small numbers, whatever the sign
    plane = coded.reshape(-1, *coded.shape[2:]).transpose(2, 0, 1)
    return np.stack([plane & 255, plane >> 8]).astype(np.uint8)


def decode_vertices(coded: Bytes, *, runs: int) -> Positions:
    """Undo `encode_vertices`: int16 (runs, drawings, n, 3), off by at most 2 ** (15 - BITS)."""
    plane = coded[0].astype(np.int32) | coded[1].astype(np.int32) << 8
    change = np.where(plane & 1, -(plane + 1) // 2, plane // 2).transpose(1, 2, 0)
    level = change.reshape(runs, -1, *change.shape[1:]).cumsum(axis=2).cumsum(axis=1)
    vertices: Positions = ((level << _DROPPED) + (1 << _DROPPED >> 1) - 32768).astype(np.int16)
    return vertices


def write_pack(characters: Path, out: Path) -> int:
    """Write the training characters of a folder as one pack; returns its size in bytes.

    Raises InputError when the folder holds none.
    """
    temporary = out.with_name(f".{out.name}.tmp")
    with zipfile.ZipFile(temporary, "w", zipfile.ZIP_LZMA) as pack:
        for name in CharacterSet(characters, "train").names:
            with np.load(characters / f"{name}.npz") as data:
                arrays = {key: data[key] for key in ("scale", "M", "colours")}
                arrays["F"] = np.ascontiguousarray(data["F"].T)
                arrays["V"] = encode_vertices(data["V"])
                arrays["runs"] = np.array(len(data["V"]))
            for key, array in arrays.items():
                entry = zipfile.ZipInfo(f"{name}/{key}.npy")  # without the time of day: equal input, equal bytes
                entry.compress_type = zipfile.ZIP_LZMA
                pack.writestr(entry, _npy(array))
    os.replace(temporary, out)
    return out.stat().st_size


def prepare_characters(path: Path) -> Path:
    """Return the folder of characters that `path` names: itself, or a pack unpacked beside itself.

    Raises InputError when there is neither.
    """
    if path.is_dir():
        return path
    if not path.is_file():
        raise InputError(
            f"{path}: no characters there; set data.characters to a folder written by extract_characters or to a pack"
        )
    folder = path.with_suffix("")
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    mark = folder / _MARK
    if mark.is_file() and mark.read_text(encoding="ascii") == digest:
        return folder
    if folder.exists() and not mark.is_file():
        raise InputError(f"{folder}: in the way of unpacking {path.name}; move one of them")
    temporary = folder.with_name(f".{folder.name}.tmp")
    try:
        _unpack(path, temporary)
        (temporary / _MARK).write_text(digest, encoding="ascii")
        shutil.rmtree(folder, ignore_errors=True)
        os.replace(temporary, folder)
    except OSError as error:
        raise InputError(f"{path}: cannot be unpacked beside itself ({error}); copy it to a writable folder") from error
    return folder


def _unpack(path: Path, folder: Path) -> None:
    """Write one npz a character, as `extract_characters` does, without compression."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    try:
        with zipfile.ZipFile(path) as pack:
            for name in sorted({entry.split("/")[0] for entry in pack.namelist()}):
                arrays = {key: _array(pack, f"{name}/{key}.npy") for key in ("V", "scale", "F", "M", "colours", "runs")}
                arrays["V"] = decode_vertices(arrays["V"], runs=int(arrays.pop("runs")))
                arrays["F"] = np.ascontiguousarray(arrays["F"].T)
                np.savez(folder / f"{name}.npz", allow_pickle=False, **arrays)
    except (zipfile.BadZipFile, KeyError, ValueError, EOFError) as error:
        raise InputError(f"{path}: not a whole pack of characters ({error}); copy or write it again") from error


def _npy(array: NDArray[np.generic]) -> bytes:
    stream = io.BytesIO()
    np.lib.format.write_array(stream, array, allow_pickle=False)
    return stream.getvalue()


def _array(pack: zipfile.ZipFile, name: str) -> NDArray[Any]:
    return np.lib.format.read_array(io.BytesIO(pack.read(name)), allow_pickle=False)


def main(arguments: Sequence[str] | None = None) -> int:
    """Parse the command line and write the pack."""
    parser = argparse.ArgumentParser(prog="python -m cmft_training.synthetic.pack", description=__doc__)
    parser.add_argument("characters", type=Path, help="folder written by extract_characters")
    parser.add_argument("out", type=Path)
    options = parser.parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    try:
        log.info("%.1f MB  %s", write_pack(options.characters, options.out) / 1e6, options.out)
    except CmftError as error:
        log.error("%s", error)
        return error.exit_code
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
