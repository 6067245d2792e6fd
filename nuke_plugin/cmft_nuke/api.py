"""CMFT from Python, in Nuke's window and in `nuke -t`: create, colorize, status, and what the buttons do.

Errors are those of `cmft_engine.protocol.errors`; every message says what to do.
"""

from pathlib import Path
from typing import Iterable, NamedTuple, Optional, Tuple, Union, cast

import nuke

from cmft_engine.protocol.errors import InputError
from cmft_engine.protocol.host import tools
from cmft_engine.protocol.host.command import EngineMissing
from cmft_engine.protocol.host.review_window import ReviewWindow
from cmft_engine.protocol.host.state import ENGINE_MISSING, WORDS
from cmft_engine.protocol.job import parse_frames

from . import corrections, fixes, palettes, results, reviewing, runner
from . import freeze as freezing
from . import regions as region_views
from . import upgrade as upgrading
from .engine import engine_command
from .nodes import as_cmft, own_identity, quietly, result_pattern, set_state, text, value
from .shot_job import prepare
from .signature import forget, signature
from .template import TEMPLATE

__all__ = ["Status", "add_correction", "cancel", "colorize", "colour", "create", "create_at_selection", "export_job",
           "extract_palette", "fix_region", "freeze", "regions", "report", "review", "status", "swap_palette",
           "undo_fix", "upgrade"]

Frames = Union[int, str, Iterable[int], None]


class Status(NamedTuple):
    """What `status` returns. `state` is "not coloured", "ready", "stale" or "engine missing"."""

    state: str
    text: str
    first: int
    last: int
    result: str
    running: bool


def create(line: Optional[nuke.Node] = None, ref: Optional[nuke.Node] = None,
           mask: Optional[nuke.Node] = None) -> nuke.Group:
    """Make a CMFT node connected to these nodes and to nothing else."""
    for selected in nuke.selectedNodes():
        selected.setSelected(False)  # pasting would connect to it
    group = as_cmft(nuke.nodePaste(TEMPLATE.as_posix()))
    for index, node in enumerate((line, ref, mask)):
        group.setInput(index, node)
    return group


def create_at_selection() -> nuke.Group:
    """Make a CMFT node as Nuke's menus do: connected to what is selected, its panel open."""
    with graph_now():
        group = as_cmft(nuke.nodePaste(TEMPLATE.as_posix()))
    group.showControlPanel()
    return group


def graph_now() -> nuke.Group:
    """Return the Group whose node graph the person is in, as Nuke's own Paste asks for it; else the root."""
    asked = getattr(nuke, "lastHitGroup", None)  # not in every stub of Nuke's module
    return cast(nuke.Group, asked() if asked is not None else nuke.root())


def colorize(node: nuke.Node, frames: Frames = None) -> runner.Run:
    """Bake what is needed and colour the node's range, or some frames of it.

    In a terminal it returns when all is done and raises what went wrong; in Nuke's window it returns at once and the
    result reaches the node by itself. Frames that are up to date are kept.
    """
    group = as_cmft(node)
    runner.refuse_second(own_identity(group), group.fullName())
    try:
        engine_command(text(group, "engine"))
        return runner.start(prepare(group, parsed_frames(frames)))
    except EngineMissing as error:
        _say_missing(group, error)
        raise


colour = colorize  # its first name, which scripts use


def _say_missing(group: nuke.Group, error: EngineMissing) -> None:
    """Let a node without a result say that there is no engine; one with a result goes on to show it."""
    if not result_pattern(group):
        with quietly():
            set_state(group, ENGINE_MISSING, str(error))


def parsed_frames(frames: Frames) -> Optional[Tuple[int, ...]]:
    """Return frames given as a number, a text such as "1-48x2", or numbers; None for the node's own range."""
    if frames is None:
        return None
    if isinstance(frames, str):
        return parse_frames(frames)
    found = (frames,) if isinstance(frames, int) else tuple(sorted(set(frames)))
    if not found:
        raise InputError("no frames are asked for; give some, or none to take the node's range")
    return tuple(int(frame) for frame in found)


