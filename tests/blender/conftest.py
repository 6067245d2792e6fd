"""Real Blenders: each scenario of `inside/` runs in a process of its own, the comparing is done out here.

The module `bpy` is found in the clone's `.venv-bpyXY`, which `install.py test` makes; `CMFT_BLENDERS` may name
programs to test besides, separated like PATH.
"""

import json
import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import numpy as np
import OpenImageIO as oiio
import pytest

import install
from cmft_engine.protocol.client import clean_environment
from tests import drawings
from tests.nuke.plugin.conftest import write_exr
from tests.protocol import quick_engine

ROOT = Path(__file__).resolve().parents[2]
INSIDE = Path(__file__).parent / "inside"
SOURCE = "blender_addon"  # the add-on as it lies in the clone
INSTALLED = "bl_ext.user_default.cmft"
FRAMES = (1001, 1002, 1003)
TIMEOUT_S = 300
VERSIONS = ("4.2", "4.5", "5.0", "5.2")
USUAL = "4.5"


def bpy_python(version):
    """Return the Python of a version's environment, whether or not it is there."""
    folder = ROOT / ".venv-bpy{}".format(version.replace(".", ""))
    return folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


class Blender(NamedTuple):
    """A Blender to test: its name, the command that runs a script in it, and a home of its own."""

    name: str
    command: tuple
    home: Path

    def environment(self):
        """Return the environment of its processes: nothing of this Python, nothing of the user's Blender."""
        return dict(clean_environment(os.environ), HOME=str(self.home), USERPROFILE=str(self.home),
                    BLENDER_USER_RESOURCES=str(self.home / "blender"), OMP_NUM_THREADS="1")

    def process(self, *arguments):
        """Run a script in this Blender and return the finished process."""
        return subprocess.run([*self.command, *map(str, arguments)], env=self.environment(), text=True,
                              stdin=subprocess.DEVNULL, capture_output=True, timeout=TIMEOUT_S)

    def run(self, scenario, folder, **arguments):
        """Run a scenario and return its result; `stdout` and `stderr` are what Blender and the add-on said."""
        folder.mkdir(parents=True, exist_ok=True)
        given, result = folder / "arguments.json", folder / "result.json"
        given.write_text(json.dumps({name: str(value) if isinstance(value, Path) else value
                                     for name, value in arguments.items()}))
        result.unlink(missing_ok=True)
        done = self.process(INSIDE / "run.py", "--", scenario, given, result)
        assert done.returncode == 0 and result.exists(), f"{scenario}: {done.stdout[-3000:]}\n{done.stderr[-3000:]}"
        return dict(json.loads(result.read_text()), stdout=done.stdout, stderr=done.stderr)


def programs():
    """Return the Blender programs that the environment names."""
    return [path for path in os.environ.get("CMFT_BLENDERS", "").split(os.pathsep) if path]


def every_blender():
    """Return pytest's parameters: each version, skipped with a word where it is not set up, then the programs."""
    found = []
    for version in VERSIONS:
        missing = not bpy_python(version).exists()
        reason = (f"no bpy {version} in {bpy_python(version).parents[1].name}: python3 install.py test makes that of "
                  f"{USUAL}, and with --every-host all for which there is a Python")
        if missing and install.matching_python((install.HOSTS[f"Blender {version}"][2],)) is None:
            reason = "no Python {}.{} on this machine".format(*install.HOSTS[f"Blender {version}"][2])
        found.append(pytest.param(version, id=version, marks=pytest.mark.skipif(missing, reason=reason)))
    return found + [pytest.param(path, id=Path(path).name) for path in programs()]


@pytest.fixture(scope="session", params=every_blender())
def blender(request, tmp_path_factory):
    """Every Blender that is there, in turn."""
    home = tmp_path_factory.mktemp("home")
    if os.path.sep in request.param:
        return Blender(request.param, (request.param, "--background", "--python-exit-code", "1", "--python"), home)
    return Blender(request.param, (str(bpy_python(request.param)),), home)


@pytest.fixture
def usual(blender):
    """Leave a test to the usual Blender: it colours much, and what it looks at is the same in every version."""
    if blender.name != USUAL:
        pytest.skip(f"the same in every Blender, and slow: looked at in {USUAL}")


@pytest.fixture(scope="session")
def engine():
    """Return the command of the real engine, as the preferences take it."""
    return shlex.join([sys.executable, "-m", "cmft_engine"])


