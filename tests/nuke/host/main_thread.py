"""The main thread's queue: what `executeInMainThread` hands over, run when the test says so.

Reference: learn.foundry.com, Python developer guide, "Threading" (calling from the main thread hangs), and the source
of nuke_internal.executeInMain shown there (a result that raises is printed and becomes None).
"""

from __future__ import annotations

import queue
import threading
import time
import traceback

from .callbacks import Context

PATIENCE_S = 30.0  # a thread that waits longer for the main thread counts as hanging


class MainThread:
    """Calls waiting for the main thread. `run` is Nuke's event loop."""

    def __init__(self, session) -> None:
        self.session = session
        self.ident = threading.get_ident()
        self.calls: queue.Queue = queue.Queue()

    def is_here(self) -> bool:
        return threading.get_ident() == self.ident

    def post(self, call, args, kwargs) -> None:
        self._refuse("executeInMainThread")
        self.calls.put((call, self._tuple(args), kwargs or {}, None))

    def post_and_wait(self, call, args, kwargs):
        """Run the call in the main thread and return its result; None when it raised, as in Nuke."""
        self._refuse("executeInMainThreadWithResult")
        if not self.session.gui:
            self.session.fault("executeInMainThreadWithResult without GUI: nothing runs the main loop, so it hangs")
        reply: queue.Queue = queue.Queue()
        self.calls.put((call, self._tuple(args), kwargs or {}, reply))
        try:
            return reply.get(timeout=PATIENCE_S)
        except queue.Empty:
            self.session.fault("executeInMainThreadWithResult waited {:g} s: it hangs".format(PATIENCE_S))

    def _refuse(self, name) -> None:
        if self.is_here():
            self.session.fault("{} from the main thread: Nuke hangs".format(name))

    @staticmethod
    def _tuple(args):
        return args if isinstance(args, tuple) else (args,)

    def run(self, seconds, until=None) -> bool:
        """Run calls for some seconds, or until `until()` holds; return whether it does."""
        if not self.is_here():
            self.session.fault("the main loop runs on the main thread alone")
        end = time.monotonic() + seconds
        while True:
            self._run_waiting()
            if until is not None and until():
                return True
            left = end - time.monotonic()
            if left <= 0:
                return until is None
            self._wait(min(left, 0.01))

    def _run_waiting(self) -> None:
        while not self.calls.empty():
            self._run_one(*self.calls.get())

    def _wait(self, seconds) -> None:
        try:
            self._run_one(*self.calls.get(timeout=seconds))
        except queue.Empty:
            return

    def _run_one(self, call, args, kwargs, reply) -> None:
        """Nuke prints what a call raises and goes on."""
        self.session.contexts.append(Context(None))
        result = None
        try:
            result = call(*args, **kwargs)
        except Exception:
            self.session.log.append(traceback.format_exc())
        finally:
            self.session.contexts.pop()
            if reply is not None:
                reply.put(result)
