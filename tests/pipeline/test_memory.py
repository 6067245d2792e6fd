"""Running out of memory is an error with a remedy, whichever library says so; large plates take little."""

import hashlib

import cv2
import numpy as np
import pytest

from cmft_engine.image import strips
from cmft_engine.image.plate import read_plate
from cmft_engine.pipeline import colorize as pipeline
from cmft_engine.pipeline import frames, schedule
from cmft_engine.pipeline.colorize import colorize
from cmft_engine.pipeline.memory import memory_told
from cmft_engine.protocol.errors import DeviceError, PlateError
from cmft_engine.protocol.settings import Settings
from cmft_engine.shot.shot import Shot
from tests.drawings import figure, write, write_shot


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


@pytest.fixture
def shaded_shot(tmp_path):
    """A shot whose painting has soft borders and a hat in a gradient, which no paint explains."""
    drawings = {1: figure(), 2: figure(3, 1), 3: figure(-2, 2)}
    lines = write_shot(tmp_path, drawings, reference=1)
    painting = read_plate(tmp_path / "ref.png").pixels.copy()
    soft = cv2.GaussianBlur(painting, (0, 0), 1)
    bare = figure().labels > 0
    painting[bare] = soft[bare]
    painting[6:16, 18:46] *= np.linspace(0.5, 1, 28, dtype=np.float32)[None, :, None]
    write(painting, tmp_path / "ref.png")
    return Shot.open(lines, reference=f"{tmp_path}/ref.png@1")


@pytest.mark.usefixtures("any_weights")
@pytest.mark.parametrize("mode", ["auto", "flats", "paint"])
def test_large_plates_pass_alone_and_in_strips_with_the_same_bytes(shaded_shot, tmp_path, monkeypatch, mode):
    """Plates over the limits are read, decided and written one by one, their rows in strips: no byte changes."""
    settings = Settings(work_size=128, device="cpu", mode=mode, temporal_radius=0)
    colorize(shaded_shot, tmp_path / "a" / "c.####.exr", settings=settings)
    done = []
    monkeypatch.setattr(strips, "STRIP_PX", 1)
    monkeypatch.setattr(schedule, "ONE_BY_ONE_PX", 64 * 64 - 1)
    for place, name in ((frames, "read_drawing"), (pipeline, "color_drawing"), (pipeline, "write_plate")):
        monkeypatch.setattr(place, name, noting(getattr(place, name), name, done))
    colorize(shaded_shot, tmp_path / "b" / "c.####.exr", settings=settings)
    assert digests(tmp_path / "a") == digests(tmp_path / "b") and len(digests(tmp_path / "a")) == 3
    assert done == ["read_drawing", "color_drawing", "write_plate"] * 3


def noting(call, name, done):
    """Wrap a function so that each call is noted."""
    def noted(*given, **named):
        done.append(name)
        return call(*given, **named)
    return noted


def digests(folder):
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.glob("c.*")}
