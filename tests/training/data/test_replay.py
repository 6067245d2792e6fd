"""Replayed samples are the latest, come in batches of like size, and survive a restart."""

import numpy as np
import torch

from cmft_training.data.region_batch import RegionBatch
from cmft_training.data.replay import BATCHES_FIRST, Replay, pack_sample, unpack_sample
from tests.training.data.test_region_batch import make_batch

CPU = torch.device("cpu")


def _filled(count: int, *, size: int = 12, batch: int = 1) -> Replay:
    replay = Replay(size, batch)
    for number in range(count):
        replay.add(make_batch(2 + number % 5, 3, number))
    return replay


def _equal(a: RegionBatch, b: RegionBatch) -> bool:
    return a.pair.shape == b.pair.shape and torch.equal(a.pair, b.pair) and torch.equal(a.weight, b.weight)


def test_a_packed_sample_comes_back() -> None:
    """All but the least digits: numbers are kept as float16, without gradients."""
    batch = make_batch(4, 6)
    batch.attention_mass.requires_grad_()
    back = unpack_sample(pack_sample(batch), CPU)
    for side in ("target", "reference"):
        for name in ("node", "raster", "pooled", "relation", "real"):
            torch.testing.assert_close(
                getattr(getattr(back, side), name), getattr(getattr(batch, side), name), rtol=1e-3, atol=1e-3
            )
    for name in ("pair", "attention_mass", "weight"):
        torch.testing.assert_close(getattr(back, name), getattr(batch, name).detach(), rtol=1e-3, atol=1e-3)
    assert torch.equal(back.same, batch.same) and torch.equal(back.same_color, batch.same_color)
    assert not back.attention_mass.requires_grad


def test_the_oldest_make_room() -> None:
    """Only the latest samples are kept; there is nothing to replay before there are some."""
    assert not _filled(BATCHES_FIRST - 1).is_ready
    assert _filled(BATCHES_FIRST).is_ready
    assert _filled(3, size=3, batch=2).is_ready  # never more than are kept
    latest = _filled(30).state()["regions"]
    assert latest.tolist() == [[2 + number % 5, 3] for number in range(18, 30)]


def test_batches_are_of_like_size() -> None:
    """Four pairs out of five sizes mostly need no padding of more than one region."""
    replay = _filled(60, size=60, batch=4)
    rng = np.random.default_rng(0)
    spreads = []
    for _ in range(20):
        counts = replay.draw(rng, CPU).target.real.sum(1)
        assert len(counts) == 4
        spreads.append(int(counts.max() - counts.min()))
    assert np.mean(spreads) < 1


def test_a_restart_replays_the_same() -> None:
    """A loaded replay draws what the saved one would have, and goes on alike; an empty one loads too."""
    replay, again = _filled(20), Replay(12, 1)
    again.load(replay.state())
    for replayed in (replay, again):
        replayed.add(make_batch(5, 5, 99))
    rngs = np.random.default_rng(1), np.random.default_rng(1)
    for _ in range(6):
        assert _equal(replay.draw(rngs[0], CPU), again.draw(rngs[1], CPU))
    again.load(Replay(3, 1).state())
    assert len(again.state()["regions"]) == 0
    again.load(replay.state())
    assert len(again.state()["regions"]) == 12
