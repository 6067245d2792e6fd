from dataclasses import replace

import numpy as np
import torch

from benchmarks.baselines import material as baseline_material
from cmft_training.data.dataset import Mixture
from cmft_training.learn.validate import plain


def test_pairs_come_back_in_new_colours(pool):
    """A step is always the same; two showings of a pair have the same drawing and other colours."""
    sizes = {256: 1}
    one, again = pool.batch(0, sizes), pool.batch(0, sizes)
    assert torch.equal(one.color_target, again.color_target)
    batches = [pool.batch(step, sizes) for step in range(8)]
    alike = [b for b in batches[1:] if torch.equal(b.line_target, batches[0].line_target)]
    assert alike
    assert not any(torch.equal(b.color_target, batches[0].color_target) for b in alike)


def test_parts_of_one_colour_keep_one_colour(pool):
    """Labels of a group are painted alike in target and reference, and half size shows the same labels."""
    for pair in pool.pairs:
        assert pair.group[0] == 0
    batch, small = pool.batch(3, {256: 1}), pool.batch(3, {128: 1})
    (reference,) = batch.references
    for label in np.intersect1d(batch.label_target.unique(), reference.label.unique()):
        colors = [
            picture.permute(0, 2, 3, 1)[labels == int(label)].unique(dim=0)
            for picture, labels in ((batch.color_target, batch.label_target), (reference.color, reference.label))
        ]
        assert torch.equal(*colors)
    assert torch.equal(small.label_target, batch.label_target[:, 1::2, 1::2])


def test_the_material_is_plain_and_never_validation():
    """Nothing is degraded, and the seed is not the one that validation is drawn from."""
    mixture = replace(plain(Mixture(None)), gaps=baseline_material.GAPS, puppets=baseline_material.PUPPETS)
    assert mixture.degraded == mixture.hidden == mixture.sheets == 0
    assert max(mixture.gaps) == 9
