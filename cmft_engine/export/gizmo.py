"""Nuke scripts of the live route, as text: the node that makes the `.cat`, and the gizmo around Inference.

Native nodes alone; knows no model.
"""

from collections.abc import Sequence
from typing import NamedTuple

NAME = "CMFT_Live"
CHANNELS_IN = (  # Nuke's own layers, for Inference refuses channels that a script does not know
    "rgba.red", "rgba.green", "rgba.blue", "rgba.alpha", "forward.u", "forward.v", "backward.u", "backward.v",
    "disparityL.x", "disparityL.y", "disparityR.x", "disparityR.y")
CHANNELS_OUT = ("rgba.red", "rgba.green", "rgba.blue", "rgba.alpha")
HELP = (
    "CMFT Live colours line art from one painted frame while you watch. It is the network alone: no regions, no "
    "exact palette colours, no Cryptomatte. For the final plates use the node CMFT.\\n\\n"
    "line: the line art. ref: the painted drawing, in the size of line. Set Reference frame to the frame that ref "
    "shows.\\n\\n"
    "It needs {name}.cat beside it; open {name}_make_cat.nk in NukeX once and press Create .cat.")
KINDS = {"int": 3, "float": 7}


class ModelKnob(NamedTuple):
    """An attribute of the model that people set: a knob of the same name."""

    name: str
    label: str
    tooltip: str
    kind: str  # "int" or "float"
    value: float
    limits: tuple[float, float]


def cat_script(knobs: Sequence[ModelKnob]) -> str:
    """Return the script whose one node makes the `.cat` beside it."""
    beside = "\\[file dirname \\[value root.name]]"
    lines = [
        "version 14.0 v1", "CatFileCreator {", " inputs 0", f' torchScriptFile "{beside}/{NAME}.pt"',
        f' catFile "{beside}/{NAME}.cat"', f' channelsIn "{",".join(CHANNELS_IN)}"',
        f' channelsOut "{",".join(CHANNELS_OUT)}"', " modelId CMFT", " outputScale 1", f" name Make_{NAME}",
        ' label "press Create .cat"', ' addUserKnob {20 model l "Model" t "What the .cat lets people set."}',
    ]
    for knob in knobs:
        low, high = knob.limits
        lines.append(f' addUserKnob {{{KINDS[knob.kind]} {knob.name} l "{knob.label}" t "{knob.tooltip}" '
                     f"R {low:g} {high:g}}}")
        lines.append(f" {knob.name} {knob.value:g}")
    return "\n".join([*lines, "}"]) + "\n"


def gizmo(knobs: Sequence[ModelKnob]) -> str:
    """Return the gizmo: line and painted frame in, packed for the model, its colours back on the line's stream."""
    own = [f' addUserKnob {{41 {knob.name} l "{knob.label}" t "{knob.tooltip}" T Inference.{knob.name}}}'
           for knob in knobs]
    own += [' addUserKnob {41 useGPUIfAvailable l "Use GPU if available" t "Runs the model on the graphics card." '
            "T Inference.useGPUIfAvailable}",
            ' addUserKnob {41 halfPrecision l "Optimize for Speed and Memory" t "Runs the model in half precision." '
            "T Inference.halfPrecision}"]
    return GIZMO.format(help=HELP.format(name=NAME), knobs="\n".join(own), name=NAME,
                        pack_ref=_copy("PackRef", CHANNELS_IN[4:8]), pack_lines=_copy("PackLines", CHANNELS_IN[8:]),
                        colours=_copy("Coloured", CHANNELS_OUT), channels_in=",".join(CHANNELS_IN),
                        channels_out=",".join(CHANNELS_OUT))


def _copy(name: str, targets: Sequence[str]) -> str:
    """Return a Copy that puts rgba of its input A into other channels of B."""
    places = [f"  from{i} {source}\n  to{i} {target}"
              for i, (source, target) in enumerate(zip(CHANNELS_OUT, targets, strict=True))]
    return "\n".join([" Copy {", "  inputs 2", *places, "  bbox B", f"  name {name}", " }"])


GIZMO = """Gizmo {{
 inputs 2
 help "{help}"
 tile_color 0x4f7fbfff
 addUserKnob {{20 cmft_live l "CMFT Live" t "Colours line art from one painted frame, live."}}
 addUserKnob {{3 reference_frame l "Reference frame" t "The frame of line that ref shows painted."}}
 reference_frame 1
 addUserKnob {{22 set_frame l "Current frame" t "Takes the current frame as the reference frame." T \
"nuke.thisNode()\\['reference_frame'\\].setValue(int(nuke.frame()))" -STARTLINE}}
{knobs}
}}
 Input {{
  inputs 0
  name ref
  xpos 200
  ypos -200
  number 1
 }}
 FrameHold {{
  firstFrame {{{{parent.reference_frame}}}}
  name HeldRef
  xpos 200
  ypos -100
 }}
set ref [stack 0]
 Input {{
  inputs 0
  name line
  xpos 0
  ypos -200
  number 0
 }}
set line [stack 0]
 FrameHold {{
  firstFrame {{{{parent.reference_frame}}}}
  name HeldLine
  xpos 100
  ypos -50
 }}
set held [stack 0]
push $ref
push $line
{pack_ref}
set packed [stack 0]
push $held
push $packed
{pack_lines}
 Inference {{
  modelFile "\\[lsearch -inline \\[plugins -all {name}.cat] *.cat]"
  channelsIn "{channels_in}"
  channelsOut "{channels_out}"
  name Inference
  xpos 0
  ypos 100
 }}
set coloured [stack 0]
push $coloured
push $line
{colours}
 Assert {{
  expression {{{{"\\[exists parent.input0]*\\[exists parent.input1]"}}}}
  message "CMFT Live: connect line and ref."
  name IsConnected
  xpos 0
  ypos 250
 }}
 Output {{
  name Output1
  xpos 0
  ypos 300
 }}
end_group
"""
