"""A run's report as a host reads it: what is to be checked, or a sentence that says why there is nothing."""

import json
import threading

import pytest

from cmft_engine.protocol.host import review
from tests.nuke.plugin import panel_report
from tests.test_hostile_text import VALUES, WHOLE, whole_of, with_value


def test_report_of_the_engine_is_read(tmp_path):
    """Frames to check with their holds, regions least sure first, and the pictures of the engine's own page."""
    panel_report.write(tmp_path)
    found = review.read_review(tmp_path)
    assert [frame.frame for frame in found.frames] == [2, 3]
    assert [frame.frame for frame in found.least_sure_first()] == [3, 2]
    third = found.frames[1]
    assert third.holds == (4,) and third.least == 0.12 and third.confidence == 0.7
    assert [region.label for region in third.regions] == [2, 4]
    assert third.regions[0].reason == "2 > 1 & \"odd\"" and third.regions[0].runner_up == "<b>red</b>"
    pictures = [third.picture, third.regions[0].picture, found.frames[0].picture]
    assert all(picture.startswith(b"\xff\xd8") for picture in pictures) and len(set(pictures)) == 3
    assert third.regions[1].picture == b""  # the engine draws only the least sure ones


def test_hold_of_a_frame_outside_the_report(tmp_path):
    """A hold whose drawing was not part of the run is listed itself."""
    panel_report.write(tmp_path, panel_report.frames()[3:])
    assert [frame.frame for frame in review.read_review(tmp_path).frames] == [4]


def test_nothing_to_check(tmp_path):
    """A sure shot says so."""
    panel_report.write(tmp_path, panel_report.frames()[:1])
    found = review.read_review(tmp_path)
    assert found.frames == () and found.words.startswith("nothing to check")


def test_report_without_its_page(tmp_path):
    """Without the page the numbers are there, the pictures are not."""
    panel_report.write(tmp_path)
    (tmp_path / "report.html").unlink()
    found = review.read_review(tmp_path)
    assert len(found.frames) == 2 and found.frames[0].picture == b""


@pytest.mark.parametrize(("content", "words"), [
    (None, "no report yet"), ("{", "is damaged"), ("[]", "is damaged"), ('{"version": 1}', "is damaged"),
    ('{"version": 2}', "of version 2"), ('{"version": 1, "frames": [{"frame": 1}]}', "is damaged")])
def test_reports_that_cannot_be_read(tmp_path, content, words):
    """A missing, damaged or newer report becomes a sentence with what to do."""
    if content is not None:
        (tmp_path / "report.json").write_text(content)
    found = review.read_review(tmp_path)
    assert words in found.words and found.frames == ()


def test_reader_never_waits(tmp_path, monkeypatch):
    """Reading happens in a thread, one at a time; a changed report is read again, an unchanged one is not."""
    held, reads = threading.Event(), []
    real = review.read_review

    def slow(folder):
        reads.append(threading.current_thread().name)
        assert held.wait(10)
        return real(folder)

    monkeypatch.setattr(review, "read_review", slow)
    panel_report.write(tmp_path)
    reader = review.ReviewReader()
    assert [reader.look(tmp_path) for _ in range(3)] == [review.READING] * 3
    held.set()
    assert until(lambda: len(reader.look(tmp_path).frames) == 2) and reads == ["cmft-report"]
    first = reader.look(tmp_path)
    panel_report.write(tmp_path, panel_report.frames()[:1])
    assert until(lambda: reader.look(tmp_path) is not first) and reader.look(tmp_path).frames == ()
    assert len(reads) == 2 and reader.look(None) is review.NOTHING
    reader._thread.join()


def until(holds):
    """Wait until something holds."""
    event = threading.Event()
    return any(holds() or event.wait(0.02) for _ in range(500))


@pytest.mark.parametrize("content", [*WHOLE, *VALUES])
def test_a_report_of_anything(tmp_path, content):
    """A report that holds anything, as a whole or in any of its values, is a short sentence in the panel, or a list."""
    texts = [WHOLE[content]] if content in WHOLE else with_value(json.loads(whole_of("report")[1]), VALUES[content])
    for text in texts:
        (tmp_path / "report.json").write_bytes(text)
        assert len(review.read_review(tmp_path).words) < 500
