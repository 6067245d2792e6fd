"""Palettes as files: our JSON, which keeps every bit, and GIMP's .gpl; those of other programs are read. Holds no color
logic."""

import json
import logging
import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeGuard

import numpy as np

from ..protocol.errors import PaletteError, SettingsError, brief, repr_of
from ..protocol.text_file import is_text, parse_json, read_bytes, read_text, write_remedy, write_text
from .color_space import display_space, from_display, resolve_space
from .palette import Palette, PaletteColor, Rgba, find_alike
from .palette_imports import IMPORTED, import_palette
from .palette_names import check_color_name, check_number, unique_names
from .sequence import find_spelling

log = logging.getLogger(__name__)

VERSION = 1
_MAX_AREA = 2**53
_GPL_HEADER = "GIMP Palette"
_GPL_FIELD = re.compile(r"\s*([a-z][a-z ]*):\s*(.*?)\s*$", re.IGNORECASE)  # Name:, Columns:, Channels: …
_SPACE_MARK = "# cmft space: "
_EXACT_MARK = "# cmft exact: "  # before a color line: area and straight RGBA in the palette's space
_MERGED_MARK = "# cmft merged: "  # before a color line, after its exact one: straight RGBA


def load_palette(path: str | Path) -> Palette:
    """Return the palette in a .json or .gpl file, or in one of another program.

    Raises PaletteError, naming file, line and remedy, when it cannot be read or two entries are alike.
    """
    file = find_spelling(path)
    try:
        palette = _read(file)
        resolve_space(palette.space)
    except SettingsError as error:
        raise PaletteError(f"{file}: its {error}") from error
    except OSError as error:
        raise PaletteError(f"{file}: cannot read the palette ({error.strerror or error}); check the path") from error
    except UnicodeDecodeError as error:
        raise PaletteError(f"{file}: not a text file; a palette is JSON or a GIMP palette (.gpl)") from error
    for color in palette.colors:
        check_color_name(color.name, str(file))
        if not all(map(_is_number, color.values)):
            raise PaletteError(f'{file}: "{brief(color.name)}" has a value that is no number; correct it or delete it')
    check_number(file, len(palette.colors))
    if not palette.colors:
        raise PaletteError(f"{file}: the palette holds no colors; add at least one")
    alike = find_alike(palette)
    if alike is not None:
        raise PaletteError(f'{file}: "{alike[0]}" and "{alike[1]}" are the same color, so that a swap could not tell '
                           "them apart; change one of them slightly or delete it")
    return palette


def _read(file: Path) -> Palette:
    if file.suffix.lower() in IMPORTED:
        return import_palette(file, read_bytes(file))
    parse = _format(file, json_format=_parse_json, gpl_format=_parse_gpl)
    try:
        text = read_text(file)
    except UnicodeDecodeError:
        content = read_bytes(file)  # GIMP before 2 wrote names in the system's own letters
        if not content.startswith(_GPL_HEADER.encode()) or b"\0" in content:
            raise
        text = content.decode("latin-1")
        log.warning("%s: its names are not UTF-8 and are read as Latin-1; save it again if they are wrong", file)
    palette: Palette = parse(file, text)
    return palette


def save_palette(palette: Palette, path: str | Path) -> None:
    """Write the palette as .json or .gpl by the file's ending; raises PaletteError when it cannot be written."""
    file = Path(path)
    text: str = _format(file, json_format=_to_json, gpl_format=_to_gpl)(file, palette)
    try:
        write_text(file, text)
    except OSError as error:
        raise PaletteError(f"{file}: cannot write the palette ({error.strerror or error}); "
                           f"{write_remedy(error, file)}") from error


def _format(file: Path, *, json_format: Callable[..., Any], gpl_format: Callable[..., Any]) -> Callable[..., Any]:
    ways = {".json": json_format, ".gpl": gpl_format}
    if file.suffix.lower() not in ways:
        read = ", ".join(sorted(IMPORTED))
        raise PaletteError(f'{file}: a palette file ends in .json or .gpl, not "{file.suffix}"; save it as such '
                           f"({read} are read, not written)")
    return ways[file.suffix.lower()]


