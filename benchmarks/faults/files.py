"""Faults of files: bad plates, damaged or foreign results, files in the way, pictures that are too large, odd names."""

from __future__ import annotations

import json
import shlex
import shutil
import struct
import subprocess
import time
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np

from benchmarks.clips.png_chunk import png_chunk
from cmft_engine.image.limits import set_max_pixels
from cmft_engine.image.plate import Plate, Window, write_plate

from .material import FRAMES, command
from .outcome import Engine, Outcome, Told, digests

STATE = Path(".cmft-state") / "c.####.exr"


def resumed(folder: Path, name: str) -> Path:
    """Return a copy of the undisturbed run's folder."""
    return Path(shutil.copytree(folder / "whole", folder / name))


def is_whole(folder: Path, out: str) -> bool:
    """Say whether a folder holds the plates of the undisturbed run."""
    return digests(folder / out) == digests(folder / "whole")


def shot_with(folder: Path, name: str, change: Callable[[Path], object]) -> Path:
    """Return a folder with the shot in it, changed; what `change` returns is passed over."""
    other = folder / name
    other.mkdir()
    for path in (*folder.glob("line.*"), folder / "ref.png"):
        shutil.copy(path, other)
    change(other)
    return other


def bad_plates(folder: Path) -> Outcome:
    """three bad line plates of eight: empty, cut off, of another size"""
    def spoil(other: Path) -> None:
        (other / "line.0003.png").write_bytes(b"")
        (other / "line.0005.png").write_bytes((other / "line.0005.png").read_bytes()[:300])
        (other / "line.0006.png").write_bytes(png(40, 30))

    other = shot_with(folder, "bad", spoil)
    told = Engine(other).run(*command("o"))
    right = told.code == 2 and told.frames("frame_failed") == [3, 5, 6] and len(told.frames("frame_done")) == 5
    return Outcome(bad_plates.__doc__ or "", 0, 0, str(told.code), short(told), right and not told.has_traceback)


def bad_plate_of_a_task(folder: Path) -> Outcome:
    """a farm's task (`--only 3-5`) with one empty line plate among its frames"""
    other = shot_with(folder, "bad-task", lambda other: (other / "line.0004.png").write_bytes(b""))
    told = Engine(other).run(*command("o", "--only", "3-5", "--resume"))
    right = told.code == 2 and told.frames("frame_failed") == [4] and told.frames("frame_done") == [3, 5]
    return Outcome(bad_plate_of_a_task.__doc__ or "", 0, 0, str(told.code), short(told), right)


def damaged_plate(folder: Path) -> Outcome:
    """one bit of a finished plate changed; `cmft verify`, then `--resume`"""
    out = resumed(folder, "damaged")
    path = out / "c.0004.exr"
    path.write_bytes(path.read_bytes()[:-9] + bytes([path.read_bytes()[-9] ^ 1]) + path.read_bytes()[-8:])
    seen = Engine(folder).run("verify", "damaged")
    told = Engine(folder).run(*command("damaged", "--resume"))
    right = seen.code == 2 and told.frames("frame_done") == [4] and is_whole(folder, "damaged")
    return Outcome(damaged_plate.__doc__ or "", 0, len(told.frames("frame_done")) - 1, f"{seen.code}, then {told.code}",
                   "verify names c.0004.exr, which alone is coloured again", right)


def missing_and_foreign(folder: Path) -> Outcome:
    """a finished plate deleted and a strange one put beside; `cmft verify`"""
    out = resumed(folder, "missing")
    (out / "c.0002.exr").unlink()
    shutil.copy(out / "c.0001.exr", out / "c.0099.exr")
    process = Engine(folder).start("verify", "missing/c.####.exr")
    said, _ = process.communicate(timeout=60)
    right = process.returncode == 2 and "c.0002.exr: missing" in said and "c.0099.exr: foreign" in said
    return Outcome(missing_and_foreign.__doc__ or "", 0, 0, str(process.returncode), said.splitlines()[0], right)


def tampered_notes(folder: Path) -> Outcome:
    """notes of finished frames tampered with: HTML, other kinds of values, deep nesting, no JSON; `--resume`"""
    out = resumed(folder, "tampered")
    for frame, change in ((1, {"kinds": {"<script>alert(1)</script>": 1}}), (2, {"unsure": [{"bbox": "<b>"}]}),
                          (3, {"confidence": "sure"})):
        note = json.loads((out / STATE / f"{frame}.json").read_text())
        (out / STATE / f"{frame}.json").write_text(json.dumps({**note, "notes": {**note["notes"], **change}}))
    (out / STATE / "4.json").write_text("[" * 200_000)
    (out / STATE / "5.json").write_bytes(b"\xff\x00")
    told = Engine(folder).run(*command("tampered", "--resume"))
    escaped = "<script>alert" not in (out / "report.html").read_text(encoding="utf-8")
    right = told.code == 0 and escaped and is_whole(folder, "tampered") and len(told.frames("skipped")) >= FRAMES - 5
    return Outcome(tampered_notes.__doc__ or "", 0, 0, str(told.code), "notes of another kind count as none; the page "
                   "shows their text as text", right)


