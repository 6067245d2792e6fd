"""Paintings beside the shot, and from where its regions have their colours."""

import numpy as np

from cmft_engine.window.paintings import DIM, SAME, Sources, lit, load_painting


def test_a_painting_with_its_regions(colored):
    """Picture, paints and regions of the painted frame lie on each other; a place gives its paint."""
    painting = load_painting(colored, 0)
    assert painting.frame == 1 and painting.scale == 1 and painting.picture.shape == (96, 96, 3)
    assert colored.palette.names[painting.color_at(32.5, 44.2)] == "blue"
    assert painting.color_at(-1, 4) is None and painting.color_at(4, 96) is None
    assert painting.picture[44, 32].tolist() == [51, 102, 204]


def test_light(colored):
    """The region is as it is painted, its paint elsewhere darker, the rest darkest."""
    painting = load_painting(colored, 0)
    blue = colored.palette.names.index("blue")
    coat = int(painting.labels[44, 32])
    bright = painting.picture.astype(float)
    seen = lit(painting, blue, coat)
    assert np.array_equal(seen[44, 32], painting.picture[44, 32])
    assert np.allclose(seen[24, 32], bright[24, 32] * DIM, atol=1)
    assert np.allclose(lit(painting, blue, int(painting.labels[24, 32]))[44, 32], bright[44, 32] * SAME, atol=1)
    assert lit(painting, None) is painting.picture


def test_sources(colored):
    """Each region has its colour from the same part of the painting."""
    sources, painted = Sources(colored), colored.labels_under_ink(1)
    for frame, dx in ((2, 1), (4, 2), (6, 4)):
        labels = colored.labels_under_ink(colored.decided_at[frame])
        for x, y in ((32, 44), (32, 24), (32, 11), (3, 3)):
            assert sources.of(frame, int(labels[y, x + dx])) == (1, int(painted[y, x]))
    assert sources.of(2, 99) is None
