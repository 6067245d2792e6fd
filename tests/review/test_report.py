"""The report lists what to check, least sure first, in files that stand alone."""

import json
import re
from html.parser import HTMLParser

import cv2
import numpy as np
import pytest

from cmft_engine.image.palette import Palette, PaletteColor
from cmft_engine.protocol.errors import InputError
from cmft_engine.review.page import MAX_CARDS, page
from cmft_engine.review.report import WHOLE_FRAME, FrameReport, ReportData, UnsureRegion, write_report
from cmft_engine.review.thumbnails import HEIGHT, WIDTH, frame_thumbnail, outline_thumbnail

PALETTE = Palette((PaletteColor("paper", (0.0, 0.0, 0.0, 0.0), 90), PaletteColor("red", (0.8, 0.1, 0.1, 1.0), 40)))


def region(label, confidence, area=10, reason="two colors are close"):
    """Return an unsure region."""
    return UnsureRegion(label, (1, 2, 3, 4), area, confidence, "red", "paper", reason)


def report(*frames, **changes):
    """Return report data of these frames."""
    values = {"title": "shot", "lines": "lines.####.exr", "references": ("ref.png",), "settings": {"mode": "flats"},
              "palette": PALETTE, "frames": frames, "seconds": 3.0, "version": "0.1.0", "weights": "w1",
              "size": (64, 32)}
    return ReportData(**{**values, **changes})


class Page(HTMLParser):
    """Collects what a browser would fetch, the tags in order, and the texts."""

    def __init__(self, text):
        super().__init__()
        self.links, self.stack, self.cards, self.texts = [], [], [], []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        """Keep addresses and cards; check nesting."""
        self.links += [value for name, value in attrs if name in ("src", "href")]
        if ("class", "card") in attrs:
            self.cards.append(dict(attrs))
        if tag not in ("meta", "img", "br", "rect"):
            self.stack.append(tag)

    def handle_endtag(self, tag):
        """Every end tag closes the tag that is open."""
        if tag != "rect":
            assert self.stack.pop() == tag

    def handle_data(self, data):
        """Keep the text."""
        self.texts.append(data)


def test_least_sure_regions_come_first():
    """Over all frames the order is by confidence, then by area, in the page as in the data."""
    data = report(FrameReport(1, "a.exr", 5, (region(1, 0.4), region(2, 0.1, area=5))),
                  FrameReport(2, "b.exr", 5, (region(7, 0.1, area=50), region(3, float("nan")))))
    assert [(frame.frame, unsure.label) for frame, unsure in data.unsure] == [(2, 3), (2, 7), (1, 2), (1, 1)]
    cards = Page(page(data, {})).cards
    assert [card["data-frame"] for card in cards] == ["2", "2", "1", "1"]


def test_page_needs_nothing_but_itself():
    """All tags close, pictures are inline, and no address leads out of the file."""
    picture = frame_thumbnail(np.zeros((20, 30, 3), np.float32))
    parsed = Page(page(report(FrameReport(1, "a.exr", 5, (region(1, 0.4),))), {(1, WHOLE_FRAME): picture,
                                                                              (1, 1): picture}))
    assert parsed.stack == [] and len(parsed.links) == 2
    assert all(link.startswith("data:image/jpeg;base64,") for link in parsed.links)


def test_page_asks_no_network():
    """Neither style nor script names an address, and the policy forbids fetching."""
    text = page(report(FrameReport(1, "a.exr", 5)), {})
    assert not re.search(r"https?:|url\(|@import|fetch\(", text)
    assert "default-src 'none'" in text


def test_texts_are_escaped():
    """Names from files cannot become markup."""
    evil = "<script>alert(1)</script>\"'&"
    frame = FrameReport(1, f"{evil}.exr", 5, (UnsureRegion(1, (0, 0, 1, 1), 1, 0.1, evil, evil, evil),))
    data = report(frame, title=evil, lines=evil, references=(evil,), settings={evil: evil}, version=evil,
                  weights=evil, notes=(evil,), palette=Palette((PaletteColor(evil, (1.0, 0.0, 0.0, 1.0)),)))
    text = page(data, {})
    assert "<script>alert" not in text
    assert Page(text).stack == [] and evil in Page(text).texts


def test_what_is_first_seen_is_counted_and_hatched():
    """The page and the summary count regions by kind and those that no reference shows; the picture hatches these."""
    seen = UnsureRegion(4, (1, 2, 3, 4), 10, 0.25, "red", kind="carried", unknown=True)
    frame = FrameReport(1, "a.png", 5, (seen, region(5, 0.3)), kinds={"flat": 3, "divided": 0, "carried": 2})
    data = report(frame, frame)
    assert data.n_unknown == 2 and data.kinds == {"flat": 6, "divided": 0, "carried": 4}
    texts = Page(page(data, {})).texts
    assert "first seen, hatched" in texts and "regions, 6 flat, 4 carried" in texts
    rgb, unknown = np.full((96, 144, 3), 0.5, np.float32), np.zeros((96, 144), bool)
    unknown[:, :72] = True
    plain, hatched = (np.asarray(cv2.imdecode(np.frombuffer(data, np.uint8), 1), int)
                      for data in (frame_thumbnail(rgb), frame_thumbnail(rgb, unknown)))
    changed = np.abs(hatched - plain).max(2) > 40
    assert 0.3 < changed[:, :138].mean() < 0.7 and not changed[:, 160:].any()


