"""A small coloured shot, and what a session tells.

The figure is a blue coat (around 32, 44), a skin face (32, 24) and a red hat (32, 11), moved to the right.
"""

import shutil
import threading
import time

import pytest

from cmft_engine.pipeline.colored_shot import ColoredShot
from cmft_engine.pipeline.colorize import colorize
from cmft_engine.protocol.settings import Settings
from cmft_engine.shot.shot import Shot
from cmft_engine.window.session import Session
from tests.drawings import figure, write_shot

PAINTED = 1
MOVED = {1: 0, 2: 1, 3: 2, 4: 2, 5: 3, 6: 4}  # px by frame; frame 4 holds frame 3


def color_small_shot(folder):
    """Colour six frames of a figure that moves; return the folder of the plates."""
    lines = write_shot(folder, {frame: figure(dx, side=96) for frame, dx in MOVED.items()}, reference=PAINTED)
    shot = Shot.open(str(lines), reference=f"{folder / 'ref.png'}@{PAINTED}")
    colorize(shot, folder / "out" / "c.####.png", settings=Settings(confidence_below=1.0))  # all is in some doubt
    return folder / "out"


@pytest.fixture(scope="session")
def colored_once(tmp_path_factory):
    return color_small_shot(tmp_path_factory.mktemp("colored"))


@pytest.fixture
def out(colored_once, tmp_path):
    """A copy of the coloured shot's folder, with its lines and its painting beside it."""
    shutil.copytree(colored_once.parent, tmp_path / "shot")
    return tmp_path / "shot" / "out"


@pytest.fixture
def colored(out):
    return ColoredShot(out)


class Told(list):
    """News in the order in which they came."""

    def kinds(self):
        return [one.kind for one in self]

    def troubles(self):
        return [one.text for one in self if one.kind == "trouble"]


@pytest.fixture
def told():
    return Told()


@pytest.fixture
def session(out, told):
    """A session that has looked at its shot."""
    one = Session(out, told.append)
    one.begin()
    assert one.wait(60)
    yield one
    one.close()


def wait_until(is_so, seconds=60):
    """Wait for what other threads do."""
    until = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < until
        threading.Event().wait(0.01)
