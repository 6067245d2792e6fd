"""Running out of memory is an error with a remedy, whichever library says so."""

import cv2
import numpy as np
import pytest

from cmft_engine.pipeline.memory import memory_told
from cmft_engine.protocol.errors import DeviceError, PlateError


@pytest.mark.parametrize("error", [
    MemoryError(), np._core._exceptions._ArrayMemoryError((9,), np.dtype("f4")),
    RuntimeError("[enforce fail at alloc_cpu.cpp:117] DefaultCPUAllocator: can't allocate memory: you tried"),
    PlateError("$OCIO: Loading the OCIO profile failed. std::bad_alloc"), RuntimeError("can't start new thread"),
    RuntimeError("could not create a primitive"),
    OSError("Failed OpenEXR write: Failed to write pixel data. Unable to run compression routine"),
    SystemError("<function _find_and_load at 0x7fb38ec8fce0> returned NULL"), OSError(12, "Cannot allocate memory"),
    cv2.error("OpenCV(4.9.0) alloc.cpp:73: error: (-4:Insufficient memory) Failed to allocate 9 bytes"),
    ImportError("libtorch.so: failed to map segment from shared object: Cannot allocate memory"),
])
def test_out_of_memory(error):
    """The error names settings to lower and has exit code 3, as itself or as the cause of a plate's error."""
    for raised in (error, PlateError("a.png cannot be written")):
        with pytest.raises(DeviceError, match=r"lower the work size .--work-size.") as caught, memory_told():
            raise raised from None if raised is error else error
        assert caught.value.exit_code == 3


@pytest.mark.parametrize("error", [RuntimeError("shapes differ"), OSError(28, "No space left on device"),
                                   PlateError("out of memory.png is empty"), DeviceError("frame 3: out of memory")])
def test_other_errors_pass(error):
    """What is no lack of memory stays as it was."""
    with pytest.raises(type(error)) as caught, memory_told():
        raise error
    assert caught.value is error
