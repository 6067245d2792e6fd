"""The main thread's queue: what `executeInMainThread` hands over, run when the test says so.

Reference: learn.foundry.com, Python developer guide, "Threading" (calling from the main thread hangs), and the source
of nuke_internal.executeInMain shown there (a result that raises is printed and becomes None).
"""

from __future__ import annotations

import queue
import time
import traceback
from typing import Any, Callable, Dict, NamedTuple, Optional, Tuple

from .base import Context, Session

PATIENCE_S = 120.0  # a thread that waits longer for the main thread counts as hanging
LOOK_S = 0.01  # how often `run` looks at its condition while no call comes


class Call(NamedTuple):
    """A call waiting for the main thread, and where its result is waited for."""

    call: Callable[..., Any]
    args: Tuple[Any, ...]
    kwargs: Dict[str, Any]
    reply: Optional[queue.Queue[Any]]


class MainThread:
    """Calls waiting for the main thread. `run` is Nuke's event loop."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.calls: queue.Queue[Call] = queue.Queue()

    def post(self, call: Callable[..., Any], args: Any, kwargs: Optional[Dict[str, Any]]) -> None:
        self._refuse("executeInMainThread")
        self.calls.put(Call(call, _tuple(args), kwargs or {}, None))

    def post_and_wait(self, call: Callable[..., Any], args: Any, kwargs: Optional[Dict[str, Any]]) -> Any:
        """Run the call in the main thread and return its result; None when it raised, as in Nuke."""
        self._refuse("executeInMainThreadWithResult")
        if not self.session.gui:
            self.session.fault("executeInMainThreadWithResult without GUI: nothing runs the main loop, so it hangs")
        reply: queue.Queue[Any] = queue.Queue()
        self.calls.put(Call(call, _tuple(args), kwargs or {}, reply))
        try:
            return reply.get(timeout=PATIENCE_S)
        except queue.Empty:
            self.session.fault("executeInMainThreadWithResult waited {:g} s: it hangs".format(PATIENCE_S))

    def _refuse(self, name: str) -> None:
        if self.session.is_main_thread():
            self.session.fault("{} from the main thread: Nuke hangs".format(name))

    def run_waiting(self) -> None:
        """Run the calls that wait now."""
        while not self.calls.empty():
            self._run_one(self.calls.get())

    def run(self, seconds: float, until: Optional[Callable[[], object]] = None) -> bool:
        """Run calls for some seconds, or until `until()` holds; return whether it does."""
        if not self.session.is_main_thread():
            self.session.fault("the main loop runs on the main thread alone")
        end = time.monotonic() + seconds
        while True:
            self.run_waiting()
            if until is not None and until():
                return True
            left = end - time.monotonic()
            if left <= 0:
                return until is None
            self._wait(min(left, LOOK_S))

    def _wait(self, seconds: float) -> None:
        try:
            self._run_one(self.calls.get(timeout=seconds))
        except queue.Empty:
            return

    def _run_one(self, call: Call) -> None:
        """Nuke prints what a call raises and goes on."""
        self.session.contexts.append(Context(None))
        result = None
        try:
            result = call.call(*call.args, **call.kwargs)
        except Exception:
            self.session.log.append(traceback.format_exc())
        finally:
            self.session.contexts.pop()
            if call.reply is not None:
                call.reply.put(result)


def _tuple(args: Any) -> Tuple[Any, ...]:
    return args if isinstance(args, tuple) else (args,)
