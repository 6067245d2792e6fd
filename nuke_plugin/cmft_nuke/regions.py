"""What the lines of a frame enclose, drawn by the engine and shown in a Read. Main thread only, one undo step."""

from typing import Optional, Sequence, cast

import nuke

from cmft_engine.protocol.host.sequences import Plates
from cmft_engine.protocol.host.tools import draw_regions

from .bake import LINE
from .engine import engine_command
from .freeze import make_read
from .nodes import cache_folder, one_undo, set_range, text
from .shot_job import plates_of, settings_of

_FOLDER = "regions"  # in the node's own


def show(group: nuke.Group, frames: Sequence[int]) -> nuke.Node:
    """Return a Read of pictures of the regions at frames, the one that the node has already when there is one.

    Raises InputError, SettingsError, Cancelled, and EngineError with what the engine says.
    """
    engine, settings, folder = engine_command(text(group, "engine")), settings_of(group), cache_folder(group) / _FOLDER
    lines = plates_of(group, LINE, frames, folder)
    pictures = draw_regions(engine, lines, frames, settings, folder=folder, name=group.fullName())
    with one_undo("CMFT: regions of {}".format(group.fullName())):
        read = _read_of(group, pictures)
        read = make_read(group, pictures.pattern, (min(frames), max(frames))) if read is None else read
        set_range(read, min(frames), max(frames))
        read["label"].setValue("regions of {}".format(group.name()))
        cast(nuke.Script_Knob, read["reload"]).execute()
    return read


def _read_of(group: nuke.Group, pictures: Plates) -> Optional[nuke.Node]:
    """Return the Read beside the node that shows these pictures already."""
    with group.parent():
        return next((read for read in nuke.allNodes("Read")
                     if cast(nuke.File_Knob, read["file"]).getText() == pictures.pattern), None)
