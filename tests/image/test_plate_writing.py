"""A plate is written whole or not at all, and nothing but the plate is left behind."""

import os
import subprocess

import numpy as np
import pytest

from cmft_engine.image.plate import Plate, read_plate, write_plate
from cmft_engine.protocol.errors import PlateError

SUFFIXES = [".exr", ".png", ".tif", ".jpg"]
OLD = Plate.from_pixels(np.full((8, 8, 3), 0.5, np.float32))
NOISE = Plate.from_pixels(np.random.default_rng(0).random((256, 256, 3), dtype=np.float32))


@pytest.fixture
def small_disk(tmp_path):
    """A folder on a disk of 64 KiB: a real one where mounting is allowed, else a limit on the size of files."""
    mounted = os.name == "posix" and subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(tmp_path)], capture_output=True, check=False
    ).returncode == 0
    if mounted:
        yield tmp_path
        subprocess.run(["umount", str(tmp_path)], check=True)
        return
    resource = pytest.importorskip("resource", reason="neither a tmpfs nor a limit on file sizes can be set here")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (65536, hard))
    yield tmp_path
    resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_disk_full(small_disk, suffix):
    """On a full disk the old plate stays whole, the half-written one goes, and the message says what to do."""
    path = small_disk / f"out.0001{suffix}"
    write_plate(OLD, path)
    before = path.read_bytes()
    with pytest.raises(PlateError, match=rf"out.0001{suffix} \(frame 1\) cannot be written \(.*\); free disk space"):
        write_plate(Plate.from_pixels(NOISE.pixels, frame=1), path)
    assert path.read_bytes() == before
    assert os.listdir(small_disk) == [path.name]


def test_disk_full_for_a_small_png(small_disk):
    """A file that fits the writer's own buffer and fails only when closed is noticed too."""
    if not os.path.ismount(small_disk):
        pytest.skip("needs a real small disk")
    (small_disk / "other").write_bytes(bytes(60 * 1024))
    with pytest.raises(PlateError, match="cannot be written"):
        write_plate(Plate.from_pixels(NOISE.pixels[:48, :48]), small_disk / "small.png")
    assert os.listdir(small_disk) == ["other"]


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_writing_leaves_one_file(tmp_path, suffix):
    """Folders are made, an old plate is replaced, no temporary file stays."""
    path = tmp_path / "new" / "folder" / f"out{suffix}"
    write_plate(OLD, path)
    write_plate(NOISE, path)
    assert os.listdir(path.parent) == [path.name]
    assert read_plate(path).pixels.shape == NOISE.pixels.shape


def test_temporary_name_is_hidden_and_keeps_the_suffix(tmp_path, monkeypatch):
    """A sequence reader never takes an unfinished plate for a plate."""
    seen = []
    monkeypatch.setattr(os, "replace", lambda source, target: seen.append(source.name))
    write_plate(OLD, tmp_path / "out.0001.png")
    assert seen[0].startswith(".") and seen[0].endswith(".png") and os.listdir(tmp_path) == []


def test_failed_renaming_keeps_the_old_plate(tmp_path, monkeypatch):
    """If the file may not be replaced, the old one stays and the temporary one goes."""
    write_plate(OLD, tmp_path / "out.png")
    before = (tmp_path / "out.png").read_bytes()

    def refuse(source, target):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "replace", refuse)
    with pytest.raises(PlateError, match=r"cannot be written \(Permission denied\).*another output folder"):
        write_plate(NOISE, tmp_path / "out.png")
    assert os.listdir(tmp_path) == ["out.png"] and (tmp_path / "out.png").read_bytes() == before


def test_an_interruption_leaves_nothing(tmp_path, monkeypatch):
    """Ctrl-C in the middle of writing removes what was begun."""
    def interrupt(source, target):
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "replace", interrupt)
    with pytest.raises(KeyboardInterrupt):
        write_plate(OLD, tmp_path / "out.png")
    assert os.listdir(tmp_path) == []


def test_folder_that_cannot_be_made(tmp_path):
    """An output folder that is a file is refused with the plate's name."""
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(PlateError, match=r"out.png \(frame 3\) cannot be written"):
        write_plate(Plate.from_pixels(OLD.pixels, frame=3), tmp_path / "file" / "out.png")


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write everywhere")
def test_folder_without_permission(tmp_path):
    """An output folder that may not be written is refused."""
    tmp_path.chmod(0o500)
    with pytest.raises(PlateError, match="allow writing there"):
        write_plate(OLD, tmp_path / "out.png")
    tmp_path.chmod(0o700)


@pytest.mark.parametrize("name", ["out.mov", "out"])
def test_unknown_formats(tmp_path, name):
    """A suffix that is no plate format names those that are."""
    with pytest.raises(PlateError, match=r"name it \.exr, \.png, \.tif or \.jpg"):
        write_plate(OLD, tmp_path / name)
    assert os.listdir(tmp_path) == []
