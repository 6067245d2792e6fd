from pathlib import Path

import pytest
import torch

from cmft_engine.matching.network.network import Network
from cmft_training.data.dataset import Batch
from cmft_training.learn.config import NetworkConfig
from cmft_training.learn.variants import build_network, children_of
from tests.training.learn.mirrors import mirrored, seeded_network


@pytest.fixture(scope="module")
def mirror(characters: Path) -> Batch:
    return mirrored(characters)


def test_a_network_without_parts_is_another_network() -> None:
    """The default is the shipped network; every switch changes what it says it does."""
    usual = seeded_network(levels=3)
    assert type(usual) is Network
    assert usual.state_dict().keys() == Network().state_dict().keys()
    assert [len(seeded_network(transformer=n).semantic.attention) for n in (0, 1, 4)] == [0, 1, 4]
    bare = build_network(NetworkConfig(transformer=2, levels=3, residual=False))
    assert sum(p.numel() for p in bare.parameters()) < 0.5 * sum(p.numel() for p in usual.parameters())


@torch.no_grad()
def test_finer_cells_follow_the_coarse_match(mirror: Batch) -> None:
    """Without finer matches the colours of the best cell are carried place for place."""
    output = seeded_network(levels=1)(
        mirror.line_target, seeded_network(levels=1).encode_reference(mirror.line_target, mirror.color_target)
    )
    for carried, cell in zip(output.transferred[1:], (4, 2), strict=True):
        truth = torch.nn.functional.avg_pool2d(mirror.color_target, cell)
        counted = torch.nn.functional.avg_pool2d((mirror.label_target[:, None] > 0).float(), cell) == 1
        assert torch.allclose(carried[counted.expand_as(carried)], truth[counted.expand_as(truth)], atol=1e-5)


def test_children_bring_their_children_along() -> None:
    """A child at 1/4 that follows candidate 1's lower left child takes the lower left quarter of that cell at 1/2."""
    chosen = torch.tensor([[[6, 6, 6, 0]]])  # 6 = candidate 1, child 2; the last follows candidate 0's upper left
    fine = children_of(chosen)[0, 0].view(4, 4)
    assert fine[:2, :2].tolist() == [[16 + 8, 16 + 9], [16 + 12, 16 + 13]]
    assert fine[2:, :2].tolist() == [[16 + 8, 16 + 9], [16 + 12, 16 + 13]]
    assert fine[2:, 2:].tolist() == [[0, 1], [4, 5]]
