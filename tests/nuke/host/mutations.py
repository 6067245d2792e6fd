"""Seeded faults: a sound .nk text with one mistake put in, many times over. Uses nothing of the checker."""

from __future__ import annotations

import re
from typing import Iterator, List, Match, NamedTuple

KNOB_LINE = re.compile(r"^ +(?!addUserKnob|inputs)([A-Za-z_]\w*) (.+)$", re.MULTILINE)
ENUMERATIONS = ("file_type", "on_error", "localizationPolicy", "bbox", "operation", "datatype", "metadata", "metainput",
                "colorspace", "frame_mode", "before", "after", "compression")


class Mutation(NamedTuple):
    """A kind of mistake, the text around it, and the whole text with the mistake."""

    kind: str
    place: str
    text: str


def mutations(text: str) -> Iterator[Mutation]:
    """Yield every mutation of a text."""
    for kind, changes in (("brace", _letters(text, "{}")), ("quote", _letters(text, '"'))):
        for at in changes:
            yield Mutation(kind, text[max(at - 30, 0):at + 30], text[:at] + text[at + 1:])
    for kind, pattern, replacement in PATTERNS:
        for match in re.finditer(pattern, text, re.MULTILINE):
            changed = match.expand(replacement)
            yield Mutation(kind, match.group(), text[:match.start()] + changed + text[match.end():])
    yield from _knob_lines(text)
    yield from _nodes(text)


PATTERNS = [
    ("no end_group", r"^ *end_group\n", ""),
    ("no push", r"^ *push \$.*\n", ""),
    ("no set", r"^ *set (?!cut_paste)\w+ \[stack 0\]\n", ""),
    ("unknown node pushed", r"^( *push \$)\w+$", r"\1nothing"),
    ("unknown class", r"^( *)(Read|Write|Copy|Switch|Assert|Keymix|Shuffle2|FrameHold|Input) \{$", r"\1\2x {"),
    ("expression to nothing", r"\bparent\.([a-z_]+)(?!\w*\])", r"parent.\1_q"),
    ("Tcl to nothing", r"\[value (?!root)([\w.]+)", r"[value \1_q"),
    ("unknown Tcl", r"\\\[value ", r"\\[valeu "),
    ("Tcl not closed", r"(\\\[value [\w.]+)\]", r"\1"),
    ("user knob id not a number", r"addUserKnob \{\d+ ", "addUserKnob {Int "),
    ("user knob id unknown", r"addUserKnob \{\d+ ", "addUserKnob {99 "),
    ("user knob without name", r"addUserKnob \{(?!20|26)(\d+) \w+ ", r"addUserKnob {\1 "),
    ("user knob twice", r"^( addUserKnob \{\d+ \w+.*\})$", r"\1\n\1"),
    ("unknown flag", r" [+-](STARTLINE|INVISIBLE|DISABLED)", " +STRATLINE"),
    ("link to nothing", r" T (Result\.)", r" T Resutl."),
    ("Python syntax", r' T "(nuke|import|try)', r' T "(\1'),
    ("Python of a later release", r' T "(nuke|import|try)', r' T "(a := 1)\\n\1'),
    ("knob of a button", r"nuke\.thisNode\(\)\\\['(\w+)'", r"nuke.thisNode()\\['\1_q'"),
    ("callback syntax", r"^( (?:onCreate|knobChanged|autolabel|updateUI) \")", r"\1)"),
    ("menu without items", r" M \{[^}]*\}", " M {}"),
    ("same items", r" M \{(\w+) \w+", r" M {\1 \1"),
    ("range turned", r" R 0 1\}", " R 1 0}"),
    ("range of words", r" R 0 ", " R zero "),
    ("Input number", r"^( +number) 1$", r"\1 2"),
    ("odd list", r"^( +name \w+)$", r"\1 extra"),
    ("more inputs", r"^( +inputs) 2$", r"\1 9"),
    ("backslashes", r"^( +file) .*$", r'\1 "C:\\\\shot\\\\a.####.exr"'),
    ("escape in a path", r"^( +file) .*$", r'\1 "C:\\temp\\new.exr"'),
    ("no layer", r"^add_layer \{confidence .*\n", ""),
    ("layer of digits", r"^add_layer \{confidence confidence\.Y\}", "add_layer {7 7.Y}"),
    ("expression with spaces", r"^( +firstFrame) \{\{parent\.(\w+)\}\}", r"\1 {{parent.\2 + 1}}"),
    ("half an expression", r"\{\{(parent\.\w+)\}\}", r"{{\1+}}"),
    ("knobs not closed", r"^ addUserKnob \{20 \w+ n -1\}\n", ""),
    ("knobs closed twice", r"^( addUserKnob \{20 \w+) n -1\}", r"\1 n -1}\n\1_q n -1}"),
    ("clone", r"^ Assert \{", " clone node1|Assert|1 {"),
    ("value of a button", r"^( addUserKnob \{22 (\w+) .*\})$", r"\1\n \2 1"),
]


def _letters(text: str, wanted: str) -> List[int]:
    """Return where unescaped letters stand; braces inside quotes do not count."""
    found, quoted, at = [], False, 0
    while at < len(text):
        letter = text[at]
        if letter == "\\":
            at += 1
        elif letter == '"':
            quoted = not quoted
            found += [at] if '"' in wanted else []
        elif letter in wanted and not quoted:
            found.append(at)
        at += 1
    return found


def _knob_lines(text: str) -> Iterator[Mutation]:
    """A knob misspelled; an enumeration, a tick or a number with a wrong value."""
    for match in KNOB_LINE.finditer(text):
        name, value = match.groups()
        yield Mutation("unknown knob", match.group(), _replaced(text, match, 1, name + "x"))
        wrong = "nonsense" if name in ENUMERATIONS or value in ("true", "false") else None
        if re.match(r"^-?\d+(\.\d+)?$", value) or re.match(r"^0x[0-9a-f]{8}$", value):
            wrong = "12q"
        if wrong:
            yield Mutation("wrong value", match.group(), _replaced(text, match, 2, wrong))
        yield Mutation("no value", match.group(), _replaced(text, match, 2, ""))


def _replaced(text: str, match: Match[str], group: int, value: str) -> str:
    return text[:match.start(group)] + value + text[match.end(group):]


def _nodes(text: str) -> Iterator[Mutation]:
    """An Output missing or twice, a name taken."""
    for match in re.finditer(r"^ *Output \{[^}]*\}\n", text, re.MULTILINE):
        yield Mutation("no Output", match.group(), text[:match.start()] + text[match.end():])
        other = match.group().replace("Output1", "Output2")
        yield Mutation("two Outputs", match.group(), text[:match.end()] + other + text[match.end():])
    names = re.findall(r"^  name (\w+)$", text, re.MULTILINE)
    for first, second in zip(names, names[1:]):
        yield Mutation("name taken", second, text.replace(f"  name {second}\n", f"  name {first}\n"))
