import numpy as np
import pytest
import torch

from benchmarks.baselines import work_picture
from benchmarks.baselines.deep_analogy import OwnFeatures, analogy_with, blend, normalized
from benchmarks.baselines.patch_match import same_place
from cmft_engine.matching.network.network import Network
from tests.benchmarks.small_drawings import draw_face


def test_the_made_up_side_keeps_strong_lines_alone():
    """Where A answers, A' is a share of A; where it does not, B' as the field brings it; at the coarsest layer A."""
    a = np.zeros((8, 8, 2), np.float32)
    a[4] = 1
    painted = np.full((8, 8, 2), 5, np.float32)
    field = same_place((8, 8), (8, 8))
    made = blend(a, painted, field, weight=0.8)
    assert made[4] == pytest.approx(0.8 * 1 + 0.2 * 5)
    assert (made[:4] == 5).all()
    assert blend(a, painted, None, weight=1.0) is a
    assert np.isfinite(blend(np.zeros_like(a), painted, field, weight=0.8)).all()
    assert np.linalg.norm(normalized(painted), axis=2) == pytest.approx(1)


def test_a_drawing_is_its_own_analogy(monkeypatch):
    """Coloured from itself, the face has its colours; empty drawings and other shapes pass through."""
    monkeypatch.setattr(work_picture, "WORK_PX", 96)  # the face as it is
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(1)
        color = analogy_with(OwnFeatures(Network()))
    line, painting = draw_face()
    colored = color(line, painting, line)
    for y, x in ((2, 2), (16, 54), (56, 52), (46, 40)):
        assert np.abs(colored[y, x].astype(int) - painting[y, x]).max() <= 2
    assert color(line, painting, np.full_like(line, 255)).shape == line.shape
