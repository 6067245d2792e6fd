import subprocess
import sys
import time

from benchmarks.methods.clock import cpu_seconds, peak_gb, peak_gb_of


def test_work_of_children_counts(monkeypatch):
    """What a child has used is in it once the child has ended; our own process stands still meanwhile."""
    monkeypatch.setattr(time, "process_time", lambda: 100.0)
    before = cpu_seconds()
    subprocess.run([sys.executable, "-c", "sum(range(3_000_000))"], check=True)
    assert cpu_seconds() > before >= 100.0


def test_the_peak_of_a_process():
    """A process that has taken 200 MB says so, while it runs and after it gave them back; one that is gone has none."""
    with subprocess.Popen([sys.executable, "-c", "len(b'a' * 200_000_000); print(1, flush=True); input()"],
                          stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:
        child.stdout.readline()
        assert 0.19 < peak_gb_of(child.pid) < 1
        child.communicate(b"\n")
    assert peak_gb_of(child.pid) == 0
    assert peak_gb() >= 0.19
