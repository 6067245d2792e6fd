"""No two runs write the same plates; what killed runs left is cleared."""

import json
import os
import re
import subprocess
import sys
import threading
import time

import pytest

from cmft_engine.pipeline import claims
from cmft_engine.pipeline.claims import claimed
from cmft_engine.pipeline.resume import STATE
from cmft_engine.protocol.errors import PlateError, ShotError
from cmft_engine.protocol.owner import this_owner
from cmft_engine.protocol.text_file import make_temporary


def plates(folder, *frames):
    return {frame: folder / f"c.{frame:04d}.png" for frame in frames}


def leave(folder, owner, *frames):
    """Leave the claim of a run that did not end."""
    (folder / STATE).mkdir(exist_ok=True)
    names = sorted(path.name for path in plates(folder, *frames).values())
    claim = folder / STATE / f"{owner.short}-00000000.claim"
    claim.write_text(json.dumps({"owner": owner.short, "host": owner.host, "since": "noon", "plates": names}))
    return claim


def gone():
    """A process that is known to be over."""
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return this_owner()._replace(pid=process.pid)


def test_the_same_plates_are_refused(tmp_path):
    """The sentence names plates, process, machine and time; other frames may be coloured; then the folder is clean."""
    with claimed(plates(tmp_path, 1, 2, 3)):
        said = rf"c\.0002\.png and 1 more of these plates: another run colours them now \(process {os.getpid()} on \S+"
        with pytest.raises(ShotError, match=said + r", since \d{4}-\d\d-\d\d [\d:]+\); wait for it, cancel it, or"), \
                claimed(plates(tmp_path, 2, 3, 4)):
            pass
        with claimed(plates(tmp_path, 4, 5)):
            assert len(list((tmp_path / STATE).iterdir())) == 2
    with claimed(plates(tmp_path / "new", 1)):
        pass
    assert not list(tmp_path.iterdir())


def test_a_run_that_is_gone_holds_nothing(tmp_path):
    """The claim of a process that was killed is cleared, and so are its temporary files; those of others stay."""
    for name in ("of one that is gone.png", "of this one.png"):
        (tmp_path / name).touch()
    ours = make_temporary(tmp_path / "c.0001.png")
    theirs = ours.with_name(ours.name.replace(this_owner().short, gone().short))
    theirs.touch()
    claim = leave(tmp_path, gone(), 1)
    with claimed(plates(tmp_path, 1)):
        assert not claim.exists() and not theirs.exists() and ours.exists()


def test_a_later_process_of_the_same_number_is_another(tmp_path):
    """A claim of this process's number, made by one that ran before, is of a run that is gone."""
    claim = leave(tmp_path, this_owner()._replace(mark="0badcafe"), 1)
    with claimed(plates(tmp_path, 1)):
        assert not claim.exists()


@pytest.mark.parametrize("is_alive", [True, False])
def test_a_run_on_another_machine(tmp_path, monkeypatch, is_alive):
    """Its claim counts as long as it is touched; left alone for long, it is cleared."""
    monkeypatch.setattr(claims, "WATCH_S", 1.0)
    claim = leave(tmp_path, this_owner()._replace(host="node7", machine="0badcafe"), 1)
    if is_alive:
        threading.Timer(0.3, lambda: os.utime(claim)).start()
        with pytest.raises(ShotError, match="on node7, since noon"), claimed(plates(tmp_path, 1)):
            pass
    else:
        with claimed(plates(tmp_path, 1)):
            assert not claim.exists()


def test_a_claim_is_touched_while_the_run_lasts(tmp_path, monkeypatch):
    """Those who watch it from another machine see it move."""
    monkeypatch.setattr(claims, "BEAT_S", 0.05)
    with claimed(plates(tmp_path, 1)):
        (claim,) = (tmp_path / STATE).glob("*.claim")
        before = claim.stat().st_mtime_ns
        end = time.monotonic() + 10
        while claim.stat().st_mtime_ns == before and time.monotonic() < end:
            time.sleep(0.02)
        assert claim.stat().st_mtime_ns > before


def test_two_that_begin_at_once(tmp_path):
    """Of many threads that ask for one plate at the same moment at most one has it at a time."""
    inside, most, start = [], [], threading.Barrier(8)

    def ask():
        start.wait()
        try:
            with claimed(plates(tmp_path, 1)):
                inside.append(1)
                most.append(len(inside))
                time.sleep(0.01)
                inside.pop()
        except ShotError:
            pass

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(most) <= {1}


@pytest.mark.parametrize("text", ["", "{", "7", '{"plates": 7}', '{"plates": [7], "host": 7}', "[" * 100_000])
def test_odd_claims(tmp_path, text):
    """A claim that cannot be read counts for all plates while its process runs, and for none afterwards."""
    claim = leave(tmp_path, gone(), 1)
    claim.write_text(text)
    with claimed(plates(tmp_path, 1)):
        assert not claim.exists() or "[7]" in text
    claim = leave(tmp_path, this_owner(), 1)
    claim.write_text(text)
    if "[7]" not in text:
        with pytest.raises(ShotError, match="another run"), claimed(plates(tmp_path, 1)):
            pass


def test_folder_that_cannot_be_made(tmp_path):
    """A file in the way is an error that names the first plate."""
    (tmp_path / "o").write_text("mine")
    with pytest.raises(PlateError, match=re.escape("o/c.0001.png (frame 1) cannot be written (")), \
            claimed(plates(tmp_path / "o", 1)):
        pass
    assert (tmp_path / "o").read_text() == "mine"
