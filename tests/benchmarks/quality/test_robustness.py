from dataclasses import replace

import numpy as np
import pytest

from benchmarks.clips.puppets import draw_puppet_clip
from benchmarks.methods.registry import OURS, RULES_AND_FLOW
from benchmarks.quality import robustness
from benchmarks.quality.gallery import Gallery
from benchmarks.quality.robustness import BINARY, ERASED, VARIANTS, Loss, compare, points_lost, redraw_clip, spread
from tests.benchmarks.fake_engine import face_clip
from tests.benchmarks.small_drawings import EYE


def test_clips_are_spread_over_the_set():
    """Six of twenty from the first on, all of three, none of none."""
    assert spread(20) == [0, 3, 6, 10, 13, 16]
    assert spread(3) == [0, 1, 2]
    assert spread(0) == []


@pytest.mark.parametrize(("variant", "side"), [("half size", 48), ("double size", 192), (ERASED, 96), (BINARY, 96)])
def test_a_redrawn_clip_fits_together(variant, side):
    """Lines and paintings have the new size, and the paint is that of the drawing as it is."""
    clip = redraw_clip("toon", face_clip(0, 1), variant)
    assert {picture.shape for part in (clip.lines, clip.paintings) for picture in part.values()} == {(side, side, 3)}
    y, x = 44 * side // 96, 36 * side // 96
    assert tuple(clip.paintings[0][y, x]) == EYE


def test_puppets_are_drawn_again_by_their_program():
    """Another pen or size, but the same motion and colours; the stored widths are not guessed from pictures."""
    clip = draw_puppet_clip(1, style="inked", size=96)
    thick, thin = (redraw_clip("puppets", clip, f"lines {px} px wide") for px in (4, 1))
    assert thick.lines[5].mean() < thin.lines[5].mean()
    assert np.array_equal(thick.parts[5], clip.parts[5])
    both_free = (thick.lines[5] == 255).all(axis=2) & (clip.lines[5] == 255).all(axis=2)
    assert np.array_equal(thick.paintings[5][both_free], clip.paintings[5][both_free])
    assert redraw_clip("puppets", clip, "double size").lines[0].shape == (192, 192, 3)
    assert sorted(thick.between) == [2, 3, 4, 6, 7, 8] and thick.between[3].mean() < thin.between[3].mean()


def test_drawings_between_are_redrawn_too():
    """They come with the same pen or size, by how many drawings after the reference they stand."""
    clip = replace(face_clip(2, 7), between={4: face_clip(4).lines[4]})
    assert redraw_clip("toon", clip, "double size").between_by_gap()[2].shape == (192, 192, 3)


def test_the_truth_loses_nothing_in_any_variant():
    """Right before and after, on every redrawn face: the comparison itself costs no point."""
    clip = face_clip(0, 1)
    (pair,) = clip.pairs()
    for variant in VARIANTS:
        (redrawn,) = redraw_clip("toon", clip, variant).pairs()
        assert compare(pair.target_gt, pair, redrawn.target_gt, redrawn) == ((1.0, 1.0), (1.0, 1.0)), variant


def test_a_region_lost_after_redrawing_is_counted():
    """An eye painted wrong on the double-sized drawing costs one of six regions and its share of the pixels."""
    clip = face_clip(0, 1)
    (pair,) = clip.pairs()
    (redrawn,) = redraw_clip("toon", clip, "double size").pairs()
    wrong = redrawn.target_gt.copy()
    wrong[78:99, 63:84] = (0, 255, 255)
    foreground, region = compare(pair.target_gt, pair, wrong, redrawn)
    assert region == pytest.approx((1.0, 5 / 6))
    assert foreground[0] == 1.0
    assert 0.9 < foreground[1] < 1.0
    assert compare(wrong[::2, ::2], pair, redrawn.target_gt, redrawn)[1] == pytest.approx((5 / 6, 1.0))


def test_what_the_new_ink_covers_is_not_compared():
    """Wrong pixels under the thicker line cost the drawing as it is nothing; a region left with one pixel is out."""
    (pair,) = face_clip(0, 1).pairs()
    (thick,) = redraw_clip("toon", face_clip(0, 1), "lines 4 px wide").pairs()
    covered = (thick.target_line.min(axis=2) < 247) & (pair.target_line.min(axis=2) >= 247)
    picture = pair.target_gt.copy()
    picture[covered] = (0, 255, 255)
    assert covered.sum() > 100
    assert compare(picture, pair, thick.target_gt, thick)[0] == (1.0, 1.0)
    line, wrong = pair.target_line.copy(), pair.target_gt.copy()
    line[36:53, 28:46] = 0
    line[44, 36] = 255
    wrong[44, 36] = (0, 255, 255)
    assert compare(pair.target_gt, pair, wrong, replace(pair, target_line=line))[1] == (1.0, 1.0)


def test_every_variant_is_measured_for_ours_and_the_rules(engine):
    """Both methods on gaps 1 and 5, never on 9; the width that the stored lines have is no variant."""
    losses = list(robustness.measure("toon", face_clip(0, 1, 5, 9), gallery := Gallery(face_clip(0, 1, 5, 9).pairs())))
    assert {loss.gap for loss in losses} == {1, 5}
    assert {loss.variant for loss in losses} == set(VARIANTS) - {"lines 2 px wide"}
    assert {loss.method for loss in losses} == {OURS, RULES_AND_FLOW}
    assert len(losses) == 2 * 2 * (len(VARIANTS) - 1)
    assert len(gallery.pairs) == 3


LOSSES = [
    Loss("toon", "a", 1, BINARY, OURS, (0.9, 0.86), (1.0, 1.0)),
    Loss("toon", "b", 1, BINARY, OURS, (0.9, 0.88), (0.5, 0.75)),
    Loss("toon", "c", 1, BINARY, OURS, (float("nan"), 0.88), (0.5, float("nan"))),
]


def test_points_lost_are_means_over_clips():
    """Four and two points are three; nothing and a gain are a gain; a clip with nothing to count is left out."""
    assert points_lost(LOSSES, BINARY, "toon", OURS, "foreground") == {1: pytest.approx(3.0)}
    assert points_lost(LOSSES, BINARY, "toon", OURS, "region") == {1: pytest.approx(-12.5)}
    assert points_lost(LOSSES, ERASED, "toon", OURS, "region") == {}


def test_more_than_two_points_miss_the_bar():
    """The bar names variant, gap and points; a gain is written with a true minus."""
    pixels, regions = robustness.bars(LOSSES)
    assert (pixels.met, pixels.reached) == (False, "3.0 at binary lines, gap 1")
    assert (regions.met, regions.reached) == (True, "at most −12.5")
    text = robustness.render(LOSSES)
    assert "## Robustness: 3 of toon" in text
    assert "| binary lines | 3.0 | −12.5 | – | – |" in text