def _to_json(file: Path, palette: Palette) -> str:
    entries = ({"name": color.name, "rgba": _short(color.values), "area": color.area}
               | ({"merged": [_short(values) for values in color.merged]} if color.merged else {})
               for color in palette.colors)
    rows = (json.dumps(entry, ensure_ascii=False) for entry in entries)
    body = ",\n".join("    " + row for row in rows)
    return f'{{\n  "version": {VERSION},\n  "space": {json.dumps(palette.space)},\n  "colors": [\n{body}\n  ]\n}}\n'


def _short(values: Sequence[float]) -> list[float]:
    """Return the values with the fewest digits that still round to the same float32."""
    return [float(str(np.float32(value))) for value in values]


def _parse_json(file: Path, text: str) -> Palette:
    try:
        content = parse_json(text)
    except ValueError as error:
        where, why = ((f", line {error.lineno}", error.msg) if isinstance(error, json.JSONDecodeError)
                      else ("", str(error)))
        raise PaletteError(f"{file}{where}: not valid JSON ({why}); "
                           "mend that line or extract the palette again") from error
    if not isinstance(content, dict) or not isinstance(content.get("colors"), list):
        raise PaletteError(f'{file}: not a palette; it needs "version", "space" and a list "colors"')
    if content.get("version") != VERSION:
        version = brief(repr_of(content.get("version")))
        raise PaletteError(f"{file}: palette version {version}, but this engine reads {VERSION}; use the "
                           "engine that wrote it or extract the palette again")
    check_number(file, len(content["colors"]))
    lines = _color_lines(text)
    colors = tuple(_json_color(f"{file}, {lines.get(number, f'color {number}')}", entry)
                   for number, entry in enumerate(content["colors"], 1))
    double = next((name for name, number in Counter(color.name for color in colors).items() if number > 1), None)
    if double is not None:
        raise PaletteError(f'{file}: two colors are named "{brief(double)}"; give each its own name')
    space = content.get("space") or display_space()
    if not isinstance(space, str) or not is_text(space):
        raise PaletteError(f'{file}: "space" must name a color space, such as "sRGB"')
    return Palette(colors, space)


def _color_lines(text: str) -> dict[int, str]:
    """Return "line N" for each color by its number, from where its "rgba" stands."""
    starts = [number for number, line in enumerate(text.splitlines(), 1) for _ in range(line.count('"rgba"'))]
    return {number: f"line {line}" for number, line in enumerate(starts, 1)}


def _json_color(where: str, entry: Any) -> PaletteColor:
    values = entry.get("rgba") if isinstance(entry, dict) else None
    name = entry.get("name") if isinstance(entry, dict) else None
    if not isinstance(name, str) or not name.strip():
        raise PaletteError(f'{where}: a color needs a "name" that is not empty')
    if not _is_rgba(values):
        raise PaletteError(f'{where}: "rgba" of "{brief(name)}" must be four numbers, such as [0.8, 0.2, 0.1, 1.0]')
    area = entry.get("area", 0)
    if not isinstance(area, int) or isinstance(area, bool) or not 0 <= area <= _MAX_AREA:
        raise PaletteError(f'{where}: "area" of "{brief(name)}" must be a whole number of pixels, 0 or more')
    merged = entry.get("merged", [])
    if not isinstance(merged, list) or not all(_is_rgba(one) for one in merged):
        raise PaletteError(f'{where}: "merged" of "{brief(name)}" must be a list of colors of four numbers, such as '
                           "[[0.8, 0.2, 0.1, 1.0]]")
    return PaletteColor(name, _exact(values), area, tuple(_exact(one) for one in merged))


def _is_rgba(values: Any) -> TypeGuard[list[float]]:
    return isinstance(values, list) and len(values) == 4 and all(_is_number(value) for value in values)


def _is_number(value: Any) -> bool:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return number and abs(value) <= float(np.finfo(np.float32).max)  # refuses NaN and infinity as well


def _exact(values: Sequence[float]) -> Rgba:
    red, green, blue, alpha = (float(np.float32(value)) + 0.0 for value in values)
    return (red, green, blue, alpha) if alpha > 0 else (0.0, 0.0, 0.0, 0.0)


