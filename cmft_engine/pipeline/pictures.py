"""The small pictures of a frame, kept with its note so that a report can be written again without its plates."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from pathlib import Path

from ..protocol.errors import InputError
from ..protocol.text_file import write_remedy, write_whole

SUFFIX = ".zip"
MAX_BYTES = 4_000_000  # of a picture that is read back; they have some tens of kilobytes
_EPOCH = (1980, 1, 1, 0, 0, 0)


def write_pictures(folder: Path, frame: int, pictures: Mapping[int, bytes]) -> None:
    """Keep JPEG pictures by region label in a folder of notes. Raises InputError."""
    path = folder / f"{frame}{SUFFIX}"

    def fill(temporary: Path) -> None:
        with zipfile.ZipFile(temporary, "w", zipfile.ZIP_STORED) as archive:
            for label, picture in sorted(pictures.items()):
                archive.writestr(zipfile.ZipInfo(f"{label}.jpg", _EPOCH), picture)

    try:
        write_whole(path, fill)
    except OSError as error:
        raise InputError(f"{path}: the pictures of the report cannot be kept ({error.strerror}); "
                         f"{write_remedy(error, path)}, then --resume") from error


def read_pictures(folder: Path, frame: int) -> dict[int, bytes]:
    """Return the pictures of a frame by region label; none where they are not there or damaged."""
    try:
        with zipfile.ZipFile(folder / f"{frame}{SUFFIX}") as archive:
            named = [one for one in archive.infolist() if one.filename[:-4].isdecimal() and one.file_size < MAX_BYTES]
            return {int(one.filename[:-4]): archive.read(one) for one in named}
    except (OSError, ValueError, zipfile.BadZipFile, RuntimeError, NotImplementedError):
        return {}
