"""What `cmft palette` does: reads the paints of painted drawings, with or without line plates, edits and lists them."""

import logging
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from rich.markup import escape
from rich.table import Table

from ..image.color_space import check_spaces
from ..image.paints import PaintsRead, map_paints, read_paints
from ..image.palette import Painting, Palette
from ..image.palette_files import load_palette, save_palette
from ..image.plate import Plate, read_header, write_plate
from ..protocol.errors import PlateError, SettingsError
from ..protocol.plain import counted
from ..protocol.settings import Settings
from ..protocol.text_file import real_path
from ..shot.named import Reference
from ..shot.references import LineDrawing, color_note, read_painting
from .palette_sheet import draw_palette
from .plates import check_free

log = logging.getLogger(__name__)


def extract_palette(files: Sequence[str], lines: Sequence[str], out: Path, picture: Path | None, settings: Settings,
                    *, overwrite: bool) -> Iterator[str]:
    """Write the paints of painted drawings, and the picture to check them by if one is wanted; yield what is written.

    files, lines, settings and errors: as in `read_paintings`; besides, raises InputError when an input would
    be replaced, or anything without `overwrite`.
    """
    inputs = {real_path(file) for file in (*files, *lines)}
    for path in (out, picture):
        if path is not None:
            check_free(path, overwrite=overwrite, inputs=inputs)
    paints, paintings, bare = read_paintings(files, lines, settings)
    save_palette(paints.palette, out)
    yield f"{out}  {counted(len(paints.palette), 'colour')}" + (f"  ({paints.told})" if paints.told else "")
    if picture is not None:
        indices = [map_paints(painting, one, paints.palette, noise=noise).first
                   for painting, one, noise in zip(paintings, bare, paints.noise, strict=True)]
        sheet = draw_palette(paints.palette, paintings, indices, title=paints.told)
        write_plate(Plate.from_pixels(sheet.astype(np.float32) / np.float32(255)), picture)
        yield str(picture)


def edit_palette(before: Path, out: Path, edit: Callable[[Palette], Palette], *, overwrite: bool) -> str:
    """Write an edited palette, and return what was written. Raises PaletteError, and InputError as `check_free`."""
    check_free(out, overwrite=overwrite)
    palette = edit(load_palette(before))
    save_palette(palette, out)
    return f"{out}  {counted(len(palette), 'colour')}"


def palette_table(palette: Palette, name: str) -> Table:
    """Return a palette's colours as a table for a console."""
    table = Table("", "name", *"RGBA", "px", title=f"{name}  ({palette.space})", title_justify="left")
    for color, display in zip(palette.colors, palette.display, strict=True):
        swatch = "[on #{:02x}{:02x}{:02x}]    [/]".format(*(round(float(c) * 255) for c in display))
        table.add_row(swatch, escape(color.name), *(f"{value:.4g}" for value in color.values), str(color.area))
    return table


class PaintingsRead(NamedTuple):
    """Painted drawings and their paints. bare: of each, where no ink lies, bool (H, W)."""

    paints: PaintsRead
    paintings: tuple[Painting, ...]
    bare: tuple[np.ndarray, ...]


def read_paintings(files: Sequence[str], lines: Sequence[str], settings: Settings) -> PaintingsRead:
    """Read painted drawings, all in one colour space, and their paints.

    lines: line plates of the first paintings, in their order; a painting without one shows its lines itself.
    Raises PlateError and SettingsError.
    """
    check_spaces(settings)
    if len(lines) > len(files):
        raise SettingsError("lines", lines[len(files)], f"at most one line plate a painting; there are {len(files)}")
    drawings = [_read(file, line, settings) for file, line in zip(files, [*lines, *[None] * len(files)], strict=False)]
    spaces = {drawing.plate.space: file for file, drawing in zip(files, drawings, strict=True)}
    if len(spaces) > 1:
        named = ", ".join(f"{file} in {space}" for space, file in spaces.items())
        raise PlateError(f"the paintings are in different colour spaces ({named}); save them alike or give "
                         "--input-space")
    paintings = tuple(Painting(drawing.plate.rgb_alpha(), drawing.segmented.labels, file)
                      for file, drawing in zip(files, drawings, strict=True))
    return PaintingsRead(read_paints(paintings, space=next(iter(spaces), "sRGB")), paintings,
                         tuple(drawing.bare for drawing in drawings))


def _read(file: str, lines: str | None, settings: Settings) -> LineDrawing:
    window = read_header(file).display_window
    if lines is not None and (other := read_header(lines).display_window) != window:
        raise PlateError(f"{lines} is {other.size_text}, but {file}, whose line art it is, is {window.size_text}; "
                         "export both in one size", lines)
    drawing = read_painting(Reference(Path(file), None, None if lines is None else Path(lines)), window, settings)
    for note in color_note(drawing.plate):
        log.warning("%s", note)
    return drawing
