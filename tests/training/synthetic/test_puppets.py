"""Promises of the procedurally drawn puppets."""

from __future__ import annotations

import numpy as np
import pytest

from cmft_training.synthetic.puppet_humans import add_human
from cmft_training.synthetic.puppet_rig import Bone, Rig
from cmft_training.synthetic.puppets import PuppetScene, puppets_apart, random_puppet_clip


def _random_clip(seed, **options):
    return random_puppet_clip(np.random.default_rng(seed), size=96, n_drawings=2, **options)


@pytest.mark.parametrize("style", ["inked", "shaded", "mixed"])
def test_same_seed_same_clip(style):
    """Equal generators give equal clips, drawing by drawing."""
    first, second = _random_clip(5, style=style), _random_clip(5, style=style)
    for drawing, again in zip(first.drawings, second.drawings, strict=True):
        np.testing.assert_array_equal(drawing.line, again.line)
        np.testing.assert_array_equal(drawing.part, again.part)
    np.testing.assert_array_equal(first.group, second.group)
    np.testing.assert_array_equal(first.color, second.color)


def test_other_seed_other_clip():
    """Different generators give different scenes."""
    assert (_random_clip(1).drawings[0].line != _random_clip(2).drawings[0].line).any()


@pytest.mark.parametrize("seed", range(4))
def test_clip_arrays_fit_together(seed):
    """Types, sizes and id ranges of a clip hold: every id has a group, every group a colour."""
    clip = _random_clip(seed, style="mixed")
    for drawing in clip.drawings:
        assert drawing.line.dtype == np.uint8 and drawing.part.dtype == np.uint16
        assert drawing.line.shape == drawing.part.shape == (96, 96)
        assert drawing.part.max() < len(clip.group)
    assert clip.group[0] == 0 and clip.group[1:].min() >= 1
    assert clip.group.max() == len(clip.color) - 1
    assert len(clip.group) >= 20
    assert clip.painted(0).shape == (96, 96, 3)


def _pair(seed, *, size=96, gap, style="inked"):
    (target, reference), group = puppets_apart(np.random.default_rng(seed), size=size, gaps=[gap], style=style)
    return target, reference, group


@pytest.mark.parametrize("seed", range(3))
def test_gap_zero_is_the_same_drawing(seed):
    """Two drawings no time apart are identical."""
    a, b, _ = _pair(seed, gap=0.0, style="mixed")
    np.testing.assert_array_equal(a.line, b.line)
    np.testing.assert_array_equal(a.part, b.part)


def test_ids_name_the_same_part_over_time():
    """Neighbouring drawings share most of their ids, and shared ids cover similar places."""
    agreement = []
    for seed in range(5):
        a, b, _ = _pair(seed, gap=0.25)
        agreement.append((a.part == b.part).mean())
    assert np.mean(agreement) > 0.75


def test_longer_gap_moves_more():
    """Pixels change owner more often over nine drawings than over one."""
    changed = {}
    for gap in (1.0, 9.0):
        pairs = [_pair(seed, size=64, gap=gap) for seed in range(5)]
        changed[gap] = np.mean([(a.part != b.part).mean() for a, b, _ in pairs])
    assert changed[9.0] > 1.3 * changed[1.0]


def test_pair_shows_parts_of_both():
    """A pair shares part ids, and the group table covers them."""
    a, b, group = _pair(3, gap=1.0, style="shaded")
    shared = np.intersect1d(a.part, b.part)
    assert len(shared) > 5 and max(a.part.max(), b.part.max()) < len(group)


@pytest.mark.parametrize("seed", range(6))
def test_long_gaps_still_show_the_cast(seed):
    """Forty-eight drawings apart, every drawing shows something of the cast."""
    drawings, _ = puppets_apart(np.random.default_rng(seed), size=64, gaps=[48, 24, 48])
    assert len(drawings) == 4
    assert all((drawing.part > 0).mean() >= 0.02 for drawing in drawings)


def test_views_leave_the_scene_out():
    """A view for a sheet shows the cast's parts alone, of the same ids, and is another drawing."""
    for seed in range(12):
        (target, view), group = puppets_apart(np.random.default_rng(seed), size=96, gaps=[None])
        scene = PuppetScene(np.random.default_rng(seed), size=96, style="inked")
        around = {i + 1 for i, key in enumerate(scene.color_keys) if key.startswith(("scene.", "prop."))}
        assert not around & set(np.unique(group[view.part]).tolist())
        assert (view.part > 0).mean() >= 0.02 and (view.part != target.part).any()


def test_line_width_sets_the_amount_of_ink():
    """Wider pens leave more ink."""
    clips = [random_puppet_clip(np.random.default_rng(4), n_drawings=1, line_width=width) for width in (1.0, 3.0)]
    ink = [(255 - clip.drawings[0].line.astype(int)).sum() for clip in clips]
    assert ink[1] > 1.5 * ink[0]


def test_twins_share_a_colour_group():
    """Left and right limbs are parts of their own in one colour group."""
    rig = Rig(np.random.default_rng(0))
    rig.bone("world", Bone("", (0.0, 0.0)))
    add_human(rig, who="p0", parent="world", z=0.0)
    left, right = rig.parts["p0.leg-1"], rig.parts["p0.leg+1"]
    assert left.name != right.name and left.color == right.color
