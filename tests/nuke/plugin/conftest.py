"""A small shot on real EXRs, the real engine's command, and the stand-in host with the plug-in in it."""

import contextlib
import shlex
import sys
from pathlib import Path
from typing import NamedTuple

import numpy as np
import OpenImageIO as oiio
import pytest

from tests.nuke.host import Host
from tests.protocol import quick_engine

ROOT = Path(__file__).resolve().parents[3]
PLUGIN = ROOT / "nuke_plugin"
PYTHON = sys.executable  # inside the host sys.executable is Nuke's
SIZE = 64
FRAMES = (1, 2, 3)
OVERSCAN, ROWS = 4, slice(6, 58)  # the data window of the line plates: wider than the format, and lower
PAINT = (0.5, 0.25, 0.125, 1.0)  # exact in half
START = """import sys
sys.path.insert(0, {root!r})
from cmft_engine.cli import main
main()
"""


def write_exr(path, channels, corner=(0, 0)):
    """Write float channels `(H, W)` by name as an EXR of SIZE x SIZE; `corner` is where its data window begins."""
    path.parent.mkdir(parents=True, exist_ok=True)
    names = list(channels)
    pixels = np.ascontiguousarray(np.dstack([channels[name] for name in names]).astype(np.float32))
    spec = oiio.ImageSpec(pixels.shape[1], pixels.shape[0], len(names), oiio.FLOAT)
    spec.channelnames = names
    spec.x, spec.y = corner
    spec.full_x = spec.full_y = 0
    spec.full_width = spec.full_height = SIZE
    output = oiio.ImageOutput.create(str(path))
    assert output.open(str(path), spec) and output.write_image(pixels) and output.close()


def read_exr(path):
    """Return an EXR's channels `(H, W)` by Nuke's names, over its display window."""
    image = oiio.ImageBuf(str(path))
    letters = {"R": "red", "G": "green", "B": "blue", "A": "alpha"}
    pixels = image.get_pixels(oiio.FLOAT, oiio.ROI(0, SIZE, 0, SIZE, 0, 1, 0, image.nchannels))
    found = {}
    for index, name in enumerate(image.spec().channelnames):
        layer, _, channel = name.rpartition(".")
        found["{}.{}".format(layer or "rgba", letters.get(channel, channel))] = pixels[..., index]
    return found


def box(frame):
    """Return the outline and the inside of a box that moves with the frame, as bool `(H, W)`."""
    left = 8 + 4 * frame
    outer, inside = np.zeros((SIZE, SIZE), bool), np.zeros((SIZE, SIZE), bool)
    outer[16:48, left:left + 32] = True
    inside[18:46, left + 2:left + 30] = True
    return outer & ~inside, inside


def draw_line(folder, frame, *, shade=0.0, place=None):
    """Write one line plate: black ink on nothing, and a depth channel that must come through; place: as of a frame."""
    ink = np.pad(box(frame if place is None else place)[0][ROWS], ((0, 0), (OVERSCAN, OVERSCAN)))
    write_exr(folder / f"line.{frame:04d}.exr", {
        **{name: ink * shade for name in "RGB"}, "A": ink * 1.0, "depth.Z": np.full(ink.shape, 7.0 + frame),
    }, corner=(-OVERSCAN, ROWS.start))


def draw_reference(folder, frame, paint=PAINT):
    """Write one painted drawing."""
    ink, inside = box(frame)
    alpha = (ink | inside) * 1.0
    write_exr(folder / f"ref.{frame:04d}.exr", {
        **{name: inside * value for name, value in zip("RGB", paint, strict=False)}, "A": alpha})


def read_node(path, first, last, name):
    """Return a Read as script text."""
    return (f"Read {{\n inputs 0\n file_type exr\n file {path}\n first {first}\n last {last}\n"
            f" origfirst {first}\n origlast {last}\n raw true\n name {name}\n}}\n")


@pytest.fixture
def shot(tmp_path):
    """Draw three line plates and the painted first frame; return their folder."""
    for frame in FRAMES:
        draw_line(tmp_path, frame)
    draw_reference(tmp_path, 1)
    return tmp_path


