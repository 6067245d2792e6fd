"""A shot knows its frames, holds and references, and refuses what does not fit before any work starts."""

import logging
import re

import numpy as np
import pytest

from cmft_engine.image.limits import set_max_pixels
from cmft_engine.image.plate import Plate, Window, write_plate
from cmft_engine.protocol.errors import PlateError, SettingsError, ShotError
from cmft_engine.shot.named import Reference
from cmft_engine.shot.shot import Shot
from tests.drawings import figure, write_shot


def write(path, value=0.5, size=(6, 8), **fields):
    write_plate(Plate.from_pixels(np.full((*size, 4), value, np.float32), **fields), path)
    return path


@pytest.fixture
def folder(tmp_path):
    """Frames 1 to 6 without 4; 2 and 5 show the drawing of 1."""
    for frame, value in {1: 0.1, 2: 0.1, 3: 0.2, 5: 0.1, 6: 0.3}.items():
        write(tmp_path / f"line.{frame:04d}.png", value)
    write(tmp_path / "ref.png", 0.9)
    return tmp_path


def test_open_takes_the_frames_that_exist(folder):
    """Without asking for frames, gaps are fine; the reference gets the shot's own line plate of its frame."""
    shot = Shot.open(folder / "line.####.png", reference=f"{folder}/ref.png@3")
    assert shot.frames == (1, 2, 3, 5, 6)
    assert shot.references == (Reference(folder / "ref.png", 3, folder / "line.0003.png"),)


def test_missing_frames_are_named(folder):
    """A frame that is asked for and has no plate stops the shot."""
    with pytest.raises(ShotError, match=r"no plate for frame 4, 7-8 \(there are 1-3, 5-6\); render what is missing"):
        Shot.open(folder / "line.####.png", reference=f"{folder}/ref.png@1", frames="1-8")
    assert Shot.open(folder / "line.####.png", reference=f"{folder}/ref.png@1", frames="1-5x2").frames == (1, 3, 5)
    assert Shot.open(folder / "line.####.png", reference=f"{folder}/ref.png@1", frames=[6, 2, 2]).frames == (2, 6)


def test_no_frames_and_bad_frames(folder):
    """An empty list and a text that is no range are refused."""
    with pytest.raises(ShotError, match="no frames are asked for"):
        Shot.open(folder / "line.####.png", reference=f"{folder}/ref.png@1", frames=[])
    with pytest.raises(SettingsError, match="frames"):
        Shot.open(folder / "line.####.png", reference=f"{folder}/ref.png@1", frames="one to six")


def test_holds(folder):
    """Identical drawings, neighbours or not, lead to the first of them."""
    shot = Shot.open(folder / "line.####.png", reference=f"{folder}/ref.png@1")
    assert shot.holds() == {1: 1, 2: 1, 3: 3, 5: 1, 6: 6}


def test_holds_compare_pixels_not_bytes(folder):
    """The same pixels under other metadata are one drawing; another alpha is another drawing."""
    write(folder / "line.0002.png", 0.1, metadata={"Software": "another"})
    pixels = np.full((6, 8, 4), 0.1, np.float32)
    pixels[0, 0, 3] = 0.2
    write_plate(Plate.from_pixels(pixels), folder / "line.0005.png")
    assert (folder / "line.0001.png").read_bytes() != (folder / "line.0002.png").read_bytes()
    shot = Shot.open(folder / "line.####.png", reference=f"{folder}/ref.png@1")
    assert shot.holds() == {1: 1, 2: 1, 3: 3, 5: 5, 6: 6}


def test_canvas_holds_all_windows(folder):
    """Overscan of one frame counts for the whole shot; a sheet's size does not."""
    write(folder / "x.0001.exr", display_window=Window(0, 0, 10, 10), data_window=Window(-2, 1, 8, 6))
    write(folder / "x.0002.exr", display_window=Window(0, 0, 10, 10), data_window=Window(4, 3, 8, 6))
    write(folder / "sheet.png", size=(40, 50))
    shot = Shot.open(folder / "x.####.exr", reference=f"{folder}/sheet.png@sheet")
    assert shot.canvas() == Window(-2, 0, 14, 10)


