import json
from types import SimpleNamespace

import numpy as np
import pytest

from benchmarks.methods.registry import OURS, RULES_AND_FLOW
from benchmarks.quality import run as quality
from benchmarks.quality.examine import Outcome, Plan
from benchmarks.quality.gallery import available_methods
from benchmarks.quality.set_table import JSON_KEYS
from tests.benchmarks.made_up import result

ALL_METHODS = tuple(available_methods())


@pytest.mark.parametrize(("option", "what"), [("--methods", "method"), ("--sections", "section")])
def test_an_unknown_name_is_refused(capsys, option, what):
    """The command line names what there is."""
    with pytest.raises(SystemExit):
        quality.main([option, "magic"])
    assert f"unknown {what} 'magic'" in capsys.readouterr().err


def test_results_are_plain_json(tmp_path):
    """Every field of a score lies beside clip, gap and method, in the file as in memory."""
    row = result(OURS, 0.8).to_dict(JSON_KEYS)
    assert list(row)[:6] == ["set_name", "clip", "gap", "method", "seconds", "psnr"]
    assert row["foreground"] == 0.8
    assert not any(isinstance(value, (dict, np.generic)) for value in row.values())
    outcome = Outcome(results=[result(OURS, 0.8), result(RULES_AND_FLOW, 0.7)])
    options = SimpleNamespace(out=tmp_path / "page.md", json=tmp_path / "rows.json")
    quality._write(outcome, Plan((1,), ALL_METHODS), options)
    rows = json.loads(options.json.read_text(encoding="utf-8"))
    assert rows["results"][0]["foreground"] == 0.8
    assert options.out.read_text(encoding="utf-8").startswith("# Quality")
