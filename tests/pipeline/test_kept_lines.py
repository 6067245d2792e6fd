"""A shot's coloured lines stay where its paintings keep them, in every plate and however the shot is run."""

import numpy as np
import pytest

from cmft_engine.image.cryptomatte import matte
from cmft_engine.image.plate import read_plate
from cmft_engine.matching.matcher import Matcher
from cmft_engine.pipeline.colorize import colorize
from cmft_engine.protocol.settings import Settings
from cmft_engine.shot.shot import Shot
from tests.blush import BLUE, BORDER, MOUTH, RED, TICKS, WHERE, line_plate, outline, painting, strokes
from tests.drawings import write

pytestmark = pytest.mark.usefixtures("any_weights")
SMALL = Settings(work_size=128, device="cpu")
MOVES = {1: (0, 0), 2: (4, 2), 3: (4, 2), 4: (8, -2)}
INKS = {TICKS: (1.0, 0.45, 0.45), MOUTH: (0.8, 0.0, 0.25), BORDER: RED}  # three reds, the ticks pale


@pytest.fixture
def shot(tmp_path):
    """Write a moving face, painted at frame 1; frame 3 holds frame 2."""
    def shot(*kept, ink=True, frames=None, inks=INKS):
        for frame, moved in MOVES.items():
            write(line_plate(*moved, inks=inks), tmp_path / f"lines.{frame}.png")
        write(painting(kept, inks=inks, ink=ink), tmp_path / "ref.png")
        return Shot.open(tmp_path / "lines.#.png", reference=f"{tmp_path}/ref.png@1", frames=frames)
    return shot


@pytest.fixture
def out(tmp_path):
    return tmp_path / "o" / "c.#.png"


def plates(out, frames=MOVES, suffix=".png"):
    return {frame: read_plate(out.parent / f"c.{frame}{suffix}") for frame in frames}


def middle_of(name, moved):
    """The pixels (H, W) that a line covers wholly, away from the black outline."""
    return (strokes(*moved)[name] == 1) & (outline(*moved) == 0)


def shown(pixels, name, moved, inks=INKS):
    """Whether a plate has a line's own colour in its middle: True or False, all along it."""
    is_ink = np.abs(pixels[middle_of(name, moved)][:, :3] - np.float32(inks[name])).max(1) < 0.06
    assert is_ink.all() or not is_ink.any()
    return bool(is_ink.all())


def test_kept_lines_stay_in_every_frame(shot, out):
    """Ticks and mouth, kept by the painting, stay in their own reds; the border, red as well, is covered."""
    colorize(shot(TICKS, MOUTH), out, settings=SMALL)
    for frame, plate in plates(out).items():
        seen = {name for name in WHERE if shown(plate.rgb(), name, MOVES[frame])}
        assert seen == {TICKS, MOUTH}, frame


def test_the_painted_frame_is_the_painting(shot, out):
    """The painter's own frame looks as he painted it, kept lines with their soft edges too."""
    colorize(shot(TICKS, MOUTH, frames="1"), out, settings=SMALL)
    off = np.abs(plates(out, [1])[1].rgb() - painting((TICKS, MOUTH), inks=INKS)).max(2)
    for name in (TICKS, MOUTH):
        assert off[WHERE[name]].max() < 0.06
    assert off[WHERE[BORDER]].max() < 0.3  # under it one of both paints


def test_no_ink_shows_the_paint_under_kept_lines(shot, out):
    """With ink none the colours are filled under kept lines, in the painter's frame and in others."""
    colorize(shot(TICKS, MOUTH), out, settings=SMALL.replace(ink="none"))
    allowed = {tuple(color) for color in np.unique(np.rint(painting((), ink=False) * 255).reshape(-1, 3), axis=0)}
    for plate in plates(out).values():
        assert {tuple(color) for color in np.rint(plate.rgb() * 255).reshape(-1, 3)} <= allowed


def test_the_matte_of_the_ink_has_kept_lines(shot, out):
    """The Cryptomatte's ink covers the kept lines, and not those that are covered."""
    exr = out.with_suffix(".exr")
    colorize(shot(TICKS, MOUTH), exr, settings=SMALL)
    for frame, plate in plates(exr, suffix=".exr").items():
        channels = dict(zip(plate.channels, plate.pixels.transpose(2, 0, 1), strict=True))
        ink = matte(channels, "ink")
        assert ink[middle_of(TICKS, MOVES[frame])].min() == 1 and ink[middle_of(BORDER, MOVES[frame])].max() == 0


@pytest.mark.parametrize("kept", [(), (TICKS, MOUTH)])
def test_a_painting_without_ink_leaves_trace_lines(shot, out, kept):
    """Where the painting has no black ink, coloured lines are covered in every frame, whatever it shows of them."""
    colorize(shot(*kept, ink=False), out, settings=SMALL)
    assert not any(shown(plate.rgb(), name, MOVES[frame]) for frame, plate in plates(out).items() for name in WHERE)


def test_each_hue_for_itself(shot, out):
    """A blue border that is kept stays, red lines that are covered do not."""
    inks = dict(INKS, **{BORDER: BLUE})
    colorize(shot(BORDER, inks=inks), out, settings=SMALL)
    for frame, plate in plates(out).items():
        assert [shown(plate.rgb(), name, MOVES[frame], inks) for name in (TICKS, MOUTH, BORDER)] == [False, False, True]


def test_parts_and_resumed_runs_agree(shot, out, tmp_path):
    """Frames coloured alone, one after another, are the plates of a run over the whole shot; holds are equal."""
    whole = shot(TICKS, MOUTH)
    colorize(whole, out, settings=SMALL)
    parts = tmp_path / "p" / "c.#.png"
    for frame in (4, 3, 1):
        colorize(whole.only([frame]), parts, settings=SMALL)
    colorize(whole, parts, settings=SMALL, resume=True)
    for frame in MOVES:
        assert (out.parent / f"c.{frame}.png").read_bytes() == (parts.parent / f"c.{frame}.png").read_bytes()
    two, three = plates(out, (2, 3)).values()
    assert np.array_equal(two.pixels, three.pixels)


def test_covered_lines_cost_nothing(shot, out, monkeypatch):
    """Where no line is kept the votes carry no places, and the plates' line art is what was read."""
    found = []
    match = Matcher.match_to_references
    monkeypatch.setattr(Matcher, "match_to_references", lambda *rest: found.append(match(*rest)) or found[-1])
    colorize(shot(), out, settings=SMALL)
    assert found and all(votes.places is None for votes, _ in found)
