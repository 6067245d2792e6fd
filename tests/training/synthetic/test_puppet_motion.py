from __future__ import annotations

import numpy as np
import pytest

from cmft_training.synthetic import puppet_shapes as shapes
from cmft_training.synthetic.puppet_motion import Puppet
from cmft_training.synthetic.puppet_rig import Binding, Bone, Part, Rig


def test_limb_bends_at_its_joint():
    """Points before the joint stay, points past it turn with the next bone."""
    rig = Rig(np.random.default_rng(0))
    rig.bone("upper", Bone("", (0.0, 0.0)))
    rig.bone("lower", Bone("upper", (0.0, 1.0), angle=np.pi / 2))
    binding = Binding("upper", "lower", (0.0, 1.0), (0.0, 1.0), 0.1)
    rig.add(Part("limb", shapes.points((0, 0), (0, 2), (0.2, 2)), "skin", 0.0, binding, sharp=shapes.all_sharp(3)))
    samples, _, _ = Puppet(rig, samples_per_unit=4.0).pose(0.0)
    np.testing.assert_allclose(samples[0], (0.0, 0.0), atol=1e-9)
    np.testing.assert_allclose(samples[1], (-1.0, 1.0), atol=1e-9)


def test_unknown_parent_bone_is_refused():
    """A bone hangs on an existing one, and the message names both."""
    with pytest.raises(ValueError, match=r"'arm'.*'torso'"):
        Rig(np.random.default_rng(0)).bone("arm", Bone("torso", (0.0, 0.0)))
