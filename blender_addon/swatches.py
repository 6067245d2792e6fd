"""Icons of the colours of a palette, and the menu in which one is chosen."""

from typing import Any, Dict, Optional, Sequence

import bpy
import bpy.utils.previews

from cmft_engine.protocol.host.correct import Swatch

SIDE = 16  # px
A_COLUMN = 24  # colours that stand below each other in a menu

_icons: Dict[str, Any] = {}  # the one collection of Blender's, by its purpose, while the add-on is on


def icon_of(swatch: Swatch) -> int:
    """Return the number of an icon that shows a colour; equal colours share one."""
    if "swatches" not in _icons:
        _icons["swatches"] = bpy.utils.previews.new()
    known, name = _icons["swatches"], "{:.4f} {:.4f} {:.4f}".format(*swatch.display)
    if name not in known:
        preview = known.new(name)
        preview.icon_size = (SIDE, SIDE)
        preview.icon_pixels_float = [*swatch.display, 1.0] * (SIDE * SIDE)
    return int(known[name].icon_id)


def forget_icons() -> None:
    """Take the icons away, as when the add-on is switched off."""
    found: Optional[Any] = _icons.pop("swatches", None)
    if found is not None:
        bpy.utils.previews.remove(found)


def draw_colors(layout: Any, swatches: Sequence[Swatch], **given: Any) -> None:
    """Draw a line for each colour that corrects a region; given: the operator's other properties."""
    columns = layout.column_flow(columns=1 + (len(swatches) - 1) // A_COLUMN)
    columns.operator_context = "INVOKE_DEFAULT"
    for swatch in swatches:
        line = columns.operator("cmft.fix_region", text=swatch.name, icon_value=icon_of(swatch), translate=False)
        line.color = swatch.name
        for name, value in given.items():
            setattr(line, name, value)
