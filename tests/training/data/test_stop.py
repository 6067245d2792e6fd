"""A long task ends when its time is over or when it is asked to."""

import os
import signal
from collections.abc import Iterator

import pytest

from cmft_training.data import stop
from cmft_training.data.stop import Stop


@pytest.fixture(autouse=True)
def _own_signals() -> Iterator[None]:
    kept = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    yield
    for number, handler in kept.items():
        signal.signal(number, handler)


def test_minutes_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """Not a second before they are over; without minutes there is no end."""
    now = [100.0]
    monkeypatch.setattr(stop.time, "monotonic", lambda: now[0])
    timed, endless = Stop(2.0), Stop(0.0)
    now[0] = 219.0
    assert not timed.is_over()
    now[0] = 220.0
    assert timed.is_over() and not endless.is_over()


@pytest.mark.skipif(os.name == "nt", reason="Windows ends a process that is sent a signal")
@pytest.mark.parametrize("asked", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_asks_to_end(asked: signal.Signals) -> None:
    """SIGTERM and Ctrl-C are taken note of, and the process goes on to end cleanly."""
    endless = Stop(0.0)
    assert not endless.is_over()
    signal.raise_signal(asked)
    assert endless.is_over()
