"""Small good files of every kind that is read, made by the engine's own code: what the mutations begin with."""

from __future__ import annotations

import io
import json
import struct
import tempfile
import zipfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import numpy as np

from cmft_engine import Settings
from cmft_engine.image.cryptomatte import cryptomatte_layers
from cmft_engine.image.paint_map import PaintMap
from cmft_engine.image.palette import Palette, PaletteColor
from cmft_engine.image.palette_files import save_palette
from cmft_engine.image.plate import Plate, Window, write_plate
from cmft_engine.pipeline.resume import STATE_VERSION
from cmft_engine.protocol.events import (
    Event,
    Failed,
    Finished,
    FrameDone,
    FrameFailed,
    Message,
    Skipped,
    Started,
    to_line,
)
from cmft_engine.protocol.job import Job, JobReference, to_dict

PLATES = ("exr", "png", "tif", "jpg")
TEXTS = ("job", "palette", "event", "note", "claim", "report", "record", "corrections", "shot")
KINDS = (*PLATES, *TEXTS)


@cache
def seeds(kind: str) -> tuple[tuple[str, bytes], ...]:
    """Return the good files of a kind: name and content each."""
    with tempfile.TemporaryDirectory(prefix="cmft-seeds-") as folder:
        return tuple(_PLATES_OF[kind](Path(folder)) if kind in PLATES else _TEXTS_OF[kind](Path(folder)))


def _picture(channels: int) -> np.ndarray:
    pixels = np.ones((10, 12, channels), np.float32)
    pixels[2:8, 3:9, :3] = (0.8, 0.25, 0.1)[: min(channels, 3)]
    pixels[2, 3:9, :3] = 0
    if channels == 4:
        pixels[5, :, 3] = 0.5
    return pixels


def _written(folder: Path, *plates: tuple[str, Plate]) -> Iterator[tuple[str, bytes]]:
    for name, plate in plates:
        write_plate(plate, folder / name)
        yield name, (folder / name).read_bytes()


def _exr(folder: Path) -> Iterator[tuple[str, bytes]]:
    window, whole = Window(-2, 1, 12, 10), Window(0, 0, 9, 9)
    matte = cryptomatte_layers(PaintMap.pure(np.arange(120, dtype=np.int32).reshape(10, 12) % 3), ("a", "b", "c"),
                               ink=None)
    layers = np.dstack([_picture(4), *matte.channels.values()]).astype(np.float32)
    return _written(
        folder,
        ("half.exr", Plate.from_pixels(_picture(3), bit_depth="half", space="lin_rec709")),
        ("float.exr", Plate.from_pixels(_picture(4), bit_depth="float", data_window=window, display_window=whole,
                                        pixel_aspect=2.0, space="lin_rec709")),
        ("layers.exr", Plate.from_pixels(layers, bit_depth="half", channels=("R", "G", "B", "A", *matte.channels),
                                         metadata=matte.metadata, float_channels=tuple(matte.channels),
                                         space="lin_rec709")))


def _png(folder: Path) -> Iterator[tuple[str, bytes]]:
    return _written(folder, ("rgb.png", Plate.from_pixels(_picture(3), metadata={"Software": "x", "ImageDescription":
                                                                                   "y"})),
                    ("rgba16.png", Plate.from_pixels(_picture(4), bit_depth="uint16")),
                    ("grey.png", Plate.from_pixels(_picture(1))))


def _tif(folder: Path) -> Iterator[tuple[str, bytes]]:
    return _written(folder, ("rgb.tif", Plate.from_pixels(_picture(3))),
                    ("rgba.tif", Plate.from_pixels(_picture(4), bit_depth="uint16", metadata={"Software": "x"})),
                    ("float.tif", Plate.from_pixels(_picture(1), bit_depth="float")))


def _jpg(folder: Path) -> Iterator[tuple[str, bytes]]:
    return _written(folder, ("rgb.jpg", Plate.from_pixels(_picture(3), metadata={"Software": "x"})),
                    ("grey.jpg", Plate.from_pixels(_picture(1))))


def _job(_: Path) -> Iterator[tuple[str, bytes]]:
    whole = Job("line.####.png", (JobReference("ref.png", 1, "line.0001.png"), JobReference("ref.png")),
                "o/c.####.exr", frames="1-4x2", settings=Settings(input_space="sRGB"), max_pixels=10**6)
    small = Job("line.####.png", (JobReference("ref.png", 1),), "o/c.####.png")
    for name, job in (("whole.json", whole), ("small.json", small)):
        yield name, json.dumps(to_dict(job)).encode()


