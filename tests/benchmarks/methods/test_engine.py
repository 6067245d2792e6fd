import logging

import numpy as np
import pytest

from benchmarks.methods.engine import color_shot, quiet_engine
from benchmarks.methods.method import Painted, UncoloredShot
from tests.benchmarks.fake_engine import face_clip


def test_the_engine_gets_a_clip_as_one_shot_of_files(engine):
    """One call a clip: its frames are the targets and the painted one, whose own line plate lies at frame 0."""
    pairs = face_clip(0, 1, 5).pairs()
    colored = color_shot(UncoloredShot.of_pairs(pairs))
    (shot,) = engine.shots
    assert shot.frames == (0, 1, 5)
    assert [reference.frame for reference in shot.references] == [0]
    assert all(np.array_equal(colored[pair.gap].picture, pair.target_line) for pair in pairs)
    assert all((colored[pair.gap].confidence == 0.5).all() for pair in pairs)


def test_drawings_between_are_coloured_and_only_targets_come_back(engine):
    """The shot is as a user has it; what is scored are the pairs. A drawing by itself is asked for by a setting."""
    pairs, between = face_clip(0, 1, 5).pairs(), {3: face_clip(3).lines[3]}
    assert list(color_shot(UncoloredShot.of_pairs(pairs, between))) == [1, 5]
    assert list(color_shot(UncoloredShot.of_pairs(pairs), temporal_radius=0)) == [1, 5]
    assert [shot.frames for shot in engine.shots] == [(0, 1, 3, 5), (0, 1, 5)]
    assert [settings.temporal_radius for settings in engine.settings] == [1, 0]


def test_references_stand_at_their_frames(engine):
    """References on both sides keep their places, each with its own line plate; frames come back in order."""
    clip = face_clip(0, 1, 5, 9)
    ends = {number: Painted(clip.lines[number], clip.paintings[number]) for number in (0, 9)}
    colored = color_shot(UncoloredShot(ends, {5: clip.lines[5], 1: clip.lines[1]}))
    (shot,) = engine.shots
    assert [(r.frame, r.lines.name) for r in shot.references] == [(0, "line.0000.png"), (9, "line.0009.png")]
    assert list(colored) == [1, 5]
    assert all(np.array_equal(colored[number].picture, clip.lines[number]) for number in (1, 5))


def test_the_engine_is_quiet_within_alone():
    """Its warnings are silenced for a while, whatever happens meanwhile, and the level is as before after."""
    log = logging.getLogger("cmft_engine")
    before = log.level
    with pytest.raises(ZeroDivisionError), quiet_engine():
        assert not log.isEnabledFor(logging.WARNING)
        raise ZeroDivisionError
    assert log.level == before