@pytest.mark.parametrize(("text", "frame"), [("ref.png@3", 3), ("ref.png@-7", -7), ("ref.png@sheet", None),
                                             ("ref.png", None), ("at@2.png", None), ("at@2.png@5", 5), ("odd@9", None)])
def test_reference_texts(folder, text, frame):
    """The number after the last @ is the frame, @ in a path is part of the path, no @ makes a sheet."""
    write(folder / "at@2.png")
    (folder / "odd@9").write_bytes((folder / "ref.png").read_bytes())
    reference, = Shot.open(folder / "line.####.png", reference=f"{folder}/{text}").references
    assert reference.frame == frame and reference.is_sheet == (frame is None)
    assert reference.plate.is_file() and (reference.lines is not None) == (frame == 3 or frame == 5)


def test_sheet_hint(folder, caplog):
    """A reference without @ whose name carries a frame of the shot is probably meant for it: the log says how."""
    write(folder / "painted.0003.png")
    with caplog.at_level(logging.WARNING):
        Shot.open(folder / "line.####.png", reference=folder / "painted.0003.png")
    assert "taken as a sheet" in caplog.text and "painted.0003.png@3" in caplog.text


def test_reference_patterns(folder):
    """A pattern of painted frames gives a reference at each of them, and @ picks one."""
    write(folder / "painted.0001.png")
    write(folder / "painted.0005.png")
    shot = Shot.open(folder / "line.####.png", reference=folder / "painted.####.png")
    assert [(r.plate.name, r.frame) for r in shot.references] == [("painted.0001.png", 1), ("painted.0005.png", 5)]
    one, = Shot.open(folder / "line.####.png", reference=f"{folder}/painted.####.png@5").references
    assert one.plate.name == "painted.0005.png" and one.frame == 5


def test_nearest_reference_first(folder):
    """References come by distance in time, the earlier of two first, sheets last."""
    near = [Reference(folder / "ref.png", frame) for frame in (None, 6, 2, 3)]
    shot = Shot.open(folder / "line.####.png", reference=near)
    assert [r.frame for r in shot.reference_for(1)] == [2, 3, 6, None]
    assert [r.frame for r in shot.reference_for(4)] == [3, 2, 6, None]


def test_reference_lines(folder):
    """Line art is handed to the references in order, or to the one at the frame it names."""
    write(folder / "a.png")
    write(folder / "b.png")
    painted = [f"{folder}/ref.png@{frame}" for frame in (1, 3, 6)] + [f"{folder}/ref.png@sheet"]
    shot = Shot.open(folder / "line.####.png", reference=painted,
                     reference_lines=[f"{folder}/a.png@sheet", f"{folder}/b.png@6", f"{folder}/a.png"])
    assert [r.lines and r.lines.name for r in shot.references] == ["a.png", "line.0003.png", "b.png", "a.png"]
    with pytest.raises(ShotError, match="no reference at 4 left for this line art"):
        Shot.open(folder / "line.####.png", reference=painted, reference_lines=f"{folder}/a.png@4")


def test_no_reference(folder):
    """A shot without a reference says how to give one."""
    with pytest.raises(ShotError, match="no reference; give a painted drawing as FILE@FRAME"):
        Shot.open(folder / "line.####.png", reference=[])


def test_two_references_at_one_frame(folder):
    """Two references at one frame are named, both."""
    write(folder / "other.png")
    with pytest.raises(ShotError, match=r"at frame 3: .*ref.png and .*other.png; keep one"):
        Shot.open(folder / "line.####.png", reference=[f"{folder}/ref.png@3", f"{folder}/other.png@3"])


def test_reference_of_another_size(folder):
    """A reference in time must have the size of the lines; as a sheet it may have any."""
    write(folder / "big.png", size=(12, 16))
    message = r"reference at frame 3\) is 16x12, but the line plates are 8x6; .*@sheet"
    with pytest.raises(PlateError, match=message) as caught:
        Shot.open(folder / "line.####.png", reference=f"{folder}/big.png@3")
    assert caught.value.frame == 3
    assert Shot.open(folder / "line.####.png", reference=f"{folder}/big.png@sheet").references[0].is_sheet


