"""Every kind of image file, spelled once: what its suffixes are and what it can hold."""

from pathlib import PurePath
from typing import Dict, NamedTuple, Optional, Tuple, Union

Name = Union[str, PurePath]


class FileFormat(NamedTuple):
    """A kind of image file.

    suffixes: lower case, with the dot. is_linear: holds scene-linear values, where the file does not say. depths: what
    plates can be written in, () where none is written; a plate of another depth takes the last. has_alpha, has_layers,
    has_profile (ICC): of a written plate. is_lossy: writing changes colours. is_display: viewers take it for nothing
    but display sRGB. is_padded: the fourth byte of a pixel is often no alpha at all.
    """

    suffixes: Tuple[str, ...]
    is_linear: bool = False
    depths: Tuple[str, ...] = ()
    has_alpha: bool = True
    has_layers: bool = False
    is_lossy: bool = False
    is_display: bool = False
    has_profile: bool = False
    is_padded: bool = False


EXR = FileFormat((".exr",), is_linear=True, depths=("half", "float"), has_layers=True)
JPEG = FileFormat((".jpg", ".jpeg"), depths=("uint8",), has_alpha=False, is_lossy=True, is_display=True,
                  has_profile=True)
PNG = FileFormat((".png",), depths=("uint8", "uint16"), is_display=True, has_profile=True)
TIFF = FileFormat((".tif", ".tiff"), depths=("uint8", "uint16", "float"), has_profile=True)
READ_LINEAR = FileFormat((".sxr", ".mxr", ".hdr", ".rgbe", ".pfm"), is_linear=True)
READ_PADDED = FileFormat((".tga", ".bmp"), is_padded=True)
READ = FileFormat((".jpe", ".dpx", ".cin", ".webp", ".psd", ".sgi", ".gif", ".jp2", ".jxl", ".iff",
                   ".pnm", ".ppm", ".pgm", ".pbm"))

FORMATS = (EXR, PNG, TIFF, JPEG, READ_LINEAR, READ_PADDED, READ)
_BY_SUFFIX: Dict[str, FileFormat] = {suffix: kind for kind in FORMATS for suffix in kind.suffixes}
_UNKNOWN = FileFormat(())
_BY_LIBRARY = {"openexr": EXR, "png": PNG, "jpeg": JPEG, "tiff": TIFF, "hdr": READ_LINEAR, "targa": READ_PADDED,
               "bmp": READ_PADDED, "psd": READ, "gif": READ, "webp": READ}


def suffix_of(name: Name) -> str:
    """Return the suffix of a file name in lower case, with its dot; "" for none."""
    text = str(name)
    base = text[max(text.rfind("/"), text.rfind("\\")) + 1:]
    at = base.rfind(".")
    return base[at:].lower() if at > 0 else ""


def format_of(name: Name) -> FileFormat:
    """Return the format of a file by its name; one without suffixes where it is not known."""
    return _BY_SUFFIX.get(suffix_of(name), _UNKNOWN)


def format_inside(library: str, name: Name) -> FileFormat:
    """Return the format of a file by what OpenImageIO calls it, whatever its name ends in; else by its name."""
    return _BY_LIBRARY.get(library) or format_of(name)


def is_plate(name: Name) -> bool:
    """Say whether a file of this name is an image that plates can be read from."""
    return suffix_of(name) in _BY_SUFFIX


def writable(name: Name) -> Optional[FileFormat]:
    """Return the format in which a plate of this name is written, None where there is none."""
    kind = format_of(name)
    return kind if kind.depths else None
