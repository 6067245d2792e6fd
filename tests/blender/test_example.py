"""The example file: Grease Pencil Line Art of a 3D scene, coloured from one flat frame."""

import ctypes.util
import sys

import numpy as np
import pytest

from tests.blender.conftest import ROOT, channels

BODY, HEAD, HAT = (300, 195), (155, 200), (80, 198)  # row and column inside of them at frame 1
STEP = 9  # px that the figure moves a frame


@pytest.mark.skipif(sys.platform == "linux" and ctypes.util.find_library("EGL") is None,
                    reason="Blender draws Grease Pencil with OpenGL, and there is no libEGL here")
@pytest.mark.usefixtures("usual")
def test_example_is_built(blender, tmp_path):
    """The script builds the file in one go; the second frame gets exactly the first one's colours by Line Art."""
    done = blender.process(ROOT / "examples" / "blender_shot.py", "--", tmp_path / "example", "2")
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    assert "shot.blend: 1-2 coloured" in done.stdout
    assert (tmp_path / "example" / "shot.blend").exists()
    assert "dither_intensity = 0" in (ROOT / "examples" / "blender_shot.py").read_text()  # what it writes is exact
    (second,) = (tmp_path / "example").glob("cmft/*/*/cmft.0002.exr")
    (painted,) = (tmp_path / "example").glob("cmft/*/inputs/ref.0001.exr")
    found, wanted = (np.dstack([channels(path)[name] for name in "RGB"]) for path in (second, painted))
    for row, column in (BODY, HEAD, HAT):
        assert tuple(found[row, column + STEP]) == tuple(wanted[row, column]) != (1, 1, 1)
