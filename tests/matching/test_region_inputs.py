"""What the region network reads is measured rightly: motion, overlap and relations of known drawings."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from cmft_engine.image.look_up import look_up
from cmft_engine.matching.descriptors import NODE_FEATURES, RASTER
from cmft_engine.matching.network.region_network import PAIR_FEATURES
from cmft_engine.matching.network.region_pool import POOLED
from cmft_engine.matching.region_inputs import (
    as_index,
    as_tensors,
    find_motion,
    find_motions,
    pair_features,
    region_side,
    relation_features,
)
from tests.drawings import cut, figure


def side(drawing):
    parts = cut(drawing)
    return region_side(parts.labels, parts.labels_under_ink, parts.ink.astype(np.float32), count=parts.count)


@pytest.fixture
def same():
    return side(figure())


def test_a_drawing_does_not_move_against_itself(same):
    """Flow and alignment of a drawing with itself are the identity, to a tenth of a pixel."""
    motion = find_motion(same, same)
    x, y = np.meshgrid(np.arange(64), np.arange(64))
    for found, wanted in ((motion.still_x, x), (motion.still_y, y), (motion.flow_x, x), (motion.flow_y, y)):
        assert np.abs(found - wanted).max() < 0.1


def test_a_pan_is_followed_exactly(same):
    """A drawing moved as a whole is found where it was, by its centre alone."""
    motion = find_motion(side(figure(6, 5)), same)
    x, y = np.meshgrid(np.arange(64), np.arange(64))
    assert np.abs(motion.still_x - (x - 6)).max() < 0.05
    assert np.abs(motion.still_y - (y - 5)).max() < 0.05


@pytest.mark.parametrize(("n_colors", "kind"), [(256, np.int16), (2**15 - 1, np.int16), (2**15, np.int32)])
def test_palette_indices_take_the_least_memory(n_colors, kind):
    """Indices are found as they are, in 16 bit where the palette's largest fits."""
    index = np.array([[0, n_colors - 1], [3, 7]], np.int32)
    found = look_up(as_index(index, n_colors), np.array([[[0, 0], [1, 0]], [[0, 1], [1, 1]]], np.float32))
    assert found.tolist() == index.tolist() and found.dtype == kind


def test_pair_features_of_a_drawing_with_itself(same):
    """A region overlaps itself wholly and no other, is at no distance, of equal size, and of no other's shape."""
    pair = pair_features(same, same, find_motions(same, same))
    assert pair.shape == (4, 4, PAIR_FEATURES) and pair.dtype == np.float32
    assert np.allclose(pair[..., 0], np.eye(4), atol=0.02)  # share by flow
    assert np.allclose(pair[..., 2], np.eye(4), atol=0.02)  # share in place
    own = pair[range(4), range(4)]
    assert np.allclose(own[:, 7:10], 0)  # offset and distance
    assert np.allclose(own[:, 10], 1) and np.allclose(own[:, 11], 0)
    assert (pair[..., 12].argmax(1) == range(4)).all()
    assert np.allclose(pair[..., 13], np.eye(4), atol=0.02) and np.allclose(pair[..., 14], np.eye(4), atol=0.02)
    assert np.allclose(own[:, 15:18], 0, atol=0.05) and np.allclose(own[:, 18], 1, atol=0.05)  # where flow lands


def test_landing_tells_small_regions_that_moved_apart():
    """A region that moved by more than its width overlaps nothing; where flow lands still names the nearest."""
    small = ((20, 32, 3, 3, 1), (40, 32, 3, 3, 2), (32, 52, 25, 5, 3))
    here, there = side(figure(boxes=small)), side(figure(boxes=small))
    still = find_motion(here, there)
    gone = replace(still, flow_x=still.flow_x + 7)
    pair = pair_features(here, there, (gone, still))
    assert pair[1, 1, 0] == 0  # no overlap
    assert pair[1, 1:3, 18].argmax() == 0
    assert pair[1, 1, 15] > 0 and abs(pair[1, 1, 16]) < 0.05


def test_match_mass_becomes_shares(same):
    """Match weight sent to a region counts as a share of either region; without it the columns say so."""
    motion = find_motions(same, same)
    mass = np.diag(same.descriptors.area).astype(np.float64) / 2
    given, absent = pair_features(same, same, motion, mass), pair_features(same, same, motion)
    assert np.allclose(given[..., 4], np.eye(4) / 2) and np.allclose(given[..., 5], np.eye(4) / 2)
    assert (given[..., 6] == 1).all()
    assert (absent[..., 4:7] == 0).all()


def test_relations(same):
    """Offsets are opposite, distances alike, and a region is at no distance from itself."""
    relation = relation_features(same.descriptors)
    assert relation.shape == (4, 4, 4)
    assert np.allclose(relation[..., :2], -relation[..., :2].transpose(1, 0, 2))
    assert np.allclose(relation[..., 2], np.hypot(relation[..., 0], relation[..., 1]))
    assert (relation[range(4), range(4)] == 0).all()


def test_tensors_of_one_drawing(same):
    """A drawing becomes a batch of one in which every region is real."""
    tensors = as_tensors(same.descriptors, torch.zeros(4, POOLED))
    assert tensors.node.shape == (1, 4, NODE_FEATURES)
    assert tensors.raster.shape == (1, 4, RASTER**2)
    assert tensors.pooled.shape == (1, 4, POOLED)
    assert tensors.relation.shape == (1, 4, 4, 4)
    assert tensors.real.tolist() == [[True] * 4]
