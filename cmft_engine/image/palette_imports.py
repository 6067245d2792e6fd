"""Palettes of other programs, read alone: JASC .pal, .hex, Adobe .ase and .aco, Krita .kpl. All are display sRGB."""

import io
import itertools
import lzma
import re
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from xml.etree import ElementTree

from ..protocol.errors import PaletteError, brief
from ..protocol.text_file import text_of
from .color_space import display_space
from .palette import Palette, PaletteColor, Rgba
from .palette_names import MAX_IN_FILE, check_number, unique_names

Entry = tuple[str, tuple[float, ...]]  # name, and RGB or RGBA in [0, 1]

_MAX_XML = 1 << 24
_UNREADABLE = (struct.error, ValueError, LookupError, ArithmeticError, EOFError, NotImplementedError, RuntimeError,
               zipfile.BadZipFile, zlib.error, lzma.LZMAError, ElementTree.ParseError)
_ASE_COLOR = 1
_KPL_LINEAR = re.compile(r"-g10|linear", re.IGNORECASE)  # Krita's names of profiles whose numbers are light
_ACO_NAMED, _ACO_RGB, _ACO_GRAY = 2, 0, 8


def import_palette(file: Path, content: bytes) -> Palette:
    """Return the palette in the bytes of a file, whose ending is one of IMPORTED. Raises PaletteError."""
    try:
        found = IMPORTED[file.suffix.lower()](file, content)
        entries = list(itertools.islice(found, MAX_IN_FILE + 1))
        check_number(file, len(entries))
    except PaletteError:
        raise
    except _UNREADABLE as error:
        raise PaletteError(f"{file}: this is no {file.suffix} palette that can be read ({brief(str(error))}); save it "
                           "again, or as a GIMP palette (.gpl)") from error
    names = unique_names(name or "unnamed" for name, _ in entries)
    return Palette(tuple(PaletteColor(name, _rgba(values)) for name, (_, values) in zip(names, entries, strict=True)),
                   display_space())


def _rgba(values: tuple[float, ...]) -> Rgba:
    red, green, blue, alpha = (*values, 1.0)[:4]
    return (red, green, blue, alpha) if alpha > 0 else (0.0, 0.0, 0.0, 0.0)


def _read_hex(file: Path, content: bytes) -> Iterator[Entry]:
    for line in text_of(content).split():
        digits = line.lstrip("#")
        if len(digits) not in (6, 8):
            raise ValueError(f'"{line}" is no color of six digits')
        yield "#" + digits.lower(), tuple(value / 255 for value in bytes.fromhex(digits))


def _read_jasc(file: Path, content: bytes) -> Iterator[Entry]:
    try:
        lines = text_of(content).splitlines()
    except UnicodeDecodeError:
        lines = content.decode("latin-1").splitlines()
    if not lines or lines[0].strip() != "JASC-PAL":
        raise ValueError('it does not begin with "JASC-PAL"')
    wanted = int(lines[2]) if len(lines) > 2 else 0
    if sum(bool(line.strip()) for line in lines[3:]) < wanted:
        raise ValueError(f"it is cut off: it says that it has {wanted} colors and has fewer")
    for line in lines[3:]:
        numbers = [int(word) for word in line.split()]
        if numbers and (len(numbers) not in (3, 4) or not all(0 <= number <= 255 for number in numbers)):
            raise ValueError(f'"{line}" is no color of three numbers from 0 to 255')
        if numbers:
            yield "", tuple(number / 255 for number in numbers)


def _read_ase(file: Path, content: bytes) -> Iterator[Entry]:
    if content[:4] != b"ASEF":
        raise ValueError('it does not begin with "ASEF"')
    place = 12
    for _ in range(struct.unpack_from(">I", content, 8)[0]):
        kind, length = struct.unpack_from(">HI", content, place)
        block, place = content[place + 6 : place + 6 + length], place + 6 + length
        if kind != _ASE_COLOR:
            continue
        letters = struct.unpack_from(">H", block)[0]
        name = block[2 : 2 + 2 * letters].decode("utf-16-be").rstrip("\0")
        model, start = block[2 + 2 * letters :][:4], 6 + 2 * letters
        if model == b"RGB ":
            yield name, tuple(struct.unpack_from(">3f", block, start))
        elif model == b"Gray":
            yield name, struct.unpack_from(">f", block, start) * 3
        else:
            raise _other_model(file, name, model.decode("latin-1").strip())


def _read_aco(file: Path, content: bytes) -> Iterator[Entry]:
    """The second list of the file, which has names, else the first, which has none; some have the second alone."""
    version, count = struct.unpack_from(">2H", content)
    place, has_names = 4, version == _ACO_NAMED
    after = 4 + 10 * count
    if not has_names and content[after : after + 2] == b"\0\2":
        place, has_names = after + 4, True
    for _ in range(count):
        model, *numbers = struct.unpack_from(">5H", content, place)
        place, name = place + 10, ""
        if has_names:
            letters = struct.unpack_from(">I", content, place)[0]
            name = content[place + 4 : place + 4 + 2 * letters].decode("utf-16-be").rstrip("\0")
            place += 4 + 2 * letters
        if model == _ACO_RGB:
            yield name, tuple(number / 65535 for number in numbers[:3])
        elif model == _ACO_GRAY:
            yield name, (1 - numbers[0] / 10000,) * 3
        else:
            raise _other_model(file, name, f"color model {model}")


def _read_kpl(file: Path, content: bytes) -> Iterator[Entry]:
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        if parts.getinfo("colorset.xml").file_size > _MAX_XML:
            raise ValueError("its colorset.xml is too large")
        tree = ElementTree.fromstring(parts.read("colorset.xml"))
    for entry in tree.iter("ColorSetEntry"):
        values = next((entry.find(model) for model in ("sRGB", "RGB", "Gray") if entry.find(model) is not None), None)
        name = entry.get("name", "")
        if values is None:
            raise _other_model(file, name, "colors that are not RGB")
        space = values.get("space", "")
        if _KPL_LINEAR.search(space) or (values.tag != "Gray" and space and "srgb" not in space.lower()):
            raise _other_model(file, name, f"the space {space}")
        keys = ("g", "g", "g") if values.tag == "Gray" else ("r", "g", "b")
        yield name, tuple(float(values.attrib[key]) for key in keys)


def _other_model(file: Path, name: str, model: str) -> PaletteError:
    return PaletteError(f'{file}: "{brief(name)}" is in {brief(model)}; only sRGB and gray are read: convert '
                        "the palette to sRGB")


IMPORTED: dict[str, Callable[[Path, bytes], Iterator[Entry]]] = {
    ".hex": _read_hex, ".pal": _read_jasc, ".ase": _read_ase, ".aco": _read_aco, ".kpl": _read_kpl,
}
