"""The text of CMFT.nk: the Group, built of native nodes only, so that it renders where the plug-in is not installed.

`write_template` makes the file that is checked in; a test compares. Imports no `nuke`.
"""

from pathlib import Path
from typing import Any, List

from cmft_engine.protocol.text_file import write_text

from .knobs import BUTTON, KNOBS, Knob

TEMPLATE = Path(__file__).resolve().parents[1] / "CMFT.nk"
EXAMPLE = TEMPLATE.with_name("example.nk")
TILE_COLOR = 0x4F7FBFFF
LAYERS = (
    ("confidence", ("Y",)),
    ("kind", ("Y",)),
    ("unknown", ("Y",)),
    ("flats", ("red", "green", "blue", "alpha")),
    ("CryptoPalette00", ("red", "green", "blue", "alpha")),
)
HELP = """CMFT colours the line art of a shot from one or a few painted frames.

line: the line art. ref: painted drawings at the reference frames. mask: where it is 0, line passes through. ref_line: \
the line art of ref, where it is not that of line at the same frame, as of a character sheet.

Connect line and ref, press Colorize. The result is an EXR sequence on disk: it renders everywhere, also where CMFT is \
not installed. Out come all channels of line, the coloured rgba, confidence.Y, unknown.Y (1 where no reference shows \
the colour), kind.Y, the layer flats (without ink) and a Cryptomatte of the palette.

docs/nuke.md in CMFT's folder has the rest."""
KNOB_CHANGED = """try:
    from cmft_nuke import watch
except ImportError:
    pass
else:
    watch.knob_changed(nuke.thisNode(), nuke.thisKnob())"""
SHOWS = "parent.state==1||parent.state==4||(parent.state==2&&parent.on_stale==1)"
IN_RANGE = "frame>parent.first-1&&frame<parent.last+1"  # motion blur looks between frames
IS_THERE = "({}?parent.there>0:parent.outside>0)".format(IN_RANGE)
IS_BLACK = "({})&&parent.outside==2&&!({})".format(SHOWS, IN_RANGE)
RANGE_MESSAGE = ("CMFT: this frame is not coloured; asked for were frames \\[value parent.first] to \\[value "
                 "parent.last] (\\[value parent.status]). Widen the range if this one is outside, and press Colorize.")
WRITE = """ Write {{
  inputs 1
  file_type exr
  channels rgba
  raw true
  datatype "32 bit float"
  metadata "no metadata"
  create_directories true
  name {name}
  xpos {x}
  ypos 0
  disable true
 }}
"""
EXAMPLE_HEAD = """version 14.0 v1
Root {
 inputs 0
 frame 1001
 first_frame 1001
 last_frame 1024
 lock_range true
}
"""
EXAMPLE_READ = """Read {{
 inputs 0
 file "\\[file dirname \\[value root.name]]/../examples/shot/{plate}.%04d.png"
 first 1001
 last {last}
 origfirst 1001
 origlast {last}
 name {name}
 xpos {x}
 ypos -200
}}
"""
EXAMPLE_TAIL = """Viewer {
 frame_range 1001-1024
 name Viewer1
 xpos 0
 ypos 100
}
"""
BODY = """ Input {{
  inputs 0
  name mask
  xpos 400
  ypos -200
  number 2
 }}
set mask [stack 0]
 Expression {{
  expr3 a>=0.5
  name HardMask
  xpos 400
  ypos 0
 }}
set hard [stack 0]
 Input {{
  inputs 0
  name ref_line
  xpos 600
  ypos -200
  number 3
 }}
{bake_ref_line} Input {{
  inputs 0
  name ref
  xpos 200
  ypos -200
  number 1
 }}
{bake_ref} Input {{
  inputs 0
  name line
  xpos 0
  ypos -200
  number 0
 }}
set line [stack 0]
{bake_line}push $line
 Read {{
  inputs 0
  file_type exr
  file ""
  on_error error
  raw true
  localizationPolicy off
  name Result
  xpos 200
  ypos 100
 }}
push $line
 Copy {{
  inputs 2
  from0 none
  to0 none
  channels all
  bbox B
  metainput All
  name Coloured
  xpos 0
  ypos 100
 }}
set coloured [stack 0]
push $mask
push $coloured
push $line
 Keymix {{
  inputs 3
  channels all
  bbox B
  name Mixed
  xpos 200
  ypos 200
 }}
set mixed [stack 0]
push $hard
push $coloured
push $line
 Keymix {{
  inputs 3
  channels all
  bbox B
  name WholeIds
  xpos 300
  ypos 200
 }}
push $mixed
 Copy {{
  inputs 2
  from0 none
  to0 none
  channels CryptoPalette00
  bbox B
  name Masked
  xpos 200
  ypos 250
 }}
push $coloured
 Switch {{
  inputs 2
  which {{{{"\\[exists parent.input2]"}}}}
  name IsMasked
  xpos 0
  ypos 250
 }}
push $line
 Switch {{
  inputs 2
  which {{{{({shows})&&{is_there}}}}}
  name IsShown
  xpos 0
  ypos 300
 }}
 Expression {{
  expr0 x*0
  expr1 x*0
  expr2 x*0
  expr3 x*0
  name Black
  xpos 0
  ypos 325
  disable {{{{!({is_black})}}}}
 }}
 Assert {{
  expression {{{{{is_there}||!({shows})}}}}
  message "{range_message}"
  name FrameIsColoured
  xpos 0
  ypos 350
 }}
 Assert {{
  expression {{{{{shows}}}}}
  message "CMFT: \\[value parent.status]"
  name ResultIsGood
  xpos 0
  ypos 400
 }}
 Output {{
  name Output1
  xpos 0
  ypos 500
 }}
"""


