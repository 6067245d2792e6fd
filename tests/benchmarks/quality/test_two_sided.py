import numpy as np

from benchmarks.methods.method import by_pairs
from benchmarks.methods.registry import COPY, FLOW, OURS, RULES_AND_FLOW, RULES_BOTH, RULES_NEAREST, load_method
from benchmarks.quality import two_sided
from benchmarks.quality.gallery import Gallery
from cmft_engine.protocol.errors import ShotError
from tests.benchmarks.fake_engine import face_clip
from tests.benchmarks.made_up import result


def test_what_lies_between_is_coloured_from_both_ends(engine):
    """Drawings 1 and 5 from 0 and 9, in one shot, by ours, the rules in two ways, copy and flow warp."""
    clip = face_clip(0, 1, 5, 9)
    results = two_sided.measure("toon", clip, Gallery(clip.pairs()))
    assert [(r.drawing, r.method) for r in results] == [
        (gap, method) for gap in (1, 5) for method in (OURS, RULES_NEAREST, RULES_BOTH, COPY, FLOW)
    ]
    (shot,) = engine.shots
    assert ([r.frame for r in shot.references], shot.frames) == ([0, 9], (0, 1, 5, 9))


def test_what_the_rules_made_already_is_not_made_again(engine, monkeypatch):
    """Drawing 1 is nearest to the first one, which the table's gap 1 used; drawing 5 to the last one."""
    clip = face_clip(0, 1, 5, 9)
    gallery = Gallery(clip.pairs())
    known = gallery.pictures(RULES_AND_FLOW)
    made = []

    def rules(line, painting, target):
        made.append((line, target))
        return np.zeros_like(target)

    real = two_sided.load_method
    fakes = {RULES_NEAREST: by_pairs(rules)}
    monkeypatch.setattr(two_sided, "load_method", lambda name: fakes.get(name) or real(name))
    results = two_sided.measure("toon", clip, gallery)
    ((line, target),) = made
    assert np.array_equal(line, clip.lines[9])
    assert np.array_equal(target, clip.lines[5])
    nearest = {r.drawing: r for r in results if r.method == RULES_NEAREST}
    assert nearest[1].seconds == gallery.seconds[RULES_AND_FLOW]
    assert nearest[1].score.foreground > 0.9 > nearest[5].score.foreground
    assert len(known) == 3


def test_two_drawings_leave_nothing_between(engine):
    """Both ends are references, so that nothing is coloured."""
    clip = face_clip(0, 1)
    assert two_sided.measure("toon", clip, Gallery(clip.pairs())) == []
    assert not engine.shots


def test_the_bar_is_the_better_rival_figure_by_figure():
    """Pixels against the nearest reference's, regions against both references'."""
    results = [
        result(OURS, 0.98, region=0.9),
        result(RULES_NEAREST, 0.9, region=0.5),
        result(RULES_BOTH, 0.8, region=0.8),
    ]
    pixels, regions = two_sided.bars(results)
    assert (pixels.reached, pixels.met) == ("0.200", True)
    assert (regions.reached, regions.met) == ("0.500", False)
    text = two_sided.render(results)
    assert "2.0 % against 10.0 % of the better rival, ratio 0.200 (at most 0.25: met)" in text
    assert "10.0 % against 20.0 % of the better rival, ratio 0.500 (at most 0.35: missed at drawing 1)" in text


def test_a_refusal_is_a_row_that_is_all_wrong(monkeypatch):
    """When the engine refuses the shot, its rows say so and the rivals' are as ever."""
    monkeypatch.setattr(two_sided, "load_method", lambda name: refusing if name == OURS else load_method(name))
    clip = face_clip(0, 1, 9)
    rows = {row.method: row for row in two_sided.measure("toon", clip, Gallery(clip.pairs()))}
    assert [method for method, row in rows.items() if row.refused] == [OURS]
    assert rows[OURS].score.foreground == 0 < rows[FLOW].score.foreground


def refusing(shot):
    raise ShotError("too many colours")
