"""The commands below `cmft palette`."""

from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer

from ..console import PlainConsole, say
from ..protocol.settings import Settings
from . import options as choices
from .options import with_settings

palette_app = typer.Typer(help="Extract, show, correct and swap palettes.", no_args_is_help=True)


@palette_app.command()
@with_settings("gap_px", "min_region_px", "input_space")
def extract(
    references: Annotated[list[str], typer.Argument(metavar="FILE...", help="Painted drawings.", show_default=False)],
    out: choices.PaletteOut,
    lines: choices.PaintingLines = None,
    picture: choices.Sheet = None,
    overwrite: choices.Overwrite = False,
    *,
    settings: dict[str, Any],
) -> None:
    """Write the paints of painted drawings as a palette."""
    from .palettes import extract_palette

    for line in extract_palette(references, lines or (), out, picture, Settings(**settings), overwrite=overwrite):
        say(line)


@palette_app.command()
def merge(
    palette: choices.PaletteFile,
    names: Annotated[list[str], typer.Argument(metavar="NAME...", help="Colours that are no paints of their own.",
                                               show_default=False)],
    into: Annotated[str, typer.Option(help="The colour that they are.", show_default=False)],
    out: choices.PaletteOut,
    overwrite: choices.Overwrite = False,
) -> None:
    """Make colours of a palette one; reading paints with it, their pixels show the one that is kept."""
    from ..image.palette_edit import merge_colors
    from .palettes import edit_palette

    say(edit_palette(palette, out, partial(merge_colors, names=names, into=into), overwrite=overwrite))


@palette_app.command()
def rename(
    palette: choices.PaletteFile,
    old: Annotated[str, typer.Argument(metavar="OLD", help="The colour's name.", show_default=False)],
    new: Annotated[str, typer.Argument(metavar="NEW", help="Its new name.", show_default=False)],
    out: choices.PaletteOut,
    overwrite: choices.Overwrite = False,
) -> None:
    """Give a colour of a palette another name."""
    from ..image.palette_edit import rename_colors
    from .palettes import edit_palette

    say(edit_palette(palette, out, partial(rename_colors, names={old: new}), overwrite=overwrite))


@palette_app.command()
def swap(
    lines: choices.Plates,
    old: Annotated[Path, typer.Option("--from", help="The palette that the plates are in.", show_default=False)],
    new: Annotated[Path, typer.Option("--to", help="The palette to change to; by name.", show_default=False)],
    out: choices.Out,
    frames: choices.Frames = None,
    overwrite: choices.Overwrite = False,
) -> None:
    """Recolour finished plates with another palette; the network does not run."""
    from ..image.palette_files import load_palette
    from . import plates

    before, after = load_palette(old), load_palette(new)
    sequence = plates.find_plates(lines, frames)
    paths = plates.plan(sequence, out, overwrite=overwrite)
    for written in plates.swap_plates(sequence, paths, before, after):
        say(f"{written.path}" + (f"  {written.number} px are in no colour of {old} and stay" if written.number else ""))


@palette_app.command()
def show(palette: choices.PaletteFile) -> None:
    """List a palette's colours."""
    from ..image.palette_files import load_palette
    from .palettes import palette_table

    PlainConsole().print(palette_table(load_palette(palette), str(palette)))
