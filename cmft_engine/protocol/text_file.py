"""Text files that are written whole or not at all, and read whatever program saved them.

Knows nothing of what is in them.
"""

import codecs
import errno
import os
import re
from pathlib import Path
from typing import Union

NAME_BYTES = 255  # of a file's name, on every usual file system
_REMEDIES = {
    errno.ENAMETOOLONG: "give it a shorter name",
    errno.ENOSPC: "free disk space",
    errno.EDQUOT: "free disk space, your quota is used up",
    errno.EACCES: "allow writing there, or choose another output folder",
    errno.EPERM: "allow writing there, or choose another output folder",
    errno.EROFS: "choose another output folder, that one is read-only",
    errno.ENOTDIR: "choose another output folder, a file stands where a folder should be",
    errno.EEXIST: "choose another output folder, a file stands where a folder should be",
    errno.EISDIR: "choose another name, a folder has this one",
    errno.EINVAL: "choose a name that the file system takes",
    errno.EILSEQ: "choose a name that the file system takes",
}
_DOES_NOT_FIT = re.compile(r"compliant|support|does not allow|not allowed|unknown|channels|too (large|big|wide|many)|"
                           r"resolution|dimension", re.IGNORECASE)  # what a library says of what it cannot write
_BYTE_ORDER_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF32_LE, "utf-32"), (codecs.BOM_UTF32_BE, "utf-32"),
                     (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


def read_text(path: Union[str, Path]) -> str:
    """Return the text of a UTF-8 file, or of one in UTF-16 or UTF-32 with a byte order mark, which is left out.

    Raises OSError, and UnicodeDecodeError for what is no such text.
    """
    raw = Path(path).read_bytes()
    encoding = next((name for mark, name in _BYTE_ORDER_MARKS if raw.startswith(mark)), "utf-8")
    return raw.decode(encoding).replace("\r\n", "\n").replace("\r", "\n")


def temporary_name(stem: str, ending: str) -> str:
    """Return ".stem" and an ending as the name of a hidden file, the stem cut where a file system takes no more."""
    room = NAME_BYTES - 1 - len(os.fsencode(ending))
    kept = os.fsencode(stem)[:room].decode("utf-8", "ignore")
    return "." + (stem if len(os.fsencode(stem)) <= room else kept) + ending


def write_remedy(error: OSError, path: Union[str, Path]) -> str:
    """Return what to do when a file cannot be written, by the system's or the library's reason."""
    if error.errno in _REMEDIES:
        return _REMEDIES[error.errno]
    if error.errno is None and _DOES_NOT_FIT.search(str(error)):
        return "choose another format, such as .png or .exr"
    return "free disk space, allow writing there, or choose another output folder"


def write_text(path: Union[str, Path], text: str) -> None:
    """Write UTF-8 text under a temporary name beside `path`, then rename it; missing folders are made.

    A letter that is no Unicode, of a file's name, is written as "?". Raises OSError and then leaves nothing behind; a
    file that was there stays as it was.
    """
    target = Path(path)
    temporary = target.with_name(temporary_name(target.name, ".{}.tmp".format(os.getpid()))[1:])
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        with open(str(temporary), "w", encoding="utf-8", errors="replace", newline="\n") as stream:
            stream.write(text)
        os.replace(str(temporary), str(target))
    except BaseException:
        if temporary.exists():
            temporary.unlink()
        raise
