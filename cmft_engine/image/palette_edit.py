"""What a person corrects in a palette: names, and colours that are one paint. Touches no files."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from ..protocol.errors import PaletteError
from .palette import Palette
from .palette_names import check_color_name


def rename_colors(palette: Palette, names: Mapping[str, str]) -> Palette:
    """Return the palette with new names by old ones. Raises PaletteError for an unknown, empty or repeated name."""
    for old, new in names.items():
        palette.index(old)
        if not new.strip():
            raise PaletteError(f'the new name of "{old}" is empty; give it one')
        check_color_name(new, f'the new name of "{old}"')
    renamed = [names.get(name, name) for name in palette.names]
    double = next((name for name in renamed if renamed.count(name) > 1), None)
    if double is not None:
        raise PaletteError(f'two colors would be named "{double}"; choose another name, or merge them')
    return replace(palette, colors=tuple(
        replace(color, name=name) for color, name in zip(palette.colors, renamed, strict=True)))


def merge_colors(palette: Palette, names: Sequence[str], *, into: str) -> Palette:
    """Return the palette with the named colors made one with `into`, which keeps its value and takes their areas.

    Reading paints with the new palette, a pixel in one of them counts as `into`. Raises PaletteError.
    """
    kept, gone = palette.index(into), {palette.index(name) for name in names}
    if kept in gone:
        raise PaletteError(f'"{into}" cannot be merged into itself; name the others alone')
    taken = [palette.colors[place] for place in sorted(gone)]
    color = palette.colors[kept]
    one = replace(color, area=color.area + sum(other.area for other in taken),
                  merged=(*color.merged, *(values for other in taken for values in (other.values, *other.merged))))
    return replace(palette, colors=tuple(
        one if place == kept else other for place, other in enumerate(palette.colors) if place not in gone))
