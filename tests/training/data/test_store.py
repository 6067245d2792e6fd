"""A store grows from one seed wherever it is cut off, stays within its bound, and refuses what does not fit it."""

import json
import logging
from dataclasses import replace
from pathlib import Path

import pytest

from cmft_engine.protocol.errors import InputError
from cmft_training import store as command
from cmft_training.data import store as store_module
from cmft_training.data.encode_figures import COLOURED, EncodedPair
from cmft_training.data.shards import list_shards
from cmft_training.data.store import MANIFEST, Manifest, Store, fill, read_manifest
from tests.training.data.test_region_batch import make_batch
from tests.training.synthetic.drawn.small_art import small_families

WANTED = Manifest(3, "abc", {"sizes": {"96": 1.0}})
ROOMY = 10**9


def _draw(number: int) -> list[EncodedPair]:
    return [EncodedPair(0, 1, COLOURED, make_batch(4, 3, number))]


def _fill(folder: Path, figures: int, *, most_bytes: int = ROOMY, stops_after: int = 10**6) -> Store:
    """Draw up to `figures` in all, with a stop after so many questions."""
    store, asked = Store(folder, WANTED, most_bytes=most_bytes), [0]

    def is_over() -> bool:
        asked[0] += 1
        return asked[0] > stops_after

    fill(store, _draw, is_over=is_over, figures=figures, report=lambda shard: None)
    return store


@pytest.fixture(autouse=True)
def _small_shards(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store_module, "FIGURES_PER_SHARD", 3)


def test_a_store_is_filled_to_its_number(tmp_path: Path) -> None:
    """Full shards and a last one; the manifest knows the next figure; asked again, nothing more is drawn."""
    for _ in range(2):
        store = _fill(tmp_path, 7)
        assert [(shard.first, shard.figures) for shard in list_shards(tmp_path)] == [(0, 3), (3, 3), (6, 1)]
        assert (store.manifest.next, store.manifest.pairs, store.kept()[0]) == (7, 7, 7)
        assert read_manifest(tmp_path) == store.manifest


def test_a_stop_loses_nothing(tmp_path: Path) -> None:
    """What was drawn is written as a short shard, and the next call goes on with the next figure."""
    _fill(tmp_path, 0, stops_after=4)
    assert [(shard.first, shard.figures) for shard in list_shards(tmp_path)] == [(0, 3), (3, 1)]
    _fill(tmp_path, 6)
    assert [(shard.first, shard.figures) for shard in list_shards(tmp_path)] == [(0, 3), (3, 1), (4, 2)]


def test_an_interrupted_write_is_drawn_again(tmp_path: Path) -> None:
    """A shard that the manifest does not know of goes, and so does half a file; the same bytes come again."""
    _fill(tmp_path, 3)
    manifest = (tmp_path / MANIFEST).read_text(encoding="utf-8")
    _fill(tmp_path, 6)
    whole = {path.name: path.read_bytes() for path in tmp_path.glob("shard_*")}
    (tmp_path / MANIFEST).write_text(manifest, encoding="utf-8")
    (tmp_path / ".shard_00000003_3_3.npz.tmp").touch()
    assert [shard.first for shard in list_shards(tmp_path)] == [0, 3]
    Store(tmp_path, WANTED, most_bytes=ROOMY)
    assert [shard.first for shard in list_shards(tmp_path)] == [0] and not list(tmp_path.glob("*.tmp"))
    _fill(tmp_path, 6)
    assert {path.name: path.read_bytes() for path in tmp_path.glob("shard_*")} == whole


def test_the_oldest_shards_make_room(tmp_path: Path) -> None:
    """The bound holds at every time; the newest shard stays in any case."""
    size = _fill(tmp_path / "one", 3).kept()[1]
    store = _fill(tmp_path / "two", 15, most_bytes=round(2.5 * size))
    assert [shard.first for shard in list_shards(tmp_path / "two")] == [9, 12]
    assert store.kept()[0] == 6 and store.manifest.pairs == 15
    _fill(tmp_path / "none", 6, most_bytes=1)
    assert [shard.first for shard in list_shards(tmp_path / "none")] == [3]


def test_a_store_of_something_else_is_not_gone_on_with(tmp_path: Path) -> None:
    """Another seed, checkpoint or setting is named with its value; a folder without a manifest is no store."""
    Store(tmp_path, WANTED, most_bytes=ROOMY)
    others = {"seed": replace(WANTED, seed=4), "checkpoint": replace(WANTED, checkpoint="def"),
              "sizes.96": replace(WANTED, settings={"sizes": {"64": 1.0}})}  # fmt: skip
    for key, other in others.items():
        with pytest.raises(InputError, match=rf"was begun with {key} = .*; name another folder"):
            Store(tmp_path, other, most_bytes=ROOMY)
    (tmp_path / MANIFEST).write_text(json.dumps({"format": "other"}), encoding="utf-8")
    for folder in (tmp_path, tmp_path / "nowhere"):
        with pytest.raises(InputError, match="not a sample store"):
            read_manifest(folder)


def test_one_command_fills_a_store(
    tmp_path: Path, random_weights: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Puppets and a drawn family without any character, from the configuration's mixture; a second call goes on."""
    caplog.set_level(logging.INFO)
    monkeypatch.setattr(command, "settle_process", lambda: None)
    monkeypatch.setattr(command, "Stop", lambda minutes: _Never())
    art, out = tmp_path / "art", tmp_path / "store"
    art.mkdir()
    small_families(art)
    changes = ["joint.data.puppets=1", "joint.data.drawn.clipart=0.5", "joint.sizes={ 96 = 1 }", "run.seed=2"]
    arguments = [str(out), "--checkpoint", str(random_weights), "--set", *changes, f"data.drawn.folder={art}"]
    for figures in (1, 2):
        assert command.main([*arguments, "--figures", str(figures)]) == 0
        assert read_manifest(out).next == figures and len(list_shards(out)) == figures
    assert read_manifest(out).settings["data"]["drawn"]["clipart"] == 0.5
    assert "pairs drawn at" in caplog.text and str(art) not in (out / MANIFEST).read_text(encoding="utf-8")
    assert command.main([*arguments, "joint.data.degraded=0"]) == 2
    assert "was begun with data.degraded = 0.3, not 0" in caplog.text
    assert command.main([str(out), "--gb", "0"]) == 2
    assert "no room for anything" in caplog.text


@pytest.mark.parametrize(("before", "after"), [(0, 10), (4, 10), (15, 15)])
def test_the_command_gives_way(monkeypatch: pytest.MonkeyPatch, before: int, after: int) -> None:
    """Its niceness becomes 10, or stays higher if it was started so."""
    niceness = [before]

    def nice(more: int) -> int:
        niceness[0] += more
        return niceness[0]

    monkeypatch.setattr(command.os, "nice", nice, raising=False)
    command.lower_priority()
    assert niceness == [after]


class _Never:
    def is_over(self) -> bool:
        return False
