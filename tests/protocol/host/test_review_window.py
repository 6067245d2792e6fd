"""Plates that others write anew are noticed, and the review window's process ends in a sentence where it fails."""

import os
import sys

import pytest

from cmft_engine.protocol.errors import EngineError, InputError
from cmft_engine.protocol.host import review_window
from cmft_engine.protocol.host.review_window import PlateWatch, ReviewWindow, ReviewWindows, follow, in_thread


def put(path, text):
    """Write a plate as the engine does."""
    path.with_name("tmp").write_text(text)
    os.replace(path.with_name("tmp"), path)


def test_changed_plates(tmp_path, monkeypatch):
    """New, rewritten and missing plates are told once; other files are none; an old change is not looked for again."""
    for frame in (1, 2):
        put(tmp_path / f"c.{frame:04d}.exr", "a")
    watch = PlateWatch(f"{tmp_path}/c.%04d.exr")
    assert watch.changed() == ()
    put(tmp_path / "c.0002.exr", "bb")
    put(tmp_path / "c.0003.exr", "a")
    put(tmp_path / "report.json", "a")
    assert watch.changed() == (2, 3) and watch.changed() == ()
    (tmp_path / "c.0001.exr").unlink()
    assert watch.changed() == (1,)
    os.utime(tmp_path, (1, 1))
    assert watch.changed() == ()
    monkeypatch.setattr(review_window, "numbers_on_disk", None)  # would fail
    assert watch.changed() == ()
    monkeypatch.undo()
    os.rename(tmp_path, tmp_path.with_name("away"))
    assert watch.changed() == ()


def command(tmp_path, code):
    script = tmp_path / "engine.py"
    script.write_text(code)
    return [sys.executable, str(script)]


def test_the_engine_s_sentence(tmp_path):
    """What it says last is passed on, without what a library said before; a window closed in order says nothing."""
    watch = PlateWatch(str(tmp_path / "c.%04d.exr"))
    for code, words in (("import sys; sys.exit('noise\\ncmft: no Qt;\\ninstall it')", "no Qt; install it"),
                        ("import sys; sys.exit('noise')", "ended unasked (exit code 1); run cmft review in a")):
        assert words in str(follow(ReviewWindow(command(tmp_path, code), tmp_path), watch, print))
    assert follow(ReviewWindow(command(tmp_path, ""), tmp_path), watch, print) is None
    with pytest.raises(EngineError, match="cannot be started"):
        ReviewWindow([str(tmp_path / "none")], tmp_path)


def test_what_it_writes_is_told(tmp_path):
    """Also what it wrote just before it ended."""
    code = "import sys, pathlib; pathlib.Path(sys.argv[2], 'c.0007.exr').write_text(' '.join(sys.argv[3:]))"
    watch, told = PlateWatch(str(tmp_path / "c.%04d.exr")), []
    window = ReviewWindow(command(tmp_path, code), tmp_path)
    thread = in_thread(lambda: follow(window, watch, told.append), "test")
    thread.join(20)
    assert told == [(7,)] and (tmp_path / "c.0007.exr").read_text() == "--window" and not thread.is_alive()


def test_one_window_a_folder(tmp_path):
    """A second one is refused while the first is open."""
    windows, engine = ReviewWindows(), command(tmp_path, "input()")
    slow = windows.open(command(tmp_path, "import time; time.sleep(60)"), tmp_path, "N")
    try:
        with pytest.raises(InputError, match="N: its review window is open already"):
            windows.open(engine, tmp_path, "N")
    finally:
        slow._process.kill()
        slow._process.wait()
    again = windows.open(command(tmp_path, ""), tmp_path, "N")
    assert follow(again, PlateWatch(str(tmp_path / "c.%04d.exr")), print) is None
