"""What a run keeps of each drawing beside the plates, so that colours can be corrected without the networks.

A record holds the drawing's place in the shot graph, its regions, and the paints that it was given by itself. It lies
with the frames' notes, as one compressed file of arrays; its bytes depend on what is in it alone.
"""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray
from scipy import ndimage

from ..image.paint_map import PaintMap
from ..lineart.lineart import LineArt
from ..matching.kinds import KINDS
from ..matching.origins import NO_MATCHES, Matches
from ..matching.reasons import REASONS
from ..matching.shot_graph import GraphDrawing, Links
from ..protocol.errors import InputError
from ..protocol.text_file import open_plain, write_remedy, write_whole

VERSION, READ_VERSIONS = 3, (1, 2, 3)  # the first stored the ink of all pixels, the first two no matches
COMPRESSION = 1  # label maps shrink to a few per cent at any level; this one takes a third of the time
_EPOCH = (1980, 1, 1, 0, 0, 0)  # of every file in an archive, so that its bytes tell nothing of when it was written

Labels = NDArray[np.int32]
Floats = NDArray[np.float32]


@dataclass(frozen=True)
class DrawingRecord:
    """A drawing that was decided by itself and by its neighbours.

    digest: of what it was decided from. graph: its place in the shot graph. labels_under_ink: int32 (H, W), 1..n.
    bare: bool (H, W), where no ink lies. paints: what every pixel shows. confidence: float32 (n,). kind: (n,)
    number in KINDS. unknown: bool (n,). reason: (n,) number in REASONS. runner_up: (n,) second choice. lines:
    coverage float32 (H, W) and color float32 (H, W, 3) of the ink, with the coloured lines that references keep; None
    in records of earlier versions whose ink is as on its plate.
    """

    digest: str
    graph: GraphDrawing
    labels_under_ink: Labels
    bare: NDArray[np.bool_]
    paints: PaintMap
    confidence: Floats
    kind: NDArray[np.intp]
    unknown: NDArray[np.bool_]
    reason: NDArray[np.intp]
    runner_up: NDArray[np.intp]
    lines: tuple[Floats, Floats] | None = None

    @property
    def labels(self) -> Labels:
        """Regions int32 (H, W), 0 under ink."""
        return np.where(self.bare, self.labels_under_ink, np.int32(0))

    @property
    def line_art(self) -> LineArt | None:
        """The ink as it is shown, without trace lines; None where `lines` is."""
        return None if self.lines is None else LineArt(~self.bare, np.zeros_like(self.bare), *self.lines)


@dataclass(frozen=True)
class RegionPlaces:
    """Where regions (n,) lie: area in bare px, 0 for one that is all under ink; box (n, 4) x0, y0, x1, y1, x1 and y1
    outside; point (n, 2) x and y of a pixel inside, far from the region's border."""

    area: NDArray[np.intp]
    box: NDArray[np.intp]
    point: NDArray[np.intp]

    @classmethod
    def of(cls, labels: Labels, count: int) -> RegionPlaces:
        """Measure the regions of a label map (H, W), 0 = ink."""
        area = np.bincount(labels.ravel(), minlength=count + 1)[1:]
        box, point = np.zeros((count, 4), np.intp), np.zeros((count, 2), np.intp)
        for i, slices in enumerate(ndimage.find_objects(labels, count)):
            if slices is None:
                continue
            rows, columns = slices
            box[i] = columns.start, rows.start, columns.stop, rows.stop
            y, x = inner_point(labels[slices] == i + 1)
            point[i] = columns.start + x, rows.start + y
        return cls(area, box, point)


def inner_point(mask: NDArray[np.bool_]) -> tuple[int, int]:
    """Return row and column of a pixel of a mask (H, W) that lies as far as any from its border."""
    depth = ndimage.distance_transform_cdt(np.pad(mask, 1), "chessboard")[1:-1, 1:-1]
    row, column = np.unravel_index(int(depth.argmax()), mask.shape)
    return int(row), int(column)


def write_record(path: Path, record: DrawingRecord) -> None:
    """Write a record whole or not at all. Raises InputError."""
    try:
        write_whole(path, lambda temporary: _write_arrays(temporary, dict(_arrays_of(record))))
    except OSError as error:
        raise InputError(f"{path}: what corrections need cannot be written ({error.strerror}); "
                         f"{write_remedy(error, path)}, then --resume") from error


