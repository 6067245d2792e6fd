"""The native node classes that we use: inputs, knobs, their types, defaults and enumeration values.

Facts were taken from the scan of Nuke 17.0v3 in github.com/kirkjr2/nuke-python-reference (data/nodes/<Class>.json) and
from learn.foundry.com (reference guide; NDK developer guide, "Knobs by ID"). What is not here is refused.
"""

from __future__ import annotations

import functools
from typing import Dict, Mapping, NamedTuple, Optional, Sequence, Tuple, Union

LAYERS = {  # the layers that every new script knows
    "rgba": ("red", "green", "blue", "alpha"),
    "rgb": ("red", "green", "blue"),  # written rgba.red and so on; a short form of rgba
    "alpha": ("alpha",),
    "depth": ("Z",),
    "motion": ("u", "v"),
    "forward": ("u", "v"),
    "backward": ("u", "v"),
    "disparityL": ("x", "y"),
    "disparityR": ("x", "y"),
    "mask": ("a",),
    "other": (),
}
LUTS = ("default linear sRGB rec709 Cineon Gamma1.8 Gamma2.2 Gamma2.4 Gamma2.6 Panalog REDLog ViperLog AlexaV3LogC "
        "PLogLin SLog SLog1 SLog2 SLog3 CLog Log3G10 Log3G12 HybridLogGamma Protune BT1886 st2084")
FILE_TYPES = ["", " ", "cin", "dpx", "exr", "hdr", "iff", "jpeg", "mov", "mxf", "pic", "png", "sgi", "targa", "tiff",
              "xpm", "yuv"]
OPERATIONS = ("atop average color-burn color-dodge conjoint-over copy difference disjoint-over divide exclusion from "
              "geometric hard-light hypot in mask matte max min minus multiply out over overlay plus screen soft-light "
              "stencil under xor")
COMPRESSIONS = ["none", "Zip (1 scanline)", "Zip (16 scanlines)", "PIZ Wavelet (32 scanlines)", "RLE", "B44", "B44A",
                "DWAA", "DWAB"]


class KnobSpec(NamedTuple):
    """A knob: its Nuke class, default, and the values of an enumeration."""

    type: str
    default: object = ""
    values: Tuple[str, ...] = ()


class ClassSpec(NamedTuple):
    """A node class: fewest and most inputs, its own knobs beside the common ones."""

    minimum: int
    maximum: int
    knobs: Dict[str, KnobSpec]
    executable: bool = False


def _enum(values: Union[str, Sequence[str]], default: Optional[str] = None) -> KnobSpec:
    items = tuple(values.split() if isinstance(values, str) else values)
    return KnobSpec("Enumeration_Knob", items[0] if default is None else default, items)


def _many(names: str, spec: KnobSpec) -> Dict[str, KnobSpec]:
    return {name: spec for name in names.split()}


TEXT, EVAL, FILE = KnobSpec("String_Knob"), KnobSpec("EvalString_Knob"), KnobSpec("File_Knob")
PYTHON, BUTTON = KnobSpec("PythonKnob"), KnobSpec("PyScript_Knob")
OFF, ON = KnobSpec("Boolean_Knob", False), KnobSpec("Boolean_Knob", True)
ZERO, ONE = KnobSpec("Array_Knob", 0.0), KnobSpec("Array_Knob", 1.0)
INT = KnobSpec("Int_Knob", 0)
CHANNEL, MASK = KnobSpec("Channel_Knob", "none"), KnobSpec("ChannelMask_Knob", "none")
ALL, ALPHA = KnobSpec("ChannelMask_Knob", "all"), KnobSpec("Channel_Knob", "rgba.alpha")
ON_ERROR = _enum(["error", "black", "checkerboard", "nearest frame"])
METADATA_FROM = _enum("B A All")

COMMON: Dict[str, KnobSpec] = {
    "name": TEXT, "label": EVAL, "help": EVAL, "icon": FILE, "disable": KnobSpec("Disable_Knob", False),
    "tile_color": KnobSpec("ColorChip_Knob", 0), "gl_color": KnobSpec("ColorChip_Knob", 0),
    "note_font": KnobSpec("Font_Knob"), "note_font_size": KnobSpec("Array_Knob", 11.0),
    "note_font_color": KnobSpec("ColorChip_Knob", 0), "xpos": INT, "ypos": INT,
    "lifetimeStart": ZERO, "lifetimeEnd": ZERO, "panel": TEXT, "indicators": ZERO, "postage_stamp_frame": ONE,
    **_many("autolabel knobChanged onCreate onDestroy updateUI", PYTHON),
    **_many("bookmark cached dope_sheet hide_input postage_stamp selected useLifetime", OFF),
}
_MASKED = {"maskChannelInput": CHANNEL, "maskChannelMask": ALPHA, "mix": ONE,
           **_many("invert_mask fringe inject", OFF)}