def another_config(folder: Path) -> Outcome:
    """`--resume` under another `$OCIO`"""
    resumed(folder, "ocio")
    told = Engine(folder, {"OCIO": "ocio://studio-config-latest"}).run(*command("ocio", "--resume"))
    right = told.code == 0 and len(told.frames("frame_done")) == FRAMES
    return Outcome(another_config.__doc__ or "", 0, 0, str(told.code), "all frames are stale and coloured anew", right)


def files_in_the_way(folder: Path) -> Outcome:
    """`--save-job` over a line plate and over notes; a strange report.json; a strange plate under `--resume`"""
    out = resumed(folder, "way")
    (folder / "notes.txt").write_text("mine")
    (out / "report.json").write_text("mine")
    before = (folder / "line.0001.png").read_bytes()
    told = [Engine(folder).run(*command("way2", "--save-job", name)) for name in ("line.0001.png", "notes.txt")]
    told.append(Engine(folder).run(*command("way", "--resume")))
    (out / "report.json").unlink()
    shutil.rmtree(out / ".cmft-state")
    told.append(Engine(folder).run(*command("way", "--resume")))
    kept = (folder / "line.0001.png").read_bytes() == before and (folder / "notes.txt").read_text() == "mine"
    right = [one.code for one in told] == [2] * 4 and kept and is_whole(folder, "way")
    return Outcome(files_in_the_way.__doc__ or "", 0, 0, "2 × 4", short(told[-1]), right)


def same_bytes(folder: Path) -> Outcome:
    """the same run a second time, later"""
    time.sleep(1.1)
    told = Engine(folder).run(*command("twice"))
    right = told.code == 0 and is_whole(folder, "twice")
    return Outcome(same_bytes.__doc__ or "", 0, 0, str(told.code), "every EXR has the same bytes" if right else
                   "EXR bytes differ", right)


def too_large(folder: Path) -> Outcome:
    """a PNG of 25 kB that says it has 50,000 × 50,000 pixels, and an EXR of 1 kB with such a window"""
    other = shot_with(folder, "large", lambda other: (other / "line.0002.png").write_bytes(png(50_000, 50_000)))
    told = Engine(other).run(*command("o"))
    plate = Plate.from_pixels(np.ones((9, 9, 3), np.float32), display_window=Window(0, 0, 50_000, 50_000))
    write_plate_over_the_limit(plate, other / "wide.1.exr")
    wide = Engine(other).run("colorize", "wide.#.exr", "--reference", "ref.png@sheet", "--out", "w/c.#.exr")
    right = told.code == wide.code == 2 and told.frames("frame_failed") == [2] and "over the limit of" in wide.message
    return Outcome(too_large.__doc__ or "", 0, 0, f"{told.code}, {wide.code}", short(wide), right)


def write_plate_over_the_limit(plate: Plate, path: Path) -> None:
    """Write a plate that the engine would refuse."""
    set_max_pixels(plate.display_window.width * plate.display_window.height)
    try:
        write_plate(plate, path)
    finally:
        set_max_pixels(None)


def odd_names(folder: Path) -> Outcome:
    """a reference whose name holds terminal escapes, and a bundle in a folder called `$(touch ran)`"""
    told = Engine(folder).run("colorize", "line.####.png", "--reference", "a\x1b[2Jb.png@1", "--out", "o2/c.####.png")
    Engine(folder).run(*command("o3", "--save-job", "job.json"))
    process = Engine(folder).start("farm", "--job", "job.json", "--out", "a $(touch ran)")
    said, _ = process.communicate(timeout=60)
    line = said.splitlines()[1].partition(": ")[2]
    subprocess.run(["sh", "-c", f": {line}"], cwd=folder, check=True)
    right = told.code == 2 and "\x1b[2J" not in told.log and not (folder / "ran").exists()
    return Outcome(odd_names.__doc__ or "", 0, 0, f"{told.code}, {process.returncode}", short(told),
                   right and shlex.split(line)[0] == "openjd")


def png(width: int, height: int) -> bytes:
    """Return a PNG that says it has this size, white for the little that it holds."""
    rows = zlib.compress((b"\x00" + b"\xff" * min(width, 4096)) * min(height, 4096))
    return (b"\x89PNG\r\n\x1a\n" + png_chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
            + png_chunk(b"IDAT", rows) + png_chunk(b"IEND", b""))


def short(told: Told) -> str:
    """Return the beginning of a message, for a cell of the table."""
    text = told.message
    return text if len(text) <= 180 else text[:179] + "…"


FAULTS = (bad_plates, bad_plate_of_a_task, damaged_plate, missing_and_foreign, tampered_notes, another_config,
          files_in_the_way, same_bytes, too_large, odd_names)
