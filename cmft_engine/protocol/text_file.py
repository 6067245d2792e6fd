"""Files that are written whole or not at all, and texts read whatever program saved them.

Knows nothing of what is in them.
"""

import codecs
import errno
import json
import os
import re
import secrets
import stat
from pathlib import Path
from typing import Any, BinaryIO, Callable, Dict, List, Tuple, Union

from .errors import brief
from .owner import owner_of, this_owner

MAX_TEXT_BYTES = 64000000  # of a file that is read as a whole; jobs and palettes have thousands

_PREFIX, _MARK = ".cmft-", ".tmp"
_SUFFIX_BYTES = 32  # of a temporary name, which is far from the 255 that a file system takes; a longer one is left out
_PATH_BYTES = 4095
_REMEDIES = {
    errno.ENOENT: "choose another output folder, that one cannot be made",
    errno.ENAMETOOLONG: "give it a shorter name",
    errno.ENOSPC: "free disk space",
    errno.EDQUOT: "free disk space, your quota is used up",
    errno.EACCES: "allow writing there, or choose another output folder",
    errno.EPERM: "allow writing there, or choose another output folder",
    errno.EROFS: "choose another output folder, that one is read-only",
    errno.ENOTDIR: "choose another output folder, a file stands where a folder should be",
    errno.EEXIST: "choose another output folder, a file stands where a folder should be",
    errno.ELOOP: "choose another output folder, its links lead in a circle",
    errno.EISDIR: "choose another name, a folder has this one",
    errno.EINVAL: "choose a name that the file system takes",
    errno.EILSEQ: "choose a name that the file system takes",
}
_DOES_NOT_FIT = re.compile(r"compliant|support|does not allow|not allowed|unknown|channels|too (large|big|wide|many)|"
                           r"resolution|dimension", re.IGNORECASE)  # what a library says of what it cannot write
_BYTE_ORDER_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF32_LE, "utf-32"), (codecs.BOM_UTF32_BE, "utf-32"),
                     (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


class NoUnicode(UnicodeDecodeError):
    """Bytes that are no text; says at which byte it is seen, and what to do."""

    def __str__(self) -> str:
        """Return a sentence without the names of libraries."""
        return "it is no text in {} from byte {} on; save it as UTF-8".format(self.encoding.upper(), self.start + 1)


def read_text(path: Union[str, Path], *, most: int = MAX_TEXT_BYTES) -> str:
    """Return the text of a UTF-8 file, or of one in UTF-16 or UTF-32 with a byte order mark, which is left out.

    Raises OSError, also for more than `most` bytes, and UnicodeDecodeError for what is no such text.
    """
    return text_of(read_bytes(path, most=most))


def text_of(raw: bytes) -> str:
    """Return the text in the bytes of a file, as `read_text` does. Raises UnicodeDecodeError."""
    encoding = next((name for mark, name in _BYTE_ORDER_MARKS if raw.startswith(mark)), "utf-8")
    try:
        text = raw.decode(encoding)
    except UnicodeDecodeError as error:
        raise NoUnicode(error.encoding, error.object, error.start, error.end, error.reason) from error
    return text.replace("\r\n", "\n").replace("\r", "\n")


def read_bytes(path: Union[str, Path], *, most: int = MAX_TEXT_BYTES) -> bytes:
    """Return the bytes of a file. Raises OSError as `open_plain`, and for more than `most` of them."""
    with open_plain(path) as stream:
        raw = stream.read(most + 1)
    if len(raw) > most:
        raise OSError(errno.EFBIG, os.strerror(errno.EFBIG), str(path))
    return raw


def open_plain(path: Union[str, Path]) -> BinaryIO:
    """Open a file to be read. Raises OSError, also for what is no plain file.

    A pipe that nobody writes to, or a device, would be read for ever.
    """
    try:
        stream = open(str(path), "rb", opener=_open_at_once)  # noqa: SIM115, for the caller to close
    except ValueError as error:  # a name with a NUL, or with half a letter
        raise OSError(errno.EINVAL, os.strerror(errno.EINVAL), str(path)) from error
    if not stat.S_ISREG(os.fstat(stream.fileno()).st_mode):
        stream.close()
        raise OSError(errno.EINVAL, "it is no plain file", str(path))
    return stream


def _open_at_once(path: str, flags: int) -> int:
    """Open a file without waiting for whoever writes to it, if it is a pipe."""
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))


def real_path(path: Union[str, Path]) -> Path:
    """Return where a path leads, links followed; one whose links lead in a circle ends there. Raises nothing."""
    return Path(os.path.realpath(str(path)))


def file_stamp(path: Union[str, Path]) -> Tuple[int, int]:
    """Return what tells one version of a file from the next: when it changed, ns, and bytes; 0, 0 for none."""
    try:
        found = os.stat(str(path))
    except OSError:
        return (0, 0)
    return (found.st_mtime_ns, found.st_size)


