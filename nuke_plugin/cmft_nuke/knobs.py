"""Every knob of the CMFT node, spelled once: the template writes them, the other modules read them by name.

The engine's settings come from `cmft_engine.protocol.settings`. Imports no `nuke`.
"""

from typing import Any, Dict, NamedTuple, Optional, Tuple

from cmft_engine.protocol.host.state import NOT_COLOURED, Wording
from cmft_engine.protocol.settings import SETTINGS, Setting

TEMPLATE_VERSION = 7

WORDING = Wording("line and ref", "Open report")

INPUT, GLOBAL, CUSTOM = "input", "global", "custom"
RANGES = (INPUT, GLOBAL, CUSTOM)
ON_STALE = ("error", "old result")
OUTSIDE = ("error", "hold", "black")  # the template's expressions know them by number

TEXT, FILE, INTEGER, CHOICE, SWITCH, NUMBER, POINT, TAB, BUTTON, LINE = 1, 2, 3, 4, 6, 7, 12, 20, 22, 26
_KINDS = {"choice": CHOICE, "bool": SWITCH, "int": INTEGER, "float": NUMBER, "text": TEXT}

NOT_INSTALLED = ("CMFT is not installed in this Nuke, so this button cannot work; the picture does. "
                 "Run python3 install.py nuke in CMFT's folder and start Nuke again.")
_PRESS = """try:
    from cmft_nuke import buttons
except ImportError:
    nuke.message({sentence!r})
else:
    buttons.press('{action}', nuke.thisNode())"""


class Knob(NamedTuple):
    """One knob of the node: `kind` is the number that Nuke's scripts use for its class."""

    name: str
    label: str
    tooltip: str
    kind: int
    value: Any = None
    items: Tuple[str, ...] = ()
    limits: Optional[Tuple[float, float]] = None
    flags: Tuple[str, ...] = ()
    aliases: Tuple[str, ...] = ()  # names that nodes of older layouts have for it


def button(action: str, label: str, tooltip: str, *, same_line: bool = False) -> Knob:
    """Return a button that calls `buttons.press`, or says that the plug-in is not there."""
    code = _PRESS.format(sentence=NOT_INSTALLED, action=action)
    return Knob(action, label, tooltip, BUTTON, code, flags=("-STARTLINE",) if same_line else ("+STARTLINE",))


def of_setting(name: str) -> Knob:
    """Return the knob of an engine setting."""
    setting = next(setting for setting in SETTINGS if setting.name == name)
    limits = None if setting.minimum is None or setting.maximum is None else (setting.minimum, setting.maximum)
    flags = ("+STARTLINE",) if setting.kind == "bool" else ()
    return Knob(name, setting.label, _tooltip(setting), _KINDS[setting.kind], setting.default, setting.choices, limits,
                flags, setting.aliases)


def _tooltip(setting: Setting) -> str:
    default = setting.default
    if setting.kind == "bool":
        default = "on" if default else "off"
    return "{} Default: {}.".format(setting.help, default if default != "" else "empty")


def _hidden(name: str, label: str, tooltip: str, kind: int, value: Any = None) -> Knob:
    return Knob(name, label, tooltip, kind, value, flags=("+INVISIBLE",))


