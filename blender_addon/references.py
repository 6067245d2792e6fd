"""The references of a node: which painted drawings at which frames, as files, and what must be rendered first."""

import os
from pathlib import Path
from typing import Any, List, NamedTuple, Optional, Sequence, Tuple

import bpy

from cmft_engine.protocol.errors import InputError
from cmft_engine.protocol.host.sequences import Plates
from cmft_engine.protocol.job import JobReference

from .inputs import (
    Source,
    is_connected,
    line_source,
    origin,
    painted_frame,
    reference_source,
    shift_of_lines,
    source_of,
    wanted_frames,
)
from .names import LINE_ART, REFERENCE, REFERENCE_LINES
from .nodes import NodeInstance
from .places import whole_path
from .prep import OWN_LINES, REFERENCES, Renderer, RenderRequest, ask_for


class Painted(NamedTuple):
    """A reference: its frame in the scene (None for a sheet), its file (None for one to render), its own line art.

    at: the frame at which the inputs show it, None for a file of the list; has_rendered_lines: its own line art is
    rendered there.
    """

    frame: Optional[int]
    path: Optional[str] = None
    at: Optional[int] = None
    lines: Optional[str] = None
    has_rendered_lines: bool = False


def references_of(instance: NodeInstance, folder: Path) -> Tuple[JobReference, ...]:
    """Return the references as files, each with its line art where that is a file; renders those that are none.

    Returns when all is rendered. Raises InputError, SettingsError, EngineError.
    """
    lines = line_source(instance) if is_connected(instance, LINE_ART) else None
    shift = shift_of_lines(lines)
    _, painted = find_references(instance, wanted_frames(instance, lines), shift)
    rendering = ask_for(instance, folder, reference_jobs(painted))
    if rendering is not None:
        Renderer(rendering).render(lambda _: None)
    found = job_references(painted, rendering, shift)
    if lines is None or lines.plates is None:
        return found
    at_frame = Plates(lines.plates.pattern)  # by the numbers of the job
    return tuple(one._replace(lines=at_frame.path(one.frame)) if one.lines is None and one.frame is not None
                 and os.path.isfile(at_frame.path(one.frame)) else one for one in found)


def find_references(instance: NodeInstance, wanted: Tuple[int, ...],
                shift: int) -> Tuple[Optional[Source], Tuple[Painted, ...]]:
    """Return what is on Reference, None when nothing there is asked or it must be rendered, and the references."""
    source = reference_source(instance) if _needs_reference(instance) else None
    painted = _painted(instance, source, wanted, shift)
    if not is_connected(instance, REFERENCE_LINES):
        return source, painted
    drawn = source_of(instance, REFERENCE_LINES)
    return source, tuple(one if one.at is None else _with_lines(instance, one, drawn) for one in painted)


def _with_lines(instance: NodeInstance, painted: Painted, drawn: Optional[Source]) -> Painted:
    """Return a reference of the input Reference with the line art on Reference Lines; None must be rendered."""
    assert painted.at is not None  # asked by the caller
    if drawn is None:
        return painted._replace(has_rendered_lines=True)
    path = drawn.still if drawn.plates is None else drawn.plates.path(painted.at)
    return painted._replace(lines=existing_file(instance, path or "", "line art of the reference at frame {}".format(
        painted.at)))


def reference_jobs(painted: Sequence[Painted]) -> List[Tuple[str, str, Tuple[int, ...]]]:
    """Return what must be rendered for references: the plates' name, the input, the frames."""
    pictures = tuple(sorted({one.at for one in painted if one.path is None and one.at is not None}))
    lines = tuple(sorted({one.at for one in painted if one.has_rendered_lines and one.at is not None}))
    jobs = [(REFERENCES, REFERENCE, pictures), (OWN_LINES, REFERENCE_LINES, lines)]
    return [job for job in jobs if job[2]]


def _needs_reference(instance: NodeInstance) -> bool:
    """Say whether the Reference input is used: not when the list names a file for each of its lines."""
    listed = instance.group.cmft.references
    if len(listed) and all(one.path for one in listed):
        return False
    origin(instance, REFERENCE)
    return True


