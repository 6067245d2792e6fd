"""What `cmft doctor` finds: versions, device, weights, and a small drawing coloured by the real pipeline.

Prints nothing; every check runs even when an earlier one fails.
"""

import platform
import sys
import tempfile
from collections.abc import Callable, Iterator
from importlib.metadata import packages_distributions, version
from pathlib import Path
from typing import NamedTuple

import numpy as np

from . import __version__
from .protocol.errors import CmftError, EngineError
from .protocol.settings import Settings

MODULES = ("torch", "numpy", "cv2", "OpenImageIO", "safetensors", "scipy")
BOX_COLOR = (200, 60, 30)  # 8-bit sRGB of the self-test's painted box


class Check(NamedTuple):
    """One finding: what was looked at, whether it is in order, and what there is to say."""

    name: str
    ok: bool
    detail: str


def examine(settings: Settings) -> Iterator[Check]:
    """Yield every check in turn."""
    yield _checked("versions", check_versions)
    yield _checked("device", lambda: check_device(settings))
    yield _checked("weights", check_weights)
    yield _checked("self-test", lambda: check_colouring(settings))


def _checked(name: str, check: Callable[[], str]) -> Check:
    try:
        return Check(name, True, check())
    except (CmftError, ImportError) as error:
        return Check(name, False, str(error))


def check_versions() -> str:
    """Return the versions at work; raises ImportError for what is missing."""
    packages = packages_distributions()  # cv2 comes from one of several packages
    missing = [module for module in MODULES if module not in packages]
    if missing:
        raise ImportError(f"not installed: {', '.join(missing)}; run python3 install.py engine again")
    found = ", ".join(f"{packages[module][0]} {version(packages[module][0])}" for module in MODULES)
    return f"cmft {__version__}, Python {platform.python_version()} on {sys.platform}, {found}"


def check_device(settings: Settings) -> str:
    """Return the name of the device that would be used. Raises DeviceError."""
    from .matching.network.device import choose_device, describe

    return describe(choose_device(settings.device))


def check_weights() -> str:
    """Load the default checkpoint as colouring does and return its name and checksum. Raises WeightsError."""
    from .matching.network.weights import DEFAULT, load_checkpoint

    checkpoint = load_checkpoint()
    return f"{checkpoint.name}, {DEFAULT.stat().st_size / 1e6:.1f} MB, sha256 {checkpoint.sha256[:16]}"


def check_colouring(settings: Settings) -> str:
    """Colour a box that was painted one step earlier; return device and time. Raises EngineError for another colour."""
    from .pipeline.colorize import colorize_iter
    from .protocol.events import Finished, Started
    from .shot.shot import Shot

    with tempfile.TemporaryDirectory(prefix="cmft-doctor-") as name:
        folder = Path(name)
        draw_shot(folder)
        shot = Shot.open(str(folder / "lines.####.png"), reference=f"{folder / 'painted.0001.png'}@1")
        device, seconds = "", 0.0
        for event in colorize_iter(shot, str(folder / "coloured.####.png"), settings=settings):
            device = event.device if isinstance(event, Started) else device
            seconds = event.seconds if isinstance(event, Finished) else seconds
        _check_box(folder / "coloured.0002.png")
    return f"a drawing of 96x96 px coloured exactly, on {device or settings.device}, in {seconds:.1f} s"


def draw_shot(folder: Path) -> None:
    """Write lines.0001.png and lines.0002.png, a moving box, and painted.0001.png."""
    from .image.plate import Plate, write_plate

    for frame in (1, 2):
        left = 16 + 8 * frame
        lines = np.ones((96, 96, 3), np.float32)
        lines[24:72, left:left + 48] = 0
        painted = lines.copy()
        lines[26:70, left + 2:left + 46] = 1
        painted[26:70, left + 2:left + 46] = np.array(BOX_COLOR, np.float32) / np.float32(255)
        write_plate(Plate.from_pixels(lines), folder / f"lines.{frame:04d}.png")
        if frame == 1:
            write_plate(Plate.from_pixels(painted), folder / f"painted.{frame:04d}.png")


def _check_box(path: Path) -> None:
    from .image.plate import read_plate

    middle = read_plate(path).rgb()[48, 56]
    found = tuple(int(value) for value in np.rint(middle * 255))
    if found != BOX_COLOR:
        raise EngineError(f"the self-test's box is {found} instead of {BOX_COLOR}; please report this with the lines "
                          "above")
