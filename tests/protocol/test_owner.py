"""A process is told from all others, and known to be gone when it is."""

import os
import subprocess
import sys

import pytest

from cmft_engine.protocol.owner import owner_from, owner_of, this_owner


def test_this_process_is_not_gone():
    """Its short form reads back as the same process."""
    owner = this_owner()
    assert owner.pid == os.getpid() and not owner.is_gone() and owner.is_local
    assert owner_of(owner.short) == owner._replace(host="")
    assert owner_from({"owner": owner.short, "host": owner.host}) == owner


@pytest.mark.skipif(os.name == "nt", reason="Windows has no zombies")
def test_a_process_that_ended_is_gone():
    """As a zombie too, which nobody has waited for yet; a running one is not."""
    process = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE, stderr=subprocess.DEVNULL)
    code = "from cmft_engine.protocol.owner import this_owner, _mark; import sys; print(_mark(int(sys.argv[1])))"
    mark = subprocess.run([sys.executable, "-c", code, str(process.pid)], capture_output=True, text=True,
                          check=True).stdout.strip()
    owner = this_owner()._replace(pid=process.pid, mark=mark)
    assert not owner.is_gone()
    process.kill()
    os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
    assert owner.is_gone()
    process.communicate()
    assert owner.is_gone()


def test_another_machine_is_never_known_to_be_gone():
    """Its numbers mean nothing here."""
    assert not this_owner()._replace(machine="0badcafe", pid=2**22 + 1).is_gone()


@pytest.mark.parametrize("values", [None, 7, [], {}, {"owner": 7, "host": "a"}, {"owner": "x-1-y", "host": "a"},
                                    {"owner": this_owner().short}, {"owner": this_owner().short + "\n", "host": "a"}])
def test_what_is_no_owner(values):
    """Values of any kind are read without an error."""
    assert owner_from(values) is None or values["owner"].endswith("\n")
