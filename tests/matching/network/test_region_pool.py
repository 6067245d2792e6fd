"""Features and match weights are summed over just the cells that a region covers."""

import numpy as np
import pytest
import torch

from cmft_engine.matching.network.network import MATCH, LineFeatures
from cmft_engine.matching.network.region_pool import POOLED, attention_mass, cell_shares, pool, region_cells

CPU = torch.device("cpu")


@pytest.fixture
def labels_under_ink():
    """Two regions of 32 x 32 pixels: the left one 12 pixels wide, so that a cell at 1/8 is shared."""
    labels = np.full((32, 32), 2, np.int32)
    labels[:, :12] = 1
    return labels


@pytest.fixture
def cells(labels_under_ink):
    return region_cells(labels_under_ink, count=3, device=CPU)  # label 3 has no pixel


def features(eighth, quarter, half):
    """Maps whose first channel is given, the others zero."""

    def widened(plane, channels):
        wide = torch.zeros(1, channels, *plane.shape)
        wide[0, 0] = plane
        return wide

    tokens = widened(eighth, MATCH[0]).flatten(2).transpose(1, 2)
    return LineFeatures(widened(half, 24), widened(quarter, 48), tokens, torch.zeros(1, 16, 2))


def test_shares_of_cells(cells):
    """A cell that two regions share belongs to each by its pixels, and every cell is shared out wholly."""
    shares = cell_shares(cells)
    assert shares.shape == (16, 3)
    torch.testing.assert_close(shares.sum(1), torch.ones(16))
    assert shares[:4, 0].tolist() == [1, 0.5, 0, 0]
    assert (shares[:, 2] == 0).all()


def test_pooled_features_are_means_over_pixels(labels_under_ink, cells):
    """Maps that hold each column's number at 1/8, 1/4 and 1/2 pool to the mean over the region's pixels."""
    columns = [torch.arange(32 // side).float().expand(32 // side, -1) for side in (8, 4, 2)]
    pooled = pool(features(*columns), cells)
    assert pooled.shape == (3, POOLED)
    x = np.tile(np.arange(32), (32, 1))
    for region in (1, 2):
        inside = x[labels_under_ink == region]
        found = pooled[region - 1, [0, MATCH[0], MATCH[0] + 48]]
        torch.testing.assert_close(found, torch.tensor([(inside // side).mean() for side in (8, 4, 2)]).float())
    assert (pooled[2] == 0).all()


def test_weight_sent_home_is_whole(cells):
    """Cells that look at themselves send each region's weight to itself, but for what shared cells mix."""
    table = attention_mass(cell_shares(cells), cells, cells)
    assert table.shape == (3, 3, 2)
    # of the 12 columns of region 1, 8 lie in whole cells; the other 4 lie in cells that are half region 2's
    assert table[0, 0, 0] == pytest.approx((8 + 4 * 0.5) / 12)
    assert table[0, 1, 0] == pytest.approx(4 * 0.5 / 12)
    assert table[0, 1, 1] == pytest.approx(4 * 0.5 / 20)
    assert (table[2] == 0).all() and (table[:, 2] == 0).all()


def test_nothing_sent_is_nothing(cells):
    """What went to "not in the reference" is missing."""
    assert (attention_mass(torch.zeros(16, 3), cells, cells) == 0).all()
