import numpy as np

from benchmarks.clips.ours import Painted, color_shot, ours
from tests.benchmarks.fake_engine import face_clip


def test_the_engine_gets_a_clip_as_one_shot_of_files(engine):
    """One call a clip: the targets are its frames, the reference's own line plate lies at frame 0."""
    pairs = face_clip(0, 1, 5).pairs()
    colored = ours(pairs)
    (shot,) = engine.shots
    assert shot.frames == (1, 5)
    assert [reference.frame for reference in shot.references] == [0]
    assert all(np.array_equal(c.picture, pair.target_line) for c, pair in zip(colored, pairs, strict=True))
    assert all((c.confidence == 0.5).all() for c in colored)


def test_drawings_between_are_coloured_and_only_targets_come_back(engine):
    """The shot is as a user has it; what is scored are the pairs. A drawing by itself is asked for by a setting."""
    clip = face_clip(0, 1, 5)
    between = {3: face_clip(3).lines[3]}
    assert len(ours(clip.pairs(), between)) == len(ours(clip.pairs(), temporal_radius=0)) == 2
    assert [shot.frames for shot in engine.shots] == [(1, 3, 5), (1, 5)]
    assert [settings.temporal_radius for settings in engine.settings] == [1, 0]


def test_references_stand_at_their_frames(engine):
    """References on both sides keep their places, each with its own line plate; frames come back in order."""
    clip = face_clip(0, 1, 5, 9)
    ends = {number: Painted(clip.lines[number], clip.paintings[number]) for number in (0, 9)}
    colored = color_shot(ends, {5: clip.lines[5], 1: clip.lines[1]})
    (shot,) = engine.shots
    assert [(r.frame, r.lines.name) for r in shot.references] == [(0, "line.0000.png"), (9, "line.0009.png")]
    assert np.array_equal(colored[1].picture, clip.lines[1])
    assert np.array_equal(colored[5].picture, clip.lines[5])
