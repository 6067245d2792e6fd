"""A training run is told what to do by TOML, and told off with file, key and remedy."""

import json
from dataclasses import is_dataclass
from pathlib import Path
from typing import Any, get_type_hints

import pytest

from cmft_engine.protocol.errors import InputError
from cmft_training.data.dataset import VALIDATION_SEED, Mixture
from cmft_training.learn.config import (
    DEFAULT,
    DEVELOPMENT_SEED,
    Config,
    load_config,
    shipped_names,
    shipped_text,
    with_characters,
)
from cmft_training.learn.losses import LossWeights
from cmft_training.learn.toml_tables import as_plain, read_table


def _keys(kind: Any) -> dict[str, Any]:
    return {name: _keys(hint) if is_dataclass(hint) else None for name, hint in get_type_hints(kind).items()}


def _keys_of(values: dict[str, Any]) -> dict[str, Any]:
    sections = ("sizes",)  # one value, though a table
    return {k: _keys_of(v) if isinstance(v, dict) and k not in sections else None for k, v in values.items()}


def test_the_default_spells_out_every_key() -> None:
    """default.toml is the full recipe: no key stands in the code alone."""
    wanted = _keys(Config)
    del wanted["joint"]["data"]["characters"], wanted["joint"]["data"]["drawn"]["folder"]  # those of [data]
    assert _keys_of(read_table(Config, shipped_text(DEFAULT), "default.toml")) == wanted


def test_the_default_is_that_of_the_code() -> None:
    """Losses and mixture are the ones that other training commands take."""
    config = load_config(DEFAULT)
    assert config.losses == LossWeights()
    assert config.data == Mixture(Path("characters"))


def test_both_stages_draw_the_same_characters() -> None:
    """The second stage has a mixture of its own, on the first one's characters."""
    config = load_config(DEFAULT, ["data.characters=some/where", "joint.data.hidden=0.5"])
    assert config.joint.data.characters == config.data.characters == Path("some/where")
    assert (config.joint.data.hidden, config.data.hidden) == (0.5, 0.15)
    moved = with_characters(config, Path("else/where"))
    assert moved.joint.data.characters == moved.data.characters == Path("else/where")


def test_the_second_stage_may_stand_alone() -> None:
    """The configuration for it starts from the shipped weights and has no first stage."""
    config = load_config("joint")
    assert config.run.init == "shipped"
    assert (config.schedule.steps, config.schedule.minutes) == (0, 0)
    assert load_config("joint", ["run.init=", "schedule.steps=5"]).schedule.steps == 5


@pytest.mark.parametrize("name", shipped_names())
def test_shipped_configurations_load(name: str) -> None:
    """Every shipped configuration fits, and can be written as JSON."""
    config = load_config(name)
    assert json.loads(json.dumps(as_plain(config)))["run"]["folder"] == str(config.run.folder)
    assert config.run.folder.name == name


def test_gpu_calls_end_within_ten_minutes() -> None:
    """The configuration for a GPU stops in time, in bf16, with workers."""
    config = load_config("gpu")
    assert 0 < config.schedule.minutes_per_call < 10
    assert config.machine.precision == "bf16-mixed"
    assert config.machine.workers > 0


def test_a_file_changes_the_default_and_the_command_line_the_file(tmp_path: Path) -> None:
    """Later layers win; a table that is one value is replaced whole; a text needs no quotes."""
    path = tmp_path / "mine.toml"
    path.write_text("[schedule]\nrate = 1\nwarmup = 7\n[batch]\nsizes = { 64 = 3 }\n")
    config = load_config(str(path), ["schedule.rate=0.5", "run.folder=some/where", "data.gaps=[2, 3]"])
    assert (config.schedule.rate, config.schedule.warmup) == (0.5, 7)
    assert config.batch.sizes == {64: 3}
    assert config.run.folder == Path("some/where")
    assert config.data.gaps == (2, 3)
    assert config.schedule.steps == load_config(DEFAULT).schedule.steps


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ("schedule.stepz=3", "schedule.stepz is unknown; schedule takes steps, minutes"),
        ("nothing.here=3", "nothing is unknown; the file takes run, machine"),
        ("schedule.steps=many", "schedule.steps = 'many' does not fit; it takes a whole number"),
        ("schedule.steps=true", "takes a whole number"),
        ("network.residual=1", "takes true or false"),
        ("network.levels=4", "takes 1 or 2 or 3"),
        ("machine.precision=fp8", "takes '32-true' or 'bf16-mixed'"),
        ("optimizer.betas=[0.9]", "takes a list of 2"),
        ("data.gaps=[1, 99]", "gaps: (1, 99) is not allowed"),
        ("data.puppets=3", "puppets: 3.0 is not allowed"),
        ("batch.sizes={ big = 3 }", "takes whole numbers as its keys"),
        ("batch.sizes={ 100 = 3 }", "multiple of 16"),
        ("losses=3", "write it as section.key=value"),
        ("schedule.minutes=5", "either schedule.steps or schedule.minutes"),
        ("joint.minutes=5", "either joint.steps or joint.minutes"),
        ("schedule.steps=0", "the joint stage alone starts from weights; set run.init"),
        ("joint.sizes={ 224 = 0 }", "every size needs a frequency above 0"),
        ("joint.sizes={ 100 = 1 }", "multiple of 16"),
        ("joint.pixel_share=2", "joint.pixel_share = 2.0 is no share"),
        ("joint.again_share=-1", "joint.again_share = -1.0 is no share"),
        ("joint.data.hidden=2", "hidden: 2.0 is not allowed"),
        ("log.every=0", "log.every = 0 is too small"),
        (f"run.seed={VALIDATION_SEED}", "kept for measuring"),
        (f"run.seed={DEVELOPMENT_SEED}", "kept for measuring"),
    ],
)
def test_mistakes_are_named(change: str, says: str) -> None:
    """Unknown keys, wrong types and impossible values say which key and what it takes."""
    with pytest.raises(InputError) as caught:
        load_config(DEFAULT, [change])
    assert says in str(caught.value)


def test_a_run_needs_a_stage() -> None:
    """Without steps and minutes in either stage there is nothing to do."""
    with pytest.raises(InputError, match="no stage has steps or minutes"):
        load_config(DEFAULT, ["schedule.steps=0", "joint.steps=0"])


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[schedule]\nstepz = 3\n", "schedule.stepz is unknown"),
        ("schedule = 3\n", "write [schedule]"),
        ("[schedule\n", "not TOML"),
    ],
)
def test_mistakes_in_a_file_name_the_file(tmp_path: Path, text: str, says: str) -> None:
    """The message begins with the file's name."""
    path = tmp_path / "mine.toml"
    path.write_text(text)
    with pytest.raises(InputError) as caught:
        load_config(str(path))
    assert str(caught.value).startswith(str(path))
    assert says in str(caught.value)


def test_a_missing_file_says_what_there_is() -> None:
    """The names of the shipped configurations are the remedy."""
    with pytest.raises(InputError, match="cpu, default, gpu, joint, smoke"):
        load_config("nowhere.toml")
