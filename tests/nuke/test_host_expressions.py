"""Expressions and Tcl of the stand-in host: values by hand, mistakes refused."""

import pytest

from tests.nuke.host import Host, ScriptError
from tests.nuke.host.expressions import evaluate, parse, without_tcl


def value(text, **knobs):
    """Return the value of an expression over knobs, at frame 10 for knob(time)."""
    return evaluate(parse(text), lambda name: knobs[name], lambda name, at: knobs[name] + at)


@pytest.mark.parametrize(("text", "expected"), [
    ("1+2*3", 7), ("(1+2)*3", 9), ("10-4-3", 3), ("7%4", 3), ("2**3", 8), ("2^3", 8), ("-2+5", 3), ("!0", 1), ("!3", 0),
    ("1==1&&2!=3", 1), ("0||0", 0), ("1<2", 1), ("2<=1", 0), ("a>3?10:20", 10), ("a?b?1:2:3", 2), ("max(1,a,2)", 4),
    ("clamp(7,0,5)", 5), ("int(2.9)", 2), ("a(3)", 7), (".5*4", 2), ("1e2", 100), ("0&&1/0", 0),
    ("a==4?1:1/0", 1), ("pi>3", 1),
])
def test_values(text, expected):
    """Precedence, comparison, choice, functions; what is not chosen is not computed."""
    assert value(text, a=4.0, b=0.0) == expected


@pytest.mark.parametrize("text", [
    "", "1+", "1 2", "(1", "a ? 1", "1 = 2", "max(1", "1 ? 2 : ", "&&", "'a'", "nosuch(1,2)",
])
def test_what_is_no_expression(text):
    """A mistake is an error that shows the text, not a zero."""
    with pytest.raises(ScriptError, match="expression"):
        parse(text)


def test_division_by_zero_is_an_error():
    """Nuke would show nan: here it is refused."""
    with pytest.raises(ScriptError, match="zero"):
        value("1/a", a=0.0)


def test_tcl_is_taken_out_of_expressions():
    """Nested commands are one, an escaped bracket is none, a lone one is an error."""
    assert without_tcl("[value a] + [x [y] z]") == ("1 + 1", ["value a", "x [y] z"])
    assert without_tcl("a \\[b]") == ("a \\[b]", [])
    with pytest.raises(ScriptError, match="not closed"):
        without_tcl("[value a")


@pytest.fixture
def node():
    """A node with knobs of every kind, in a host."""
    with Host() as host:
        nuke = host.nuke
        node = nuke.nodes.NoOp(label="L")
        node.addKnob(nuke.Enumeration_Knob("mode", "Mode", ["flats", "paint"]))
        node.addKnob(nuke.Boolean_Knob("on", "On"))
        node.addKnob(nuke.Double_Knob("limit", "Limit"))
        node.addKnob(nuke.EvalString_Knob("text", "Text"))
        node.addKnob(nuke.XY_Knob("place", "Place"))
        values = {"mode": "paint", "on": True, "limit": 0.25, "text": "[value mode]!", "place": [3, 4]}
        for name, given in values.items():
            node[name].setValue(given)
        yield host, node


@pytest.mark.parametrize(("text", "expected"), [
    ("[value mode]", "paint"), ("[value on]", "true"), ("[value limit]", "0.25"), ("[value text]", "paint!"),
    ("[value place.y]", "4"), ("[value NoOp1.mode]", "paint"), ("[value root.first_frame]", "1"),
    ("[value gone none]", "none"),
    ("[exists mode][exists gone][exists NoOp1][exists this.input0]", "1010"), ("[expression {limit*4+mode}]", "2"),
    ("[frame]", "7"), ("[file dirname /a/b.c][file tail /a/b.c][file rootname b.c][file extension b.c]", "/ab.cb.c"),
    ("[if {[value on] == {true}} {return yes} else {return no}]", "yes"), ("[python {nuke.frame() + 1}]", "8"),
    ("[string toupper [value mode]]", "PAINT"), ("a \\[b] $c {d}", "a [b] $c {d}"), ("[knob text]", "[value mode]!"),
])
def test_tcl_texts(node, text, expected):
    """value, exists, expression, frame, file, python and Tcl's own commands in a text."""
    host, knobs = node
    host.nuke.frame(7)
    knobs["label"].setValue(text)
    assert knobs["label"].evaluate() == expected


@pytest.mark.parametrize("text", [
    "[value gone]", "[exec ls]", "[open /etc/hosts]", "[file delete /x]", "[nosuch]", "[value x",
])
def test_tcl_that_is_refused(node, text):
    """Unknown names and commands, processes and files are errors."""
    _, knobs = node
    knobs["label"].setValue(text)
    with pytest.raises(ScriptError):
        knobs["label"].evaluate()


def test_numbers_of_knobs(node):
    """A menu counts as its index, a tick as 0 or 1, a text is no number, nodes give width and range."""
    host, _ = node
    other = host.nuke.nodes.Switch()
    texts = {"NoOp1.mode": 1, "NoOp1.on+1": 2, "NoOp1.place.y": 4, "root.last_frame": 100, "$gui": 1}
    for text, expected in texts.items():
        other["which"].setExpression(text)
        assert other["which"].value() == expected
    other["which"].setExpression("NoOp1.text")
    with pytest.raises(ScriptError, match="no number"):
        other["which"].value()


def test_renaming_breaks_what_names_it(node):
    """An expression follows a name; when the node is renamed it fails and does not fall back to 0."""
    host, knobs = node
    other = host.nuke.nodes.Switch()
    other["which"].setExpression("NoOp1.mode")
    knobs.setName("Elsewhere")
    with pytest.raises(ScriptError, match="does not exist"):
        other["which"].value()
