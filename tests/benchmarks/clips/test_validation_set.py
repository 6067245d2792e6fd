import numpy as np
from skimage.color import rgb2lab

from benchmarks.clips.stored import read_clips
from benchmarks.clips.validation_set import KEPT, N_DRAWINGS, choose_characters, distinct_colors, write_clip
from cmft_training.synthetic.drawing import Clip, Drawing


def test_colours_of_a_clip_are_told_apart():
    """Near ones move until every pair, and black, is 12 apart in Lab; the first, and what is far, stay."""
    given = np.array([(255, 255, 255), (200, 30, 30), (202, 30, 30), (5, 5, 5), (30, 30, 200)], np.uint8)
    found = distinct_colors(given)
    assert np.array_equal(found[[0, 1, 4]], given[[0, 1, 4]])
    lab = rgb2lab(np.vstack([[(0, 0, 0)], found])[None] / 255.0)[0]
    gap = np.linalg.norm(lab[:, None] - lab[None], axis=2)
    assert gap[np.triu_indices(len(lab), 1)].min() > 12


def test_half_of_the_characters_are_humanoids():
    """As far as there are enough, without repeats; the others fill up, again and again if need be."""
    names = ("quaternius_single_knight_pack__A", *(f"animals__{n}" for n in "abc"))
    chosen = choose_characters(names, count=4, rng=np.random.default_rng(0))
    assert sorted(chosen) == sorted(names)
    assert len(choose_characters(names[1:], count=5, rng=np.random.default_rng(0))) == 5


def test_a_written_clip_can_be_read(tmp_path):
    """The kept drawings have line and painting, those between a line and a truth, which no pair scores."""
    part = np.zeros((64, 64), np.uint16)
    part[20:40, 20:40] = 1
    drawings = tuple(Drawing(np.full((64, 64), 255, np.uint8), np.roll(part, i, 1)) for i in range(N_DRAWINGS))
    color = np.array([(255, 255, 255), (200, 30, 30)], np.uint8)
    write_clip(Clip(drawings, np.array([0, 1], np.uint16), color, "box"), tmp_path / "box")
    (clip,) = read_clips(tmp_path, size=64)
    assert sorted(clip.lines) == sorted(clip.paintings) == list(KEPT)
    assert sorted({*clip.lines, *clip.between}) == list(range(N_DRAWINGS))
    assert sorted(clip.truths) == sorted(clip.between) and tuple(clip.truth(2)[30, 30]) == (200, 30, 30)
    assert [pair.gap for pair in clip.pairs()] == [1, 5, 9]
    whole = clip.with_between()
    assert sorted(whole.lines) == list(range(N_DRAWINGS)) and not whole.between
    assert tuple(clip.paintings[5][30, 30]) == (200, 30, 30) and tuple(clip.paintings[5][0, 0]) == (255, 255, 255)
