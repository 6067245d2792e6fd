"""A record comes back as it was, byte for byte the same each time, and nothing in its file can do harm."""

from dataclasses import replace

import numpy as np
import pytest

from cmft_engine.image.paint_map import PaintMap
from cmft_engine.matching.kinds import KINDS
from cmft_engine.matching.origins import Matches
from cmft_engine.matching.shot_graph import GraphDrawing, Links
from cmft_engine.pipeline.drawing_record import (
    DrawingRecord,
    RegionPlaces,
    inner_point,
    read_digest,
    read_graph,
    read_labels,
    read_record,
    write_record,
)
from cmft_engine.protocol.errors import InputError
from tests.drawings import figure


def record(*, soft=False, before=None):
    """The record of a small drawing of four regions over five colors."""
    drawing = figure()
    labels = np.where(drawing.labels > 0, drawing.labels, drawing.paint + 1).astype(np.int32)
    n = int(labels.max())
    half = np.float32([0.5, 0.25])
    links = Links(np.array([0, 2]), np.array([1, 300]), half, half)
    alone = np.full((n, 5), 0.125, np.float32)
    graph = GraphDrawing(7, before, links, np.arange(n) % 5, alone, np.linspace(0, 1, n, dtype=np.float32),
                         np.arange(n) % 2 > 0, False,
                         (np.arange(n) % 2 == 0) & (np.arange(n) % 3 != KINDS.index("carried")),
                         np.linspace(0, 1, n, dtype=np.float32),
                         Matches(np.array([0, 3]), np.array([1, 0]), np.array([400, 2]), half),
                         (np.arange(n) % 9 / 8).astype(np.float32) if soft else None)
    index = drawing.paint.astype(np.int32)
    paints = PaintMap.pure(index)
    if soft:
        own = drawing.labels == 2
        pixels = np.where(own[..., None], np.float32(0.3), np.float32(0)).repeat(4, 2)[..., :4]
        share = np.where(drawing.labels == 1, np.float32(0.25), np.float32(0))
        paints = PaintMap(index, np.where(share > 0, 4, index).astype(np.int32), share, own, pixels)
    coverage = np.where(drawing.labels == 0, np.float32(0.5), np.float32(0))
    lines = (coverage, coverage[..., None] * np.float32([0.2, 0.4, 0.6])) if soft else None
    return DrawingRecord("digest", graph, labels, drawing.labels > 0, paints, np.linspace(0, 1, n, dtype=np.float32),
                         np.arange(n) % 3, np.arange(n) % 2 > 0, np.arange(n) % 8, np.arange(n) % 4, lines)


def arrays(value):
    """All arrays of a record, in order."""
    if isinstance(value, np.ndarray):
        return [value]
    parts = vars(value).values() if hasattr(value, "__dict__") else value if isinstance(value, tuple) else ()
    return [array for part in parts for array in arrays(part)]


@pytest.mark.parametrize("soft", [False, True])
@pytest.mark.parametrize("before", [None, -3])
def test_round_trip(tmp_path, soft, before):
    """Whole, and in its parts."""
    path, wanted = tmp_path / "s" / "7.npz", record(soft=soft, before=before)
    write_record(path, wanted)
    found = read_record(path)
    for first, second in zip(arrays(wanted), arrays(found), strict=True):
        assert first.dtype.kind == second.dtype.kind and np.array_equal(first, second)
    assert found.digest == read_digest(path) == "digest" and found.graph.before == read_graph(path).before == before
    assert np.array_equal(read_graph(path).links.columns, [1, 300])
    under, bare = read_labels(path)
    assert np.array_equal(under, wanted.labels_under_ink) and np.array_equal(bare, wanted.bare)
    assert np.array_equal(found.labels, figure().labels)
    first_bytes = path.read_bytes()
    write_record(path, wanted)
    assert path.read_bytes() == first_bytes and list(path.parent.iterdir()) == [path]


