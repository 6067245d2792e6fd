"""Sanity gates of the default checkpoint: what any honest colouring must do.

A drawing that the reference shows at another frame is coloured as painted; nothing is invented; colours are names.
"""

import numpy as np
import pytest

from cmft_engine.image.plate import read_plate
from cmft_engine.matching.network import cmft
from cmft_engine.pipeline.colorize import colorize
from cmft_engine.protocol.settings import Settings
from cmft_engine.shot.shot import Shot
from tests.benchmarks.small_drawings import draw_face
from tests.drawings import PAINTS, Figure, figure, write, write_shot

SMALL = Settings(work_size=128, device="cpu")
ROOM = ((40, 60, 38, 18, 1), (16, 60, 8, 8, 2), (40, 62, 6, 6, 3), (64, 60, 8, 8, 2), (48, 22, 30, 14, 3),
        (36, 22, 7, 7, 1), (60, 22, 7, 7, 2))
DRAWINGS = {"figure": figure(), "room": figure(boxes=ROOM, side=96), "pan": figure(9, -3, side=80)}


def color(folder, target: Figure, reference: Figure, paints=PAINTS, **settings):
    """Colour a drawing at frame 2 from one painted at frame 1; display RGB (H, W, 3)."""
    lines = write_shot(folder, {1: reference, 2: target}, reference=1, paints=paints)
    shot = Shot.open(lines, reference=f"{folder}/ref.png@1", frames="2")
    colorize(shot, folder / "c.####.png", settings=SMALL.replace(**settings), overwrite=True)
    return read_plate(folder / "c.0002.png").rgb()


def as_file(paints):
    return np.float32(np.rint(np.asarray(paints) * 255) / np.float32(255))


def colors_in(picture):
    return {tuple(row) for row in np.unique(picture.reshape(-1, 3), axis=0)}


@pytest.mark.parametrize("name", DRAWINGS)
def test_the_references_own_drawing(tmp_path, name):
    """Target = reference at another frame: at least 99.5 % of pixels as painted, only the reference's colours."""
    drawing = DRAWINGS[name]
    found = color(tmp_path, drawing, drawing)
    right = (np.abs(found - as_file(drawing.painted())) < 1e-6).all(2)
    assert right.mean() >= 0.995
    assert colors_in(found[drawing.labels > 0]) <= colors_in(as_file(PAINTS))


def test_the_references_own_drawing_with_soft_ink_and_shading(tmp_path):
    """The same of a face with anti-aliased ink and a cheek that no line encloses."""
    line, painting = (picture.astype(np.float32) / 255 for picture in draw_face())
    for frame in (1, 2):
        write(line, tmp_path / f"lines.{frame:04d}.png")
    write(painting, tmp_path / "ref.png")
    shot = Shot.open(tmp_path / "lines.####.png", reference=f"{tmp_path}/ref.png@1", frames="2")
    colorize(shot, tmp_path / "c.####.png", settings=SMALL)
    found = read_plate(tmp_path / "c.0002.png").rgb()
    right = (np.abs(found - painting) < 2 / 255).all(2)
    assert right.mean() >= 0.995
    bare = (line == 1).all(2)
    assert colors_in(found[bare]) <= colors_in(painting[bare])


@pytest.mark.parametrize("blank", ["white", "lines only", "transparent"])
def test_an_empty_reference_gives_no_colors(tmp_path, blank):
    """A reference without paint knows paper only: every pixel between the lines is paper."""
    target = figure(3, 1)
    write_shot(tmp_path, {1: figure(), 2: target}, reference=1)
    pictures = {"white": np.ones((64, 64, 3), np.float32), "lines only": figure().lines(),
                "transparent": np.zeros((64, 64, 4), np.float32)}
    write(pictures[blank], tmp_path / "ref.png")
    shot = Shot.open(tmp_path / "lines.####.png", reference=f"{tmp_path}/ref.png@1", frames="2")
    colorize(shot, tmp_path / "c.####.png", settings=SMALL)
    plate = read_plate(tmp_path / "c.0002.png")
    paper = 0 if blank == "transparent" else 1
    assert (plate.rgb_alpha()[target.labels > 0][:, 3] == paper).all()
    assert blank == "transparent" or (plate.rgb()[target.labels > 0] == 1).all()


@pytest.mark.parametrize("order", [(3, 0, 1, 2), (1, 0, 3, 2), (0, 3, 2, 1)])
def test_a_permuted_palette_gives_the_permuted_result(tmp_path, order):
    """With the reference's paints exchanged, paper too, exactly those are exchanged in the result."""
    target = figure(6, 2)
    plain = color(tmp_path, target, figure(), ink="none")
    moved = color(tmp_path, target, figure(), [PAINTS[i] for i in order], ink="none")
    index = np.array([[(as_file(PAINTS) == pixel).all(1).argmax() for pixel in row] for row in plain])
    assert np.array_equal(moved, as_file(PAINTS)[list(order)][index])


def test_chunk_size_changes_nothing(tmp_path, monkeypatch):
    """Handling 13 cells at once gives the same plate, bit for bit."""
    whole = color(tmp_path, figure(6, 2), figure())
    monkeypatch.setattr(cmft, "CHUNK", 13)
    assert np.array_equal(color(tmp_path, figure(6, 2), figure()), whole)


def test_small_motion(tmp_path):
    """A figure moved by a few pixels keeps its paints."""
    target = figure(4, 2)
    found = color(tmp_path, target, figure())
    assert (np.abs(found - as_file(target.painted())) < 1e-6).all(2).mean() >= 0.99
