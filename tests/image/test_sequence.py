"""A pattern, a folder or a file stands for the plates that a person means by it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cmft_engine.image.sequence import (
    PlateSequence,
    find_spelling,
    frame_in_name,
    frame_path,
    frames_text,
    has_frame_token,
    with_hashes,
)
from cmft_engine.protocol.errors import PlateError


def touch(folder, *names):
    folder.mkdir(parents=True, exist_ok=True)
    for name in names:
        (folder / name).touch()
    return folder


@pytest.mark.parametrize("pattern", ["line.####.exr", "line.%04d.exr"])
def test_patterns_with_gaps_and_negative_frames(tmp_path, pattern):
    """Frames are sorted, gaps allowed, five digits belong to ####, other paddings and names do not."""
    touch(tmp_path, "line.0010.exr", "line.-0005.exr", "line.0000.exr", "line.10001.exr", "line.7.exr",
          "line.00012.exr", "line.0003.png", "other.0004.exr", ".line.0005.exr", "line..exr")
    sequence = PlateSequence.parse(tmp_path / pattern)
    assert sequence.frames == (-5, 0, 10, 10001)
    assert [sequence.path(frame).name for frame in sequence.frames] == [
        "line.-0005.exr", "line.0000.exr", "line.0010.exr", "line.10001.exr"]


def test_negative_frames_padded_as_c_does(tmp_path):
    """-5 written by %04d is -005: it is found where it exists."""
    touch(tmp_path, "line.-005.exr", "line.0001.exr")
    sequence = PlateSequence.parse(tmp_path / "line.%04d.exr")
    assert sequence.frames == (-5, 1) and sequence.path(-5).name == "line.-005.exr"


def test_a_minus_before_the_number_is_part_of_the_name(tmp_path):
    """line-0001 is frame 1, line--0001 is frame -1."""
    touch(tmp_path, "line-0001.png", "line--0001.png")
    assert PlateSequence.parse(tmp_path / "line-####.png").frames == (-1, 1)
    assert PlateSequence.parse(tmp_path).frames == (-1, 1)


def test_folder(tmp_path):
    """A folder's one sequence is found among files that are no images."""
    touch(tmp_path, "walk_0001_v2.png", "walk_0003_v2.png", "notes.txt", ".walk_0009_v2.png", "Thumbs.db")
    sequence = PlateSequence.parse(str(tmp_path))
    assert sequence.frames == (1, 3) and sequence.path(3) == tmp_path / "walk_0003_v2.png"


def test_folder_without_padding(tmp_path):
    """1, 9, 10 need no zeros."""
    touch(tmp_path, "1.png", "9.png", "10.png")
    assert PlateSequence.parse(tmp_path).frames == (1, 9, 10)


def test_folder_of_one_file_without_number(tmp_path):
    """A folder with a single unnumbered drawing is that drawing at frame 1."""
    touch(tmp_path, "drawing.png")
    assert PlateSequence.parse(tmp_path).frames == (1,)


def test_folder_with_two_sequences_names_both(tmp_path):
    """Two sequences in one folder are never mixed."""
    touch(tmp_path, "line.0001.png", "line.0002.png", "color.0001.png", "color.0002.png")
    with pytest.raises(PlateError, match=r"holds 2 sequences \(color.####.png, line.####.png\); give one of these"):
        PlateSequence.parse(tmp_path)


def test_folder_padded_in_two_ways(tmp_path):
    """0001 and 2 in one sequence are refused rather than half of them lost."""
    touch(tmp_path, "line.0001.png", "line.2.png")
    with pytest.raises(PlateError, match="padded in different ways; rename them alike"):
        PlateSequence.parse(tmp_path)


@pytest.mark.parametrize(("name", "frame"), [
    ("line.0012.png", 12), ("line.-0005.exr", -5), ("line-0005.exr", 5), ("v2_final.png", 2), ("drawing.png", 1),
    ("shot 3.png", 3), ("scene #3.png", 3)])
def test_single_file(tmp_path, name, frame):
    """A single file is its own sequence; its frame is the last number of its name, else 1."""
    touch(tmp_path, name)
    sequence = PlateSequence.parse(tmp_path / name)
    assert sequence.frames == (frame,) and sequence.path(frame) == tmp_path / name


def test_missing_plates_say_what_there_is(tmp_path):
    """A mistyped name is answered with the near ones, a missing folder as such."""
    touch(tmp_path, "line.0001.png")
    with pytest.raises(PlateError, match=r"lime.0001.png does not exist; there are line.0001.png"):
        PlateSequence.parse(tmp_path / "lime.0001.png")
    with pytest.raises(PlateError, match=r"no plate has this name; there are line.0001.png"):
        PlateSequence.parse(tmp_path / "lines.####.png")
    with pytest.raises(PlateError, match=r"nowhere cannot be listed"):
        PlateSequence.parse(tmp_path / "nowhere" / "line.####.png")
    with pytest.raises(PlateError, match="holds no plates"):
        PlateSequence.parse(touch(tmp_path / "empty", "readme.txt"))


