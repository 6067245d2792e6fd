"""Where tensors live: the only module that asks for CUDA."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import torch

from ...protocol.errors import DeviceError


def choose_device(name: str) -> torch.device:
    """Turn the `device` setting ("auto", "cpu" or "cuda") into a device. Raises DeviceError without a usable GPU."""
    if name == "cpu" or (name == "auto" and not torch.cuda.is_available()):
        return torch.device("cpu")
    if not torch.cuda.is_available():
        raise DeviceError("device cuda: this machine has no usable NVIDIA GPU; choose --device auto or cpu")
    return torch.device("cuda")


def describe(device: torch.device) -> str:
    """Name a device for people."""
    if device.type == "cuda":
        return str(torch.cuda.get_device_name(device))
    return f"CPU, {torch.get_num_threads()} threads"


@contextmanager
def memory_errors(what: str) -> Iterator[None]:
    """Turn running out of memory into a DeviceError that says what to lower."""
    try:
        yield
    except (torch.cuda.OutOfMemoryError, MemoryError) as error:
        raise DeviceError(f"{what}: out of memory; lower the work size (--work-size)") from error
    except RuntimeError as error:
        if "not enough memory" not in str(error) and "out of memory" not in str(error):
            raise
        raise DeviceError(f"{what}: out of memory; lower the work size (--work-size)") from error


@contextmanager
def sharing_threads(most: int) -> Iterator[tuple[int, Callable[[], None]]]:
    """Share torch's threads out among at most so many workers.

    Yields how many there may be, one for a thread at most, and what each calls before its first tensor. On leaving,
    threads that begin later have as many as before.
    """
    threads = torch.get_num_threads()
    workers = max(1, min(most, threads))
    try:
        yield workers, lambda: torch.set_num_threads(threads // workers)
    finally:
        torch.set_num_threads(threads)
