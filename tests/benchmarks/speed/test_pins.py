"""A pin is measured in a real session and by the real command, on a shot that is made of the example."""

import pytest

from benchmarks.speed import pins, run
from benchmarks.speed.pins import PinMeasurement, Written, most_changing, render_pins
from benchmarks.speed.window import FIRST, write_long_shot
from cmft_engine.pipeline.colored_shot import ColoredShot
from cmft_engine.pipeline.correcting import apply


def test_a_pin_is_measured(tmp_path):
    """All figures are there, and the shot is left with the pin of the command, its plates as wanted."""
    out = write_long_shot(tmp_path, frames=8, enlarged=1, drawings=4)
    found = pins.measure_here(out)
    colored = ColoredShot(out)
    assert found.frames == 8 and found.regions == len(colored.graph) and 3 <= found.changed <= 8
    assert min(found.seen, found.window.first, found.window.rate, found.command.first, found.command.rate) > 0
    assert found.peer > 0 and len(list(out.glob("peer/*.png"))) == min(found.changed, pins.PEER_PLATES)
    assert [one.kind for one in colored.corrections() if one.counts] == ["pin"]
    assert colored.stale(colored.wanted()) == [] and apply(colored).rewritten == ()
    frame = FIRST + 4
    best = most_changing(colored, frame)
    assert best.frame == frame and best.entry != colored.graph.color[colored.graph.of(frame)][best.region]


def test_figures_of_marks():
    """The first plate from the pin, the others after it."""
    assert Written.of(10.0, [10.5, 11.0, 11.5]) == Written(0.5, 2.0)


def test_the_page():
    """Beside the goals and the peer of the same run."""
    found = PinMeasurement(100, 12345, 21, 0.5, Written(0.8, 12.5), Written(0.7, 4.0), 0.4)
    text = render_pins(found, "1920x1080", lambda: (1.25,))
    assert "--pins 100 --sizes 1920x1080`, 12345 regions" in text and "load 1.2" in text and "21 plates" in text
    assert "changed frames are ready | 0.50 s | ≤ 1.0 s: met | 1.25 |" in text
    assert "on disk, in the window | 0.80 s | ≤ 0.7 s: **missed** | 2.00 |" in text
    assert "after that, in the window | 12.5 | ≥ 10: met | 0.20 |" in text
    assert "after that, by `cmft pin` | 4.0 | ≥ 10: **missed** | 0.62 |" in text


@pytest.mark.parametrize(("size", "enlarged"), [(None, 2), ("960x540", 1), ("3840x2160", 4)])
def test_the_command(size, enlarged, monkeypatch, capsys):
    """Its size is some times the example's, 1920x1080 without."""
    asked = []

    def measure(frames, *, enlarged):
        asked.append((frames, enlarged))
        return PinMeasurement(frames, 1, 2, 0.5, Written(0.8, 12.5), Written(0.7, 4.0), 0.4)

    monkeypatch.setattr(run, "measure_pins", measure)
    run.main(["--pins", *([] if size is None else ["--sizes", size])])
    assert asked == [(100, enlarged)] and f"--sizes {size or '1920x1080'}`" in capsys.readouterr().out