@pytest.fixture
def engine(tmp_path):
    """Return the command of the real engine, from this clone, as the node's knob takes it."""
    return engine_command(tmp_path)


def start_script(host, shot, name="shot_v001.nk"):
    """Begin a script with a name, and the two Reads of the shot in it."""
    host.nuke.root()["name"].setValue((shot / name).as_posix())
    host.nuke.root()["first_frame"].setValue(FRAMES[0])
    host.nuke.root()["last_frame"].setValue(FRAMES[-1])
    host.load(read_node((shot / "line.%04d.exr").as_posix(), FRAMES[0], FRAMES[-1], "Line")
              + read_node((shot / "ref.%04d.exr").as_posix(), 1, 1, "Ref"))


def make_node(host, engine):
    """Create a CMFT node on the two Reads."""
    from cmft_nuke import api

    node = api.create(line=host.nuke.toNode("Line"), ref=host.nuke.toNode("Ref"))
    node["engine"].setValue(engine)
    node["device"].setValue("cpu")
    return node


@pytest.fixture
def terminal(shot, engine):
    """A host without a window, with a script and a node: (host, node)."""
    with Host(gui=False, plugin_path=[str(PLUGIN)]) as host:
        start_script(host, shot)
        yield host, make_node(host, engine)


@pytest.fixture
def window(shot, engine):
    """A host with a window, with a script and a node: (host, node)."""
    with Host(gui=True, plugin_path=[str(PLUGIN)]) as host:
        start_script(host, shot)
        yield host, make_node(host, engine)


def finish(host, node, seconds=300.0):
    """Run Nuke's main loop until the node's run is over."""
    from cmft_nuke import runner

    assert host.run_main_loop(seconds, until=lambda: runner.running(node["uid"].value()) is None)


class Colored(NamedTuple):
    """A shot that the real engine coloured from a terminal: its folder, the saved script, the plates by frame."""

    folder: Path
    script: Path
    plates: dict
    engine: str


@pytest.fixture(scope="session")
def colored(tmp_path_factory):
    """Colour the shot once, for every test that only looks at the result."""
    from cmft_engine.image.sequence import frame_path

    folder = tmp_path_factory.mktemp("colored")
    for frame in FRAMES:
        draw_line(folder, frame)
    draw_reference(folder, 1)
    command = engine_command(folder)
    with Host(gui=False, plugin_path=[str(PLUGIN)]) as host:
        start_script(host, folder)
        node = make_node(host, command)
        host.load("Constant {\n inputs 0\n channels rgba\n color {0 0 0 0.5}\n name Half\n}\n")
        from cmft_nuke import api

        api.colorize(node)
        pattern = api.status(node).result
        script = folder / "shot_v001.nk"
        script.write_text(host.save())
    return Colored(folder, script, {frame: frame_path(pattern, frame) for frame in FRAMES}, command)


def engine_command(folder):
    """Write a launcher of this clone's engine and return the command."""
    launcher = folder / "engine.py"
    launcher.write_text(START.format(root=str(ROOT)))
    return " ".join(shlex.quote(part) for part in (PYTHON, str(launcher)))


@contextlib.contextmanager
def opened(script, *, gui=False, plugin=True):
    """Open a saved script in a new host and yield (host, its CMFT node)."""
    with Host(gui=gui, plugin_path=[str(PLUGIN)] if plugin else []) as host:
        host.nuke.scriptOpen(script.as_posix())
        yield host, host.nuke.toNode("CMFT1")


def draw_plate(path):
    """Write a plate as the engine does, though without flats and Cryptomatte."""
    _, inside = box(1)
    write_exr(path, {**{name: inside * 1.0 for name in "RGBA"}, "confidence.Y": inside * 1.0})
    return path


@pytest.fixture
def fake_engine(shot):
    """Return a maker of engines that copy one plate a frame, for what needs no colours; options: of quick_engine.py."""
    plate = draw_plate(shot / "plate.exr")
    return lambda **options: quick_engine.command(plate, shot, **options)