_SHOT = [
    Knob("cmft", "CMFT", "Colours the line art of a shot from painted frames.", TAB),
    Knob("status", "", "What the node shows, and what to do when it shows nothing.", TEXT, WORDING.not_yet),
    button("colour", "Colorize", "Colours the range in the engine's own process. Frames that are up to date are kept, "
           "so after a cancel or a change only what is missing is done."),
    button("colour_frame", "Colorize this frame", "Colours only the current frame, to try settings; it comes "
           "out as Colorize makes it, and Colorize keeps it.", same_line=True),
    button("cancel", "Cancel", "Stops the engine within a few seconds; finished frames stay.", same_line=True),
    Knob("shot_line", "Shot", "Which frames are coloured, and from what.", LINE),
    Knob("range", "Range", "input: the frames of the line input. global: the script's frame range. custom: the frames "
         "written beside.", CHOICE, INPUT, RANGES),
    Knob("frames", "Frames", "Frames of the custom range, such as 1-48, 1-48x2 or 1 5 9; negative ones as -5--1.", TEXT,
         "", flags=("-STARTLINE",)),
    Knob("view", "View", "In a script with several views the one that is coloured, such as left; empty takes the "
         "first. A node a view; JoinViews puts them together.", TEXT, ""),
    Knob("reference_frames", "Reference frames", "Frames at which the ref input shows a painted drawing, such as "
         "1001 1024. Empty takes every frame for which the connected Read has a file.", TEXT, ""),
    button("add_reference", "Add current frame", "Adds the current frame to the list of reference frames.",
           same_line=True),
    Knob("sheet", "Character sheet", "The ref input is a character sheet: any size, no place in time.", SWITCH, False,
         flags=("+STARTLINE",)),
    Knob("corrections", "Corrections", "Repainted frames that count as references, as FRAME=FILE with a semicolon "
         "between; beside the script they are kept relative to it. They go before the ref input at their frame.", TEXT,
         ""),
    button("add_correction", "Add correction", "Makes the current frame a reference: takes the picture of the one "
           "selected node, such as a RotoPaint below this one, or else asks for a file.", same_line=True),
    Knob("palette", "Palette file", "A .json or .gpl palette with the only colours to use; empty takes the references' "
         "own.", FILE, ""),
    button("extract_palette", "Extract palette", "Writes the paints of the references as a palette file, to correct "
           "and to name them, and sets it here."),
    button("swap_palette", "Swap palette", "Makes a Read of the coloured frames in another palette, such as night for "
           "day; its colours have the names of the palette file here.", same_line=True),
    of_setting("mode"),
    of_setting("edges"),
    of_setting("unknown"),
    of_setting("ink"),
    of_setting("temporal_radius"),
    of_setting("confidence_below"),
]
_LINES = [
    Knob("lines_tab", "Lines", "How lines become regions.", TAB),
    of_setting("ink_threshold"),
    of_setting("trace_lines"),
    of_setting("gap_px"),
    of_setting("min_region_px"),
    of_setting("work_size"),
    button("regions", "Show regions", "Draws what the lines of the current frame enclose, each region in a colour, "
           "closed gaps white, and shows it in a Read: look at it before colouring."),
]
_CORRECT = [
    Knob("correct_tab", "Correct", "Wrong regions of the coloured shot, mended in every frame that shows them.", TAB),
    Knob("fix_point", "Fix point", "A place inside of the region that has a wrong colour, at the current frame. Its "
         "handle is in the Viewer while this panel is open.", POINT),
    button("sample_point", "Take from Viewer", "Sets the point to where the Viewer was sampled last: hold Ctrl and "
           "click into the region.", same_line=True),
    Knob("fix_color", "Fix color", "The colour that the region is to have, by its name in the palette; empty lets Fix "
         "region ask.", TEXT, ""),
    button("fix_region", "Fix region", "Gives the region at the point the colour, and the same part in all other "
           "frames; only plates that change are written anew."),
    button("undo_fix", "Undo fix", "Takes the latest correction of this result back, in all frames; Nuke's own undo "
           "does not reach the plates.", same_line=True),
    button("review", "Review...", "Opens the review window on the result: doubtful parts, all tools, undo and redo. "
           "What is corrected there shows here at once."),
]
_OUTPUT = [
    Knob("output_tab", "Output", "Where results go and in what colour space.", TAB),
    Knob("cache", "Cache folder", "Folder for baked inputs and coloured plates; expressions work. Empty: a folder cmft "
         "beside the script.", TEXT, ""),
    of_setting("input_space"),
    of_setting("output_space"),
    Knob("on_stale", "When stale", "What to show after the inputs or settings have changed: an error that says so, or "
         "the old result.", CHOICE, ON_STALE[0], ON_STALE),
    Knob("outside", "Outside the range", "What frames before and after the coloured range show: an error that says so, "
         "the first or last frame held, or black. A frame of the range that is not coloured is always an error.",
         CHOICE, OUTSIDE[0], OUTSIDE),
    of_setting("device"),
    Knob("engine", "Engine command", "Starts the engine; empty takes the one that install.py has set up. For another "
         "machine: ssh HOST cmft.", TEXT, ""),
    Knob("keep_engine", "Keep engine", "Keeps one engine for the script, with what it has read and matched, so that "
         "the next frame comes quickly; it ends with the script, or after ten minutes without work. Off: a process for "
         "each run.", SWITCH, True, flags=("-STARTLINE",)),
    button("open_report", "Open report", "Opens the report of the last run in the browser: what to check by hand."),
    button("freeze", "Freeze to Read", "Makes a plain Read of the result and connects what hung on this node to it.",
           same_line=True),
    button("export_job", "Export job", "Writes the job file and a bundle for farms, and says the command lines that "
           "run them elsewhere.", same_line=True),
    button("troubleshoot", "Troubleshoot", "Checks engine, inputs, cache and result, and says what is wrong.",
           same_line=True),
    button("upgrade", "Upgrade", "Gives a node that was saved by an older CMFT the layout of this one; values, "
           "connections and result stay.", same_line=True),
]
_STATE = [
    _hidden("state", "State", "0 not coloured, 1 ready, 2 stale, 3 engine missing, 4 incomplete.", INTEGER,
            NOT_COLOURED),
    _hidden("first", "First", "First frame that was to be coloured.", INTEGER, 0),
    _hidden("last", "Last", "Last frame that was to be coloured.", INTEGER, -1),
    _hidden("there", "Coloured", "1 at the frames that have a plate; keyed.", NUMBER, 0),
    _hidden("signature", "Signature", "Digest of what the result was made from.", TEXT, ""),
    _hidden("place", "Place", "Folder of the script when paths were stored last.", TEXT, ""),
    _hidden("uid", "Identity", "Names this node's folder in the cache.", TEXT, ""),
    _hidden("uid_owner", "Identity of", "Name of the node that the identity was given to.", TEXT, ""),
    _hidden("cmft_version", "Version", "Version of this node's layout.", INTEGER, TEMPLATE_VERSION),
]
KNOBS: Tuple[Knob, ...] = tuple(_SHOT + _LINES + _CORRECT + _OUTPUT + _STATE)


def read_settings(values: Dict[str, Any]) -> Dict[str, Any]:
    """Return the engine's settings from knob values, each in the type that the engine checks."""
    kinds = {"bool": bool, "int": int, "float": float, "text": str, "choice": str}
    return {setting.name: kinds[setting.kind](values[setting.name]) for setting in SETTINGS}
