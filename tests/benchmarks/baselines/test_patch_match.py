import numpy as np
import pytest

from benchmarks.baselines.patch_match import match_both_ways, refine, same_place, vote

SHIFT = (3, -5)


def shifted_pair() -> tuple[np.ndarray, np.ndarray]:
    """Return random features and the same moved by SHIFT, float32 (40, 48, 4)."""
    b = np.random.default_rng(1).random((40, 48, 4)).astype(np.float32)
    return np.roll(b, SHIFT, axis=(0, 1)), b


def test_a_shifted_picture_is_found():
    """From the same place on, nearly every inner pixel is led to where it came from, both ways."""
    a, b = shifted_pair()
    start = same_place(a.shape[:2], b.shape[:2])
    there, back = match_both_ways(a, b, (start, start), radius=1, reach=48, iterations=10)
    assert np.array_equal(start, same_place(a.shape[:2], b.shape[:2]))
    inner = np.s_[8:-8, 8:-8]
    for field, sign in ((there, -1), (back, 1)):
        found = (field - start)[inner] == sign * np.array(SHIFT)
        assert found.all(axis=2).mean() > 0.99


def test_a_search_never_makes_a_match_dearer():
    """A field that is right already stays."""
    a, _ = shifted_pair()
    start = same_place(a.shape[:2], a.shape[:2])
    there, back = match_both_ways(a, a, (start, start), radius=2, reach=4, iterations=3)
    assert np.array_equal(there, start)
    assert np.array_equal(back, start)


def test_each_way_takes_over_what_the_other_knows():
    """Without a round of search of its own, the way there is the way back turned round."""
    a, b = shifted_pair()
    start = same_place(a.shape[:2], b.shape[:2])
    right = np.clip(start + SHIFT, 0, np.array(a.shape[:2]) - 1).astype(np.int32)
    there, _ = match_both_ways(a, b, (start, right), radius=0, reach=0, iterations=0)
    assert ((there - start)[8:-8, 8:-8] == -np.array(SHIFT)).all()


def test_a_finer_field_leads_to_the_same_places():
    """At double size a shift is twice as long, pixel by pixel inside the cells."""
    field = same_place((8, 8), (8, 8)) + np.array([0, 2], np.int32)
    field = np.minimum(field, 7)
    fine = refine(field, (16, 16), (16, 16), (8, 8))
    assert fine.shape == (16, 16, 2)
    assert ((fine - same_place((16, 16), (16, 16)))[:, :12] == (0, 4)).all()
    assert fine.max() == 15


def test_a_vote_along_a_shift_is_the_shift():
    """All patches over an inner pixel agree where the field is one shift."""
    a, b = shifted_pair()
    field = np.clip(same_place(a.shape[:2], b.shape[:2]) - SHIFT, 0, np.array(b.shape[:2]) - 1).astype(np.int32)
    assert vote(field, b, radius=1)[10:-10, 10:-10] == pytest.approx(a[10:-10, 10:-10], abs=1e-6)
