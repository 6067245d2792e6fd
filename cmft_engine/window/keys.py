"""The keys of the review window: one table, from which the window acts and its help is written."""

from __future__ import annotations

from typing import NamedTuple


class Key(NamedTuple):
    """An action, its keys as `qt.key_name` spells them, what it does, and the group of the help it stands in."""

    action: str
    keys: tuple[str, ...]
    help: str
    group: str


GO, FIX, SEE, MORE = "Go", "Correct", "Look", "More"

KEYS = (
    Key("next_track", ("N", "Tab"), "next doubtful track", GO),
    Key("previous_track", ("B", "Shift+N", "Shift+Tab"), "doubtful track before", GO),
    Key("next_frame", ("Right",), "next frame", GO),
    Key("previous_frame", ("Left",), "frame before", GO),
    Key("first_frame", ("Home",), "first frame", GO),
    Key("last_frame", ("End",), "last frame", GO),
    Key("next_doubt", ("Down",), "next frame of this track", GO),
    Key("previous_doubt", ("Up",), "frame of this track before", GO),
    Key("approve", ("A",), "approve this frame", FIX),
    Key("approve_next", ("Return", "Enter"), "approve, then the next frame", FIX),
    Key("color_track", ("C",), "this track's region gets the colour", FIX),
    Key("confirm_track", ("Y",), "this track's region is right", FIX),
    Key("pin", ("P",), "Pin: the region and what corresponds", FIX),
    Key("bucket", ("K",), "Bucket: this drawing alone", FIX),
    Key("stroke", ("S",), "Stroke: all regions under a line", FIX),
    Key("area", ("D",), "Area: draw around a part of a region", FIX),
    Key("recolor", ("R",), "Recolour: along the track", FIX),
    Key("lock", ("L",), "Lock a region", FIX),
    Key("unknown", ("U",), "Unknown: leave it to the painter", FIX),
    Key("close_gap", ("G",), "Close gap: draw a line", FIX),
    Key("open_gap", ("Shift+G",), "Open gap: draw a line", FIX),
    Key("along_track", ("T",), "gap lines go along their track, or not", FIX),
    Key("undo", ("Ctrl+Z",), "undo", FIX),
    Key("redo", ("Ctrl+Shift+Z", "Ctrl+Y"), "redo", FIX),
    Key("toggle_ink", ("1",), "ink", SEE),
    Key("toggle_flats", ("2",), "flats", SEE),
    Key("toggle_confidence", ("3",), "confidence", SEE),
    Key("toggle_regions", ("4",), "regions and closed gaps", SEE),
    Key("toggle_track", ("5",), "the track", SEE),
    Key("wipe", ("W",), "before and after; drag the line", SEE),
    Key("fit", ("F",), "fit the frame", SEE),
    Key("full_size", ("0",), "one pixel a pixel", SEE),
    Key("zoom_in", ("+", "="), "closer", SEE),
    Key("zoom_out", ("-",), "farther", SEE),
    Key("search", ("/", "Ctrl+F"), "search the palette", MORE),
    Key("help", ("F1", "?", "H"), "these keys", MORE),
    Key("back", ("Esc",), "back to the picture", MORE),
    Key("quit", ("Ctrl+Q", "Ctrl+W"), "close", MORE),
)
MOUSE = (
    ("Click, or drag", "use the tool"),
    ("Alt and click", "pick a colour, also in the painting"),
    ("Wheel", "zoom"),
    ("Space or middle button, drag", "pan"),
)


def actions() -> dict[str, str]:
    """Return the action of each key."""
    return {key: one.action for one in KEYS for key in one.keys}


def key_of(action: str) -> str:
    """Return the first key of an action."""
    return next(one.keys[0] for one in KEYS if one.action == action)
