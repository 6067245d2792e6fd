"""The report page of a run in Chromium, as a person clicks and types through it."""

import json
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import cv2
import pytest

from cmft_engine.pipeline.colorize import colorize
from cmft_engine.protocol.settings import Settings
from cmft_engine.shot.shot import Shot
from tests.drawings import figure, write_shot

SCRIPT = Path(__file__).with_name("page_clicks.py")
MOVED = {1: 0, 2: 1, 3: 2, 4: 2, 5: 3, 6: 4}  # px by frame; frame 4 holds frame 3
BAG, SIGN = (70, 60, 88, 80), (66, 8, 76, 14)  # boxes x0, y0, x1, y1 that the painting does not show
DRAWN = {3: (BAG,), 4: (BAG,), 5: (BAG, SIGN), 6: (SIGN,)}


def check_chromium() -> None:
    """Skip where Qt's Chromium is not installed, or the machine lacks a library that it needs."""
    if find_spec("PySide6.QtWebEngineCore") is None:
        pytest.skip("no PySide6.QtWebEngineCore here; python3 install.py test installs it")
    code = "from PySide6 import QtWebEngineWidgets"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    if found.returncode:
        pytest.skip(f"no library that Qt's Chromium needs: {found.stderr.splitlines()[-1]}")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A run's folder: a figure that moves, with a bag and a sign that come and go."""
    check_chromium()
    folder = tmp_path_factory.mktemp("page")
    lines = write_shot(folder, {frame: figure(dx, side=96) for frame, dx in MOVED.items()}, reference=1)
    for frame, boxes in DRAWN.items():
        path = str(folder / f"lines.{frame:04d}.png")
        picture = cv2.imread(path, cv2.IMREAD_COLOR)
        for x0, y0, x1, y1 in boxes:
            cv2.rectangle(picture, (x0, y0), (x1, y1), (0, 0, 0), 1)
        assert cv2.imwrite(path, picture)
    shot = Shot.open(str(lines), reference=f"{folder / 'ref.png'}@1")
    colorize(shot, folder / "out" / "c.####.png", settings=Settings(confidence_below=1.0))  # all is in some doubt
    return folder / "out"


@pytest.fixture(scope="module")
def seen(folder, tmp_path_factory):
    """What a person saw of the page."""
    command = [sys.executable, str(SCRIPT), str(folder / "report.html"), str(tmp_path_factory.mktemp("pictures"))]
    found = subprocess.run(command, capture_output=True, text=True, timeout=300)
    assert found.returncode == 0, found.stderr
    return json.loads(found.stdout.splitlines()[-1])


@pytest.fixture(scope="module")
def tracks(folder):
    """The regions to check of report.json, (frame, area, color) by track."""
    found = {}
    for frame in json.loads((folder / "report.json").read_text(encoding="utf-8"))["frames"]:
        for one in frame["unsure"]:
            found.setdefault(one["track"], []).append((frame["frame"], one["area"], one["color"]))
    return found


def frames_of(state):
    return sorted(card["frames"] for card in state["cards"])


def orders_of(state):
    return [card["order"] for card in state["cards"]]


def test_opened(seen, tracks):
    """Every track has a card, most doubt first, every frame a tile; all pictures are in the page, and nothing fails."""
    found = seen["opened"]
    assert found["title"] == "lines.####.png" and found["tools"] and found["picture"] and seen["said"] == []
    assert found["tiles"] == list(MOVED) and found["stats"][0] == "6\nframes" and found["fetched"] == 0
    assert len(tracks) == 6 and found["shown"] == "6 of 6 shown" and orders_of(found) == list(range(6))
    assert frames_of(found) == sorted([frame for frame, *_ in track] for track in tracks.values())
    pictures = found["tile_pictures"] + found["card_pictures"]
    assert len(pictures) == 12 and all(done and width > 50 and height > 50 for done, width, height, _ in pictures)
    assert {source for *_, source in pictures} == {"data:image/jpeg;base64"}


def test_a_tile_shows_its_frame_alone(seen, tracks):
    """A click lists what the frame shows, a second one all again; a frame without a region to check lists all."""
    found = seen["tiles"]
    for step, frame in (("clicked", 3), ("other", 6)):
        there = [[one for one, *_ in track] for track in tracks.values() if any(one == frame for one, *_ in track)]
        assert frames_of(found[step]) == sorted(there) and 0 < len(there) < 6
        assert found[step]["shown"] == f"{len(there)} of 6 shown" and found[step]["on"] == [str(frame)]
        assert found[step]["chosen"] == [str(frame), "", "confidence"]
    for step in ("again", "painted", "all"):
        assert found[step]["shown"] == "6 of 6 shown" and found[step]["on"] == [] and len(found[step]["cards"]) == 6


def test_tiles_are_pressed_by_keys(seen):
    """Tab goes on to the next tile, Return presses it, and Space again."""
    found = seen["tiles"]
    assert found["key"]["focus"] == "2" and found["key"]["on"] == ["2"] and found["key"]["shown"] == "4 of 6 shown"
    assert found["all"]["focus"] == "2" and found["all"]["on"] == []


def test_orders(seen):
    """By area, by frame and by doubt; what is even stands by doubt."""
    found = seen["lists"]
    cards = found["area"]["cards"]
    assert cards == sorted(cards, key=lambda card: -card["area"]) and orders_of(found["area"]) != list(range(6))
    cards = found["frame"]["cards"]
    assert cards == sorted(cards, key=lambda card: (card["frame"], card["order"]))
    assert len({card["frame"] for card in cards}) > 1 and orders_of(found["frame"]) != list(range(6))
    assert orders_of(found["confidence"]) == list(range(6))


def test_filters_hold_together(seen, tracks):
    """A color alone, then with a frame, whose tile is lit; then all again."""
    found = seen["lists"]
    assert found["color"]["chosen"] == ["", "blue", "confidence"] and found["color"]["focus"] == "by-color"
    assert found["color"]["shown"] == "2 of 6 shown"
    assert {card["color"] for card in found["color"]["cards"]} == {"blue"}
    assert found["both"]["chosen"] == ["6", "blue", "confidence"] and found["both"]["on"] == ["6"]
    assert frames_of(found["both"]) == [[frame for frame, _, color in track] for track in tracks.values()
                                        if any(one[::2] == (6, "blue") for one in track)]
    assert found["all"]["shown"] == "6 of 6 shown" and orders_of(found["all"]) == list(range(6))


def test_particulars_open(seen):
    """The references are open; settings open by a click, the next by keys, each with its rows."""
    found = seen["particulars"]
    assert [one[1] for one in found["before"]] == [True, False, False, False] and found["before"][1][2] == 0
    assert found["clicked"][1][:2] == ["Settings", True] and found["clicked"][1][2] > 5
    assert found["key"][2][:2] == ["Time by stage", True] and found["key"][2][2] > 1 and not found["key"][3][1]
