"""What is fitted on training drawings is what tells right from wrong there."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from cmft_engine.matching.calibration import CONFIDENCE_FEATURES, CUES, UNFUSED
from cmft_engine.matching.votes import TemporalVotes, Votes, fuse
from cmft_engine.shot.drawing import SegmentedDrawing
from cmft_training.release.calibrate import Voted, fit_fusion, fit_logistic, judge

COUNT, COLORS = 40, 4


@pytest.fixture
def voted() -> list[Voted]:
    """Drawings whose regions are told right by the pixel network, wrong by flow, and at random by region match."""
    rng = np.random.default_rng(0)
    drawings = []
    for _ in range(6):
        labels = np.repeat(np.repeat(np.arange(1, COUNT + 1, dtype=np.int32).reshape(5, 8), 4, 0), 4, 1)
        true = rng.integers(COLORS, size=COUNT)
        right, wrong = np.eye(COLORS)[true], np.eye(COLORS)[(true + 1) % COLORS]
        color = 0.3 + 0.1 * np.eye(COLORS)[rng.integers(COLORS, size=COUNT)]
        ones, pixels = np.ones(COUNT), np.zeros(labels.shape, np.int32)
        votes = Votes(
            color=(color / color.sum(1, keepdims=True)).astype(np.float32), before=color.astype(np.float32),
            flow=(0.3 * right + 0.5 * wrong).astype(np.float32), match=(0.6 * right + 0.2 * wrong).astype(np.float32),
            mixture=np.zeros(COUNT, np.float32), known=ones.astype(np.float32), cycle=ones.astype(np.float32),
            flow_agreement=ones.astype(np.float32), area=np.full(COUNT, 16, np.float32), by_flow=pixels,
            by_match=pixels, region_warps=np.zeros((0, *labels.shape), np.int32),
        )  # fmt: skip
        drawing = SegmentedDrawing(np.zeros(labels.shape, bool), labels, labels, COUNT)
        truth = (16 * right).astype(np.int64)
        drawings.append(Voted(drawing, labels, votes, None, truth))
    return drawings


def test_the_cue_that_is_right_counts(voted: list[Voted]) -> None:
    """Its weight is the largest, flow's is not above nought, and with them the regions that were wrong are right."""
    fusion = fit_fusion(voted)
    weight = dict(zip(CUES, fusion, strict=True))
    assert weight["match"] > 5 > 0 >= weight["flow"]
    before, after = (np.mean([judge(one, weights)[1] for one in voted]) for weights in (UNFUSED, fusion))
    assert before < 0.5 and after == 1.0


def test_neighbors_count_where_they_are_right(voted: list[Voted]) -> None:
    """What the neighbours vote gets the largest weight of all when nothing else is right."""
    rng = np.random.default_rng(2)
    noise = (rng.dirichlet(np.ones(COLORS), COUNT).astype(np.float32) for _ in range(len(voted)))
    with_neighbors = [
        replace(one, votes=replace(one.votes, match=random, flow=random), temporal=TemporalVotes(
            (one.truth > 0).astype(np.float32), one.votes.color, one.votes.region_warps
        ))
        for one, random in zip(voted, noise, strict=True)
    ]
    fusion = fit_fusion(with_neighbors)
    assert CUES[int(fusion.argmax())] == "neighbors" and fusion[-1] > 5
    assert all(judge(one, fusion)[1].all() for one in with_neighbors)


def test_divided_regions_and_unsupported_colors_teach_nothing(voted: list[Voted]) -> None:
    """Without a region to learn from, the region match alone counts."""
    divided = [replace(one, votes=replace(one.votes, mixture=np.ones(COUNT, np.float32))) for one in voted]
    assert (fit_fusion(divided) == UNFUSED).all()
    wider = [
        replace(one, votes=replace(one.votes, **{
            name: np.pad(getattr(one.votes, name), ((0, 0), (0, 1))) for name in ("color", "before", "flow", "match")
        }), truth=np.pad(np.zeros_like(one.truth), ((0, 0), (0, 1)), constant_values=16))
        for one in voted
    ]
    assert (fit_fusion(wider) == UNFUSED).all()


def test_fused_chances_are_chances(voted: list[Voted]) -> None:
    """They lie in [0, 1] and keep their sum, with any weights."""
    for weights in (fit_fusion(voted), np.array([3, -50, 100, 100, 0], np.float32)):
        fused = fuse(voted[0].votes, None, weights)
        assert fused.min() >= 0 and fused.sum(1) == pytest.approx(voted[0].votes.color.sum(1), abs=1e-5)


def test_confidence_follows_the_feature_that_tells() -> None:
    """A feature that separates right from wrong gets the weight; one that is noise gets little."""
    rng = np.random.default_rng(1)
    confidence_features = rng.normal(size=(400, len(CONFIDENCE_FEATURES))).astype(np.float32)
    weight = fit_logistic(confidence_features, confidence_features[:, 3] + 0.3 * rng.normal(size=400) > 0)
    assert weight.shape == (len(CONFIDENCE_FEATURES) + 1,) and weight[3] > 4 * np.abs(np.delete(weight, 3)).max()