def test_reference_lines_of_another_size(folder):
    """A reference and its own line art have one size."""
    write(folder / "big.png", size=(12, 16))
    with pytest.raises(PlateError, match=r"big.png is 16x12, but .*ref.png, whose line art it is, is 8x6"):
        Shot.open(folder / "line.####.png", reference=f"{folder}/ref.png@sheet", reference_lines=folder / "big.png")


def test_line_plate_of_another_size(folder):
    """The frame that differs from most is named, be it the first, and the others are a shot without it."""
    for number, usual in ((5, 1), (1, 2)):
        before = (folder / f"line.{number:04d}.png").read_bytes()
        write(folder / f"line.{number:04d}.png", size=(7, 8))
        shot = Shot.open(folder / "line.####.png", reference=f"{folder}/ref.png@sheet")
        assert list(shot.failed) == [number]
        assert re.search(rf"line.000{number}.png \(frame {number}\) is 8x7, but frame {usual} is 8x6; render all",
                         str(shot.failed[number]))
        assert sorted(shot.holds()) == [frame for frame in shot.frames if frame != number]
        (folder / f"line.{number:04d}.png").write_bytes(before)


def test_bad_files_are_found_at_once(folder):
    """A zero-byte plate is found when the shot is opened, not an hour later; a bad reference, or nothing but bad
    plates, are errors."""
    good = (folder / "ref.png").read_bytes()
    (folder / "line.0003.png").write_bytes(b"")
    shot = Shot.open(folder / "line.####.png", reference=f"{folder}/ref.png@1")
    assert list(shot.failed) == [3] and "line.0003.png (frame 3) is empty (0 bytes)" in str(shot.failed[3])
    for name in ("ref.png", "line.*.png"):
        for path in folder.glob(name):
            path.write_bytes(b"")
        with pytest.raises(PlateError, match=r"(ref|line.0001).png.* is empty \(0 bytes\)"):
            Shot.open(folder / "line.####.png", reference=f"{folder}/ref.png@sheet")
        (folder / "ref.png").write_bytes(good)


def test_pictures_over_the_limit(folder):
    """A plate of too many pixels, and plates whose windows lie too far apart, are refused by their headers."""
    write(folder / "x.0001.exr", display_window=Window(0, 0, 8, 6))
    write(folder / "x.0002.exr", display_window=Window(0, 0, 8, 6), data_window=Window(90, 90, 8, 6))
    try:
        set_max_pixels(47)
        with pytest.raises(PlateError, match=r"line.0001.png \(frame 1\) is 8x6, over the limit of 47 pixels; .*--ma"):
            Shot.open(folder / "line.####.png", reference=f"{folder}/ref.png@sheet")
        set_max_pixels(48)
        assert not Shot.open(folder / "line.####.png", reference=f"{folder}/ref.png@1").failed
        with pytest.raises(ShotError, match=r"the picture that holds all plates is 98x96, over the limit of 48 pixels"):
            Shot.open(folder / "x.####.exr", reference=f"{folder}/ref.png@sheet")
    finally:
        set_max_pixels(None)


def test_missing_files(folder):
    """A missing reference or line art is named."""
    with pytest.raises(PlateError, match=r"gone.png .*does not exist; check the path of the reference"):
        Shot.open(folder / "line.####.png", reference=f"{folder}/gone.png@1")
    with pytest.raises(PlateError, match=r"gone.png.* does not exist"):
        Shot.open(folder / "line.####.png", reference=f"{folder}/ref.png@1", reference_lines=folder / "gone.png")
    with pytest.raises(PlateError, match=r"gone.png.* does not exist"):
        Shot.open(folder / "line.####.png", reference=Reference(folder / "gone.png", 1))


def test_unreadable_plate_names_its_frame(folder):
    """A plate that is cut off is found by the holds, with its frame."""
    data = (folder / "line.0006.png").read_bytes()
    (folder / "line.0006.png").write_bytes(data[:-30])
    shot = Shot.open(folder / "line.####.png", reference=f"{folder}/ref.png@1")
    assert 6 not in shot.holds()
    assert "line.0006.png (frame 6) is cut off" in str(shot.failed[6])


