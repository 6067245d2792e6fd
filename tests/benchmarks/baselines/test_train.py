import pytest
import torch

from benchmarks.baselines import train as train_baselines
from benchmarks.baselines.lessons import LEARNED, PIX2PIX_LINE, make_painter
from benchmarks.baselines.material import Pool
from benchmarks.baselines.train import Budget, Run
from benchmarks.baselines.weights import load_weights, weights_path
from cmft_engine.protocol.errors import InputError


@pytest.mark.parametrize("name", LEARNED)
def test_a_step_changes_the_painter_and_a_state_goes_on(pool, tmp_path, name):
    """One step moves the weights; taken up from its state the run is where it was, and its weights can be loaded."""
    budget = Budget(1e-6, 2)
    run = Run(name, budget, states=tmp_path)
    before = [value.clone() for value in run.lesson.painter.parameters()]
    run.lesson.sizes = {256: 1} if "pix2pix" in name else {128: 1}
    run.learn(pool)
    assert run.step == 1
    assert any(not torch.equal(a, b) for a, b in zip(before, run.lesson.painter.parameters(), strict=True))
    again = Run(name, budget, states=tmp_path)
    assert again.step == 1
    run.write_weights(tmp_path)
    painter = make_painter(name)
    assert load_weights(painter, weights_path(name, tmp_path))["steps"] == 1
    kept = zip(painter.parameters(), again.lesson.painter.parameters(), strict=True)
    assert all(torch.allclose(a, b, rtol=1e-2, atol=1e-3) for a, b in kept)


def test_a_state_of_another_budget_is_refused(pool, tmp_path):
    """Budgets are equal or they are none: the message names both and the remedy."""
    run = Run(PIX2PIX_LINE, Budget(1.0, 2), states=tmp_path)
    run.save()
    with pytest.raises(InputError, match="was begun with 1 minutes and 2 pairs; ask for the same again"):
        Run(PIX2PIX_LINE, Budget(2.0, 2), states=tmp_path)


def test_the_rate_is_held_then_falls_to_nothing():
    """The whole rate up to half of the budget, half of it at three quarters, nothing at the end."""
    shares = [Budget(10, 1).share(60 * minutes) for minutes in (0, 5, 7.5, 10, 11)]
    assert shares == [1, 1, 0.5, 0, 0]


def test_the_command_trains_and_says_what_it_cannot(pool, tmp_path, capsys, monkeypatch):
    """Weights of the systems asked for are written; an unknown system or an empty folder ends with a sentence."""
    monkeypatch.setattr(train_baselines, "settle_process", lambda: None)
    monkeypatch.setattr(train_baselines, "Pool", lambda characters, count: pool)
    command = ["characters", "--systems", PIX2PIX_LINE, "--minutes", "0.00001", "--pairs", "2", "--out", str(tmp_path)]
    assert train_baselines.main(command) == 0
    assert [path.name for path in tmp_path.iterdir()] == [f"{PIX2PIX_LINE}.safetensors"]
    with pytest.raises(SystemExit):
        train_baselines.main(["characters", "--systems", "magic"])
    assert "unknown system 'magic'" in capsys.readouterr().err
    monkeypatch.setattr(train_baselines, "Pool", Pool)
    assert train_baselines.main([str(tmp_path / "none"), "--systems", PIX2PIX_LINE]) == 2