_RENDER = _many("beforeRender afterRender beforeFrameRender afterFrameRender renderProgress", PYTHON)
_FILE = {
    "file": FILE, "proxy": FILE, "file_type": _enum(FILE_TYPES), "on_error": ON_ERROR,
    "colorspace": _enum(LUTS), "frame_mode": _enum(["expression", "start at", "offset"]), "frame": TEXT,
    "first": KnobSpec("Int_Knob", 1), "last": KnobSpec("Int_Knob", 1),
    **_many("raw premultiplied", OFF), "reload": KnobSpec("Script_Knob"),
}
_READ = {
    **_FILE, "origfirst": KnobSpec("Int_Knob", 1), "origlast": KnobSpec("Int_Knob", 1), "origset": OFF,
    "before": _enum("hold loop bounce black"), "after": _enum("hold loop bounce black"), "auto_alpha": OFF,
    "localizationPolicy": _enum("on fromAutoLocalizePath onDemand off", "fromAutoLocalizePath"),
    "format": KnobSpec("Format_Knob"), "proxy_format": KnobSpec("Format_Knob"), "version": INT,
}
_WRITE = {
    **_FILE, **_RENDER, "channels": KnobSpec("ChannelMask_Knob", "rgb"), "views": TEXT, "render_order": ONE,
    **_many("create_directories use_limit reading autocrop checkHashOnRead", OFF), "Render": BUTTON,
    "datatype": _enum(["16 bit half", "32 bit float", "8 bit", "16 bit"]),
    "compression": _enum(COMPRESSIONS, "Zip (1 scanline)"), "version": INT,
    "metadata": _enum(["no metadata", "default metadata", "default metadata and exr/*",
                       "all metadata except input/*", "all metadata"], "default metadata"),
}
_GROUP = {"lock_connections": OFF,
          "mapsize": KnobSpec("WH_Knob", (0.15, 0.15)), "window": KnobSpec("WH_Knob", (0.0, 0.0))}
_BLEND = {"bbox": _enum("union B A"), "metainput": METADATA_FROM, "rangeinput": _enum("union B A All")}

