"""Pictures on demand: there at once when they were made, told when they are."""

import numpy as np
import pytest

from cmft_engine.pipeline.changes import Change
from cmft_engine.window.looks import Looks


@pytest.fixture
def changes():
    return {}


@pytest.fixture
def looks(colored, told, changes):
    one = Looks(colored, lambda frame: changes.get(frame, {}), told.append, lambda error: told.append(error))
    yield one
    one.worker.close()


def test_a_frame_is_made_once(looks, told):
    assert looks.shown(2, {}) is None and looks.worker.wait(30)
    first = looks.shown(2, {})
    assert first.frame == 2 and looks.shown(2, {}) is first and looks.worker.is_idle
    assert told == [("picture", 2, "")]


def test_another_view_is_another_picture(looks):
    assert looks.shown(2, {}) is None and looks.worker.wait(30)
    looks.view = looks.view._replace(ink=False)
    assert looks.shown(2, {}) is None and looks.worker.wait(30)
    assert not np.array_equal(looks.shown(2, {}).picture, looks.shown(2, {}).labels)
    looks.view = looks.view._replace(ink=True)
    assert looks.shown(2, {}) is not None


def test_a_thumbnail_follows_and_the_old_one_stays_meanwhile(looks, changes, told):
    assert looks.thumbnail(5) is None and looks.worker.wait(30)
    before = looks.thumbnail(5)
    changes[5] = {0: Change(3, 1.0), 1: Change(3, 1.0), 2: Change(3, 1.0), 3: Change(3, 1.0)}
    assert looks.thumbnail(5) is before and looks.worker.wait(30)
    after = looks.thumbnail(5)
    assert not np.array_equal(before, after) and told == [("thumbnail", 5, "")] * 2


def test_what_waits_is_given_up_but_the_painting(looks, told):
    """When another frame comes into view; what is asked for again is made."""
    for frame in (2, 3, 5, 6):
        looks.thumbnail(frame)
    looks.show_painting(0)
    looks.forget()
    assert looks.worker.wait(30) and looks.painting.frame == 1
    assert len([one for one in told if one.kind == "thumbnail"]) <= 1
    looks.thumbnail(6)
    assert looks.worker.wait(30) and looks.thumbnail(6) is not None


def test_a_painting_that_is_gone_is_told(looks, colored, told):
    (colored.pattern.parent.parent / "ref.png").unlink()
    looks.show_painting(0)
    assert looks.worker.wait(30) and "ref.png" in str(told[0]) and looks.painting is None
