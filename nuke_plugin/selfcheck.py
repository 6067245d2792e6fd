"""Walks what can be walked of CMFT without a window, in the Nuke that runs it, and writes PASS or FAIL of each step.

    nuke -t nuke_plugin/selfcheck.py [RESULT.txt]

It works in a folder of its own below the system's temporary one, on the example shot of the clone, with the clone's
engine. Nothing of yours is touched. The last line says how many steps are in order; FAIL lines say what Nuke did.
"""

import os
import platform
import shutil
import sys
import tempfile
import traceback
from pathlib import Path
from typing import Callable, Iterator, List, NamedTuple, Sequence, Tuple, cast

import nuke

HERE = os.path.dirname(os.path.abspath(__file__))
SHOT = Path(HERE).parent / "examples" / "shot"
FIRST, LAST = 1001, 1003
RESULT = "cmft_selfcheck.txt"


# What Nuke and the steps raise besides CMFT's own errors.
WRONG = (AssertionError, RuntimeError, ValueError, TypeError, LookupError, AttributeError, NameError, OSError)


class Scene(NamedTuple):
    """What the steps work on: a folder, the script in it, and the Reads and the CMFT node by name."""

    folder: Path
    script: Path
    engine: str

    @property
    def node(self) -> nuke.Group:
        """The CMFT node."""
        return cast(nuke.Group, nuke.toNode("CMFT1"))


def expect(is_true: object, otherwise: str) -> None:
    """Raise with a sentence when something is not as it should be."""
    if not is_true:
        raise AssertionError(otherwise)


def state_is(scene: Scene, wanted: str) -> None:
    """Expect a state of the node."""
    from cmft_nuke import api

    found = api.status(scene.node)
    expect(found.state == wanted, "the node is {}, not {}: {}".format(found.state, wanted, found.text))


def render(scene: Scene, frame: int, name: str = "out") -> str:
    """Render a Write below the node at a frame; return what Nuke says against it, "" when it wrote the file."""
    path = (scene.folder / "{}.%04d.exr".format(name)).as_posix()
    write = nuke.nodes.Write(file=path, file_type="exr", channels="rgba")
    write.setInput(0, scene.node)
    try:
        nuke.execute(write, frame, frame, 1)
    except RuntimeError as error:
        return str(error) or "it raised without a word"
    finally:
        nuke.delete(write)
    expect(os.path.isfile(path % frame), "Nuke wrote no {}".format(path % frame))
    return ""


def build(scene: Scene) -> None:
    """Make the Reads and the node, and save."""
    from cmft_nuke import api

    for name in ("line", "ref"):
        read = nuke.nodes.Read(file=(scene.folder / (name + ".%04d.png")).as_posix(), name=name)
        last = LAST if name == "line" else FIRST
        for knob, number in (("first", FIRST), ("last", last), ("origfirst", FIRST), ("origlast", last)):
            read[knob].setValue(number)
    node = api.create(nuke.toNode("line"), nuke.toNode("ref"))
    node["engine"].setValue(scene.engine)
    nuke.scriptSaveAs(scene.script.as_posix(), 1)
    inputs = [node.input(index) for index in range(3)]
    names = [found and found.name() for found in inputs]
    expect(names == ["line", "ref", None], "the inputs are {}, not line, ref and nothing".format(names))
    expect({"confidence", "unknown", "flats", "CryptoPalette00"} <= set(nuke.layers()), "a layer is not declared")


def not_coloured(scene: Scene) -> None:
    """A node without a result renders an error that says so."""
    state_is(scene, "not coloured")
    said = render(scene, FIRST)
    expect("not coloured" in said, "the render says: {}".format(said or "nothing, it went through"))


def one_frame(scene: Scene) -> None:
    """One frame of the range is coloured: the node counts, that frame renders, another is an error."""
    from cmft_nuke import api

    api.colorize(scene.node, FIRST)
    state_is(scene, "incomplete")
    expect(not render(scene, FIRST), "the coloured frame does not render")
    expect("not coloured" in render(scene, LAST), "the frame that is not coloured renders")


def whole(scene: Scene) -> None:
    """The rest is coloured, and every frame renders."""
    from cmft_nuke import api

    api.colorize(scene.node)
    state_is(scene, "ready")
    for frame in range(FIRST, LAST + 1):
        said = render(scene, frame)
        expect(not said, "frame {}: {}".format(frame, said))


def outside(scene: Scene) -> None:
    """A frame outside of the range is an error, held or black, as chosen."""
    expect("not coloured" in render(scene, LAST + 1), "it is no error")
    for choice in ("hold", "black"):
        scene.node["outside"].setValue(choice)
        said = render(scene, LAST + 1, choice)
        expect(not said, "{}: {}".format(choice, said))
    scene.node["outside"].setValue("error")


