"""Shards keep pairs as fp16, hold every drawing once, and are never half written."""

from itertools import pairwise
from pathlib import Path

import pytest
import torch

from cmft_engine.matching.network.region_network import RegionNetwork
from cmft_engine.matching.network.weights import load_checkpoint
from cmft_engine.protocol.errors import InputError
from cmft_training.data.encode_figures import COLOURED, LINE, CueShares, EncodedPair, FigureEncoder
from cmft_training.data.figures import FigureSource
from cmft_training.data.region_batch import collate_regions
from cmft_training.data.shards import Shard, list_shards, write_shard
from cmft_training.data.store import figure_drawer
from tests.training.data.test_region_batch import make_batch


def _figure(*sizes: int) -> list[EncodedPair]:
    """Pairs of drawings that each have a size of their own: every one with the next."""
    pairs = []
    for at, (n, m) in enumerate(pairwise(sizes)):
        read = make_batch(n, m, at)
        if at:
            read = type(read)(pairs[-1].read.reference, *(getattr(read, name) for name in (
                "reference", "pair", "attention_mass", "same", "same_color", "weight")))  # fmt: skip
        pairs.append(EncodedPair(at, at + 1, LINE if at % 2 else COLOURED, read))
    return pairs


def test_pairs_come_back(tmp_path: Path) -> None:
    """All but the least digits, in order, with their kinds; drawings of two pairs are kept once."""
    figures = [_figure(3, 5, 1, 9), _figure(2, 7)]
    name = write_shard(tmp_path, figures, first=12)
    assert (name.first, name.figures, name.pairs) == (12, 2, 4) and [name] == list_shards(tmp_path)
    shard = Shard(name.path)
    assert shard.rows.tolist() == [[0, 1, COLOURED], [1, 2, LINE], [2, 3, COLOURED], [4, 5, COLOURED]]
    assert shard.sizes().tolist() == [15, 5, 9, 14]
    for at, pair in enumerate([*figures[0], *figures[1]]):
        back, wanted = collate_regions([shard.pair(at)]), pair.read
        for side in ("target", "reference"):
            for field in ("node", "raster", "pooled", "relation", "real"):
                ours, theirs = (getattr(getattr(read, side), field) for read in (back, wanted))
                torch.testing.assert_close(ours, theirs, rtol=1e-3, atol=1e-3)
        for field in ("pair", "attention_mass", "weight"):
            torch.testing.assert_close(getattr(back, field), getattr(wanted, field), rtol=1e-3, atol=1e-3)
        assert torch.equal(back.same, wanted.same) and torch.equal(back.same_color, wanted.same_color)


@torch.no_grad()
def test_fp16_changes_next_to_nothing(tmp_path: Path, figure_source: FigureSource) -> None:
    """The shipped region network gives every pair of regions the same chance within a hundredth."""
    checkpoint = load_checkpoint()
    pairs = figure_drawer(figure_source, FigureEncoder(checkpoint, CueShares(1.0, 0.5)))(0)
    shard = Shard(write_shard(tmp_path, [pairs], first=0).path)
    for at, pair in enumerate(pairs):
        full, half = (_chances(checkpoint.regions, read) for read in (pair.read, collate_regions([shard.pair(at)])))
        torch.testing.assert_close(full, half, rtol=0, atol=0.01)


def _chances(regions: RegionNetwork, read):  # type: ignore[no-untyped-def]
    return regions(read.target, read.reference, read.pair, read.attention_mass).softmax(-1)


def test_numbers_too_large_for_fp16_stay_finite(tmp_path: Path) -> None:
    """They become the largest there is."""
    figure = _figure(2, 2)
    figure[0].read.pair[0, 0, 0, 0] = 1e9
    pair = Shard(write_shard(tmp_path, [figure], first=0).path).pair(0)
    assert float(pair.pair[0, 0, 0, 0]) == 65504.0


def test_other_files_are_no_shards(tmp_path: Path) -> None:
    """Half written and foreign files are not listed; a folder that is not there has none."""
    for name in (".shard_00000000_1_3.npz.tmp", "shard_1_2_3.npz", "shard_00000001_1.npz", "notes.txt"):
        (tmp_path / name).touch()
    assert list_shards(tmp_path) == list_shards(tmp_path / "nowhere") == []


def test_a_damaged_shard_is_named(tmp_path: Path) -> None:
    """A cut file is told with the remedy; a missing one is left to the reader."""
    path = write_shard(tmp_path, [_figure(3, 4)], first=0).path
    path.write_bytes(path.read_bytes()[:300])
    with pytest.raises(InputError, match=r"shard_00000000_1_1.npz: cannot be read .* remove it"):
        Shard(path)
    path.unlink()
    with pytest.raises(FileNotFoundError):
        Shard(path)