def _to_gpl(file: Path, palette: Palette) -> str:
    lines = [_GPL_HEADER, f"Name: {file.stem}", "Columns: 8", _SPACE_MARK + palette.space]
    for color, shown in zip(palette.colors, _bytes(palette), strict=True):
        exact = " ".join(repr(value) for value in _short(color.values))
        merged = (_MERGED_MARK + " ".join(repr(value) for value in _short(values)) for values in color.merged)
        lines += [f"{_EXACT_MARK}{color.area} {exact}", *merged, "{:3d} {:3d} {:3d}\t".format(*shown) + color.name]
    return "\n".join(lines) + "\n"


def _bytes(palette: Palette) -> list[list[int]]:
    return [[round(float(value) * 255) for value in row] for row in np.clip(palette.display, 0, 1)]


def _parse_gpl(file: Path, text: str) -> Palette:
    lines = text.split("\n")
    if lines[0].strip().lower() != _GPL_HEADER.lower():
        raise PaletteError(f'{file}, line 1: a GIMP palette begins with "{_GPL_HEADER}"; export it from GIMP again')
    space = next((line[len(_SPACE_MARK):].strip() for line in lines if line.startswith(_SPACE_MARK)),
                 display_space())
    exact: PaletteColor | None = None
    merged: tuple[Rgba, ...] = ()
    has_alpha = False
    rows: list[tuple[str, list[int], PaletteColor | None, tuple[Rgba, ...]]] = []
    for number, line in enumerate(lines[1:], 2):
        where = f"{file}, line {number}"
        if line.startswith(_EXACT_MARK):
            exact = _gpl_exact(where, line[len(_EXACT_MARK):])
        elif line.startswith(_MERGED_MARK):
            merged += (_gpl_exact(where, "0 " + line[len(_MERGED_MARK):]).values,)
        elif not rows and (field := _GPL_FIELD.match(line)):
            has_alpha |= field.group(1).lower() == "channels" and field.group(2).lower() == "rgba"
        elif line.strip() and not line.startswith("#"):
            name, shown = _gpl_row(where, line, 4 if has_alpha else 3)
            rows.append((name, shown, exact, merged))
            exact, merged = None, ()
    check_number(file, len(rows))
    names = unique_names(row[0] for row in rows)
    colors = (replace(_gpl_color(name, row[1], row[2], space), merged=row[3])
              for name, row in zip(names, rows, strict=True))
    return Palette(tuple(colors), space)


def _gpl_exact(where: str, text: str) -> PaletteColor:
    words = text.split()
    try:
        area, values = int(words[0]), [float(word) for word in words[1:]]
    except (ValueError, IndexError):
        area, values = 0, []
    if len(values) != 4 or not all(map(_is_number, values)) or not 0 <= area <= _MAX_AREA:
        raise PaletteError(f'{where}: "{_EXACT_MARK.strip()}" needs an area and four numbers, "{_MERGED_MARK.strip()}" '
                           "four numbers; delete the line to take the color from the line after it")
    return PaletteColor("", _exact(values), area)


def _gpl_row(where: str, line: str, count: int) -> tuple[str, list[int]]:
    """Name and numbers of a color, with alpha where there are four."""
    words = line.split(None, count)
    if len(words) < count or not all(word.isdecimal() and len(word) < 4 and int(word) <= 255 for word in words[:count]):
        raise PaletteError(f"{where}: a color is {'three' if count == 3 else 'four'} whole numbers from 0 to 255 and a "
                           f'name, not "{brief(line.strip())}"')
    return words[count].strip() if len(words) > count else "unnamed", [int(word) for word in words[:count]]


def _gpl_color(name: str, shown: list[int], exact: PaletteColor | None, space: str) -> PaletteColor:
    """Return the exact color while its 8-bit line still shows it; else what the line was changed to."""
    if exact is not None and _bytes(Palette((exact,), space)) == [shown[:3]]:
        return PaletteColor(name, exact.values, exact.area)
    rgb = np.array(shown[:3], np.float32) / np.float32(255)
    values = from_display(rgb, space)
    alpha = exact.values[3] if exact is not None and exact.values[3] > 0 else 1.0
    if len(shown) == 4:
        alpha = shown[3] / 255
    return PaletteColor(name, _exact([*(float(value) for value in values), alpha]), 0 if exact is None else exact.area)
