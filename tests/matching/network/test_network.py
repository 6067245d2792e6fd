"""The network treats targets, references and batches as its docstrings promise, whatever its weights are."""

import copy

import numpy as np
import pytest
import torch
from torch import nn

from cmft_engine.matching.network import cmft
from cmft_engine.matching.network.encoders import fold_batch_norms
from cmft_engine.matching.network.inputs import as_batch, line_channels
from cmft_engine.matching.network.network import CANDIDATES, ReferenceFeatures, join_references
from tests.drawings import figure, painted
from tests.matching.network.test_cmft import Largest

CPU = torch.device("cpu")


def lines(drawing):
    return as_batch(line_channels((drawing.labels == 0).astype(np.float32)), CPU)


def color(drawing):
    return as_batch(painted(drawing).rgb.transpose(2, 0, 1), CPU)


@pytest.fixture
def network(random_checkpoint):
    with torch.inference_mode():
        yield random_checkpoint.network


@pytest.fixture
def reference(network):
    return network.encode_reference(lines(figure()), color(figure()))


def test_shapes(network, reference):
    """Every output has the size that its docstring says: 64 cells of 8 x 8 pixels in a 64 pixel drawing."""
    out = network(lines(figure(3)), reference)
    assert out.rgb.shape == (1, 3, 64, 64)
    assert [t.shape[-1] for t in out.transferred] == [8, 16, 32]
    assert out.index.shape == (1, 64, CANDIDATES)
    assert [w.shape for w in out.weights] == [(1, 64, 4, 4 * CANDIDATES), (1, 64, 16, 16 * CANDIDATES)]
    assert out.known.shape == (1, 64) and out.known.min() >= 0 and out.known.max() <= 1.0001


def test_weights_are_shares(network, reference):
    """Match weights at 1/4 and 1/2 are positive and sum to one for every pixel."""
    for weights in network(lines(figure(3)), reference).weights:
        assert weights.min() >= 0
        torch.testing.assert_close(weights.sum(-1), torch.ones_like(weights[..., 0]))


def test_transferred_color_comes_from_the_reference(network, reference):
    """What is carried over is a mean of reference colours: a reference of one colour carries that colour alone."""
    drawing = figure()
    plain = torch.tensor([0.25, 0.5, 0.75]).view(1, 3, 1, 1).expand(1, 3, 64, 64)
    out = network(lines(figure(3)), network.encode_reference(lines(drawing), plain))
    for carried in out.transferred:
        assert (carried - plain[..., :1, :1]).abs().max() < 1e-3


def test_batch_of_two_is_two_of_one(network, reference):
    """Drawings in one batch do not see each other."""
    targets = [lines(figure(3)), lines(figure(-4, 2))]
    alone = [network(target, reference) for target in targets]
    both = ReferenceFeatures(*(tuple(t.expand(2, *t.shape[1:]) for t in side)
                               for side in (reference.key, reference.value)))
    together = network(torch.cat(targets), both)
    torch.testing.assert_close(together.rgb, torch.cat([out.rgb for out in alone]), atol=1e-4, rtol=1e-4)
    assert torch.equal(together.index, torch.cat([out.index for out in alone]))


def test_chunk_changes_nothing(network, reference, monkeypatch):
    """Handling 9 cells at once instead of all gives the same candidates and colours."""
    whole = network(lines(figure(3)), reference)
    monkeypatch.setattr(cmft, "CHUNK", 9)
    parts = network(lines(figure(3)), reference)
    assert torch.equal(parts.index, whole.index)
    torch.testing.assert_close(parts.rgb, whole.rgb, atol=1e-4, rtol=1e-4)


def test_order_of_references_changes_nothing(network, reference):
    """Joined references are a set: in either order each target cell sees the same cells and gets the same colour."""
    other = network.encode_reference(lines(figure(6, 4)), color(figure(6, 4)))
    first = network(lines(figure(3)), join_references([reference, other]))
    second = network(lines(figure(3)), join_references([other, reference]))
    swapped = (first.index + 64) % 128
    assert torch.equal(swapped.sort(-1).values, second.index.sort(-1).values)
    torch.testing.assert_close(first.rgb, second.rgb, atol=1e-4, rtol=1e-4)


def test_extra_values_ride_along(network, reference):
    """Values given beside the colours arrive as match shares times how far the cell is known."""
    out = network(lines(figure(3)), reference, extra=torch.ones(1, 64, 2))
    torch.testing.assert_close(out.coarse, out.known[..., None].expand(1, 64, 2), atol=1e-4, rtol=1e-3)
    assert network(lines(figure(3)), reference).coarse is None


def test_no_matrix_of_all_pairs(network):
    """At 1/2 a drawing of 160 pixels has 6400 cells; nothing near 6400 x 6400 elements is ever made."""
    drawing = figure(side=160)
    with Largest() as largest:
        network(lines(drawing), network.encode_reference(lines(drawing), color(drawing)))
    assert largest.elements < 6400 * 6400 / 10


def test_folded_batch_norms_change_nothing(network):
    """Whatever a batch norm learned, the convolution before it computes the same alone; the original keeps its own."""
    taught = copy.deepcopy(network)
    torch.manual_seed(5)
    for norm in [part for part in taught.modules() if isinstance(part, nn.BatchNorm2d)]:
        for value, low, high in ((norm.running_mean, -1, 1), (norm.running_var, 0.5, 2), (norm.weight, 0.5, 2)):
            value.data = torch.empty_like(value).uniform_(low, high)
    folded = fold_batch_norms(taught)
    assert not any(isinstance(part, nn.BatchNorm2d) for part in folded.modules())
    assert any(isinstance(part, nn.BatchNorm2d) for part in taught.modules())
    for mine, plain in zip(folded.line(lines(figure(3))), taught.line(lines(figure(3))), strict=True):
        torch.testing.assert_close(mine, plain, atol=1e-4, rtol=1e-4)
