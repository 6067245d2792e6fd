"""Regions of several colours are divided as a plain formula says, each within itself."""

import cv2
import numpy as np
import pytest

from cmft_engine.matching.divide import ORDER_BONUS, SMOOTH_RATIO, agreement, divide


def carried(size, seed):
    """Three colours in soft patches, with specks."""
    rng = np.random.default_rng(seed)
    noise = cv2.GaussianBlur(rng.normal(size=size).astype(np.float32), (0, 0), size[1] / 20)
    index = np.digitize(noise, np.quantile(noise, [0.3, 0.7])).astype(np.int32)
    index[rng.uniform(size=size) < 0.1] = 1
    return index


@pytest.mark.parametrize("size", [(60, 90), (1000, 1500)])
def test_most_of_the_surroundings_decide(size):
    """Boxes change nothing; the smaller picture for a wide spread moves no border by more than two pixels."""
    ways = [carried(size, seed) for seed in (3, 4)]
    labels = np.ones(size, np.int32)
    labels[:, size[1] // 2 :] = 2
    allowed = np.array([[True, True, True], [True, True, False]])
    wishes = []
    for color in range(3):
        votes = sum((1 + ORDER_BONUS * bonus) * (way == color) for way, bonus in zip(ways, (2, 1), strict=True))
        parts = [
            cv2.GaussianBlur((votes * (labels == region)).astype(np.float32), (0, 0), SMOOTH_RATIO * size[1],
                             borderType=cv2.BORDER_CONSTANT)
            for region in (1, 2)
        ]  # fmt: skip
        wishes.append(np.where(labels == 1, parts[0], parts[1] if allowed[1, color] else -1))
    differs = divide(np.zeros(size, np.int32), labels, ways, allowed) != np.stack(wishes).argmax(0)
    assert differs.mean() < (5e-3 if size[1] > 1000 else 1e-9)
    assert not cv2.erode(differs.astype(np.uint8), np.ones((5, 5), np.uint8)).any()


def test_regions_that_are_not_divided_keep_their_color():
    """Rows of `allowed` without a colour, and labels without a pixel, change nothing; the input stays."""
    index, labels = np.full((4, 6), 2, np.int32), np.ones((4, 6), np.int32)
    labels[:, 3:] = 3
    allowed = np.array([[False, False, False], [True, True, True], [True, False, False]])
    out = divide(index, labels, [np.zeros((4, 6), np.int32)], allowed)
    assert (out[:, :3] == 2).all() and (out[:, 3:] == 0).all() and (index == 2).all()


def test_nothing_carried_keeps_the_color():
    """Where no way brings a colour that the region may have, the colour it had stays."""
    index, labels = np.full((4, 6), 1, np.int32), np.ones((4, 6), np.int32)
    out = divide(index, labels, [np.full((4, 6), -1, np.int32), np.full((4, 6), 2, np.int32)],
                 np.array([[True, True, False]]))  # fmt: skip
    assert np.array_equal(out, index)


def test_agreement_is_a_share_of_each_region():
    """Pixels alike are counted region by region; a label without pixels agrees in nothing, nor does one not asked."""
    labels = np.array([[1, 1, 1, 1, 3, 3]], np.int32)
    index, way = np.array([[0, 0, 1, 1, 2, 2]], np.int32), np.array([[0, 0, 0, 1, -1, 2]], np.int32)
    shares = agreement(index, labels, [way, index], np.array([True, True, True, False]))
    assert shares.tolist() == [[0.75, 0.0, 0.5, 0.0], [1.0, 0.0, 1.0, 0.0]]
    assert agreement(index, labels, [way], np.array([False, False, True])).tolist() == [[0.0, 0.0, 0.5]]
