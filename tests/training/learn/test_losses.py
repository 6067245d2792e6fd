"""What training asks of the network, held to plain formulas, and learned in a few steps."""

from __future__ import annotations

import copy
from dataclasses import asdict, replace
from types import SimpleNamespace

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from cmft_engine.matching.network import cmft
from cmft_engine.matching.network.network import LineFeatures, Network
from cmft_engine.protocol.errors import SettingsError
from cmft_training.data.augment import UNPAINTED
from cmft_training.data.dataset import MAX_LABELS, VOID, Batch, Sample, collate, label_table, paint, random_colors
from cmft_training.data.seen_lines import SeenLines
from cmft_training.learn import losses as module
from cmft_training.learn.losses import LossWeights, label_shares, label_weights, losses
from cmft_training.synthetic.drawing import Drawing
from cmft_training.synthetic.puppets import puppets_apart

EVERY = LossWeights(cycle=0.2, perceptual=0.2)
DEFAULTS = {"match8": 0.5, "match4": 0.5, "match2": 0.5, "known": 0.1, "rgb": 1.0, "out": 1.0}


def _batch(n_references: int = 1, *, size: int = 64, count: int = 2) -> Batch:
    samples = []
    for seed in range(count):
        rng = np.random.default_rng([9, seed])
        drawings, group = puppets_apart(rng, size=size, gaps=[1, 6][:n_references])
        label, color = label_table(group, random_colors(rng, int(group.max()) + 1))
        target, *references = (paint(drawing, None, label, color) for drawing in drawings)
        samples.append(Sample(target, tuple(references), color))
    return collate(samples)


@pytest.fixture(scope="module")
def network() -> Network:
    """A random network, always the same."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(3)
        return Network()


def test_default_weights():
    """Terms of the first recipe weigh what they did, later ones are off."""
    assert asdict(LossWeights()) == {**DEFAULTS, "cycle": 0.0, "perceptual": 0.0}


def test_terms_are_those_with_a_weight(network):
    """A term without weight is neither returned nor computed."""
    batch = _batch()
    with torch.no_grad():
        assert set(losses(network, batch)) == set(DEFAULTS)
        assert set(losses(network, batch, EVERY)) == {*DEFAULTS, "cycle", "perceptual"}
        for name in asdict(EVERY):
            assert set(losses(network, batch, replace(EVERY, **{name: 0.0}))) == set(asdict(EVERY)) - {name}


def test_no_matching_supervision_carries_no_labels(network, monkeypatch):
    """With match8 and cycle off the label shares do not ride along."""
    seen = []
    monkeypatch.setattr(network, "_match_eighth", lambda q, r, extra, old=network._match_eighth: (
        seen.append(extra), old(q, r, extra))[1])  # fmt: skip
    with torch.no_grad():
        losses(network, _batch(), replace(LossWeights(), match8=0.0))
        losses(network, _batch())
        losses(network, _batch(), EVERY)
    assert [extra if extra is None else extra.shape[-1] for extra in seen] == [None, MAX_LABELS, 2 * MAX_LABELS]


def test_total_is_the_weighted_sum():
    """Each term counts by its own weight."""
    parts = {"match8": torch.tensor(2.0), "known": torch.tensor(3.0)}
    assert float(LossWeights(match8=0.25, known=2.0).total(parts)) == pytest.approx(6.5)


@pytest.mark.parametrize("value", [-0.1, float("nan")])
def test_negative_weights_are_refused(value):
    """The error names the term."""
    with pytest.raises(SettingsError, match="rgb"):
        LossWeights(rgb=value)


def test_label_shares_are_pooled_labels():
    """The share of a label in a cell is the mean of its mask there."""
    label = torch.from_numpy(np.random.default_rng(0).integers(0, MAX_LABELS, (2, 16, 16)))
    pooled = F.avg_pool2d(F.one_hot(label, MAX_LABELS).permute(0, 3, 1, 2).float(), 8)
    torch.testing.assert_close(label_shares(label, 8), pooled.flatten(2).transpose(1, 2))


def test_label_weights_favour_small_parts():
    """Pixels weigh one on average; those of a small part more than those of a large one, and paper least."""
    label = torch.zeros(1, 16, 16, dtype=torch.int64)
    label[0, :8], label[0, 0, :4] = 1, 2
    weight = label_weights(label)
    assert float(weight.gather(1, label.flatten(1)).mean()) == pytest.approx(1.0)
    assert float(weight[0, 2]) > 2 * float(weight[0, 1]) and float(weight[0, 0]) < 0.6 * float(weight[0, 1])


def test_what_any_reference_shows_is_known():
    """A label counts as seen when one of several references has it; void never is."""
    batch = _batch(2)
    first, second = batch.references
    emptied = replace(first, label=torch.full_like(first.label, VOID))
    both = module._Truth.of(replace(batch, references=(emptied, second)))
    alone = module._Truth.of(replace(batch, references=(second,)))
    torch.testing.assert_close(both.seen, alone.seen)
    assert float(module._Truth.of(replace(batch, references=(emptied,))).seen.max()) == 0.0
    assert float(alone.seen.mean()) > 0.5 and both.shares.shape[1] == 2 * alone.shares.shape[1]


def test_unpainted_parts_are_unknown():
    """Where the reference left a part unpainted, the target's cells of that part are not in the reference."""
    part = np.zeros((16, 16), np.uint16)
    part[:8, :8] = 1
    paper = np.full((16, 16), 255, np.uint8)
    label, color = label_table(np.array([0, 1]), random_colors(np.random.default_rng(0), 2))
    target = paint(Drawing(paper, part), None, label, color)
    bare = paint(Drawing(paper, np.where(part == 1, UNPAINTED, part).astype(np.uint16)), None, label, color)
    truth = module._Truth.of(collate([Sample(target, (bare,), color)]))
    assert truth.seen.tolist() == [[0.0, 1.0, 1.0, 1.0]]


