"""Tcl as scripts need it: an interpreter for each thread, lists taken apart and words quoted."""

from __future__ import annotations

import functools
import re
import threading
import tkinter
from typing import Dict, List, Tuple

from .faults import ScriptError

PLAIN = re.compile(r"^[A-Za-z0-9_./:%#@+,=~-]+$")
_MADE: Dict[int, tkinter.Tk] = {}  # Tcl belongs to the thread that made it


def interpreter() -> tkinter.Tk:
    """Return this thread's interpreter, made when first needed; it runs no script, only safe children of it do."""
    thread = threading.get_ident()
    if thread not in _MADE:
        _MADE[thread] = tkinter.Tcl()
    return _MADE[thread]


def split(text: str, where: str) -> List[str]:
    """Return the words of a Tcl list; raises ScriptError when it is not one."""
    try:
        return list(_words(text))
    except tkinter.TclError as error:
        raise ScriptError(f"{where}: not a well-formed list: {error}: {text[:60]!r}") from None


@functools.lru_cache(maxsize=10000)
def _words(text: str) -> Tuple[str, ...]:
    return tuple(map(str, interpreter().tk.splitlist(text)))


def quoted(text: str) -> str:
    """Return a text as one word of a .nk list, escaped so that braces balance and Tcl substitutes nothing."""
    if PLAIN.match(text) and not text.startswith("#"):
        return text
    escaped = text.replace("\\", "\\\\")
    for letter in '"[]${}':
        escaped = escaped.replace(letter, "\\" + letter)
    return '"' + escaped.replace("\n", "\\n").replace("\t", "\\t") + '"'