def cancel(node: nuke.Node) -> bool:
    """Stop the node's run; finished frames stay. Returns False when none was running."""
    run = runner.running(str(value(as_cmft(node), "uid")))
    if run is None:
        return False
    run.cancel()
    return True


def status(node: nuke.Node) -> Status:
    """Look thoroughly, store what is true on the node, and return it."""
    group = as_cmft(node)
    forget(group)
    with quietly():
        state = results.refresh(group)
    run = runner.running(str(value(group, "uid")))
    return Status(WORDS[state], str(value(group, "status")), int(value(group, "first")), int(value(group, "last")),
                  result_pattern(group), run is not None)


def add_correction(node: nuke.Node, source: corrections.Source, frame: Optional[int] = None) -> str:
    """Make a frame (the current one) a reference: `source` is a node that shows it repainted, or a file."""
    return corrections.add(as_cmft(node), source, frame)


def fix_region(node: nuke.Node, point: Optional[fixes.Point] = None, color: str = "",
               frame: Optional[int] = None) -> runner.Run:
    """Give the region at a point of a frame (the current one) a colour of the palette, in every frame that shows it.

    point: px from the lower left, the knob Fix point when it is left out; color: a name, likewise. Returns as
    `colorize` does.
    """
    group = as_cmft(node)
    runner.refuse_second(own_identity(group), group.fullName())
    place = fixes.point_of(group) if point is None else point
    return runner.start(fixes.plan_pin(group, place, color or text(group, "fix_color"),
                                       int(nuke.frame()) if frame is None else int(frame)))


def undo_fix(node: nuke.Node) -> runner.Run:
    """Take the latest correction of the node's result back, in all frames. Returns as `colorize` does."""
    group = as_cmft(node)
    runner.refuse_second(own_identity(group), group.fullName())
    return runner.start(fixes.plan_undo(group))


def review(node: nuke.Node) -> ReviewWindow:
    """Open the review window on the node's result, in a process of its own; the node shows what is corrected there."""
    return reviewing.open_window(as_cmft(node))


def regions(node: nuke.Node, frames: Frames = None) -> nuke.Node:
    """Draw what the lines enclose at frames (the current one), and return the Read that shows it."""
    return region_views.show(as_cmft(node), parsed_frames(frames) or (int(nuke.frame()),))


def extract_palette(node: nuke.Node, path: str, *, overwrite: bool = False) -> str:
    """Write the paints of the references as a palette, .json or .gpl, set it on the node; return what was found."""
    return palettes.extract(as_cmft(node), path, overwrite=overwrite)


def swap_palette(node: nuke.Node, palette: str) -> nuke.Node:
    """Return a Read, beside the node, of the result in another palette with the names of the node's palette file."""
    return freezing.swap(as_cmft(node), palette)


def freeze(node: nuke.Node) -> nuke.Node:
    """Return a plain Read of the result that has taken the node's place."""
    return freezing.freeze(as_cmft(node))


def export_job(node: nuke.Node) -> tools.Exported:
    """Bake what is needed, write the job file and the farm's bundle, and return them with their command lines."""
    group = as_cmft(node)
    own_identity(group)
    plan = prepare(group, inputs="inputs." + signature(group))  # later bakes must not change what a farm reads
    return tools.export(plan.work, lambda: engine_command(plan.engine), plan.name)


def upgrade(node: nuke.Node) -> nuke.Group:
    """Return the node, or one of today's layout in its place when an older CMFT had saved it."""
    return upgrading.upgrade(as_cmft(node))


def report(node: nuke.Node) -> Path:
    """Return the HTML report of the result that the node shows. Raises InputError when there is none."""
    found = results.report_file(as_cmft(node))
    if found is None:
        raise InputError("{}: there is no report yet; press Colorize first".format(cast(nuke.Group, node).fullName()))
    return found