def test_all_references_are_matched(network):
    """A second reference draws match weight: a copy with its labels keeps the loss, a copy without raises it."""
    network.eval()
    batch = _batch()
    (reference,) = batch.references
    emptied = replace(reference, label=torch.full_like(reference.label, VOID))
    with torch.no_grad():
        one, twice, half = (
            losses(network, replace(batch, references=references))
            for references in ((reference,), (reference, reference), (reference, emptied))
        )
    network.train()
    for name in ("match8", "match4", "match2"):
        assert float(half[name]) > float(one[name]) + 0.1
    assert float(twice["match8"]) == pytest.approx(float(one["match8"]), rel=0.01)


def _reply(weight_right: float, batch: Batch) -> SimpleNamespace:
    """An output whose coarse match puts this weight on the right label and the rest on nothing."""
    truth = module._Truth.of(batch)
    hot = F.one_hot(truth.wanted.argmax(-1), MAX_LABELS).float()
    return SimpleNamespace(coarse=hot * weight_right, known=torch.ones(hot.shape[:2]))


def test_coarse_loss_is_the_log_of_the_right_weight():
    """With all cells pure, the loss is minus the log of the weight on their own label."""
    batch = _batch()
    label = batch.label_target[:, 4::8, 4::8].repeat_interleave(8, 1).repeat_interleave(8, 2)
    reference = replace(batch.references[0], label=label)
    batch = replace(batch, label_target=label, references=(reference,))
    truth = module._Truth.of(batch)
    for weight in (0.1, 0.5, 1.0):
        loss = module._coarse_loss(_reply(weight, batch), truth, slice(0, MAX_LABELS))
        assert float(loss) == pytest.approx(-np.log(weight + 1e-3), abs=1e-4)


def test_known_loss_is_cross_entropy():
    """The spelled-out form equals torch's."""
    known, seen = torch.rand(2, 9), torch.rand(2, 9)
    wanted = F.binary_cross_entropy(known.clamp(1e-4, 1 - 1e-4), seen)
    found = module._known_loss(SimpleNamespace(known=known), SimpleNamespace(seen=seen))
    torch.testing.assert_close(found, wanted)


def test_a_walk_comes_home_by_the_match(network):
    """With reference cells that are the target's in another order, each names the labels of its own partner."""
    torch.manual_seed(0)
    n, order = 12, torch.randperm(12)
    tokens, position = cmft.center_normalize(torch.randn(1, n, 64)), torch.randn(1, n, 2)
    target, reference = (LineFeatures(None, None, tokens[:, i], position[:, i]) for i in (torch.arange(n), order))
    sharp = copy.deepcopy(network)
    sharp.log_inverse_temperature.data.fill_(4.0)
    wanted = torch.rand(1, n, MAX_LABELS)
    home = module._home(sharp, SeenLines(target, (reference,)), wanted)
    torch.testing.assert_close(home, wanted[:, order], atol=1e-3, rtol=1e-3)


def test_a_walk_home_ignores_not_there(network):
    """It is the softmax over the target's cells alone, whatever "not in the reference" draws."""
    torch.manual_seed(1)
    lines = [LineFeatures(None, None, cmft.center_normalize(torch.randn(1, 9, 64)), torch.randn(1, 9, 2))
             for _ in range(2)]  # fmt: skip
    wanted = torch.rand(1, 9, MAX_LABELS)
    logits = network._query(lines[1]) @ network._key(lines[0]).transpose(1, 2)
    greedy = copy.deepcopy(network)
    greedy.null_logit.data.fill_(12.0)
    for asked in (network, greedy):
        home = module._home(asked, SeenLines(lines[0], (lines[1],)), wanted)
        torch.testing.assert_close(home, logits.softmax(-1) @ wanted, atol=1e-4, rtol=1e-3)


def test_perceptual_loss_teaches_the_picture_alone(network):
    """It is zero for the true colours; its gradient reaches the picture, never the encoder or its statistics."""
    batch = _batch()
    truth = module._Truth.of(batch)
    before = {name: value.clone() for name, value in network.color.state_dict().items()}
    right = SimpleNamespace(rgb=batch.color_target.clone())
    assert float(module._perceptual_loss(network, right, batch, truth)) == 0.0
    wrong = SimpleNamespace(rgb=(1 - batch.color_target).requires_grad_())
    loss = module._perceptual_loss(network, wrong, batch, truth)
    loss.backward()
    assert float(loss.detach()) > 0.05 and float(wrong.rgb.grad.abs().sum()) > 0
    assert all(parameter.grad is None for parameter in network.color.parameters())
    for name, value in network.color.state_dict().items():
        assert torch.equal(value, before[name]), name


def test_losses_fall():
    """A few steps on one batch lower the weighted sum, the matches, the colours and the cycle, at 64 px."""
    torch.manual_seed(0)
    network, batch = Network(), _batch(2)
    optimizer = torch.optim.AdamW(network.parameters(), 3e-3)
    curve = []
    for _ in range(8):
        parts = losses(network, batch, EVERY)
        total = EVERY.total(parts)
        optimizer.zero_grad()
        total.backward()
        assert all(torch.isfinite(p.grad).all() for p in network.parameters() if p.grad is not None)
        optimizer.step()
        curve.append({"total": float(total.detach())} | {name: float(value.detach()) for name, value in parts.items()})
    assert curve[-1]["total"] < 0.85 * curve[0]["total"]
    for name in ("match8", "match4", "match2", "rgb", "cycle"):
        assert curve[-1][name] < 0.95 * curve[0][name], name