def implied_references(instance: NodeInstance) -> Tuple[int, ...]:
    """Return the frames of the references that an empty list stands for; none when nothing tells."""
    if not is_connected(instance, REFERENCE):
        return ()
    source = reference_source(instance)
    if source is None:
        return ()
    if source.still is None:
        return source.frames
    lines = line_source(instance) if is_connected(instance, LINE_ART) else None
    shift = lines.plates.shift if lines is not None and lines.plates is not None else 0
    try:
        return (painted_frame(instance, source.still, wanted_frames(instance, lines), shift),)
    except InputError:
        return ()


def _painted(instance: NodeInstance, source: Optional[Source], wanted: Tuple[int, ...],
             shift: int) -> Tuple[Painted, ...]:
    listed = instance.group.cmft.references
    if len(listed):
        found = [_of_line(instance, line, source) for line in listed]
        frames = [one.frame for one in found if one.frame is not None]
        twice = sorted({frame for frame in frames if frames.count(frame) > 1})
        if twice:
            raise InputError("{}: frame {} is on the list of references twice; remove one".format(
                instance.name, twice[0]))
        return tuple(found)
    if source is not None and source.plates is not None:
        return tuple(Painted(frame, source.plates.path(frame), frame) for frame in source.frames)
    if source is not None and source.still is not None:
        path = existing_file(instance, source.still, "picture")
        frame = painted_frame(instance, path, wanted, shift)
        return (Painted(frame, path, frame),)
    raise InputError("{}: at which frames does Reference show a painted drawing? Go there and press Add Reference "
                     "Frame".format(instance.name))


def _of_line(instance: NodeInstance, line: Any, source: Optional[Source]) -> Painted:
    """Return the reference of one line of the list."""
    frame = None if line.is_sheet else int(line.frame)
    if line.path:
        values = instance.group.cmft
        path = existing_file(instance, whole_path(values, line.path), _painting(line))
        own = whole_path(values, line.lines)
        what = "line art of the {}".format(_painting(line))
        return Painted(frame, path, lines=existing_file(instance, own, what) if own else None)
    at = int(line.frame)
    if source is not None and source.still is not None:
        return Painted(frame, existing_file(instance, source.still, _painting(line)), at)
    if source is not None and source.plates is not None:
        return Painted(frame, existing_file(instance, source.plates.path(at), _painting(line)), at)
    return Painted(frame, at=at)


def _painting(line: Any) -> str:
    return "character sheet" if line.is_sheet else "painting of frame {}".format(line.frame)


def existing_file(instance: NodeInstance, path: str, what: str) -> str:
    """Return the whole path of a file that the node names. Raises InputError, which says what is gone."""
    found = str(bpy.path.abspath(path))
    if not os.path.isfile(found):
        raise InputError("{}: there is no {}: {}; choose another or take it off".format(instance.name, what, found))
    return found


def missing_files(instance: NodeInstance) -> Tuple[str, ...]:
    """Return what the list names and is not there, each with its frame and its whole path."""
    values, found = instance.group.cmft, []
    for line in values.references:
        for what, name in ((_painting(line), line.path), ("line art of the {}".format(_painting(line)), line.lines)):
            path = str(bpy.path.abspath(whole_path(values, name)))
            if name and not os.path.isfile(path):
                found.append("there is no {}: {}".format(what, path))
    return tuple(found)


def job_references(painted: Sequence[Painted], rendering: Optional[RenderRequest],
                   shift: int) -> Tuple[JobReference, ...]:
    """Return references as a job names them, those at frames first; shift: from the scene's frame to the plate's."""
    ordered = sorted(painted, key=lambda one: (one.frame is None, one.frame or 0))
    return tuple(JobReference(one.path or _rendered(rendering, REFERENCES, one),
                              None if one.frame is None else one.frame + shift,
                              _rendered(rendering, OWN_LINES, one) if one.has_rendered_lines else one.lines)
                 for one in ordered)


def _rendered(rendering: Optional[RenderRequest], name: str, painted: Painted) -> str:
    assert rendering is not None and painted.at is not None  # what has no file is one of its jobs
    return rendering.plates(name).path(painted.at)
