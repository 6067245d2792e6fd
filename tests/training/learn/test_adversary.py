import pytest
import torch
from lightning_fabric import Fabric

from cmft_training.learn.adversary import Adversary
from cmft_training.learn.config import AdversaryConfig

pytestmark = pytest.mark.usefixtures("unchanged_process")


def test_an_adversary_learns_and_teaches() -> None:
    """It soon tells grey from painted; its term reaches the picture and leaves its own weights alone."""
    torch.manual_seed(0)
    adversary = Adversary(AdversaryConfig(weight=1.0, rate=2e-3, width=8, start=0), Fabric(accelerator="cpu"))
    line, truth = torch.rand(2, 2, 32, 32), torch.rand(2, 3, 1, 1).expand(2, 3, 32, 32)
    grey = torch.full((2, 3, 32, 32), 0.5, requires_grad=True)
    curve = [float(adversary.learn(line, truth, grey)) for _ in range(60)]
    assert curve[-1] < 0.7 * curve[0]
    before = {name: value.clone() for name, value in adversary.state()["network"].items() if "original" in name}
    adversary.term(line, grey).backward()
    assert grey.grad is not None
    assert grey.grad.abs().sum() > 0
    after = adversary.state()["network"]
    assert all(torch.equal(value, after[name]) for name, value in before.items())