@pytest.mark.parametrize("stem", ["#01_c012_A", "100%done_", "%d_", "##_"])
@pytest.mark.parametrize("token", ["####", "%04d"])
def test_two_places_for_the_frame(tmp_path, stem, token):
    """The place whose files exist counts, in a pattern and in a folder; a plate to be written takes the widest."""
    touch(tmp_path, f"{stem}0001.png", f"{stem}0002.png")
    for text in (f"{stem}{token}.png", "."):
        sequence = PlateSequence.parse(tmp_path / text)
        assert sequence.frames == (1, 2) and sequence.path(2) == tmp_path / f"{stem}0002.png"
    assert frame_path(f"{stem}{token}.png", 7).name == f"{stem}0007.png"


def test_the_place_whose_files_exist_wins(tmp_path):
    """Though #### is wider, the files say that ## is the frame."""
    touch(tmp_path, "a_01_b####.png", "a_02_b####.png")
    sequence = PlateSequence.parse(tmp_path / "a_##_b####.png")
    assert sequence.frames == (1, 2) and sequence.path(1).name == "a_01_b####.png"


@pytest.mark.parametrize(("on_disk", "given"), [
    ("\u30ab\u3099_0001.png", "\u30ac_####.png"),  # decomposed on disk
    ("\u30ac_0001.png", "\u30ab\u3099_####.png"),  # composed on disk
    ("\uff21_0001.png", "A_####.png"),  # full width on disk
    ("A_\uff10\uff10\uff10\uff11.png", "A_####.png"),  # full-width digits
    ("A_0001.png", "\uff21_%04d.png"),
])
def test_names_in_another_form_of_unicode(tmp_path, on_disk, given):
    """A name is found however its letters are encoded, as a pattern, in a folder and as a file."""
    touch(tmp_path, on_disk)
    for text in (given, "."):
        sequence = PlateSequence.parse(tmp_path / text)
        assert sequence.frames == (1,) and sequence.path(1) == tmp_path / on_disk
    assert find_spelling(tmp_path / on_disk.replace("\u30ab\u3099", "\u30ac")) == tmp_path / on_disk


def test_a_folder_in_another_form_of_unicode(tmp_path):
    """The folders of a path are found like its name; a path that is not there stays as it is given."""
    touch(tmp_path / "\u30ab\u3099", "a_0001.png")
    assert PlateSequence.parse(tmp_path / "\u30ac" / "a_####.png").frames == (1,)
    assert find_spelling(tmp_path / "x" / "y.png") == tmp_path / "x" / "y.png"


def test_the_form_that_is_given_wins(tmp_path):
    """Where both forms are on disk, each is its own sequence; where two others are, both are named."""
    touch(tmp_path, "A_0001.png", "\uff21_0002.png")
    assert PlateSequence.parse(tmp_path / "A_####.png").frames == (1,)
    assert PlateSequence.parse(tmp_path / "\uff21_####.png").frames == (2,)
    touch(tmp_path / "two", "\u30ab\uff9e_0001.png", "\u30ab\u3099_0002.png")
    with pytest.raises(PlateError, match="several sequences have this name"):
        PlateSequence.parse(tmp_path / "two" / "\u30ac_####.png")


@pytest.mark.parametrize("names", [("a.-0005.png", "a.0001.png"), ("a.-005.png", "a.0001.png"),
                                   ("a.-0002.png", "a.-0001.png"), ("a.-1.png", "a.0.png", "a.10.png")])
def test_negative_frames_in_a_folder(tmp_path, names):
    """A folder with frames before 0 is one sequence, whichever way they are padded."""
    touch(tmp_path, *names)
    sequence = PlateSequence.parse(tmp_path)
    assert [sequence.path(frame).name for frame in sequence.frames] == list(names)


@given(frame=st.integers(-99999, 99999), width=st.integers(1, 6), style=st.sampled_from(["#", "%"]))
def test_names_of_frames_are_read_back(frame, width, style):
    """The frame that a name was made for is the frame that is found in it."""
    token = "#" * width if style == "#" else f"%0{width}d"
    path = frame_path(f"no/such/folder/line.{token}.exr", frame)
    assert frame_in_name(path) == frame
    assert has_frame_token(f"line.{token}.exr") and not has_frame_token(path)


def test_frames_as_text():
    """Runs are written as ranges."""
    assert frames_text([9, 1, 2, 3, -2]) == "-2, 1-3, 9"


@pytest.mark.parametrize(("name", "same"), [
    ("c.%04d.exr", "c.####.exr"), ("c.%d.exr", "c.#.exr"), ("c.###.exr", "c.###.exr"),
    ("100%done_%04d.png", "100%done_####.png"), ("#01_%04d.png", "#01_####.png"), ("c.png", "c.png"),
])
def test_one_spelling_of_a_pattern(name, same):
    """What names the same plates is spelled alike, once and again."""
    assert with_hashes(name) == with_hashes(same) == same
    assert frame_path(name, 12) == frame_path(same, 12)
