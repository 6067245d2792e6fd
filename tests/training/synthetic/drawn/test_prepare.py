"""The command that makes the data folder: from archives, once, and with a sentence for every bad one."""

from __future__ import annotations

import io
import json
import sys
import tarfile
from pathlib import Path

import cv2
import numpy as np
import pytest

from cmft_engine.protocol.errors import InputError
from cmft_training.synthetic.drawn.avatars import Avatars
from cmft_training.synthetic.drawn.clipart import Clipart
from cmft_training.synthetic.drawn.inhabitants import Inhabitants
from cmft_training.synthetic.drawn.prepare import main, prepare
from tests.training.synthetic.drawn.small_art import SVG, eye_swf, rig_swf

ITEMS = {
    ("avatars", "train"): ["vanity/eyes/a.swf"],
    ("avatars", "validation"): [],
    ("clipart", "train"): ["fish.svg"],
    ("clipart", "validation"): [],
    ("inhabitants", "train"): ["pig"],
    ("inhabitants", "validation"): [],
}


@pytest.fixture(autouse=True)
def one_item_each(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the split have one item of each family."""
    for module in ("prepare", "avatars", "clipart", "inhabitants"):  # each has the function under its own name
        monkeypatch.setattr(
            f"cmft_training.synthetic.drawn.{module}.names_of", lambda family, split: ITEMS[family, split]
        )


def _archive(path: Path, files: dict[str, bytes]) -> None:
    with tarfile.open(path, "w:xz") as tar:
        for name, data in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(data)
            tar.addfile(entry, io.BytesIO(data))


def _webp(left: int) -> bytes:
    frame = np.zeros((64, 96, 4), np.uint8)
    frame[10:50, left : left + 20] = (0, 0, 220, 255)
    frame[10:50, left + 20 : left + 40] = (0, 200, 0, 255)
    return bytes(cv2.imencode(".webp", frame)[1])


@pytest.fixture
def sources(tmp_path: Path) -> Path:
    """The three archives with one item each."""
    folder = tmp_path / "sources"
    folder.mkdir()
    _archive(
        folder / "glitch_avatars.tar.xz",
        {"glitch_avatars/base_avatar/Avatar.swf": rig_swf(), "glitch_avatars/vanity/eyes/a.swf": eye_swf()},
    )
    _archive(folder / "openclipart_inked.tar.xz", {"openclipart_inked/fish.svg": SVG.encode()})
    index = {"sequences": {"pig/walk": {"figure": "pig"}, "cow/walk": {"figure": "cow"}}}
    frames = {f"glitch_inhabitants/pig/walk/{k:04d}.webp": _webp(5 * k) for k in (1, 2, 5)}
    _archive(
        folder / "glitch_inhabitants.tar.xz", {"glitch_inhabitants/INDEX.json": json.dumps(index).encode(), **frames}
    )
    return folder


def test_archives_become_families(sources: Path, tmp_path: Path) -> None:
    """Each family can be opened and drawn from its folder; the other figures of an archive are left out."""
    out = tmp_path / "drawn"
    assert main([str(sources), str(out)]) == 0
    for family in (Avatars(out, "train"), Clipart(out, "train"), Inhabitants(out, "train")):
        clip = family.figure(np.random.default_rng(0)).clip([0.0, 1.0], size=64)
        assert clip.drawings[0].part.any() and len(clip.group) > 1
    assert not (out / "inhabitants" / "cow").exists()
    assert sorted(path.name for path in out.iterdir()) == ["avatars", "clipart", "inhabitants"]


def test_what_is_there_is_left_alone(sources: Path, tmp_path: Path) -> None:
    """A second run makes nothing; a changed archive makes its family anew, and only that."""
    out = tmp_path / "drawn"
    prepare(sources, out, ["clipart", "avatars"])
    (out / "clipart" / "witness").touch()
    (out / "avatars" / "witness").touch()
    prepare(sources, out, ["clipart", "avatars"])
    assert (out / "clipart" / "witness").exists()
    _archive(
        sources / "openclipart_inked.tar.xz", {"openclipart_inked/fish.svg": SVG.replace("white", "#ff0").encode()}
    )
    prepare(sources, out, ["clipart", "avatars"])
    assert not (out / "clipart" / "witness").exists() and (out / "avatars" / "witness").exists()


@pytest.mark.parametrize(
    ("files", "says"),
    [
        (None, r"openclipart_inked\.tar\.xz: not there; put it there or leave clipart out with --families"),
        (b"not an archive", r"openclipart_inked\.tar\.xz: not a whole archive \(.*\); get or copy it again"),
        ({"other/fish.svg": b""}, r"openclipart_inked\.tar\.xz: has no folder openclipart_inked; get the archive"),
        ({"openclipart_inked/cow.svg": b""}, r"inked\.tar\.xz: openclipart_inked/fish\.svg: cannot be .*get it again"),
        ({"openclipart_inked/../../fish.svg": b"", "openclipart_inked/a": b""}, "not a whole archive"),
    ],
)
def test_bad_archives_are_named(
    sources: Path, tmp_path: Path, files: dict[str, bytes] | bytes | None, says: str
) -> None:
    """Missing, damaged and strange archives are named with what to do, and leave nothing half made."""
    archive = sources / "openclipart_inked.tar.xz"
    archive.unlink()
    if isinstance(files, bytes):
        archive.write_bytes(files)
    elif files:
        _archive(archive, files)
    with pytest.raises(InputError, match=says):
        prepare(sources, tmp_path / "drawn", ["clipart"])
    assert not list((tmp_path / "drawn").glob("*"))


def test_a_cut_archive_is_named(sources: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """An archive that ends too early is a sentence on the command line and a code, not a traceback."""
    archive = sources / "glitch_avatars.tar.xz"
    archive.write_bytes(archive.read_bytes()[: archive.stat().st_size // 2])
    assert main([str(sources), str(tmp_path / "drawn"), "--families", "avatars"]) == InputError.exit_code
    assert "glitch_avatars.tar.xz: not a whole archive" in caplog.text


def test_a_folder_in_the_way_stays(sources: Path, tmp_path: Path) -> None:
    """What this command did not make is not replaced."""
    (tmp_path / "drawn" / "clipart").mkdir(parents=True)
    with pytest.raises(InputError, match="clipart: in the way and not made by this command; move it"):
        prepare(sources, tmp_path / "drawn", ["clipart"])


def test_a_missing_library_is_named(sources: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without lxml the sentence says what to install, and nothing half made is left."""
    monkeypatch.setitem(sys.modules, "lxml", None)
    monkeypatch.delitem(sys.modules, "cmft_training.synthetic.drawn.clipart")
    monkeypatch.delattr("cmft_training.synthetic.drawn.clipart")
    with pytest.raises(InputError, match=r"openclipart_inked\.tar\.xz: lxml is not installed; pip install -c"):
        prepare(sources, tmp_path / "drawn", ["clipart"])
    assert not list((tmp_path / "drawn").glob("*"))
