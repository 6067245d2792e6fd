"""A palette of the node's references, written by the engine and set on the node. Main thread only, one undo step."""

import nuke

from cmft_engine.protocol.host.tools import extract_palette

from .bake import LINE, on_disk, source_read, view_of
from .engine import engine_command
from .moves import store_palette
from .nodes import cache_folder, one_undo, text
from .shot_job import references_of, settings_of

_FOLDER = "palette"  # in the node's own, for references that Nuke writes


def extract(group: nuke.Group, path: str, *, overwrite: bool) -> str:
    """Write the paints of the references as a palette, set it on the node, and return what the engine says.

    path: .json or .gpl. A painting is read with its line plate where that is a file. Raises InputError, SettingsError,
    Cancelled, and EngineError with what the engine says.
    """
    engine, settings = engine_command(text(group, "engine")), settings_of(group)
    references = []
    for one in references_of(group, cache_folder(group) / _FOLDER):
        read = source_read(group.input(LINE)) if one.frame is not None and one.lines is None else None
        lines = on_disk(read, [one.frame], view_of(group)) if read is not None and one.frame is not None else None
        references.append(one if lines is None else one._replace(lines=lines.path(one.frame or 0)))
    said = extract_palette(engine, references, settings, out=path, overwrite=overwrite, name=group.fullName())
    with one_undo("CMFT: palette of {}".format(group.fullName())):
        store_palette(group, path)
    return said