def read_digest(path: Path) -> str:
    """Return the digest of a record, "" where there is none that can be read."""
    found = _read(path, ("digest",), needed=_NEEDED)
    return "" if found is None else str(found["digest"])


def read_graph(path: Path) -> GraphDrawing | None:
    """Return a drawing's place in the shot graph, None where there is no record that can be read."""
    found = _read(path, _GRAPH, optional=_LATER)
    try:
        return None if found is None else _graph_of(found)
    except (ValueError, TypeError, IndexError):
        return None


def read_record(path: Path) -> DrawingRecord | None:
    """Return a record, None where there is none that can be read."""
    found = _read(path, None)
    try:
        record = None if found is None else _record_of(found)
    except (KeyError, ValueError, TypeError, IndexError):
        return None
    return record if record is not None and _is_whole(record) else None


def read_labels(path: Path) -> tuple[Labels, NDArray[np.bool_]] | None:
    """Return regions under ink (H, W) and where no ink lies (H, W), None where there is no record."""
    found = _read(path, ("under", "bare"))
    try:
        return None if found is None else (found["under"].astype(np.int32),
                                           _unpacked(found["bare"], found["under"].shape))
    except (ValueError, TypeError):
        return None


def _is_whole(record: DrawingRecord) -> bool:
    """Whether the arrays of a record, which others may have written, fit together."""
    count, shape = record.graph.count, record.labels_under_ink.shape
    of_regions = (record.confidence, record.kind, record.unknown, record.reason, record.runner_up,
                  record.graph.alone, record.graph.confidence, record.graph.free)
    of_pixels = (record.bare, record.paints.first, record.paints.second, record.paints.share)
    labels = record.labels_under_ink
    return (len(shape) == 2 and all(len(one) == count for one in of_regions)
            and all(one.shape == shape for one in of_pixels)
            and (record.lines is None or tuple(one.shape for one in record.lines) == (shape, (*shape, 3)))
            and bool((record.kind < len(KINDS)).all()) and bool((record.reason < len(REASONS)).all())
            and (not labels.size or (int(labels.min()) >= 1 and int(labels.max()) <= count)))


_NEEDED = ("under", "bare", "first", "confidence", "kind", "unknown", "reason", "runner_up")
_GRAPH = ("frame", "before", "rows", "columns", "there", "back", "color", "alone", "own", "free", "painted", "kind",
          "confidence")
_LATER = ("matched", "chance", "visible")  # which earlier versions lack


def _arrays_of(record: DrawingRecord) -> Iterable[tuple[str, NDArray[Any]]]:
    graph, paints = record.graph, record.paints
    yield "version", np.asarray(VERSION)
    yield "digest", np.asarray(record.digest)
    yield "frame", np.asarray(graph.frame)
    yield "before", np.asarray([] if graph.before is None else [graph.before], np.int64)
    yield "rows", _small(graph.links.rows)
    yield "columns", _small(graph.links.columns)
    yield "there", graph.links.there.astype(np.float16)
    yield "back", graph.links.back.astype(np.float16)
    yield "color", _small(graph.color)
    yield "alone", graph.alone.astype(np.float16)
    yield "own", graph.confidence
    yield "matched", _small(np.stack([graph.matches.rows, graph.matches.references, graph.matches.columns]))
    yield "chance", graph.matches.chance.astype(np.float16)
    if graph.visible is not None:
        yield "visible", graph.visible.astype(np.float16)
    yield "free", graph.free
    yield "painted", np.asarray(graph.is_painted)
    yield "under", _small(record.labels_under_ink)
    yield "bare", np.packbits(record.bare)
    yield "first", _small(paints.first)
    if paints.share.any():
        yield "second", _small(paints.second)
        yield "share", paints.share
    if paints.own is not None and paints.pixels is not None:
        yield "own_pixels", np.packbits(paints.own)
        yield "pixels", paints.pixels[paints.own]
    yield "confidence", record.confidence
    yield "kind", _small(record.kind)
    yield "unknown", record.unknown
    yield "reason", _small(record.reason)
    yield "runner_up", _small(record.runner_up)
    if record.lines is not None:
        coverage, ink = record.lines
        inked = (coverage > 0) | (ink != 0).any(2)
        yield "inked", np.packbits(inked)
        yield "coverage", coverage[inked]
        yield "ink", ink[inked]


