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

SOFT = ("avatars-soft", "heads-soft", "clipart-soft", "inhabitants-soft")
ALL_METHODS = tuple(available_methods())


@pytest.mark.parametrize(("option", "what"), [("--methods", "method"), ("--sections", "section")])
def test_an_unknown_name_is_refused(capsys, option, what):
    """The command line names what there is."""
    with pytest.raises(SystemExit):
        quality.main([option, "magic"])
    assert f"unknown {what} 'magic'" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("options", "sets"),
    [
        ([], ["toon", "shaded", "puppets", "puppets-shaded"]),
        (["--sets", "toon,heads", "--drawn", "x", "--variants", "flat,jpeg"], ["toon", "heads", "heads-jpeg"]),
        (["--drawn", "x", "--variants", "soft"], ["toon", "shaded", "puppets", "puppets-shaded", *SOFT]),
    ],
)
def test_the_command_line_says_which_sets_are_measured(options, sets):
    """Drawn sets join when their folder is given, each family in the paintings that are asked for."""
    assert quality._parse(options).sets == sets


def test_copy_and_flow_warp_are_in_every_table():
    """They join the methods that are asked for, and come once."""
    assert quality._parse(["--methods", "ours"]).methods == ("ours", "copy", "flow")
    assert quality._parse(["--methods", "flow,ours"]).methods == ("flow", "ours", "copy")


@pytest.mark.parametrize(
    ("options", "sentence"), [(["--variants", "oil"], "no painting 'oil'"), (["--clips", "0"], "--clips takes 1")]
)
def test_a_wrong_option_is_a_sentence(capsys, options, sentence):
    """It says what may be given."""
    with pytest.raises(SystemExit):
        quality._parse(options)
    assert sentence in capsys.readouterr().err


def test_a_drawn_set_without_its_folder_is_a_sentence(capsys):
    """The run ends with the status of a wrong input, before anything is coloured."""
    assert quality.main(["--sets", "avatars"]) == 2
    assert "avatars: needs --drawn FOLDER" in capsys.readouterr().err


def test_results_are_plain_json(tmp_path):
    """Every field of a score lies beside clip, gap and method, in the file as in memory."""
    row = result(OURS, 0.8).to_dict(JSON_KEYS)
    assert list(row)[:7] == ["set_name", "clip", "gap", "method", "seconds", "refused", "psnr"]
    assert row["foreground"] == 0.8
    assert not any(isinstance(value, (dict, np.generic)) for value in row.values())
    outcome = Outcome(results=[result(OURS, 0.8), result(RULES_AND_FLOW, 0.7)])
    options = SimpleNamespace(out=tmp_path / "page.md", json=tmp_path / "rows.json")
    quality._write(outcome, Plan((1,), ALL_METHODS), options)
    rows = json.loads(options.json.read_text(encoding="utf-8"))
    assert rows["results"][0]["foreground"] == 0.8
    assert options.out.read_text(encoding="utf-8").startswith("# Quality")
