"""Work that waits: urgent first, asked twice done once."""

import threading

import pytest

from cmft_engine.window.work import Worker


@pytest.fixture
def failures():
    return []


@pytest.fixture
def worker(failures):
    one = Worker("test", failures.append)
    yield one
    one.close()


def held(worker):
    """Let the worker wait; return what lets it go on."""
    go, began = threading.Event(), threading.Event()

    def wait():
        began.set()
        go.wait(30)
    worker.submit("held", wait)
    assert began.wait(30)
    return go


def test_urgent_first_then_in_order(worker):
    done, go = [], held(worker)
    for name, urgency in (("late", 5), ("first", 0), ("second", 0), ("middle", 2)):
        worker.submit(name, lambda name=name: done.append(name), urgency=urgency)
    assert not worker.is_idle
    go.set()
    assert worker.wait(30) and done == ["first", "second", "middle", "late"] and worker.is_idle


def test_the_latest_of_a_key_is_done_once(worker):
    done, go = [], held(worker)
    for number in range(5):
        worker.submit("same", lambda number=number: done.append(number))
    go.set()
    assert worker.wait(30) and done == [4]


def test_forgotten_jobs_are_not_done(worker):
    done, go = [], held(worker)
    for key in (("a", 1), "b"):
        worker.submit(key, lambda key=key: done.append(key))
    worker.forget(lambda key: isinstance(key, tuple))
    go.set()
    assert worker.wait(30) and done == ["b"]


def test_a_failure_is_told_and_the_next_job_done(worker, failures):
    """A job may submit others, and one that fails ends nothing."""
    done = []

    def fail():
        worker.submit("next", lambda: done.append("next"))
        raise ValueError("no")
    worker.submit("fails", fail)
    assert worker.wait(30) and done == ["next"] and [str(one) for one in failures] == ["no"]


def test_closed_worker_takes_nothing(worker):
    done = []
    worker.close()
    worker.submit("late", lambda: done.append("late"))
    assert worker.wait(30) and done == []


def test_waiting_gives_up_in_time(worker):
    go = held(worker)
    assert not worker.wait(0.01)
    go.set()
