"""The benchmark of steadiness: what it measures of a clip, and what its command prints."""

import json
from itertools import pairwise

import numpy as np
import pytest

from benchmarks.flicker.run import Steadiness, last_line, main, measure, table
from benchmarks.methods.engine import color_shot
from benchmarks.metrics.flicker import BorderFlicker, Flicker
from tests.benchmarks.fake_engine import face_clip

ONE = Steadiness("a", 24, Flicker(50, 1), Flicker(50, 4), BorderFlicker(100, 150.0), BorderFlicker(100, 300.0), 0)
OTHER = Steadiness("b", 10, Flicker(150, 0), Flicker(150, 0), BorderFlicker(300, 450.0), BorderFlicker(300, 900.0), 2)
INKED = Steadiness("c", 10, Flicker(20, 0), Flicker(20, 0), BorderFlicker(0, 0.0), BorderFlicker(0, 0.0), 0)


def test_a_drawing_in_the_middle_is_held(monkeypatch, engine):
    """The engine gets one plate more than there are drawings: the third of five targets comes twice in a row."""
    given = []
    monkeypatch.setattr("benchmarks.flicker.run.color_shot", lambda shot: (given.append(shot), color_shot(shot))[1])
    assert measure(face_clip(*range(6))).held == 0
    (shot,) = given
    plates = [shot.targets[frame] for frame in sorted(shot.targets)]
    assert sorted(shot.targets) == list(range(1, 7)) and engine.shots[0].frames == tuple(range(7))
    assert [np.array_equal(*two) for two in pairwise(plates)] == [False, False, True, False, False]


def test_the_hold_is_in_no_other_figure(engine):
    """Six faces have five targets and four steps, each of six regions; the hold adds none."""
    found = measure(face_clip(*range(6)))
    assert found.drawings == 6 and found.ours.tracked == found.warp.tracked == 4 * 6
    assert found.ours.switched == 0  # the fake engine leaves all regions white
    assert found.border.pixels == found.warp_border.pixels > 0  # the cheek has no ink around it


def test_what_an_engine_changes_in_a_hold_is_counted(monkeypatch, engine):
    """One that paints the frame's number into six pixels is not steady across the hold."""
    def drifting(shot):
        colored = color_shot(shot)
        for frame, one in colored.items():
            one.picture[:2, :3] = frame
        return colored

    monkeypatch.setattr("benchmarks.flicker.run.color_shot", drifting)
    assert measure(face_clip(*range(6))).held == 6


def test_a_small_run(tmp_path, capsys, engine):
    """The command draws, colours, prints the table and the sentence, and keeps every clip's figures."""
    kept = tmp_path / "flicker.json"
    command = ["--sets", "puppets,toon", "--clips", "1", "--drawings", "4", "--size", "64", "--json", str(kept)]
    assert main(command) == 0
    *rows, sentence = capsys.readouterr().out.splitlines()
    assert [row.split(" | ")[:3] for row in rows[2:]] == [["| puppets", "1", "4"], ["| toon", "1", "4"]]
    assert [shot.frames for shot in engine.shots] == [(0, 1, 2, 3, 4)] * 2
    assert sentence.startswith("2 clips: in ") and sentence.endswith(" 0 held pixels changed.")
    assert json.loads(kept.read_text(encoding="utf-8"))["toon"][0]["drawings"] == 4


def test_the_engine_itself_is_steady_across_a_hold(any_weights):
    """Real colouring, with random networks: both pictures of the held drawing are the same."""
    found = measure(face_clip(*range(5)))
    assert found.held == 0 and found.ours.tracked > 0 and np.isfinite(found.border.mean())


def test_table():
    """Steps and pixels of a set's clips are added up, and a set without such a border has a dash."""
    *_, puppets, heads = table({"puppets": [ONE, OTHER], "heads": [INKED]}).splitlines()
    assert puppets == "| puppets | 2 | 10, 24 | 200 | 0.50 | 2.00 | 1.50 | 3.00 | 0.50 | 2 |"
    assert heads == "| heads | 1 | 10 | 20 | 0.00 | 0.00 | – | – | – | 0 |"
    assert last_line([ONE, OTHER]) == (
        "2 clips: in 200 tracked steps a region switches 0.50 times in 100, the flow warp's 2.00 times; borders "
        "without ink flicker by 1.50 levels, the flow warp's by 3.00, ratio 0.50; 2 held pixels changed.")
    assert last_line([INKED]) == (
        "1 clip: in 20 tracked steps a region switches 0.00 times in 100, the flow warp's 0.00 times; borders "
        "without ink flicker by – levels, the flow warp's by –, ratio –; 0 held pixels changed.")


@pytest.mark.parametrize(("options", "sentence"), [
    (["--drawings", "2"], "--drawings takes 3 to 96"), (["--drawings", "97"], "--drawings takes 3 to 96"),
    (["--clips", "0"], "--clips takes 1 or more"),
])
def test_a_wrong_number_is_a_sentence(capsys, options, sentence):
    """It says what may be given."""
    with pytest.raises(SystemExit):
        main(options)
    assert sentence in capsys.readouterr().err


def test_a_set_that_cannot_be_drawn_ends_the_run_before_it_begins(capsys, engine):
    """An unknown one, one without its folder, and one whose shading is drawn over a whole clip."""
    for sets, sentence in (("toon,oil", "no set 'oil'"), ("toon,heads", "heads: needs --drawn"),
                           ("toon,heads-soft", "no set 'heads-soft'")):
        assert main(["--sets", sets]) == 2
        assert sentence in capsys.readouterr().err
    assert engine.shots == []