def stale(scene: Scene) -> None:
    """A changed setting, and a changed knob above a Dot, are seen; changed back all is ready."""
    gap = scene.node["gap_px"].value()
    scene.node["gap_px"].setValue(gap + 1)
    state_is(scene, "stale")
    expect("stale" in render(scene, FIRST), "a stale result renders")
    scene.node["gap_px"].setValue(gap)
    state_is(scene, "ready")
    line = cast(nuke.Node, nuke.toNode("line"))
    dot = nuke.nodes.Dot()
    dot.setInput(0, line)
    scene.node.setInput(0, dot)
    state_is(scene, "ready")
    line["premultiplied"].setValue(True)
    state_is(scene, "stale")
    line["premultiplied"].setValue(False)
    state_is(scene, "ready")


def deleted_plate(scene: Scene) -> None:
    """A plate that goes is counted, and comes back."""
    from cmft_nuke.nodes import result_pattern

    plate = result_pattern(scene.node) % LAST
    os.rename(plate, plate + ".away")
    state_is(scene, "incomplete")
    expect("not coloured" in render(scene, LAST), "the frame without a plate renders")
    os.rename(plate + ".away", plate)
    state_is(scene, "ready")


def reopened(scene: Scene) -> None:
    """The saved script is ready when it is opened, and names its plates relative to itself."""
    nuke.scriptSave(scene.script.as_posix())
    expect("[file dirname" in scene.script.read_text(encoding="utf-8").replace("\\", ""), "the plates' path is whole")
    nuke.scriptClear()
    nuke.scriptOpen(scene.script.as_posix())
    state_is(scene, "ready")
    expect(not render(scene, FIRST, "reopened"), "it does not render")


def frozen(scene: Scene) -> None:
    """Freeze to Read makes a Read that takes the node's place."""
    from cmft_nuke import api

    read = api.freeze(scene.node)
    expect(read.Class() == "Read", "it is a {}".format(read.Class()))


STEPS: Tuple[Callable[[Scene], None], ...] = (
    build, not_coloured, one_frame, whole, outside, stale, deleted_plate, reopened, frozen,
)


def facts() -> Iterator[str]:
    """Yield what only a real Nuke can tell, for whoever reads the result."""
    yield "Nuke {}, Python {}, {}".format(nuke.NUKE_VERSION_STRING, platform.python_version(), platform.platform())
    dot, read = nuke.nodes.Dot(), nuke.nodes.Read()
    yield "opHashes of a Dot: {}, of a Read: {}".format(len(dot.opHashes()), len(read.opHashes()))
    yield "colour spaces of a Read: {}".format(", ".join(cast(nuke.Enumeration_Knob, read["colorspace"]).values()[:8]))
    yield "lastHitGroup: {}".format("there" if hasattr(nuke, "lastHitGroup") else "not there")
    for node in (dot, read):
        nuke.delete(node)


def walk(scene: Scene) -> Iterator[str]:
    """Do every step, also after one that failed, and yield its line."""
    from cmft_engine.protocol.errors import CmftError

    for number, step in enumerate(STEPS, 1):
        words = (step.__doc__ or "").splitlines()[0]
        try:
            step(scene)
        except (CmftError, *WRONG) as error:  # whatever Nuke does otherwise is the finding
            yield "FAIL {} {} {}: {}".format(number, words, type(error).__name__, " ".join(str(error).split()))
            sys.stderr.write(traceback.format_exc())
        else:
            yield "PASS {} {}".format(number, words)


def main(result: Path, engine: str = "") -> int:
    """Walk all steps in a folder that goes afterwards, write the result, and return the exit code."""
    folder = Path(tempfile.mkdtemp(prefix="cmft_selfcheck_"))
    try:
        for frame in range(FIRST, LAST + 1):
            shutil.copy(str(SHOT / "line.{}.png".format(frame)), str(folder))
        shutil.copy(str(SHOT / "ref.{}.png".format(FIRST)), str(folder))
        lines: List[str] = list(facts())
        lines += walk(Scene(folder, folder / "selfcheck.nk", engine))
    finally:
        shutil.rmtree(str(folder), ignore_errors=True)
    passed = sum(line.startswith("PASS") for line in lines)
    lines.append("{} of {} steps are in order".format(passed, len(STEPS)))
    result.write_text("\n".join(lines) + "\n", encoding="utf-8")
    nuke.tprint("\n".join([*lines, "written to {}".format(result)]))
    return 0 if passed == len(STEPS) else 1


def _arguments(given: Sequence[str]) -> Path:
    return Path(given[0]) if given else Path.cwd() / RESULT


if __name__ == "__main__":
    nuke.pluginAddPath(HERE.replace("\\", "/"))
    raise SystemExit(main(_arguments(sys.argv[1:]).resolve()))