def what_is_there(path: Union[str, Path]) -> str:
    """Return what stands in the place of a file that is none, as the end of a sentence."""
    if os.path.isdir(str(path)):
        return "is a folder"
    if os.path.exists(str(path)):
        return "is no plain file"
    return "is a link that leads nowhere" if os.path.islink(str(path)) else "does not exist"


class Twice(ValueError):
    """A field that an object has twice: which one counts is anybody's guess."""


def _each_once(pairs: List[Tuple[str, Any]]) -> Dict[str, Any]:
    """Return the object of these fields; raise Twice where one comes twice."""
    found = dict(pairs)
    if len(found) == len(pairs):
        return found
    names = [name for name, _ in pairs]
    double = next(name for name in names if names.count(name) > 1)
    raise Twice('it has the field "{}" twice in one object'.format(brief(double)))


def parse_json(text: str) -> Any:
    """Return what a JSON text holds. Raises ValueError for any text that is none, however it is nested.

    Twice is raised for a field that comes twice, which Python would pass over.
    """
    try:
        return json.loads(text, object_pairs_hook=_each_once)
    except RecursionError as error:
        raise ValueError("it is nested too deeply") from error
    except (json.JSONDecodeError, Twice):
        raise
    except ValueError as error:  # Python's limit
        raise ValueError("it holds a number of thousands of digits") from error


def is_unicode(text: str) -> bool:
    """Say whether a text has no half letters, as bytes that are no UTF-8 are read."""
    try:
        text.encode("utf-8")
    except UnicodeError:
        return False
    return True


def is_text(text: str) -> bool:
    """Say whether a text is one that every program takes: no NUL, no half letters."""
    return "\0" not in text and is_unicode(text)


def is_path(text: str) -> bool:
    """Say whether a text can be the path of a file: no NUL, no half letters, no longer than systems take."""
    try:
        return "\0" not in text and len(os.fsencode(text)) <= _PATH_BYTES
    except UnicodeError:
        return False


def write_remedy(error: OSError, path: Union[str, Path]) -> str:
    """Return what to do when a file cannot be written, by the system's or the library's reason."""
    if error.errno in _REMEDIES:
        return _REMEDIES[error.errno]
    if error.errno is None and _DOES_NOT_FIT.search(str(error)):
        return "choose another format, such as .png or .exr"
    return "free disk space, allow writing there, or choose another output folder"


def write_text(path: Union[str, Path], text: str) -> None:
    """Write UTF-8 text under a temporary name beside `path`, then rename it; missing folders are made.

    A link at `path` is replaced, what it points to stays. A letter that is no Unicode, of a file's name, is written as
    "?". Raises OSError and then leaves nothing behind; a file that was there stays as it was.
    """
    def fill(temporary: Path) -> None:
        with open(str(temporary), "w", encoding="utf-8", errors="replace", newline="\n") as stream:
            stream.write(text)

    write_whole(Path(path), fill)


def write_whole(target: Path, fill: Callable[[Path], None]) -> None:
    """Write a file as `write_text` does; fill: writes what it is to hold into the temporary file that it is given."""
    target.parent.mkdir(parents=True, exist_ok=True)
    temporary = make_temporary(target)
    try:
        fill(temporary)
        os.replace(str(temporary), str(target))
    except BaseException:
        remove_quietly(temporary)
        raise


def write_new(path: Path, text: str) -> None:
    """Write a file that must not be there yet, whole or not at all. Raises OSError.

    Half letters, of a file's name, are written as they are.
    """
    stream = open(str(path), "x", encoding="utf-8", errors="surrogatepass")  # noqa: SIM115, closed before it is removed
    try:
        with stream:
            stream.write(text)
    except BaseException:
        remove_quietly(path)
        raise


def make_temporary(target: Path) -> Path:
    """Make an empty file beside `target` with its suffix, and return its path. Raises OSError.

    The name says which process made it and is random besides, so that it is short whatever the target's is; whatever
    stands there already, a link too, is left alone.
    """
    suffix = target.suffix if len(os.fsencode(target.suffix)) <= _SUFFIX_BYTES else ""
    while True:
        name = "{}{}-{}{}{}".format(_PREFIX, this_owner().short, secrets.token_hex(4), _MARK, suffix)
        temporary = target.with_name(name)
        try:
            handle = os.open(str(temporary), os.O_CREAT | os.O_EXCL | os.O_WRONLY | getattr(os, "O_NOFOLLOW", 0), 0o666)
        except FileExistsError:
            continue
        os.close(handle)
        return temporary


def remove_leftovers(folder: Path) -> None:
    """Remove the temporary files in a folder whose process is known to be gone; nothing else is touched."""
    try:
        names = os.listdir(str(folder))
    except OSError:
        return
    for name in names:
        if name.startswith(_PREFIX) and _MARK in name:
            owner = owner_of(name[len(_PREFIX):name.index(_MARK)].rpartition("-")[0])
            if owner is not None and owner.is_gone():
                remove_quietly(folder / name)


def remove_quietly(path: Path) -> None:
    """Remove a file if it is there and can be removed."""
    try:
        path.unlink()
    except OSError:
        pass