@pytest.fixture(scope="session")
def addon(engine):
    """Return the arguments of a scenario that name the add-on of the clone and the engine."""
    return {"addon": SOURCE, "root": str(ROOT), "engine": engine}


@pytest.fixture
def quick(tmp_path):
    """Return the arguments of a scenario that colours with a quick engine, for what needs no colours.

    Its options lie in the test's own folder.
    """
    inside = drawings.figure(0).labels > 1
    plate = tmp_path / "plate.exr"
    write_exr(plate, {**{name: inside * 1.0 for name in "RGBA"}, "confidence.Y": inside * 1.0})
    return {"addon": SOURCE, "root": str(ROOT), "engine": quick_engine.command(plate, tmp_path)}


def write_shot(folder, paints=drawings.PAINTS):
    """Draw three line plates and the painted first frame."""
    folder.mkdir(parents=True, exist_ok=True)
    for step, frame in enumerate(FRAMES):
        drawing = drawings.figure(2 * step)
        drawings.write(drawing.lines(), folder / f"lines.{frame:04d}.png")
    drawings.write(drawings.figure(0).painted(paints), folder / f"painted.{FRAMES[0]:04d}.png")
    return folder


@pytest.fixture(scope="session")
def shot(tmp_path_factory):
    """The shot's folder, for tests that only read it."""
    return write_shot(tmp_path_factory.mktemp("shot"))


class Colored(NamedTuple):
    """A shot that the real engine coloured from this Blender: the file, what was rendered, what the node said."""

    folder: Path
    blend: Path
    out: Path
    said: dict

    def plate(self, frame):
        """Return a coloured plate of the engine."""
        return Path(self.said["plates"]["path"]).parent / f"cmft.{frame:04d}.exr"

    def copy(self, folder):
        """Return a copy of the whole project in another folder; the plates go along."""
        shutil.copytree(self.folder, folder / "project")
        return folder / "project" / self.blend.name


@pytest.fixture(scope="session")
def colored(blender, addon, shot, tmp_path_factory):
    """Colour the shot once a Blender, for every test that only looks at the result."""
    folder = tmp_path_factory.mktemp("colored")
    plates = shutil.copytree(shot, folder / "shot")
    said = blender.run("colouring.colour", folder / "run", **addon, shot=plates, blend=folder / "shot.blend",
                       out=folder / "out")
    return Colored(folder, folder / "shot.blend", folder / "out", said)


def channels(path):
    """Return an EXR's channels, float32 (H, W), by name."""
    image = oiio.ImageBuf(str(path))
    pixels = image.get_pixels(oiio.FLOAT)
    assert not image.has_error, image.geterror()
    return {name: pixels[..., index] for index, name in enumerate(image.spec().channelnames)}


def single(path):
    """Return what Blender wrote of a number per pixel: alone, or three times as grey."""
    found = channels(path)
    assert set(found) in ({"V"}, {"R", "G", "B"}, {"R", "G", "B", "A"}), sorted(found)
    return found["V"] if "V" in found else found["R"]


def same(found, wanted):
    """Assert that two (H, W) arrays are equal to the bit."""
    assert found.dtype == wanted.dtype == np.float32 and found.shape == wanted.shape
    assert np.array_equal(found, wanted), f"{(found != wanted).sum()} pixels differ, by {np.abs(found - wanted).max()}"


def same_pixels(out, plate, frame):
    """Assert that what came out of the node at a frame is the engine's plate, exactly."""
    engine = channels(plate)
    color = channels(out / f"Color{frame:04d}.exr")
    for name in "RGBA":
        same(color[name], engine[name])
    same(single(out / f"Alpha{frame:04d}.exr"), engine["A"])
    same(single(out / f"Confidence{frame:04d}.exr"), engine["confidence.Y"])
    if (out / f"Flats{frame:04d}.exr").exists():  # of a file that was made with a node of today's layout
        flats = channels(out / f"Flats{frame:04d}.exr")
        for name in "RGBA":
            same(flats[name], engine[f"flats.{name}"])
        same(single(out / f"Unknown{frame:04d}.exr"), engine["unknown.Y"])
        same(single(out / f"Kind{frame:04d}.exr"), engine["kind.Y"])
    main = channels(out / f"main{frame:04d}.exr")
    for name in "RGBA":
        same(main[name], engine[name])
