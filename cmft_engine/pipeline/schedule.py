"""The order in which frames pass through the threads of a run: read, decided two at a time, written.

Very large plates pass one by one, for memory.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice
from typing import Generic, TypeVar

from ..image.window import Window
from ..matching.network.device import sharing_threads
from ..protocol.events import Event

DECIDERS = 2  # frames decided at once
ONE_BY_ONE_PX = 16_000_000  # plates of more pixels, twice UHD, have the memory to themselves
Task = TypeVar("Task")
Decided = TypeVar("Decided")


@dataclass(frozen=True)
class Steps(Generic[Task, Decided]):
    """What is done with a frame. `take` and `write` each run in one thread, in order; `decide` may run in several.

    is_new: whether a frame shows a drawing that none before it shows. take: read what it needs. decide: its colours.
    news: what is to be said before it is written. write: its plate.
    """

    is_new: Callable[[int], bool]
    take: Callable[[int], Task]
    decide: Callable[[Task], Decided]
    news: Callable[[Decided], Iterator[Event]]
    write: Callable[[Decided], Event]


def scheduled(frames: Sequence[int], steps: Steps[Task, Decided], *, size: Window, resume: bool) -> Iterator[Event]:
    """Take all frames through the steps; size: of the plates. resume: as for `in_order`."""
    if size.width * size.height > ONE_BY_ONE_PX:
        return one_by_one(frames, steps)
    return in_order(frames, steps, resume=resume)


def one_by_one(frames: Sequence[int], steps: Steps[Task, Decided]) -> Iterator[Event]:
    """Take each frame through all steps before the next is read, with all threads to itself."""
    for frame in frames:
        decided = steps.decide(steps.take(frame))
        yield from steps.news(decided)
        written = steps.write(decided)
        del decided  # before the next is read
        yield written


def in_order(frames: Sequence[int], steps: Steps[Task, Decided], *, resume: bool) -> Iterator[Event]:
    """Take all frames through the steps: some are decided while the next is read and the one before is written.

    Events and errors come as if each frame were finished before the next begins. resume: an earlier run may have
    finished frames, and what it has finished cannot be held.
    """
    with (
        sharing_threads(len(list(islice(filter(steps.is_new, frames), DECIDERS)))) as (workers, share),
        ThreadPoolExecutor(1, "cmft-read") as reader,
        ThreadPoolExecutor(workers, "cmft-decide", share) as decider,
        ThreadPoolExecutor(1, "cmft-write") as writer,
    ):
        coming: deque[tuple[bool, Future[Decided]]] = deque()  # whether it is a new drawing
        todo = deque(frames)
        ahead = workers + 1  # one drawing is read ahead; as many frames more, if they hold what is there

        def decide(taken: Future[Task]) -> Decided:
            return steps.decide(taken.result())

        def begin() -> None:
            while todo and len(coming) < 2 * ahead:
                new = resume or steps.is_new(todo[0])
                if new and sum(is_new for is_new, _ in coming) == ahead:
                    return
                coming.append((new, decider.submit(decide, reader.submit(steps.take, todo.popleft()))))

        written: Future[Event] | None = None
        begin()
        try:
            while coming:
                _, decided = coming.popleft()
                if written is not None:
                    yield written.result()
                done = decided.result()
                begin()
                yield from steps.news(done)
                written = writer.submit(steps.write, done)
        finally:
            for _, future in coming:
                future.cancel()
        assert written is not None  # a shot has a frame
        yield written.result()
