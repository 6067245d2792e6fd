"""Devices are chosen by name, and running out of memory says what to lower."""

import pytest
import torch

from cmft_engine.matching.network.device import choose_device, describe, memory_errors
from cmft_engine.protocol.errors import DeviceError


def test_cpu_is_always_there():
    """The CPU is taken when asked for, and described with its threads."""
    assert choose_device("cpu") == torch.device("cpu")
    assert describe(torch.device("cpu")) == f"CPU, {torch.get_num_threads()} threads"


def test_auto_takes_what_there_is(monkeypatch):
    """auto is the GPU where one is usable, else the CPU."""
    for usable, kind in ((False, "cpu"), (True, "cuda")):
        monkeypatch.setattr(torch.cuda, "is_available", lambda usable=usable: usable)
        assert choose_device("auto").type == kind


def test_no_gpu(monkeypatch):
    """Asking for a GPU that is not there is an error, not a silent CPU run."""
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    with pytest.raises(DeviceError, match=r"no usable NVIDIA GPU; choose --device auto or cpu") as caught:
        choose_device("cuda")
    assert caught.value.exit_code == 3


@pytest.mark.parametrize("error", [
    MemoryError(), torch.cuda.OutOfMemoryError("CUDA out of memory"),
    RuntimeError("DefaultCPUAllocator: not enough memory: you tried to allocate 9 bytes"),
])
def test_out_of_memory(error):
    """Whatever runs out of memory, the message names the work and the setting to lower."""
    with pytest.raises(DeviceError, match=r"frame 7: out of memory; lower the work size \(--work-size\)"), \
            memory_errors("frame 7"):
        raise error


def test_other_errors_pass():
    """A bug stays a bug."""
    with pytest.raises(RuntimeError, match="shapes do not fit"), memory_errors("frame 7"):
        raise RuntimeError("shapes do not fit")
