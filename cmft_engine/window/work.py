"""Work that waits for a thread of its own: what is most urgent first, and of what is asked twice the latest."""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import count


class Worker:
    """One thread that does jobs, lowest urgency number first, then in the order in which they came."""

    def __init__(self, name: str, failed: Callable[[BaseException], None]) -> None:
        """failed: told, in the thread, of a job that raised."""
        self._pool = ThreadPoolExecutor(1, thread_name_prefix=name)
        self._failed, self._lock, self._turn = failed, threading.Condition(), count()
        self._waiting: dict[Hashable, tuple[int, int, Callable[[], None]]] = {}
        self._busy = 0
        self._closed = False

    def submit(self, key: Hashable, job: Callable[[], None], *, urgency: int = 0) -> None:
        """Do a job when its turn comes; it replaces one of the same key that still waits."""
        with self._lock:
            if self._closed:
                return
            if key in self._waiting:
                self._waiting[key] = urgency, self._waiting[key][1], job
                return
            self._waiting[key] = urgency, next(self._turn), job
            self._busy += 1
            self._pool.submit(self._next).add_done_callback(self._ended)

    def forget(self, keys: Callable[[Hashable], bool]) -> None:
        """Give up waiting jobs whose key is so."""
        with self._lock:
            for key in [key for key in self._waiting if keys(key)]:
                del self._waiting[key]

    @property
    def is_idle(self) -> bool:
        """Whether nothing waits and nothing is done."""
        return self._busy == 0

    def wait(self, seconds: float | None = None) -> bool:
        """Wait until nothing is left to do; return whether that came in time."""
        with self._lock:
            return self._lock.wait_for(lambda: self.is_idle, seconds)

    def close(self) -> None:
        """Take no more jobs, give up what waits, and wait for the one that is being done."""
        with self._lock:
            self._closed = True
            self._waiting.clear()
        self._pool.shutdown(wait=True)

    def _next(self) -> None:
        with self._lock:
            if not self._waiting:
                return
            key = min(self._waiting, key=lambda one: self._waiting[one][:2])
            job = self._waiting.pop(key)[2]
        job()

    def _ended(self, future: Future[None]) -> None:
        error = None if future.cancelled() else future.exception()
        if error is not None:
            self._failed(error)
        with self._lock:
            self._busy -= 1
            self._lock.notify_all()
