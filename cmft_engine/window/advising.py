"""Which frame to paint next, thought about while a person does something else."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from ..matching.next_painting import tried_paintings
from ..pipeline.advice import Advice, advice_of
from ..pipeline.wanted import Corrector, Wanted
from .looks import LAST, News
from .work import Worker

Found = tuple[int, float]  # a frame, and the share of the doubt that its painting would settle


class Adviser:
    """Tries one drawing after the other when its worker has nothing else to do, so that no correction waits."""

    def __init__(self, worker: Worker, tell: Callable[[News], None]) -> None:
        """tell: of new advice, in the worker's thread."""
        self._worker, self._tell = worker, tell
        self.advice: Advice | None = None
        self._tries: Iterator[Found] | None = None  # of the latest wish alone
        self._rests = False

    def think(self, corrector: Corrector, wanted: Wanted, *, is_doubtful: bool) -> None:
        """Think about a shot with what is wanted of it; is_doubtful: whether a region is below what is asked."""
        self._tries = tried_paintings(corrector.graph, corrector.confidence(wanted)) if is_doubtful else iter(())
        self._go_on(self._tries, None)

    def _go_on(self, tries: Iterator[Found], best: Found | None) -> None:
        def think() -> None:
            if tries is not self._tries or self._rests:
                return
            found = next(tries, None)
            if found is not None:
                self._go_on(tries, found)
                return
            self.advice = advice_of(best)
            self._tell(News("advice"))
        self._worker.submit("advice", think, urgency=LAST)

    @contextmanager
    def resting(self) -> Iterator[None]:
        """Give up what is left to try, and begin nothing meanwhile: somebody waits for the worker."""
        self._rests = True
        try:
            yield
        finally:
            self._rests = False