def test_one_pixel_shot(tmp_path):
    """A 1x1 drawing is a shot like any other."""
    write(tmp_path / "dot.png", size=(1, 1))
    shot = Shot.open(tmp_path / "dot.png", reference=f"{tmp_path}/dot.png@1")
    assert shot.canvas() == Window(0, 0, 1, 1) and shot.holds() == {1: 1}


def test_part_of_a_shot(tmp_path):
    """A part is frames of the shot; all the rest stays, and a frame that is not in the shot is named."""
    lines = write_shot(tmp_path, {1: figure(), 2: figure(1), 3: figure(2)}, reference=1)
    shot = Shot.open(lines, reference=f"{tmp_path}/ref.png@1")
    part = shot.only("2-3")
    assert (shot.todo, part.todo, part.frames) == ((1, 2, 3), (2, 3), (1, 2, 3)) and part.holds() == shot.holds()
    with pytest.raises(ShotError, match=r"frame 4 is not in the shot \(1-3\)"):
        shot.only("3-4")


def test_neighbor_frames(tmp_path):
    """The nearest other drawings on either side, each once and by its first frame; holds count as one drawing."""
    values = {1: 0.1, 2: 0.2, 3: 0.2, 4: 0.3, 5: 0.1, 6: 0.4, 7: 0.5, 8: 0.3, 20: 0.9}
    for frame, value in values.items():
        write(tmp_path / f"l.{frame:04d}.png", value)
    write(tmp_path / "ref.png")
    shot = Shot.open(tmp_path / "l.####.png", reference=f"{tmp_path}/ref.png@20", frames="1-8")
    assert shot.neighbor_frames(4, 1) == (2, 1)
    assert shot.neighbor_frames(4, 2) == (2, 1, 6, 7)
    assert shot.neighbor_frames(6, 3) == (1, 4, 2, 7)
    assert shot.neighbor_frames(1, 2) == (2, 4) and shot.neighbor_frames(1, 0) == ()
    assert shot.only([4]).neighbor_frames(4, 2) == shot.neighbor_frames(4, 2)


def test_painted_drawings_have_no_say_beside_their_painting(tmp_path):
    """A painted drawing takes its place among the neighbours but is not named, and has none itself."""
    for frame in range(1, 7):
        write(tmp_path / f"l.{frame:04d}.png", frame / 10)
    write(tmp_path / "ref.png")
    shot = Shot.open(tmp_path / "l.####.png", reference=f"{tmp_path}/ref.png@3")
    assert shot.neighbor_frames(4, 1) == (5,) and shot.neighbor_frames(4, 2) == (2, 5, 6)
    assert shot.neighbor_frames(3, 2) == ()


@pytest.mark.parametrize(("at", "lines", "told"), [(9, None, True), (9, "line.0001.png", True), (3, None, False),
                                                   (6, None, False), ("sheet", None, False)])
def test_a_reference_beside_the_shot_is_told(folder, caplog, at, lines, told):
    """A frame that has no line plate is named with the frames that there are; one that is only not coloured is fine."""
    Shot.open(folder / "line.####.png", reference=f"{folder}/ref.png@{at}", frames="1-3",
              reference_lines=lines and f"{folder}/{lines}")
    sentence = f"ref.png is given at frame {at}, but {folder}/line.####.png has no plate there (there are 1-3, 5-6)"
    assert (sentence in caplog.text) == told
    assert ("so its lines are taken from the painting" in caplog.text) == (told and lines is None)


def test_a_reference_is_found_in_another_form_of_unicode(folder):
    """A painting whose name is decomposed on disk is found by its composed name."""
    write(folder / "カ\u3099.png", 0.9)
    shot = Shot.open(folder / "line.####.png", reference=[f"{folder}/ガ.png@3", f"{folder}/ガ.png@sheet"])
    assert {reference.plate for reference in shot.references} == {folder / "カ\u3099.png"}


def test_a_painting_on_its_side(folder):
    """One of the same size in the other direction is to be turned; no scale explains it."""
    write(folder / "side.png", 0.9, size=(8, 6))
    with pytest.raises(PlateError, match=r"is 6x8, but the line plates are 8x6: it lies on its side; turn") as caught:
        Shot.open(folder / "line.####.png", reference=f"{folder}/side.png@1")
    assert "register" not in str(caught.value)
