"""What is kept on a CMFT group: the engine's settings, the references, the state. Built from `protocol/settings.py`."""

from typing import Any, Dict

import bpy
from bpy.props import (
    BoolProperty,
    CollectionProperty,
    EnumProperty,
    FloatProperty,
    IntProperty,
    IntVectorProperty,
    StringProperty,
)

from cmft_engine.protocol.host.state import NOT_COLOURED, STALE
from cmft_engine.protocol.settings import SETTINGS, Setting, Settings, with_current_names

from . import checks, compat, nodes, seeing
from .names import BLACK, ERROR, INPUT, ON_STALE, OUTSIDE, RANGES, WORDING

_DIGITS = 6  # of a setting that is a fraction; Blender keeps 32 bits


def of_setting(setting: Setting) -> Any:
    """Return the Blender property of an engine setting."""
    texts = {"name": setting.label, "description": setting.help.rstrip("."), "default": setting.default}
    if setting.kind == "choice":
        return EnumProperty(items=[(name, name, "", index) for index, name in enumerate(setting.choices)], **texts)
    if setting.kind == "bool":
        return BoolProperty(**texts)
    if setting.kind == "text":
        return StringProperty(**texts)
    kind = IntProperty if setting.kind == "int" else FloatProperty
    number = int if setting.kind == "int" else float
    return kind(min=number(setting.minimum or 0), max=number(setting.maximum or 0), **texts)


def take_old_names(values: Any) -> None:
    """Give settings that the file keeps under an old name to the property of today; each is logged as a warning."""
    stored = values.bl_system_properties_get() if hasattr(values, "bl_system_properties_get") else values
    for setting in SETTINGS:
        for alias in setting.aliases:
            if stored is not None and alias in stored:
                given = {alias: stored[alias]}
                del stored[alias]
                setattr(values, setting.name, with_current_names(given)[setting.name])


def read_settings(values: Any) -> Settings:
    """Return the engine's settings from a group's properties."""
    take_old_names(values)
    found: Dict[str, Any] = {setting.name: getattr(values, setting.name) for setting in SETTINGS}
    for setting in SETTINGS:
        if setting.kind == "float":
            found[setting.name] = round(found[setting.name], _DIGITS)
    return Settings.from_dict(found)


def _place(values: Any, _: Any) -> None:
    """Show the frames outside of the range as is chosen now."""
    if values.version > 0 and nodes.result_node(values.id_data).image is not None:
        nodes.place_frames(values.id_data, values.shift)


def _show(values: Any, _: Any) -> None:
    """Show or hide a stale result as is chosen now."""
    if values.version > 0:
        nodes.show_or_not(values.id_data, is_stale=values.state == STALE)


def _file(name: str, description: str) -> Any:
    return StringProperty(name=name, description=description, subtype="FILE_PATH", options=compat.path_options())


class CMFT_PG_check(bpy.types.PropertyGroup):
    """A frame to check by hand, as the report says."""

    __annotations__ = {
        "frame": IntProperty(name="Frame", description="The frame of the scene"),
        "confidence": FloatProperty(name="Confidence", description="Of the least sure region, 0 to 1"),
        "regions": IntProperty(name="Regions", description="Number of regions to check"),
        "reason": StringProperty(name="Reason", description="Why the least sure region is unsure"),
    }


class CMFT_PG_track(bpy.types.PropertyGroup):
    """A part of the drawings to check by hand, followed through the frames, as the report says."""

    __annotations__ = {
        "name": StringProperty(name="Colours", description="What its least sure region may be"),
        "count": IntProperty(name="Frames", description="In how many frames it is to be checked"),
        "doubt": FloatProperty(name="Doubt", description="The sum of one minus confidence"),
        "reason": StringProperty(name="Reason", description="Why it is in doubt"),
        "frame": IntProperty(name="Frame", description="The frame of the scene in which it is least sure"),
        "at": IntVectorProperty(name="Place", size=2, default=(-1, -1), description="A pixel of its region there, from "
                                "the top left of the plate; below 0 where the report does not say"),
    }


