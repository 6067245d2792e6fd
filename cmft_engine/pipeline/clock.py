"""How long a run's stages take."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field


@dataclass
class Clock:
    """Seconds spent in each stage, by any thread."""

    spent: dict[str, float] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Count the time of a with block towards a stage."""
        start = time.perf_counter()
        yield
        with self.lock:
            self.spent[name] = self.spent.get(name, 0.0) + time.perf_counter() - start
