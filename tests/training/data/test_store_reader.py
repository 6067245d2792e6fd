"""The reader gives every pair once a pass, in another order each time, and goes on from where it was."""

from collections import Counter
from pathlib import Path

import pytest
import torch

from cmft_engine.protocol.errors import InputError
from cmft_training.data import store_reader
from cmft_training.data.encode_figures import COLOURED, EncodedPair
from cmft_training.data.region_batch import RegionBatch
from cmft_training.data.shards import write_shard
from cmft_training.data.store_reader import StoreReader
from tests.training.data.test_region_batch import make_batch

PAIRS = 30  # six shards of five


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Shards whose pairs are told apart by the weight of their first region: 1, 2, …"""
    monkeypatch.setattr(store_reader, "SHARDS_AT_ONCE", 2)
    for first in range(6):
        pairs = []
        for at in range(5):
            batch = make_batch(2 + at, 3)
            batch.weight[0, 0] = 1 + 5 * first + at
            pairs.append([EncodedPair(0, 1, COLOURED, batch)])
        write_shard(tmp_path, pairs, first=5 * first)
    return tmp_path


def _told(batch: RegionBatch) -> list[int]:
    return [int(weight) for weight in batch.weight[:, 0]]


def _pass(reader: StoreReader) -> list[int]:
    told: list[int] = []
    while len(told) < PAIRS:
        told += _told(reader.take())
    return told


def test_each_pair_comes_once_a_pass(folder: Path) -> None:
    """Two passes have the same pairs in another order; another seed has another order, the same seed the same."""
    reader = StoreReader(folder, seed=1, batch=3)
    first, second = _pass(reader), _pass(reader)
    assert sorted(first) == sorted(second) == list(range(1, PAIRS + 1)) and first != second
    assert _pass(StoreReader(folder, seed=1, batch=3)) == first != _pass(StoreReader(folder, seed=2, batch=3))


def test_batches_mix_shards_and_are_of_like_size(folder: Path) -> None:
    """Pairs of two shards join in a batch, float32, with little padding."""
    reader = StoreReader(folder, seed=1, batch=2)
    batches = [reader.take() for _ in range(15)]
    assert any(len({(number - 1) // 5 for number in _told(batch)}) == 2 for batch in batches)
    assert all(int(real.max() - real.min()) == 0 for real in (batch.target.real.sum(1) for batch in batches))
    assert batches[0].pair.dtype == batches[0].target.pooled.dtype == torch.float32


@pytest.mark.parametrize("taken", [0, 1, 7, 16])
def test_a_reader_goes_on(folder: Path, taken: int) -> None:
    """From any place the loaded reader gives what the first one would have given, shards that came since or not."""
    reader, again = (StoreReader(folder, seed=1, batch=2) for _ in range(2))
    for _ in range(taken):
        reader.take()
    state = reader.state()
    wanted = [_told(reader.take()) for _ in range(3)]
    write_shard(folder, [[EncodedPair(0, 1, COLOURED, make_batch(2, 2))]], first=90)
    again.load(state)
    assert [_told(again.take()) for _ in range(3)] == wanted


def test_shards_that_went_are_passed_over(folder: Path) -> None:
    """A pass ends without them, and the next one knows the shards that are there; without any there is nothing."""
    reader = StoreReader(folder, seed=1, batch=3)
    gone = sorted(folder.glob("shard_*"))[:4]
    for path in gone:
        path.unlink()
    told = Counter(number for _ in range(24) for number in _told(reader.take()))
    assert set(range(21, 31)) <= set(told) and min(told[number] for number in range(21, 31)) > 1
    for path in folder.glob("shard_*"):
        path.unlink()
    with pytest.raises(InputError, match=r"no shard in it; draw some with python -m cmft_training\.store"):
        StoreReader(folder, seed=1, batch=3)