CLASSES: Dict[str, ClassSpec] = {
    "Root": ClassSpec(0, 0, {
        "first_frame": KnobSpec("Int_Knob", 1), "last_frame": KnobSpec("Int_Knob", 100),
        "frame": KnobSpec("Int_Knob", 1),
        "fps": KnobSpec("Array_Knob", 24.0), "lock_range": OFF, "proxy": OFF, "project_directory": FILE,
        "format": KnobSpec("Format_Knob"), "proxy_type": _enum("scale format"),
        "proxy_scale": KnobSpec("Array_Knob", 0.5),
        "proxy_format": KnobSpec("Format_Knob"), "colorManagement": _enum("Nuke OCIO"), "views": TEXT,
        "onScriptLoad": PYTHON, "onScriptSave": PYTHON, "onScriptClose": PYTHON, "proxySetting": TEXT,
        "OCIO_config": TEXT, "workingSpaceLUT": _enum(LUTS, "linear"), "monitorLut": TEXT, "int8Lut": TEXT,
        "int16Lut": TEXT, "logLut": TEXT, "floatLut": TEXT, "defaultViewerLUT": TEXT,
    }),
    "Group": ClassSpec(0, 1000, _GROUP),
    "Input": ClassSpec(0, 0, {"number": INT}),
    "Output": ClassSpec(1, 1, {}),
    "Read": ClassSpec(0, 0, _READ),
    "Write": ClassSpec(1, 1, _WRITE, executable=True),
    "Copy": ClassSpec(2, 3, {
        "channels": MASK, **_many("from1 from2 from3 to1 to2 to3", CHANNEL), "from0": ALPHA, "to0": ALPHA, **_MASKED,
        **_BLEND, "unpremult": CHANNEL, "invert_unpremult": OFF,
    }),
    "Shuffle2": ClassSpec(1, 2, {
        "in1": KnobSpec("Channel_Knob", "rgba"), "in2": CHANNEL,
        "out1": KnobSpec("Channel_Knob", "rgba"), "out2": CHANNEL,
        "fromInput1": KnobSpec("String_Knob", "{0} B"), "fromInput2": KnobSpec("String_Knob", "{0} B"),
        "mappings": KnobSpec("String_Knob", ""),
    }),
    "Switch": ClassSpec(1, 1000, {"which": ZERO}),
    "Dissolve": ClassSpec(1, 1000, {"which": ZERO, "channels": ALL, **_MASKED}),
    "Merge2": ClassSpec(2, 1000, {
        "operation": _enum(OPERATIONS, "over"), "Achannels": KnobSpec("ChannelMask_Knob", "rgba"),
        "Bchannels": KnobSpec("ChannelMask_Knob", "rgba"), "output": KnobSpec("ChannelMask_Knob", "rgba"),
        "also_merge": MASK, "Amask": CHANNEL, "Bmask": CHANNEL, "screen_alpha": OFF, **_MASKED, **_BLEND,
        "bbox": _enum("union intersection A B"),
    }),
    "Keymix": ClassSpec(3, 3, {"channels": ALL, "maskChannel": ALPHA, "invertMask": OFF, "mix": ONE,
                               "bbox": _enum("union B A")}),
    "Remove": ClassSpec(1, 1, {"operation": _enum("remove keep"), "channels": ALL,
                               **_many("channels2 channels3 channels4", MASK)}),
    "FrameHold": ClassSpec(1, 1, {"firstFrame": ZERO, "increment": ZERO}),
    "TimeOffset": ClassSpec(1, 1, {"time_offset": INT, "reverse_input": OFF}),
    "Assert": ClassSpec(1, 1, {"expression": ONE,
                               "message": KnobSpec("EvalString_Knob", "[knob expression] is not true")}),
    "Constant": ClassSpec(0, 1, {"channels": KnobSpec("ChannelMask_Knob", "rgb"), "first": INT, "last": INT,
                                 "color": KnobSpec("AColor_Knob", (0.0, 0.0, 0.0, 0.0)),
                                 "format": KnobSpec("Format_Knob")}),
    "Crop": ClassSpec(1, 1, {"box": KnobSpec("BBox_Knob", (0.0, 0.0, 0.0, 0.0)), "crop": ON, "softness": ZERO,
                             **_many("reformat intersect preset", OFF)}),
    "BlackOutside": ClassSpec(1, 1, {}),
    "NoOp": ClassSpec(0, 1, {}),
    "Dot": ClassSpec(1, 1, {}),
    "Expression": ClassSpec(1, 1, {
        **_many("expr0 expr1 expr2 expr3 temp_name0 temp_name1 temp_name2 temp_name3 temp_expr0 temp_expr1 temp_expr2 "
                "temp_expr3", TEXT),
        "channel0": KnobSpec("ChannelMask_Knob", "rgb"), "channel1": MASK, "channel2": MASK,
        "channel3": KnobSpec("ChannelMask_Knob", "alpha"), **_MASKED,
    }),
    "Inference": ClassSpec(1, 1, {
        "modelFile": FILE, "gpuName": TEXT, "channelsIn": TEXT, "channelsOut": TEXT, "serialiseKnob": TEXT,
        "useGPUIfAvailable": ON, "halfPrecision": OFF,
        **_many("work_size linear ink_over", INT), "ink_threshold": ZERO,  # what a .cat brings: the knobs of our model
    }),
    "CatFileCreator": ClassSpec(0, 0, {
        **_many("torchScriptFile catFile", FILE), **_many("channelsIn channelsOut modelId", TEXT), "outputScale": INT,
        "createCatFile": BUTTON,
    }, executable=True),
    "Viewer": ClassSpec(0, 10, {**_many("frame_range fps frame viewerProcess", TEXT), "input_number": INT,
                                "colour_sample_bbox": KnobSpec("BBox_Knob", (0.0, 0.0, 0.0, 0.0))}),
    "BackdropNode": ClassSpec(0, 0, {"bdwidth": INT, "bdheight": INT, "z_order": ZERO, "appearance": TEXT}),
    "StickyNote": ClassSpec(0, 0, {}),
}
OPTIONAL_INPUT = {"Copy": 2, "Merge2": 2, "Dissolve": 2}  # the index of a mask, where it is not the fewest inputs
DRAWN_ONLY = ("Viewer", "BackdropNode", "StickyNote")  # no pixels, need not lead to an Output

USER_KNOBS = {  # NDK developer guide, "Knobs by ID", and ids seen in saved scripts
    1: "EvalString_Knob", 2: "File_Knob", 3: "Int_Knob", 4: "Enumeration_Knob", 6: "Boolean_Knob", 7: "Double_Knob",
    8: "Double_Knob", 10: "ChannelMask_Knob", 11: "Channel_Knob", 12: "XY_Knob", 13: "XYZ_Knob", 14: "WH_Knob",
    15: "BBox_Knob", 17: "Format_Knob", 18: "Color_Knob", 19: "AColor_Knob", 20: "Tab_Knob", 22: "PyScript_Knob",
    26: "Text_Knob", 41: "Link_Knob", 43: "Multiline_Eval_String_Knob",
}
USER_FLAGS = ("STARTLINE", "ENDLINE", "INVISIBLE", "HIDDEN", "DISABLED", "READ_ONLY", "DO_NOT_WRITE", "NO_ANIMATION",
              "NO_UNDO", "ALWAYS_SAVE")


@functools.lru_cache(maxsize=None)
def knob_specs(class_name: str) -> Mapping[str, KnobSpec]:
    """Return all built-in knobs of a class by name; raises KeyError for a class not in the table."""
    return {**COMMON, **CLASSES[class_name].knobs}