def quoted(text: str) -> str:
    """Return text as one quoted Tcl word."""
    for plain, escaped in (("\\", "\\\\"), ('"', '\\"'), ("[", "\\["), ("$", "\\$"), ("{", "\\{"), ("}", "\\}"),
                           ("\n", "\\n")):
        text = text.replace(plain, escaped)
    return '"' + text + '"'


def template_text() -> str:
    """Return the whole content of CMFT.nk."""
    lines = ["set cut_paste_input [stack 0]", "push 0", "push 0", "push 0", "push $cut_paste_input"]
    lines += ["add_layer {{{} {}}}".format(name, " ".join(name + "." + channel for channel in channels))
              for name, channels in LAYERS]
    head = ["inputs 4", "name CMFT1", "tile_color {:#x}".format(TILE_COLOR), "label {}".format(_label()),
            "help " + quoted(HELP), "knobChanged " + quoted(KNOB_CHANGED), "selected true"]
    lines += ["Group {"] + [" " + line for line in head + _knob_lines()] + ["}"]
    body = BODY.format(bake_ref=WRITE.format(name="BakeRef", x=200), bake_line=WRITE.format(name="BakeLine", x=-200),
                       bake_ref_line=WRITE.format(name="BakeRefLine", x=600), shows=SHOWS,
                       is_there=IS_THERE, is_black=IS_BLACK, range_message=RANGE_MESSAGE)
    return "\n".join(lines) + "\n" + body + "end_group\n"


def example_text() -> str:
    """Return the whole content of example.nk: the example shot's Reads and a node, ready to colorize."""
    reads = [EXAMPLE_READ.format(name=name, plate=plate, last=last, x=x)
             for name, plate, last, x in (("painted", "ref", 1001, 200), ("lines", "line", 1024, 0))]
    group = template_text().split("push $cut_paste_input\n", 1)[1]
    painted = "set painted [stack 0]\npush 0\npush 0\npush $painted\n"
    return EXAMPLE_HEAD + reads[0] + painted + reads[1] + group + EXAMPLE_TAIL


def write_template() -> None:
    """Write CMFT.nk and example.nk anew."""
    write_text(TEMPLATE, template_text())
    write_text(EXAMPLE, example_text())


def _label() -> str:
    return '"\\[value status]"'


def _knob_lines() -> List[str]:
    lines = []
    for knob in KNOBS:
        lines.append("addUserKnob {{{}}}".format(_definition(knob)))
        if knob.value not in (None, "") and knob.kind != BUTTON:
            lines.append("{} {}".format(knob.name, _value(knob.value)))
    return lines


def _definition(knob: Knob) -> str:
    parts = [str(knob.kind), knob.name, "l", quoted(knob.label), "t", quoted(knob.tooltip)]
    if knob.kind == BUTTON:
        parts += ["T", quoted(knob.value)]
    if knob.items:
        parts += ["M", "{" + " ".join(quoted(item) if " " in item else item for item in knob.items) + "}"]
    if knob.limits is not None:
        parts += ["R", "{:g}".format(knob.limits[0]), "{:g}".format(knob.limits[1])]
    return " ".join(parts + list(knob.flags))


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return "{:g}".format(value)
    return quoted(value) if " " in value or not value else str(value)

