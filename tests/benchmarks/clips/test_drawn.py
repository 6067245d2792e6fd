import numpy as np
import pytest

from benchmarks.clips.drawn import DRAWN_CLIPS, DRAWN_SETS, PAINTINGS, draw_clips, draw_long_clips, expand_sets, moves
from benchmarks.clips.film import extracted_line_plate
from cmft_engine.protocol.errors import InputError
from cmft_training.synthetic.drawing import Clip, Drawing
from cmft_training.synthetic.drawn.split import FAMILIES, names_of
from tests.training.synthetic.drawn.small_art import clipart_folder, inhabitant_folder

SIZE = 48
COLOR = np.array([0, 1], np.uint16), np.array([(255, 255, 255), (200, 0, 0)], np.uint8)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """One clip-art figure and one walk without ink, of each split."""
    return inhabitant_folder(clipart_folder(tmp_path_factory.mktemp("drawn")))


def first(name, folder):
    return next(draw_clips(DRAWN_SETS[name], folder, size=SIZE))


def test_every_family_in_a_folder_can_be_drawn(folder):
    """Real animation too: what it shows moves from drawing to drawing."""
    clip = first("inhabitants", folder)
    assert clip.name == f"00-{names_of('inhabitants', 'validation')[0]}/walk"
    assert not np.array_equal(clip.parts[0], clip.parts[1])


def test_a_figure_that_holds_a_drawing_does_not_move():
    """A fiftieth of the figure's pixels is motion at every gap, less at one gap is none; paper is no figure."""
    part = np.zeros((4, 60), np.uint16)
    part[0, :50] = 1
    still, moved = Drawing(np.zeros_like(part, np.uint8), part), part.copy()
    moved[1, 0] = 1
    other = Drawing(still.line, moved)
    assert moves(Clip((still, other, other), COLOR[0], COLOR[1], "bar"))
    assert not moves(Clip((still, other, still), COLOR[0], COLOR[1], "bar"))
    large = Drawing(still.line, np.ones_like(part))
    beside = large.part.copy()
    beside[0, :4] = 0
    assert not moves(Clip((large, Drawing(still.line, beside)), COLOR[0], COLOR[1], "bar"))  # 4 of 240


def test_every_clip_of_a_set_moves(folder):
    """The walk holds a frame, so that some moments of it are passed over."""
    for clip in draw_clips(DRAWN_SETS["inhabitants"], folder, size=SIZE):
        assert all((clip.parts[0] != clip.parts[i]).any() for i in (1, 5, 9))


def test_a_set_draws_validation_figures_the_same_every_time(folder):
    """A seed gives one clip of square drawings, four painted and six between, of a figure kept out of training."""
    clips = list(draw_clips(DRAWN_SETS["clipart"], folder, size=SIZE))
    assert len(clips) == DRAWN_CLIPS
    assert {clip.name for clip in clips} == {f"{i:02d}-{names_of('clipart', 'validation')[0]}" for i in range(6)}
    assert sorted(clips[0].lines) == [0, 1, 5, 9] and sorted(clips[0].between) == [2, 3, 4, 6, 7, 8]
    assert clips[0].lines[9].shape == clips[0].paintings[9].shape == (SIZE, SIZE, 3)
    again = first("clipart", folder)
    assert all(np.array_equal(again.paintings[i], clips[0].paintings[i]) for i in again.paintings)
    assert not np.array_equal(clips[1].lines[0], clips[0].lines[0])


@pytest.mark.parametrize("painting", ["anti-aliased", "jpeg", "soft", "gradient"])
def test_every_painting_shows_the_same_drawings(folder, painting):
    """Lines and parts are those of the flat set, the paint is not; the truth is in the same manner of painting."""
    flat, other = first("clipart", folder), first(f"clipart-{painting}", folder)
    assert all(np.array_equal(flat.lines[i], other.lines[i]) for i in flat.lines)
    assert all(np.array_equal(flat.parts[i], other.parts[i]) for i in flat.parts)
    assert not np.array_equal(flat.paintings[5], other.truth(5))