def _palette(folder: Path) -> Iterator[tuple[str, bytes]]:
    palette = Palette((PaletteColor("red", (1.0, 0.0, 0.0, 1.0), 12), PaletteColor("paper", (1.0, 1.0, 1.0, 1.0), 3),
                       PaletteColor("mixed", (0.25, 0.5, 0.75, 0.5), 1, ((0.25, 0.5, 0.5, 1.0),))), "sRGB")
    for name in ("day.json", "day.gpl"):
        save_palette(palette, folder / name)
        yield name, (folder / name).read_bytes()
    yield "a.hex", b"ff8800\n#102030\nffffff80\n"
    yield "a.pal", b"JASC-PAL\r\n0100\r\n2\r\n255 0 10\r\n1 2 3\r\n"
    letters = "red\0".encode("utf-16-be")
    block = struct.pack(">H", 4) + letters + b"RGB " + struct.pack(">3f", 1, 0.5, 0) + b"\0\2"
    yield "a.ase", b"ASEF\0\1\0\0" + struct.pack(">IHI", 1, 1, len(block)) + block
    entry = struct.pack(">5H", 0, 65535, 0, 100, 0)
    yield "a.aco", struct.pack(">2H", 1, 1) + entry + struct.pack(">2H", 2, 1) + entry + struct.pack(">I", 4) + letters
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as parts:
        parts.writestr("mimetype", "krita/x-colorset")
        parts.writestr("colorset.xml", '<Colorset><ColorSetEntry name="red"><sRGB r="1" g="0" b="0.5"/>'
                                       '</ColorSetEntry><ColorSetEntry name="g"><Gray g="0.5"/></ColorSetEntry>'
                                       '</Colorset>')
    yield "a.kpl", packed.getvalue()


def _event(_: Path) -> Iterator[tuple[str, bytes]]:
    events: tuple[Event, ...] = (
            Started(24, "cpu", "0.1.0"), FrameDone(1001, "/o/c.1001.exr", 12, 1, 0.9, 1.5, 1000), Skipped(7, "c.exr"),
            FrameFailed(8, "l.png", "bad"), Message("warning", "text"), Finished("r.json", "r.html", 24, 3, 9.5),
            Failed("PlateError", "l.png is bad", "l.png", 3, 2, "lines"))
    for number, event in enumerate(events):
        yield f"{number}.json", to_line(event).encode()


def _frame() -> dict[str, object]:
    region = {"label": 3, "bbox": [1, 2, 8, 9], "area": 30, "confidence": 0.25, "color": "red", "runner_up": "blue",
              "reason": "why", "kind": "flat", "unknown": False}
    return {"frame": 1, "regions": 4, "unsure": [region], "confidence": 0.9, "seconds": 1.5, "held_from": None,
            "kinds": {"flat": 4}}


def _note(_: Path) -> Iterator[tuple[str, bytes]]:
    yield "1.json", json.dumps({"version": STATE_VERSION, "digest": "a" * 64, "content": "b" * 64, "notes": _frame(),
                                 "drawing": "c" * 64, "settled": "", "line": "d" * 64}).encode()


def _claim(_: Path) -> Iterator[tuple[str, bytes]]:
    content = {"owner": "12345678-99-12345678", "host": "h", "since": "2026-01-01 00:00:00", "plates": ["c.1.exr"]}
    yield "12345678-99-12345678-abcd1234.claim", json.dumps(content).encode()


def _report(_: Path) -> Iterator[tuple[str, bytes]]:
    content = {"version": 1, "title": "shot", "summary": {"frames": 1, "unsure": 1}, "frames": [_frame()]}
    yield "report.json", json.dumps(content).encode()


def _record(_: Path) -> Iterator[tuple[str, bytes]]:
    yield "node.json", json.dumps({"signature": "a" * 64}).encode()


def _corrections(_: Path) -> Iterator[tuple[str, bytes]]:
    anchor = {"box": [0, 0, 4, 4], "area": 9, "shape": "0f" * 32}
    both = [{"kind": "pin", "frame": 1, "points": [[1.5, 2.0]], "color": "skin", "anchors": [anchor], "id": "a",
             "author": "ana", "time": "2026-01-01T00:00:00Z", "note": "why", "on": True},
            {"kind": "recolor", "frame": 1, "last": 9, "color": "a", "old": "b", "box": [0, 0, 9, 9], "id": "b"}]
    yield "corrections.json", json.dumps({"version": 1, "corrections": both}).encode()
    line = {"kind": "line", "frame": 1, "last": 3, "at": 2, "points": [[1.5, 2.0], [3, 4]], "along": True, "id": "c",
            "placed": [[1, [[1.5, 2.0], [3, 4]]], [2, [[1.5, 2.0], [3, 4]]]], "unplaced": [[3, "why"]]}
    yield "corrections.json", json.dumps({"version": 2, "corrections": [*both, line]}).encode()


def _shot(_: Path) -> Iterator[tuple[str, bytes]]:
    place = {"near": "../../line.####.png", "path": "line.####.png"}
    content = {"version": 1, "lines": place, "frames": [1, 2], "canvas": [0, 0, 8, 8], "settings": {"gap_px": 4},
               "paper": 0, "first": {"space": "sRGB", "bit_depth": "uint8", "left_out": "", "profile": ""},
               "paintings": [{"plate": place, "frame": 1, "lines": None}]}
    yield "shot.json", json.dumps(content).encode()


_PLATES_OF = {"exr": _exr, "png": _png, "tif": _tif, "jpg": _jpg}
_TEXTS_OF = {"job": _job, "palette": _palette, "event": _event, "note": _note, "claim": _claim, "report": _report,
             "record": _record, "corrections": _corrections, "shot": _shot}