def _record_of(found: dict[str, NDArray[Any]]) -> DrawingRecord:
    under = found["under"].astype(np.int32)
    first = found["first"].astype(np.int32)
    soft = "share" in found
    own = pixels = None
    if "pixels" in found:
        own = _unpacked(found["own_pixels"], under.shape)
        pixels = np.zeros((*under.shape, 4), np.float32)
        pixels[own] = found["pixels"]
    paints = PaintMap(first, found["second"].astype(np.int32) if soft else first,
                      found["share"] if soft else np.zeros(under.shape, np.float32), own, pixels)
    return DrawingRecord(
        str(found["digest"]), _graph_of(found), under, _unpacked(found["bare"], under.shape), paints,
        found["confidence"], found["kind"].astype(np.intp), found["unknown"], found["reason"].astype(np.intp),
        found["runner_up"].astype(np.intp),
        _lines_of(found, under.shape),
    )


def _lines_of(found: dict[str, NDArray[Any]], shape: tuple[int, ...]) -> tuple[Floats, Floats] | None:
    """Coverage and colour of the ink, None where the record has none."""
    if "coverage" not in found:
        return None
    if "inked" not in found:
        return found["coverage"], found["ink"]
    inked = _unpacked(found["inked"], shape)
    coverage, ink = np.zeros(shape, np.float32), np.zeros((*shape, 3), np.float32)
    coverage[inked], ink[inked] = found["coverage"], found["ink"]
    return coverage, ink


def _graph_of(found: dict[str, NDArray[Any]]) -> GraphDrawing:
    links = Links(found["rows"].astype(np.intp), found["columns"].astype(np.intp), found["there"].astype(np.float32),
                  found["back"].astype(np.float32))
    before = found["before"]
    return GraphDrawing(int(found["frame"]), int(before[0]) if len(before) else None, links,
                        found["color"].astype(np.intp), found["alone"].astype(np.float32), found["own"], found["free"],
                        bool(found["painted"]),
                        np.atleast_1d(~found["free"] & (found["kind"] != KINDS.index("carried"))), found["confidence"],
                        _matches_of(found), found["visible"].astype(np.float32) if "visible" in found else None)


def _matches_of(found: dict[str, NDArray[Any]]) -> Matches:
    """The matches of a drawing, those alone that are of its regions: a file may hold anything."""
    if "matched" not in found:
        return NO_MATCHES
    rows, references, columns = found["matched"].astype(np.intp)
    chance = found["chance"].astype(np.float32)
    known = (rows >= 0) & (rows < len(found["color"])) & (chance > 0) & (chance <= 1)
    return Matches(rows[known], references[known], columns[known], chance[known])


def _small(values: NDArray[np.integer]) -> NDArray[np.unsignedinteger[Any]]:
    """The same numbers, 0 or more, in as few bytes each as hold them."""
    return values.astype(np.min_scalar_type(int(values.max(initial=0))))


def _unpacked(bits: NDArray[np.uint8], shape: tuple[int, ...]) -> NDArray[np.bool_]:
    count = int(np.prod(shape))
    if bits.size != (count + 7) // 8:
        raise ValueError("bits of another picture")
    return np.unpackbits(bits, count=count).reshape(shape).astype(np.bool_)


def _write_arrays(path: Path, arrays: dict[str, NDArray[Any]]) -> None:
    """As np.savez_compressed, but with the time out of it, and faster."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=COMPRESSION) as archive:
        for name, values in arrays.items():
            entry = zipfile.ZipInfo(f"{name}.npy", _EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            with archive.open(entry, "w", force_zip64=True) as member:
                npy.write_array(member, np.asarray(values, order="C"), allow_pickle=False)


def _read(path: Path, names: tuple[str, ...] | None, *, needed: tuple[str, ...] = (), optional: tuple[str, ...] = ()
          ) -> dict[str, NDArray[Any]] | None:
    """The named arrays and those optional ones that are there, or all.

    None for a file that is not there, damaged, of another version, or lacks the needed.
    """
    try:
        with open_plain(path) as stream, np.load(stream, allow_pickle=False) as archive:
            if int(archive["version"]) not in READ_VERSIONS or not set(needed) <= set(archive.files):
                return None
            there = tuple(name for name in optional if name in archive.files)
            return {name: archive[name] for name in (names and names + there) or archive.files}
    except (OSError, ValueError, KeyError, TypeError, EOFError, zipfile.BadZipFile, zlib.error):
        return None