@pytest.mark.parametrize("damage", [lambda raw: b"", lambda raw: b"PK", lambda raw: raw[:len(raw) // 2],
                                    lambda raw: raw[:-30], lambda raw: raw[:200] + b"\0" * 50 + raw[250:]])
def test_damaged(tmp_path, damage):
    """It counts as none, and raises nothing."""
    path = tmp_path / "7.npz"
    write_record(path, record())
    path.write_bytes(damage(path.read_bytes()))
    assert read_record(path) is None or read_record(path).digest == "digest"
    read_graph(path), read_labels(path), read_digest(path)
    assert read_record(tmp_path / "8.npz") is None and read_digest(tmp_path / "8.npz") == ""


def test_strange_arrays(tmp_path):
    """Objects are not unpickled, and arrays that do not fit together are no record."""
    path = tmp_path / "7.npz"
    np.savez(path, version=1, digest=np.array({"a": 1}, dtype=object))
    assert read_digest(path) == "" and read_record(path) is None
    whole = record()
    for strange in (replace(whole, confidence=np.zeros(2, np.float32)), replace(whole, bare=np.ones((3, 3), bool)),
                    replace(whole, kind=np.full(whole.graph.count, 9)),
                    replace(whole, labels_under_ink=whole.labels_under_ink * 0 + 99),
                    replace(whole, paints=PaintMap.pure(np.zeros((2, 2), np.int32)))):
        write_record(path, strange)
        assert read_record(path) is None


def test_matches_of_earlier_versions(tmp_path):
    """Their records have none; of a file that names regions that are not there, the others count."""
    path = tmp_path / "7.npz"
    write_record(path, record())
    with np.load(path) as archive:
        stored = {name: archive[name] for name in archive.files}
    for stranger in (900, -900):
        matched = np.array([[0, stranger], [1, 0], [400, 2]], np.int16)
        np.savez(path, **{**stored, "matched": matched})
        assert read_graph(path).matches.columns.tolist() == [400]
    for name in ("matched", "chance"):
        del stored[name]
    np.savez(path, **{**stored, "version": 2})
    assert not len(read_graph(path).matches.rows) and not len(read_record(path).graph.matches.rows)


def test_ink_of_all_pixels(tmp_path):
    """A record that stores the ink of all pixels, as the first version did, is read; one of another size is none."""
    path, wanted = tmp_path / "7.npz", record(soft=True)
    write_record(path, wanted)
    with np.load(path) as archive:
        stored = {name: archive[name] for name in archive.files if name != "inked"}
    coverage, ink = wanted.lines
    np.savez(path, **{**stored, "version": 1, "coverage": coverage, "ink": ink})
    assert all(map(np.array_equal, read_record(path).lines, wanted.lines))
    np.savez(path, **{**stored, "version": 1, "coverage": coverage[1:], "ink": ink[1:]})
    assert read_record(path) is None
    np.savez(path, **{**stored, "version": 4, "coverage": coverage, "ink": ink})
    assert read_record(path) is None


def test_cannot_write(tmp_path):
    (tmp_path / "s").write_text("a file")
    with pytest.raises(InputError, match=r"7\.npz: what corrections need cannot be written"):
        write_record(tmp_path / "s" / "7.npz", record())


def test_places():
    """Area and box are of bare pixels, the point lies inside, and a region all under ink has no place."""
    labels = figure().labels
    places = RegionPlaces.of(labels, int(labels.max()) + 1)
    for i in range(int(labels.max())):
        rows, columns = np.nonzero(labels == i + 1)
        assert places.area[i] == len(rows)
        assert places.box[i].tolist() == [columns.min(), rows.min(), columns.max() + 1, rows.max() + 1]
        assert labels[places.point[i, 1], places.point[i, 0]] == i + 1
    assert places.area[-1] == 0


def test_inner_point():
    """Far from the border, of a ring within its width."""
    assert inner_point(np.ones((5, 9), bool))[0] == 2
    ring = np.ones((9, 9), bool)
    ring[3:6, 3:6] = False
    row, column = inner_point(ring)
    assert ring[row, column] and inner_point(np.ones((1, 1), bool)) == (0, 0)
