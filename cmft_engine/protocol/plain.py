"""Texts for a person: made safe for a terminal or a log, as commands, and numbers with what they count.

What a file's name holds cannot move the cursor, colour or hide anything.
"""

import os
import shlex
import subprocess
import unicodedata

_KEPT = "\n\t"
_HIDING = ("Cc", "Cf", "Cs", "Co", "Zl", "Zp")  # controls, invisible marks, broken letters, line ends of their own


def plain(text: str) -> str:
    """Return a text with its control characters, invisible marks and broken letters written out, as "\\x1b".

    Line ends and tabs stay. A letter joined of several by U+200D is taken apart.
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(one if one in _KEPT or unicodedata.category(one) not in _HIDING else _written(one) for one in text)


def shell_line(*words: str) -> str:
    """Return a command line to be copied into a shell of this machine, whatever letters its words hold."""
    return subprocess.list2cmdline(words) if os.name == "nt" else " ".join(map(shlex.quote, words))


def counted(number: int, thing: str) -> str:
    """Return a number with what it counts, as "1 region" or "1,310 regions"."""
    return "{:,} {}{}".format(number, thing, "" if number == 1 else "s")


def _written(one: str) -> str:
    code = ord(one)
    if code < 0x100:
        return "\\x{:02x}".format(code)
    if 0xDC80 <= code <= 0xDCFF:  # a byte of a name that is no UTF-8
        return "\\x{:02x}".format(code - 0xDC00)
    return "\\u{:04x}".format(code) if code < 0x10000 else "\\U{:08x}".format(code)
