"""The files that a node names, such as references: kept relative to the .blend, found again after it was moved."""

import os
from typing import Any

import bpy

from cmft_engine.protocol.host.places import found, inside

_RELATIVE = "//"


def folder_now() -> str:
    """Return the folder of the open file, "" while it has none."""
    return os.path.dirname(str(bpy.data.filepath))


def whole_path(values: Any, path: str) -> str:
    """Return the whole path of a file that a node's properties name.

    One that is relative is looked for beside the file, then where the file lay when it was stored.
    """
    if not path.startswith(_RELATIVE):
        return path
    return found(path[len(_RELATIVE):].replace("\\", "/"), [folder_now(), values.place]) if path != _RELATIVE else ""


def stored_path(path: str) -> str:
    """Return a path as the file keeps it: relative to the .blend where it lies inside of its folder."""
    relative = inside(str(bpy.path.abspath(path)), folder_now()) if path else ""
    return _RELATIVE + relative if relative else path


def settle(values: Any) -> None:
    """Store every path anew for the place where the file is now."""
    named = [(one, name) for one in values.references for name in ("path", "lines")]
    for owner, name in [*named, (values, "palette")]:
        path = stored_path(whole_path(values, getattr(owner, name)))
        if path != getattr(owner, name):
            setattr(owner, name, path)
    if values.place != folder_now():
        values.place = folder_now()
