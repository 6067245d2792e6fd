"""The README's picture: its script finds wrong regions, corrects them by clicks, and its figures are told."""

import json
from pathlib import Path

import numpy as np
import pytest

from cmft_training.synthetic.example_shot import ExampleFrame, ExampleShot
from docs.images import demo, demo_truth

ROOT = Path(__file__).resolve().parents[1]
FRAME = 1020


@pytest.fixture(scope="module")
def frame() -> ExampleFrame:
    return ExampleShot().frame(FRAME)


@pytest.fixture(scope="module")
def area(frame: ExampleFrame) -> np.ndarray:
    """The largest area between the lines but the paper, bool (H, W)."""
    areas = demo_truth.bucket_areas(frame)
    size = np.bincount(areas.ravel())
    size[[0, areas[0, 0]]] = 0
    return areas == size.argmax()


def painted_red(frame: ExampleFrame, area: np.ndarray) -> np.ndarray:
    plate = frame.painted.copy()
    plate[area] = (255, 0, 0, 255)
    return plate


def test_the_truth_needs_no_click(frame: ExampleFrame) -> None:
    """The painted frame itself has no wrong region."""
    assert demo_truth.count(demo_truth.wrong_areas(frame.painted, frame)) == 0


def test_one_wrong_area_is_one_click(frame: ExampleFrame, area: np.ndarray) -> None:
    """A region in another colour is found whole and alone."""
    plate = painted_red(frame, area)
    wrong = demo_truth.wrong_areas(plate, frame)
    assert demo_truth.count(wrong) == 1 and ((wrong > 0) == area).all()


def test_the_outline_runs_round_the_area(frame: ExampleFrame, area: np.ndarray) -> None:
    """The outline covers no pixel of the region that it marks, and touches it."""
    picture = demo_truth.outlined(frame.painted, area.astype(np.int32))
    line = (picture == demo_truth.OUTLINE).all(2)
    assert line.any() and not (line & area).any()
    assert (line[1:] & area[:-1]).any()


def test_shown_frames_are_not_the_painted_one() -> None:
    """The picture shows frames that nobody painted."""
    assert demo.FIRST_FRAME not in demo.SHOWN


def test_the_readme_tells_the_picture_s_figures() -> None:
    """The caption has the clicks and wrong regions that the script counted, in the picture and in the whole shot."""
    figures = json.loads((ROOT / "docs" / "images" / "demo.json").read_text(encoding="utf-8"))
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    before, after, clicks = figures["before"], figures["after"], figures["clicks"]
    assert figures["shown"] == list(demo.SHOWN) and len(before) == len(after) == len(clicks) + 1 == 24
    assert "{}, {}, {} and {} wrong regions".format(*(before[str(number)] for number in demo.SHOWN)) in text
    assert f"{sum(before.values())} of {figures['regions']} regions are wrong" in text
    assert f"{sum(clicks.values())} clicks" in text and f"{sum(after.values())} wrong regions are left" in text.replace(
        "no wrong region is left", "0 wrong regions are left")