def test_json_has_the_documented_form(tmp_path):
    """Version, summary, palette, frames and regions stand under their names with plain numbers."""
    frame = FrameReport(-3, "out/a.exr", 5, (region(4, 0.25),), confidence=0.9, seconds=1.5)
    held = FrameReport(-2, "out/b.exr", 5, confidence=float("inf"), seconds=float("nan"), held_from=-3)
    write_report(tmp_path / "r.json", tmp_path / "r.html", report(frame, held), {})
    content = json.loads((tmp_path / "r.json").read_text(encoding="utf-8"))
    assert content["version"] == 1 and content["summary"] == {
        "frames": 2, "regions": 10, "unsure": 1, "unknown": 0, "kinds": {}}
    assert content["frames"][0]["unsure"] == [{
        "label": 4, "bbox": [1, 2, 3, 4], "area": 10, "confidence": 0.25, "color": "red", "runner_up": "paper",
        "reason": "two colors are close", "kind": "flat", "unknown": False, "track": None, "at": None}]
    assert content["frames"][1] == {"frame": -2, "path": "out/b.exr", "regions": 5, "held_from": -3,
                                    "confidence": 0.0, "seconds": 0.0, "kinds": {}, "unsure": []}
    assert content["palette"]["colors"][1] == {"name": "red", "rgba": [0.8, 0.1, 0.1, 1.0], "area": 40}
    assert list(content) == ["version", "title", "engine", "weights", "lines", "references", "settings", "size",
                             "seconds", "notes", "timings", "summary", "palette", "frames"]


def test_nothing_to_check_is_said():
    """A shot without unsure regions, and one without frames, give whole pages that say so."""
    for data in (report(FrameReport(1, "a.exr", 5)), report(size=(0, 0))):
        parsed = Page(page(data, {}))
        assert parsed.cards == [] and any(text.startswith("Nothing: every region") for text in parsed.texts)


def test_long_lists_are_cut_in_the_page_only():
    """The page shows the few hundred in most doubt and says that the JSON has all."""
    data = report(FrameReport(1, "a.exr", 999, tuple(region(label, label / 999) for label in range(1, 999))))
    text = page(data, {})
    assert len(Page(text).cards) == MAX_CARDS and f"the first {MAX_CARDS} shown" in text


def test_nothing_is_left_when_writing_fails(tmp_path):
    """A folder that is a file is told with the path; no temporary file stays."""
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(InputError, match=r"r\.html: cannot write the report"):
        write_report(tmp_path / "r.json", tmp_path / "file" / "r.html", report(), {})
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["file", "r.json"]


def decoded(jpeg):
    """Return a JPEG's pixels as RGB."""
    return cv2.cvtColor(cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR), cv2.COLOR_BGR2RGB)


def test_region_is_outlined_and_the_rest_dimmed():
    """Amber runs around the region, the region keeps its color, its surroundings are darker."""
    rgb = np.full((120, 180, 3), 0.8, np.float32)
    labels = np.ones((120, 180), np.int32)
    labels[40:80, 60:120] = 2
    picture = decoded(outline_thumbnail(rgb, (60, 40, 120, 80), labels, 2)).astype(int)
    amber = (picture[..., 0] > 200) & (picture[..., 2] < 120)
    assert amber.sum() > 100
    assert abs(picture[96, 144] - 204).max() < 6 and abs(picture[5, 5] - 204 * 0.62).max() < 6


@pytest.mark.parametrize("box", [(0, 0, 1, 1), (1999, 999, 2000, 1000), (0, 0, 2000, 1000), (500, 0, 501, 1000)])
def test_thumbnails_fit_whatever_the_region(box):
    """Specks, corners, slivers and whole frames give pictures within the size in which the outline is seen."""
    picture = decoded(outline_thumbnail(np.zeros((1000, 2000, 3), np.float32), box)).astype(int)
    assert picture.shape[0] <= HEIGHT and picture.shape[1] <= WIDTH
    assert (picture[..., 0] > 100).sum() >= 8


def test_tiny_frames_have_thumbnails():
    """A 1x1 drawing with a broken pixel gives a picture."""
    assert decoded(frame_thumbnail(np.full((1, 1, 3), np.nan, np.float32))).shape == (4, 4, 3)
    assert decoded(outline_thumbnail(np.ones((1, 1, 3), np.float32), (0, 0, 1, 1))).shape == (4, 4, 3)


def test_noted_texts_are_escaped():
    """Texts that an earlier run's note brought reach the page as text, wherever they stand."""
    evil = "<script>alert(1)</script>"
    region = UnsureRegion(1, (0, 0, 2, 2), 4, 0.1, evil, evil, evil, evil)
    frame = FrameReport(1, f"o/{evil}.png", 1, (region,), 0.1, kinds={evil: 1})
    data = ReportData(evil, evil, (evil,), {evil: evil}, Palette(()), (frame,), 0.0, evil, evil, notes=(evil,),
                      timings={evil: 0.0})
    text = page(data, {(1, 0): b"", (1, 1): b"x"})
    assert "<script>alert" not in text and text.count("&lt;script&gt;alert(1)") >= 10
