"""What the engine can read from disk as it is, and writing out what it cannot. Main thread only."""

from contextlib import contextmanager
from pathlib import Path
from typing import Iterator, List, Optional, Sequence, Tuple

import nuke

from cmft_engine.protocol.errors import Cancelled, EngineError, InputError
from cmft_engine.protocol.file_formats import is_plate
from cmft_engine.protocol.host.sequences import Plates, existing, token_of
from cmft_engine.protocol.job import frame_runs

from .nodes import inner, no_undo, text

INPUTS = ("line", "ref", "mask", "ref_line")
LINE, REF, MASK, REF_LINE = range(len(INPUTS))
_WRITES = {LINE: "BakeLine", REF: "BakeRef", REF_LINE: "BakeRefLine"}
_PASSED = ("Dot", "NoOp", "PostageStamp")
_LINEAR = ("linear", "scene_linear", "scene-linear")


_baking: List[str] = []  # what is being written just now


def is_baking() -> bool:
    """Say whether an input is being written, so that the render's own callbacks keep still."""
    return bool(_baking)


def source_read(node: Optional[nuke.Node]) -> Optional[nuke.Node]:
    """Return the Read that an input shows unchanged, None when something else is in between."""
    while node is not None and passes(node):
        node = node.input(0)
    return node if node is not None and node.Class() == "Read" else None


def view_of(group: nuke.Group) -> str:
    """Return the view that the node colours. Raises InputError for one that the script does not have."""
    wanted, there = text(group, "view"), nuke.views()
    if wanted and wanted not in there:
        raise InputError("{}: the script has no view {}; it has {}".format(
            group.fullName(), wanted, ", ".join(there)))
    return wanted or str(there[0])


def in_view(pattern: str, view: str) -> str:
    """Return the pattern with Nuke's places for the view filled in: %V its name, %v its first letter."""
    return pattern.replace("%V", view).replace("%v", view[:1])


def pattern_of(read: nuke.Node, view: str) -> str:
    """Return the file pattern of a Read that shows its frames as they are on disk, else "".

    A retime, or a format that the engine does not read, is a reason to bake.
    """
    pattern = in_view((nuke.filename(read) or "").replace("\\", "/"), view)
    retimed = str(read["frame"].value() or "").strip() not in ("", "0") or read["frame_mode"].value() == "start at"
    if retimed or not is_plate(pattern):
        return ""
    return pattern


def is_linear_exr(read: nuke.Node) -> bool:
    """Say whether a Read hands on an EXR's own numbers: only then do the result's colours equal the input's."""
    space = str(read["colorspace"].value() or "").lower()
    is_exr = (nuke.filename(read) or "").lower().endswith(".exr")
    role = space.partition(" (")[0]  # under OCIO lists hold roles with their target, such as scene_linear (ACEScg)
    return is_exr and bool(read["raw"].value() or space == "default" or role in _LINEAR)


def on_disk(read: Optional[nuke.Node], frames: Sequence[int], view: str) -> Optional[Plates]:
    """Return the plates of a Read when every frame is a file within its range, else None: then it must be baked."""
    pattern = pattern_of(read, view) if read is not None else ""
    if read is None or not pattern:
        return None
    if token_of(pattern) is None:
        return Plates(pattern) if len(frames) == 1 and existing(pattern, frames) else None
    first, last = int(read["first"].value()), int(read["last"].value())
    inside = all(first <= frame <= last for frame in frames)
    return Plates(pattern) if inside and len(existing(pattern, frames)) == len(frames) else None


def bake(group: nuke.Group, which: int, frames: Sequence[int], folder: Path) -> Plates:
    """Write one input's rgba, as 32-bit EXR with Nuke's own numbers, at these frames. Raises Cancelled, EngineError."""
    path = (folder / "{}.%04d.exr".format(INPUTS[which])).as_posix()
    render(inner(group, _WRITES[which]), path, frames, view_of(group))
    missing = [frame for frame in frames if frame not in existing(path, frames)]
    if missing:
        raise EngineError("{}: Nuke wrote no file for frame {} of its {} input to {}; check that the folder can be "
                          "written".format(group.fullName(), missing[0], INPUTS[which], folder))
    return Plates(path)


def bake_node(source: nuke.Node, frame: int, path: Path, view: str) -> None:
    """Write one frame of any node, leaving selection and undo as they are. Raises as `bake` does."""
    with no_undo(), source.parent():
        write = nuke.nodes.Write(file_type="exr", channels="rgba", raw=True, create_directories=True)
        try:
            write.setInput(0, source)
            write["datatype"].setValue("32 bit float")
            render(write, path.as_posix(), [frame], view)
        finally:
            nuke.delete(write)
    if not path.is_file():
        raise EngineError("{}: Nuke wrote no file for frame {}; check that the folder can be written".format(
            path, frame))


def render(write: nuke.Node, path: str, frames: Sequence[int], view: str) -> None:
    """Render a Write's view at full resolution; it is disabled again afterwards, whatever happens.

    Raises InputError for a folder that cannot be made or an input that cannot be rendered, and Cancelled.
    """
    try:
        Path(path).parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError("{}: the folder cannot be made ({}); choose another Cache folder on the tab Output".format(
            Path(path).parent, error.strerror)) from error
    with no_undo(), _full_resolution():
        write["file"].setValue(path)
        write["disable"].setValue(False)
        _baking.append(path)
        try:
            for first, last in frame_runs(frames):
                nuke.execute(write, first, last, 1, [view])
        except nuke.CancelledError as error:
            raise Cancelled("cancelled while the inputs were written") from error
        except RuntimeError as error:
            raise _render_error(write, error) from error
        finally:
            _baking.remove(path)
            write["disable"].setValue(True)
            write["file"].setValue("")


def _render_error(write: nuke.Node, error: RuntimeError) -> Exception:
    if "cancel" in str(error).lower():
        return Cancelled("cancelled while the inputs were written")
    return InputError("{}: Nuke could not render this input ({}); view it in a Viewer and mend what is red".format(
        write.fullName(), error))


@contextmanager
def _full_resolution() -> Iterator[None]:
    proxy = nuke.root()["proxy"]
    before = proxy.value()
    if before:
        proxy.setValue(False)
    try:
        yield
    finally:
        if before:
            proxy.setValue(before)


def passes(node: nuke.Node) -> bool:
    """Say whether a node hands its input on as it is."""
    knob = node.knob("disable")
    is_disabled = knob is not None and bool(knob.value()) and node.inputs() > 0
    return is_disabled or node.Class() in _PASSED


def input_range(group: nuke.Group, which: int) -> Tuple[int, int]:
    """Return first and last frame of an input. Raises InputError when nothing is connected."""
    found = group.input(which)
    if found is None:
        raise InputError("{}: connect the {} input".format(group.fullName(), INPUTS[which]))
    frames = found.frameRange()
    return int(frames.first()), int(frames.last())
