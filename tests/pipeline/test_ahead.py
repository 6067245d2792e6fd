"""While nobody asks, the drawings beside the frame in view are matched, as far as there is room for them."""

import pytest

from cmft_engine.pipeline.ahead import look_ahead, near_frames
from cmft_engine.pipeline.colorize import colorize_iter
from cmft_engine.pipeline.kept import Kept
from cmft_engine.protocol.settings import Settings
from cmft_engine.shot.shot import Shot
from tests.drawings import figure, write_shot

SMALL = Settings(work_size=128, device="cpu")


@pytest.fixture
def shot(tmp_path):
    """Draw a shot of nine frames, 5 held at 6, painted at its last."""
    drawings = {frame: figure(frame - (frame == 6), 1) for frame in range(1, 10)}
    return Shot.open(write_shot(tmp_path, drawings, reference=9), reference=f"{tmp_path}/ref.png@9")


def test_the_nearest_drawings(shot):
    """Those after and before, by their first frames, the nearest first; holds are one drawing, ends have one side."""
    assert near_frames(shot, 4, 2) == [5, 3, 2, 7]
    assert near_frames(shot, 6, 1) == [7, 4]
    assert near_frames(shot, 1, 3) == [2, 3, 4]
    assert near_frames(shot, 9, 1) == [8]


def test_the_next_frame_needs_nothing(shot, tmp_path, any_weights, monkeypatch):
    """After a look ahead, the frames before and after find all their drawings matched; where there is no room, none."""
    kept = Kept(10**9)
    settings = {"settings": SMALL, "palette": None}
    list(colorize_iter(shot.only("4"), tmp_path / "c.####.png", **settings, overwrite=True, kept=kept))
    alone = kept.size  # what the frame itself needs
    assert list(look_ahead(shot, 4, str(tmp_path / "c.####.png"), **settings, kept=kept)) == [5, 3, 2, 7]
    from cmft_engine.matching.matcher import Matcher

    with monkeypatch.context() as patch:
        patch.setattr(Matcher, "match_to_references", lambda *_: pytest.fail("a drawing was matched anew"))
        for frame in ("3", "5"):
            list(colorize_iter(shot.only(frame), tmp_path / "c.####.png", **settings, overwrite=True, kept=kept))
    small = Kept(alone)
    small.mark()
    list(colorize_iter(shot.only("4"), tmp_path / "c.####.png", **settings, overwrite=True, kept=small))
    assert list(look_ahead(shot, 4, str(tmp_path / "c.####.png"), **settings, kept=small)) == [5]
    assert small.size <= alone
