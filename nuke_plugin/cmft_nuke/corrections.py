"""Repainted frames that become references. Main thread only, one undo step."""

import itertools
import os
from pathlib import Path
from typing import Optional, Union

import nuke

from cmft_engine.protocol.errors import InputError
from cmft_engine.protocol.host.sequences import plate_path

from .bake import bake_node, view_of
from .moves import store_corrections
from .nodes import cache_folder, one_undo
from .shot_job import read_corrections

Source = Union[nuke.Node, str, Path]


def add(group: nuke.Group, source: Source, frame: Optional[int] = None) -> str:
    """Make a frame (the current one) a reference: `source` is a node that shows it repainted, or a file.

    A node's picture is written beside the node's results; a file is taken where it is. Returns the file.
    """
    at = int(nuke.frame()) if frame is None else int(frame)
    path = _written(group, source, at) if isinstance(source, nuke.Node) else _given(source, at)
    corrections = dict(read_corrections(group))
    corrections[at] = path
    with one_undo("CMFT: correction at frame {}".format(at)):
        store_corrections(group, corrections)
    return path


def _written(group: nuke.Group, source: nuke.Node, frame: int) -> str:
    folder = cache_folder(group) / "corrections"
    names = (folder / "frame.{}.v{}.exr".format(frame, number) for number in itertools.count(1))
    path = next(path for path in names if not path.exists())  # an older script may still use the older picture
    bake_node(source, frame, path, view_of(group))
    return path.as_posix()


def _given(source: Union[str, Path], frame: int) -> str:
    path = plate_path(os.fspath(source).replace("\\", "/"), frame)
    if not os.path.isfile(path):
        raise InputError("{}: there is no such picture; choose the repainted frame {}".format(path, frame))
    if ";" in path:
        raise InputError("{}: a semicolon in a file's name cannot be kept on the list; rename it".format(path))
    return path
