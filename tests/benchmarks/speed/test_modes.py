import numpy as np
import pytest

from benchmarks.clips.rgb8 import read_rgb8, write_rgb8
from benchmarks.speed.measurement import Measurement
from benchmarks.speed.modes import MODES, PAINTINGS, measure_modes, render_modes, shade


def took(seconds):
    return Measurement("ours", first=1.0, seconds=seconds, total=9.0, cpu_total=9.0, peak_gb=1.0, cpu_seconds=seconds)


def test_shading_leaves_the_left_border_and_takes_three_tenths_at_the_right(tmp_path):
    """Of a field of 200, 200 stays at the left and 140 is left at the right, falling all the way."""
    path = tmp_path / "painted.png"
    write_rgb8(np.full((4, 61, 3), 200, np.uint8), path)
    shade(path)
    row = read_rgb8(path)[0, :, 0].astype(int)
    assert (row[0], row[-1]) == (200, 140) and (np.diff(row) <= 0).all()


def test_each_mode_is_measured_with_each_painting():
    """Four tasks, each of the mode that it is named by; both modes of a painting colour the same files."""
    asked = []

    def measure(task, name):
        asked.append((task.folder, task.mode, name))
        return took(1.0)

    found = measure_modes("96x64", "cpu", measure)
    assert list(found) == [(painting, mode) for painting in PAINTINGS for mode in MODES]
    assert [(mode, name.split()[-1]) for _, mode, name in asked] == [(mode, mode) for mode in MODES] * 2
    assert asked[0][0] == asked[1][0] != asked[2][0] == asked[3][0]


@pytest.mark.parametrize(("auto", "verdict"), [(2.18, "met"), (2.3, "**missed**")])
def test_the_dearest_painting_decides(auto, verdict):
    """Flats take 2 s; auto is as dear on clean flats and 2.18 or 2.3 s on the shaded painting, 1.09 or 1.15 of it."""
    seconds = dict(zip([(painting, mode) for painting in PAINTINGS for mode in MODES], (2, 2, 2, auto), strict=True))
    page = render_modes({key: took(value) for key, value in seconds.items()}, "96x64")
    assert page.splitlines()[-1] == f"Auto costs at most {auto / 2:.2f} of flats; 1.1 is asked: {verdict}."
