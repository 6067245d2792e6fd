import json

import pytest

from benchmarks.figures.column import CLICKS, FLICKER, FOREGROUND, PALETTE_EXACT, PEAK_GB, REGION, SECONDS
from benchmarks.methods.registry import OURS
from benchmarks.table.clip_runs import FIRST, PREV, ClipRun, ModeRun
from benchmarks.table.outcome import Outcome, Shown, group, measure, read_outcome
from cmft_engine.protocol.errors import InputError
from tests.benchmarks.fake_engine import face_clip
from tests.benchmarks.made_up import full_outcome, table_row

CLIP = face_clip(0, 1, 2, 5, 9)


def test_the_truth_scores_full_marks():
    """Scored at the gaps of every table, flicker over all drawings; a perfect run needs no click."""
    pictures = {n: CLIP.paintings[n] for n in (1, 2, 5, 9)}
    run = ClipRun((ModeRun(FIRST, pictures, dict.fromkeys(pictures, 0), 0.5),), 1.5)
    outcome = Outcome()
    measure(Shown("toon", CLIP), "painter", run, outcome)
    assert [r.drawing for r in outcome.rows] == [1, 5, 9]
    found = group(outcome, "painter", FIRST)
    assert found is not None
    columns = (FOREGROUND, REGION, PALETTE_EXACT, CLICKS, FLICKER, SECONDS, PEAK_GB)
    assert [column.take(found) for column in columns] == [1, 1, 1, 0, 0, 0.5, 1.5]
    assert outcome.flicker[0].flicker.tracked >= 12
    assert group(outcome, "painter", PREV) is None


def test_an_earlier_run_joins_the_figures(tmp_path):
    """Its systems stand beside those run now, figure by figure as they were; another file is refused."""
    path = tmp_path / "earlier.json"
    written = full_outcome()
    path.write_text(json.dumps(written.to_dict()), encoding="utf-8")
    earlier = read_outcome(path)
    assert str(earlier) == str(written)  # a NaN equals no NaN
    now = Outcome([table_row(OURS, 40.0)])
    now.add(earlier)
    assert [r.score.psnr for r in now.rows if r.method == OURS] == [40.0]
    assert now.systems() == written.systems()
    path.write_text("{}", encoding="utf-8")
    with pytest.raises(InputError, match="no figures of an earlier run"):
        read_outcome(path)
