"""The matching is what its formulas say, whatever it is divided into, and never stores all pairs."""

import math

import pytest
import torch
import torch.nn.functional as F
from torch.utils._python_dispatch import TorchDispatchMode

from cmft_engine.matching.network import cmft


class Largest(TorchDispatchMode):
    """Remember the number of elements of the largest tensor that any operation returned."""

    elements = 0

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        out = func(*args, **(kwargs or {}))
        for tensor in out if isinstance(out, (tuple, list)) else [out]:
            if isinstance(tensor, torch.Tensor):
                self.elements = max(self.elements, tensor.numel())
        return out


@pytest.fixture(autouse=True)
def seed():
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(3)
        yield


def test_features_are_centred_and_of_unit_length():
    """A feature keeps its direction around its mean; a constant one becomes zero and not NaN."""
    x = cmft.center_normalize(torch.randn(2, 5, 8) * 40 + 7)
    assert x.mean(-1).abs().max() < 1e-6
    assert (x.norm(dim=-1) - 1).abs().max() < 1e-5
    assert (cmft.center_normalize(torch.full((1, 1, 8), 3.0)) == 0).all()


@pytest.mark.parametrize("size", [1, 2, 4])
def test_cells_come_apart_and_together(size):
    """from_cells undoes to_cells, and a cell holds its own square of the map, row by row."""
    x = torch.arange(2 * 3 * 8 * 12.0).view(2, 3, 8, 12)
    cells = cmft.to_cells(x, size)
    assert cells.shape == (2, 96 // size**2, size**2, 3)
    assert torch.equal(cells[1, 12 // size, :, 2], x[1, 2, size:2 * size, :size].flatten())
    assert torch.equal(cmft.from_cells(cells, 8 // size, 12 // size), x)


def test_columns_give_similarity_less_distance():
    """Query times key is cos/temperature - distance^2 / (2 sigma^2) exactly."""
    target, reference = (cmft.center_normalize(torch.randn(1, n, 16, dtype=torch.double)) for n in (5, 7))
    p, q = torch.randn(1, 5, 2, dtype=torch.double), torch.randn(1, 7, 2, dtype=torch.double)
    temperature, sigma = torch.tensor(0.07, dtype=torch.double), 0.6
    query = cmft.query_columns(target, p, temperature=temperature, inverse_sigma=torch.tensor(1 / sigma))
    key = cmft.key_columns(reference, q, inverse_sigma=torch.tensor(1 / sigma))
    wanted = target @ reference.transpose(1, 2) / 0.07 - torch.cdist(p, q).square() / (2 * sigma**2)
    torch.testing.assert_close(query @ key.transpose(1, 2), wanted, atol=1e-5, rtol=0)


def test_null_key_has_one_logit_for_all():
    """Not in the reference: the same learned logit for every target cell, wherever it lies."""
    place = torch.randn(2, 6, 2)
    query = cmft.query_columns(torch.randn(2, 6, 16), place, temperature=torch.tensor(0.1),
                               inverse_sigma=torch.tensor(1.0))
    key = cmft.key_columns(torch.randn(2, 4, 16), place[:, :4], inverse_sigma=torch.tensor(1.0))
    null = cmft.null_key(key, torch.tensor(2.5))
    assert null.shape == (2, 1, 22)
    assert torch.equal(query @ null.transpose(1, 2), torch.full((2, 6, 1), 2.5))


@pytest.mark.parametrize(("width", "depth"), [(22, 5), (16, 40), (70, 67)])
def test_transfer_is_softmaxed_similarity(width, depth):
    """The fused attention equals softmax(q k^T) v for any head sizes."""
    query, key, value = torch.randn(2, 9, width), torch.randn(2, 11, width), torch.randn(2, 11, depth)
    wanted = (query @ key.transpose(1, 2)).softmax(-1) @ value
    torch.testing.assert_close(cmft.transfer(query, key, value), wanted, atol=1e-5, rtol=1e-4)


def test_transfer_from_one_cell_copies_it():
    """With a single reference cell its value arrives unchanged."""
    value = torch.rand(1, 1, 4)
    moved = cmft.transfer(torch.randn(1, 9, 8), torch.randn(1, 1, 8), value)
    torch.testing.assert_close(moved, value.expand(1, 9, 4))


def test_transfer_below_all_cells_is_full_attention():
    """With every coarse cell as candidate the finer level looks at the whole reference."""
    cells, children = (5, 6), 4
    query, key, value = torch.randn(1, 5, children, 8), torch.randn(1, 6, children, 8), torch.randn(1, 6, children, 3)
    index = torch.stack([torch.randperm(cells[1]) for _ in range(cells[0])])[None]
    moved, weights = cmft.transfer_below(query, key, value, index)
    flat = (query.flatten(1, 2) @ key.flatten(1, 2).transpose(1, 2)).softmax(-1) @ value.flatten(1, 2)
    torch.testing.assert_close(moved.flatten(1, 2), flat, atol=1e-6, rtol=1e-5)
    torch.testing.assert_close(weights.sum(-1), torch.ones(1, 5, 4))


def test_only_candidates_are_seen():
    """A reference cell that is no candidate sends nothing, however alike it is."""
    key = F.normalize(torch.randn(1, 3, 4, 8), dim=-1)
    value = torch.zeros(1, 3, 4, 1)
    value[:, 2] = 1
    moved, _ = cmft.transfer_below(50 * key, key, value, torch.tensor([[[0, 1], [0, 1], [2, 0]]]))
    assert moved[0, :2].abs().max() == 0
    assert moved[0, 2].min() > 0.9


def test_best_cells_are_the_most_similar():
    """The candidates are the largest logits, best first; a small reference gives as many as it has."""
    query, key = torch.randn(1, 20, 8), torch.randn(1, 9, 8)
    found = cmft.best_cells(query, key, 3)
    logits = query @ key.transpose(1, 2)
    assert torch.equal(found, logits.argsort(-1, descending=True)[..., :3])
    assert cmft.best_cells(query, key[:, :2], 3).shape == (1, 20, 2)


@pytest.mark.parametrize("chunk", [1, 7, 10000])
def test_one_pass_is_transfer_and_ranking(monkeypatch, chunk):
    """Without a gradient pairs are compared once, with what two passes give; the null key is never a best cell."""
    query, key, value = torch.randn(2, 25, 8), torch.randn(2, 9, 8), torch.randn(2, 9, 3)
    key[:, -1] = 9 * query.mean(1)  # the null key would often be the best
    monkeypatch.setattr(cmft, "CPU_CHUNK", chunk)
    wanted = cmft.transfer_and_rank(query, key, value, 4)
    assert torch.equal(wanted[1], cmft.best_cells(query, key[:, :-1], 4))
    with torch.inference_mode():
        moved, best = cmft.transfer_and_rank(query, key, value, 4)
        assert cmft.transfer_and_rank(query, key[:, -3:], value[:, -3:], 4)[1].shape == (2, 25, 2)
    torch.testing.assert_close(moved, wanted[0], atol=1e-5, rtol=1e-4)
    assert torch.equal(best, wanted[1])


def test_gathered_cells_are_the_chosen_ones():
    """Children stand in the order of the chosen cells, each batch from its own reference."""
    x = torch.arange(2 * 5 * 4.0).view(2, 5, 4, 1)
    found = cmft.gather_cells(x, torch.tensor([[[4, 0]], [[1, 1]]]))
    assert found[..., 0].tolist() == [[[16, 17, 18, 19, 0, 1, 2, 3]], [[24, 25, 26, 27, 24, 25, 26, 27]]]


@pytest.mark.parametrize("chunk", [1, 7, 10000])
def test_chunks_change_nothing(monkeypatch, chunk):
    """However many cells are handled at once, candidates are equal and values differ by rounding only."""
    query, key, value = (torch.randn(2, 25, 4, size) for size in (8, 8, 3))
    index = cmft.best_cells(query[:, :, 0], key[:, :, 0], 5)
    moved, weights = cmft.transfer_below(query, key, value, index)
    monkeypatch.setattr(cmft, "CPU_CHUNK", chunk)
    assert torch.equal(cmft.best_cells(query[:, :, 0], key[:, :, 0], 5), index)
    again, again_weights = cmft.transfer_below(query, key, value, index)
    torch.testing.assert_close(again, moved, atol=1e-6, rtol=1e-5)
    torch.testing.assert_close(again_weights, weights, atol=1e-6, rtol=1e-5)


def test_global_match_stores_no_matrix():
    """The fused attention of 3000 by 3000 cells makes no tensor near 3000 x 3000; the search keeps to its chunk."""
    query, key, value = torch.randn(1, 3000, 16), torch.randn(1, 3000, 16), torch.randn(1, 3000, 16)
    with Largest() as largest:
        cmft.transfer(query, key, value)
    assert largest.elements < 3000 * 3000 / 20
    with Largest() as largest:
        cmft.best_cells(query, key, 6)
    assert largest.elements <= cmft.CPU_CHUNK * 3000


def test_fine_match_stores_no_matrix():
    """At the finest level memory grows with the candidates: far below target pixels times reference pixels."""
    cells, children = 600, 16
    query, key = torch.randn(1, cells, children, 16), torch.randn(1, cells, children, 16)
    index = torch.randint(cells, (1, cells, 6))
    with Largest() as largest:
        cmft.transfer_below(query, key, torch.randn(1, cells, children, 24), index)
    assert largest.elements <= cells * children * 6 * 24
    assert largest.elements < (cells * children) ** 2 / 50


def test_a_sharp_match_finds_its_own_cell():
    """A feature's own copy in the reference wins: after a permutation every value comes home."""
    features = cmft.center_normalize(torch.randn(1, 30, 64))
    order = torch.randperm(30)
    value = torch.arange(30.0).view(1, 30, 1)
    moved = cmft.transfer(features * math.e**4, features[:, order], value[:, order])
    assert (moved - value).abs().max() < 1e-2
