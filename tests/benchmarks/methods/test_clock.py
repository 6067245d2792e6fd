import subprocess
import sys
import time

from benchmarks.methods.clock import cpu_seconds


def test_work_of_children_counts(monkeypatch):
    """What a child has used is in it once the child has ended; our own process stands still meanwhile."""
    monkeypatch.setattr(time, "process_time", lambda: 100.0)
    before = cpu_seconds()
    subprocess.run([sys.executable, "-c", "sum(range(3_000_000))"], check=True)
    assert cpu_seconds() > before >= 100.0