def test_the_truth_of_a_jpeg_was_never_compressed(folder):
    """It is the anti-aliased painting, near the reference that came back from the file and not the same."""
    smooth, lossy = first("clipart-anti-aliased", folder), first("clipart-jpeg", folder)
    assert all(np.array_equal(lossy.truth(i), smooth.truth(i)) for i in smooth.truths)
    apart = np.abs(lossy.paintings[0].astype(int) - lossy.truth(0))
    assert 0 < apart.mean() < 10
    (pair, *_) = lossy.pairs()
    assert np.array_equal(pair.reference_gt, lossy.paintings[0]) and np.array_equal(pair.target_gt, smooth.truth(1))


@pytest.mark.parametrize("name", ["clipart", "clipart-anti-aliased", "clipart-jpeg"])
def test_a_long_clip_has_the_truth_of_every_drawing(folder, name):
    """One of ten drawings shows what the set's own clip does, which paints four of them at once."""
    short, (long, *others) = first(name, folder), draw_long_clips(DRAWN_SETS[name], folder, size=SIZE, n_drawings=10)
    assert len(others) == DRAWN_CLIPS - 1 and long.name == short.name
    assert sorted(long.lines) == sorted(long.truths) == list(range(10)) and not long.between
    for of_long, of_short in ((long.lines, {**short.lines, **short.between}), (long.truths, short.truths),
                              (long.paintings, short.paintings), (long.parts, short.parts)):
        assert all(np.array_equal(of_long[i], picture) for i, picture in of_short.items())
    (longer, *_) = draw_long_clips(DRAWN_SETS[name], folder, size=SIZE, n_drawings=13)
    assert sorted(longer.truths) == list(range(13))


def test_flat_paint_is_the_parts_colour_under_black_ink(folder):
    """Where nothing is inked, a flat painting has one colour a part, and full ink is black."""
    clip = first("clipart", folder)
    for i in clip.lines:
        bare, part = clip.lines[i].min(axis=2) == 255, clip.parts[i]
        for number in np.unique(part[bare]):
            assert len(np.unique(clip.paintings[i][bare & (part == number)], axis=0)) == 1
        assert (clip.paintings[i][clip.lines[i].max(axis=2) == 0] == 0).all()


def test_painted_frames_are_the_painters_own(folder):
    """The reference is the frame without ink, where the figure stands in the flat set; the truth has its lines on."""
    flat, painted = first("inhabitants", folder), first("inhabitants-painted", folder)
    assert painted.name == flat.name and sorted(painted.between) == sorted(flat.between)
    bare = flat.lines[5].min(axis=2) == 255
    assert np.array_equal(painted.lines[5], flat.lines[5])
    assert np.abs(painted.truth(5).astype(int) - flat.paintings[5])[bare].mean() < 8
    assert (painted.truth(5)[flat.lines[5].max(axis=2) == 0] == 0).all()


def test_film_has_scenery_that_stands_and_lines_that_were_found(folder):
    """Far from the figure two frames differ by grain alone; lines are those that are extracted from the frame."""
    clip = next(draw_clips(DRAWN_SETS["inhabitants-film"], folder, size=128))
    apart = np.abs(clip.paintings[0].astype(int) - clip.paintings[9]).max(axis=2)
    assert np.median(apart) <= 8 and not np.array_equal(clip.paintings[0], clip.paintings[9])
    assert np.array_equal(clip.lines[9], extracted_line_plate(clip.paintings[9])) and (clip.lines[9] < 128).any()


def test_names_of_families_stand_for_their_paintings():
    """Other names stay as they are, nothing comes twice, and an unknown painting is named."""
    assert expand_sets(("toon", "heads", "heads-jpeg"), ("jpeg", "flat")) == ["toon", "heads", "heads-jpeg"]
    assert expand_sets(FAMILIES, ("soft",)) == [f"{family}-soft" for family in FAMILIES]
    assert expand_sets(FAMILIES, ("film", "painted")) == ["inhabitants-painted", "inhabitants-film"]
    assert set(expand_sets(FAMILIES, PAINTINGS)) == set(DRAWN_SETS)
    with pytest.raises(InputError, match=r"no painting 'oil'; there are: flat, anti-aliased, jpeg, .* painted, film"):
        expand_sets(("heads",), ("oil",))