class CMFT_PG_reference(bpy.types.PropertyGroup):
    """A frame at which a painted drawing is shown."""

    __annotations__ = {
        "frame": IntProperty(name="Frame", description="The frame of the scene whose drawing is painted", default=1),
        "path": _file("File", "The painted drawing; empty takes what the Reference input shows at this frame"),
        "is_sheet": BoolProperty(name="Sheet", description="A character sheet: any size, no place in time; "
                                 "without a file the Reference input is taken at the frame"),
        "lines": _file("Line Art", "Line art of the file, as of a character sheet; empty takes that of its frame, or "
                       "takes the lines from the painting"),
    }


_HIDDEN: Dict[str, Any] = {
    "version": IntProperty(name="Layout", description="Version of this node's layout; 0 for other groups"),
    "uid": StringProperty(name="Identity", description="Names this node's folder in the cache"),
    "owner": StringProperty(name="Identity of", description="Name of the group that the identity was given to"),
    "state": IntProperty(name="State", default=NOT_COLOURED,
                         description="0 not coloured, 1 ready, 2 stale, 3 engine missing, 4 incomplete"),
    "status": StringProperty(name="Status", default=WORDING.not_yet, description="What the node shows, and what to do"),
    "first": IntProperty(name="First", description="First frame that was to be coloured"),
    "last": IntProperty(name="Last", default=-1, description="Last frame that was to be coloured"),
    "shift": IntProperty(name="Shift", description="From a frame of the scene to the number in a plate's name"),
    "place": StringProperty(name="Place", description="Folder of the file when paths were stored last"),
    "report": StringProperty(name="Report", description="The report that the checks were read from"),
    "review": StringProperty(name="To Check", description="What there is to check, or why there is nothing"),
    "signature": StringProperty(name="Signature", description="Digest of what the result was made from"),
}


class CMFT_PG_node(bpy.types.PropertyGroup):
    """Everything that a CMFT group keeps."""

    __annotations__ = dict(
        _HIDDEN,
        range=EnumProperty(name="Range", description="Which frames are coloured", items=RANGES, default=INPUT),
        frames=StringProperty(name="Frames", description="Frames of the custom range, such as 1-48, 1-48x2 or 1 5 9"),
        references=CollectionProperty(type=CMFT_PG_reference, name="References",
                                      description="Painted frames; empty takes every file of the sequence on "
                                      "Reference, or the number in a single file's name"),
        reference_index=IntProperty(name="Active Reference", description="The line of the list that is selected"),
        checks=CollectionProperty(type=CMFT_PG_check, name="Checks", description="Frames with regions to check by "
                                  "hand, the least sure first"),
        check_index=IntProperty(name="Active Check", description="The line that is selected; its frame is shown",
                                default=-1, update=checks.go_to),
        tracks=CollectionProperty(type=CMFT_PG_track, name="Tracks", description="Parts of the drawings to check by "
                                  "hand, the most doubtful first"),
        track_index=IntProperty(name="Active Track", description="The line that is selected; its frame is shown",
                                default=-1, update=seeing.go_to_track),
        palette=_file("Palette", "A .json or .gpl palette with the only colours to use; empty takes the references'"),
        cache=StringProperty(name="Cache Folder", subtype="DIR_PATH", options=compat.path_options(),
                             description="Folder for rendered inputs and coloured plates; empty: a folder cmft "
                             "beside the .blend file"),
        on_stale=EnumProperty(name="When Stale", items=ON_STALE, default=ERROR, update=_show, description="What is "
                              "shown and rendered after inputs or settings have changed"),
        outside=EnumProperty(name="Outside the Range", items=OUTSIDE, default=BLACK, update=_place, description="What "
                             "frames before and after the range show; one of the range that is not coloured is empty"),
        **{setting.name: of_setting(setting) for setting in SETTINGS}
    )
