import math

import numpy as np
import pytest

from benchmarks.baselines import flow_warp, region_match
from benchmarks.metrics.pictures import flats_under_ink
from benchmarks.metrics.score import score, score_refusal, wrong_pixels
from tests.benchmarks.small_drawings import PAPER, SIDE, draw_face, smear

REFERENCE_LINE, REFERENCE = draw_face()
LINE, TRUTH = draw_face(6, 3)
FLATS = flats_under_ink(REFERENCE, REFERENCE_LINE)
# PSNR, SSIM, foreground, region, mean IoU, as the first program with these definitions gave them.
RECORDED = {
    "smear": (9.57750901421565, 0.45580156616821554, 0.4574144486692015, 0.6666666666666666, 0.26517149475442325),
    "copy": (9.234913357365675, 0.40416001605298923, 0.5536121673003802, 0.8333333333333334, 0.41541171683568917),
    "flow": (35.753143679266685, 0.9975114990005842, 0.9973384030418251, 1.0, 0.9762688555383052),
    "regions": (36.926963950704206, 0.9910042436967821, 0.9828897338403042, 1.0, 0.8280066287878788),
    "truth": (99.0, 1.0, 1.0, 1.0, 1.0),
}
PREDICTIONS = {
    "smear": lambda: smear(TRUTH),
    "copy": lambda: REFERENCE,
    "flow": lambda: flow_warp(REFERENCE_LINE, REFERENCE, LINE),
    "regions": lambda: region_match(REFERENCE_LINE, REFERENCE, LINE),
    "truth": lambda: TRUTH,
}


@pytest.mark.parametrize("name", RECORDED)
def test_figures_are_those_of_the_published_tables(name):
    """The metrics give the recorded numbers, so that old and new tables can be compared."""
    s = score(PREDICTIONS[name](), TRUTH, line=LINE, reference_flats=FLATS)
    figures = (s.psnr, s.ssim, s.foreground, s.region, s.mean_iou)
    assert figures == pytest.approx(RECORDED[name], abs=1e-6)
    assert s.regions == 6


def test_a_refusal_has_nothing_right():
    """White paper sets PSNR and SSIM; what is white in truth counts as wrong too, what cannot be counted stays so."""
    paper = score(np.full_like(TRUTH, 255), TRUTH, line=LINE, reference_flats=FLATS)
    refusal = score_refusal(TRUTH, line=LINE, reference_flats=FLATS)
    assert (refusal.psnr, refusal.ssim, refusal.regions) == (paper.psnr, paper.ssim, 6)
    assert refusal.foreground == refusal.region == refusal.mean_iou == refusal.palette_exact == 0
    assert paper.palette_exact > 0 and paper.region > 0  # the paper around the face
    blank = np.full_like(TRUTH, 255)
    assert math.isnan(score_refusal(blank, line=blank, reference_flats=blank).foreground)


def test_palette_exactness_counts_bits_not_looks():
    """One bit off in every pixel looks the same and is not the palette."""
    nearly = np.where(TRUTH < 255, TRUTH + 1, TRUTH - 1).astype(np.uint8)
    s = score(nearly, TRUTH, line=LINE, reference_flats=FLATS)
    assert s.palette_exact == 0.0
    assert s.foreground == 1.0


def test_paper_is_not_foreground():
    """Painting the whole paper red costs no foreground pixel, it costs PSNR and the paper's region."""
    red = TRUTH.copy()
    red[:5] = (255, 0, 0)
    s = score(red, TRUTH, line=LINE, reference_flats=FLATS)
    assert s.foreground == 1.0
    assert s.psnr < 20


def test_a_drawing_without_foreground_has_no_foreground_figure():
    """White paper scores NaN where there is nothing to count, and no warning."""
    white = np.full((SIDE, SIDE, 3), 255, np.uint8)
    s = score(white, white, line=white, reference_flats=white)
    assert math.isnan(s.foreground)
    assert (s.region, s.regions, s.palette_exact) == (1.0, 1, 1.0)


def test_a_drawing_of_ink_alone_scores_nothing():
    """All ink: no region, no colour, no figure but PSNR and SSIM."""
    black = np.zeros((SIDE, SIDE, 3), np.uint8)
    s = score(black, black, line=black, reference_flats=black)
    assert s.psnr == 99.0
    assert all(math.isnan(figure) for figure in (s.foreground, s.region, s.mean_iou, s.palette_exact))


def test_wrong_pixels_are_ink_free_and_visibly_wrong():
    """The error map marks the changed field, leaves the ink out and forgives one bit."""
    changed = TRUTH.copy()
    changed[:10, :10] = (0, 0, 255)
    changed[80:, 80:] = np.array(PAPER) - 1
    wrong = wrong_pixels(changed, TRUTH, line=LINE)
    assert wrong[:10, :10].all()
    assert wrong.sum() == 100
