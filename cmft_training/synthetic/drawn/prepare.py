"""Make the data folder of the drawn families: `python -m cmft_training.synthetic.drawn.prepare SOURCES OUT`.

SOURCES holds glitch_avatars.tar.xz, openclipart_inked.tar.xz and glitch_inhabitants.tar.xz; heads need no archive.
Finished families are left alone when their archive is the one that they were made from.
What needs skia or lxml is imported where it is used, so that a missing library is a sentence.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import logging
import lzma
import os
import shutil
import tarfile
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import get_args

import cv2

from cmft_engine.protocol.errors import CmftError, InputError
from cmft_training.synthetic.drawn.clusters import cut_by_color, find_palette, palette_rgb
from cmft_training.synthetic.drawn.families import library_error
from cmft_training.synthetic.drawn.split import FamilyName, Split, names_of
from cmft_training.synthetic.drawn.swf import read_swf

log = logging.getLogger(__name__)
_MARK = "archive.sha256"  # in a finished folder: of which archive
_PALETTE_FRAMES = 6

Maker = Callable[[Path, Path], None]
"""Makes a family's folder, there and empty, from its unpacked archive."""


@dataclass(frozen=True)
class Source:
    """An archive, the folder in it, and what makes the family's folder of it."""

    archive: str
    folder: str
    make: Maker


def prepare(sources: Path, out: Path, families: Sequence[FamilyName]) -> None:
    """Make the folders of these families below `out`; nothing half made is left.

    Raises InputError when an archive is missing, damaged or of something else.
    """
    for family in families:
        source = SOURCES[family]
        archive = sources / source.archive
        if not archive.is_file():
            raise InputError(f"{archive}: not there; put it there or leave {family} out with --families")
        digest = hashlib.sha256(archive.read_bytes()).hexdigest()
        folder = out / family
        if _mark(folder) == digest:
            log.info("%s  there already", folder)
            continue
        if folder.exists() and not _mark(folder):
            raise InputError(f"{folder}: in the way and not made by this command; move it")
        _make(archive, source, folder, digest)
        log.info("%s  from %s", folder, archive.name)


def _mark(folder: Path) -> str:
    mark = folder / _MARK
    return mark.read_text(encoding="ascii") if mark.is_file() else ""


def _make(archive: Path, source: Source, folder: Path, digest: str) -> None:
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".preparing-", dir=folder.parent) as name:
            unpacked = unpack(archive, Path(name) / "in", source.folder)
            made = Path(name) / "out"
            made.mkdir()
            _fill(archive, source, unpacked, made)
            (made / _MARK).write_text(digest, encoding="ascii")
            shutil.rmtree(folder, ignore_errors=True)
            shutil.move(made, folder)
    except OSError as error:
        why = error.strerror or error
        raise InputError(f"{folder}: cannot be written ({why}); free space or name another OUT") from error


def _fill(archive: Path, source: Source, unpacked: Path, made: Path) -> None:
    """Make the folder; a mistake in the archive is told with the archive's name."""
    try:
        source.make(unpacked, made)
    except ImportError as error:
        raise library_error(archive.name, error) from error
    except InputError as error:
        where = str(error).replace(f"{unpacked.parent}{os.sep}", "")
        raise InputError(f"{archive}: {where}") from error


def unpack(archive: Path, out: Path, folder: str) -> Path:
    """Unpack a tar archive and return the folder in it. Raises InputError when it is damaged or lacks the folder."""
    out.mkdir()
    try:
        with tarfile.open(archive, "r:xz") as tar:
            tar.extractall(out, filter="data")
    except (tarfile.TarError, lzma.LZMAError, EOFError) as error:
        raise InputError(f"{archive}: not a whole archive ({error}); get or copy it again") from error
    if not (out / folder).is_dir():
        raise InputError(f"{archive}: has no folder {folder}; get the archive of that name again")
    return out / folder


def make_avatars(source: Path, out: Path) -> None:
    """Write the rig and every item of the split as arrays."""
    from cmft_training.synthetic.drawn import avatar_rig, avatars, movie

    items = [item for split in get_args(Split) for item in names_of("avatars", split)]
    for item in [avatar_rig.RIG, *items]:
        movie.write_movie(read_swf(source / item), out / avatars.file_name(item))


def make_clipart(source: Path, out: Path) -> None:
    """Copy the files of the split; each must be readable as layers."""
    from cmft_training.synthetic.drawn import clipart

    for name in (name for split in get_args(Split) for name in names_of("clipart", split)):
        clipart.read_layers(source / name)
        shutil.copyfile(source / name, out / name)


def make_inhabitants(source: Path, out: Path) -> None:
    """Cut every frame of the split's figures into the colours of its run, and write them with a table of the runs."""
    from cmft_training.synthetic.drawn import inhabitants

    figures = {name for split in get_args(Split) for name in names_of("inhabitants", split)}
    index = read_table(source / "INDEX.json").get("sequences", {})
    runs = {run: entry["figure"] for run, entry in sorted(index.items()) if entry["figure"] in figures}
    table = {}
    for run, figure in runs.items():
        frames = sorted((source / run).glob("*.webp"))
        if not frames:
            raise InputError(f"{source / run}: no frames; get glitch_inhabitants.tar.xz again")
        every = max(1, len(frames) // _PALETTE_FRAMES)
        palette = find_palette([inhabitants.read_frame(frame) for frame in frames[::every]])
        (out / run).mkdir(parents=True)
        for frame in frames:
            label = cut_by_color(inhabitants.read_frame(frame), palette)
            cv2.imwrite(str(out / run / f"{frame.stem}.png"), label)
            shutil.copyfile(frame, out / run / frame.name)
        table[run] = {
            "figure": figure,
            "frames": [int(frame.stem) for frame in frames],
            "color": palette_rgb(palette).tolist(),
        }
    (out / inhabitants.TABLE).write_text(json.dumps(table), encoding="utf-8")


def read_table(path: Path) -> dict[str, dict[str, dict[str, str]]]:
    """Return a JSON table of the archive. Raises InputError when it is missing or not one."""
    try:
        table: dict[str, dict[str, dict[str, str]]] = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise InputError(f"{path.name}: no table there ({error}); get the archive again") from error
    return table


SOURCES: dict[FamilyName, Source] = {
    "avatars": Source("glitch_avatars.tar.xz", "glitch_avatars", make_avatars),
    "clipart": Source("openclipart_inked.tar.xz", "openclipart_inked", make_clipart),
    "inhabitants": Source("glitch_inhabitants.tar.xz", "glitch_inhabitants", make_inhabitants),
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Parse the command line and make the folder."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sources", type=Path, help="folder with the archives")
    parser.add_argument("out", type=Path, help="folder to make; data.drawn.folder of a training run")
    parser.add_argument("--families", nargs="+", choices=list(SOURCES), default=list(SOURCES))
    options = parser.parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    try:
        prepare(options.sources, options.out, options.families)
    except CmftError as error:
        log.error("%s", error)
        return error.exit_code
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
