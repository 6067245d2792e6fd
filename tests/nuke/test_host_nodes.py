"""Nodes, knobs and scripts of the stand-in host behave as Nuke documents them."""

import contextlib
from pathlib import Path

import pytest

from tests.nuke.host import Host, HostFault, ScriptError

SAMPLE = (Path(__file__).with_name("host") / "sample.nk").read_text(encoding="utf-8")


@pytest.fixture
def host():
    """A host with a GUI; at the end any broken rule fails the test."""
    with Host() as host:
        yield host


def test_create_node_joins_the_pipe_and_takes_the_selection(host):
    """createNode goes below the selected node and above what hung on it; nuke.nodes.X touches nothing."""
    nuke = host.nuke
    read = nuke.createNode("Read")
    crop = nuke.createNode("Crop")
    dot = nuke.nodes.Dot()
    assert crop.input(0) is read and crop.isSelected() and not dot.isSelected() and dot.input(0) is None
    read.selectOnly()
    between = nuke.createNode("NoOp", inpanel=False)
    assert crop.input(0) is between and between.input(0) is read
    assert read.shown() and not between.shown()


def test_names_stay_unique(host):
    """A taken name gets another number; a name with a space is refused."""
    first, second = host.nuke.nodes.Read(), host.nuke.nodes.Read()
    assert (first.name(), second.name()) == ("Read1", "Read2")
    second.setName("Read1")
    assert second.name() != "Read1"
    second["name"].setValue("Plate")
    assert host.nuke.toNode("Plate") is second
    with pytest.raises(ValueError, match="no name"):
        second.setName("a plate")


def test_a_deleted_node_is_dead(host):
    """Every method of a deleted node raises, its knobs too, and what it fed is fed by its input."""
    read = host.nuke.nodes.Read()
    dot = host.nuke.nodes.Dot(inputs=[read])
    crop = host.nuke.nodes.Crop(inputs=[dot])
    label = dot["label"]
    host.nuke.delete(dot)
    assert crop.input(0) is read and host.nuke.toNode("Dot1") is None
    for use in (dot.name, dot.inputs, label.value, lambda: label.setValue("x"), lambda: dot["label"]):
        with pytest.raises(ValueError, match="not attached"):
            use()


def test_a_deleted_group_takes_its_inside_along(host):
    """A node inside a deleted Group is dead as well."""
    group = host.paste(SAMPLE)
    inside = group.node("Result")
    host.nuke.delete(group)
    with pytest.raises(ValueError, match="not attached"):
        inside.name()


def test_unknown_classes_and_knobs_are_errors(host):
    """A class that is not installed, a knob that is not there."""
    with pytest.raises(ScriptError, match="unknown command"):
        host.nuke.createNode("Sharpen")
    read = host.nuke.nodes.Read()
    assert read.knob("first_frame") is None
    with pytest.raises(NameError):
        read["first_frame"]


@pytest.mark.parametrize(("class_name", "knob", "value", "error"), [
    ("Read", "on_error", "erorr", ValueError), ("Read", "first", 1.5, TypeError), ("Read", "first", "1", TypeError),
    ("Read", "file", 3, TypeError), ("Copy", "channels", "confidence", ValueError), ("Switch", "which", "1", TypeError),
])
def test_wrong_values_are_refused(host, class_name, knob, value, error):
    """A value that a knob cannot hold is an error at once."""
    node = getattr(host.nuke.nodes, class_name)()
    with pytest.raises(error):
        node[knob].setValue(value)


def test_file_knobs_take_forward_slashes(host):
    """A backslash in a file knob is a fault; #### reads back as %04d, the text stays."""
    read = host.nuke.nodes.Read()
    with host.expect_fault("forward slashes"):
        read["file"].setValue("C:\\shot\\a.####.exr")
    read["file"].setValue("C:/shot/a.####.exr")
    assert (read["file"].value(), read["file"].getText()) == ("C:/shot/a.%04d.exr", "C:/shot/a.####.exr")
    assert read["file"].evaluate(-7) == "C:/shot/a.-007.exr"
    read["file"].fromUserText("C:/shot/b.%04d.exr 1001-1040")
    assert (read["first"].value(), read["last"].value()) == (1001, 1040)


def test_expressions_follow_other_knobs(host):
    """An expression sees knobs by name, Tcl in texts too; one that names nothing is refused."""
    group = host.paste(SAMPLE)
    assert group.node("RefHold")["firstFrame"].value() == 1001.0
    group["at"].setValue(1003)
    assert group.node("RefHold")["firstFrame"].value() == 1003.0
    host.root["name"].setValue("/shots/a/comp.nk")
    assert group.node("Result")["file"].evaluate(5) == "/shots/a/cache/a.0005.exr"
    with pytest.raises(ScriptError, match="no knob"):
        group["at"].setExpression("parent.att")


def test_dependencies(host):
    """By wires or by expressions, in both directions."""
    nuke = host.nuke
    read = nuke.nodes.Read()
    switch = nuke.nodes.Switch(inputs=[read])
    other = nuke.nodes.NoOp(label="[value Read1.first]")
    switch["which"].setExpression("NoOp1.disable && [exists Read1]")
    assert switch.dependencies(nuke.INPUTS) == [read] and switch.dependencies(nuke.EXPRESSIONS) == [other, read]
    assert read.dependent(nuke.INPUTS) == [switch] and set(read.dependent(nuke.EXPRESSIONS)) == {switch, other}
    assert read.dependencies(nuke.INPUTS | nuke.EXPRESSIONS) == []


def test_texts_with_tcl_have_no_plain_value(host):
    """What value() gives of a text with Tcl differs between the guide and practice: a fault."""
    node = host.nuke.nodes.NoOp(label="at [value xpos]")
    with host.expect_fault("getText"):
        node["label"].value()
    assert node["label"].getText() == "at [value xpos]" and node["label"].evaluate() == "at 0"


def test_a_value_on_an_expression_is_a_fault(host):
    """setValue does not replace an expression; clearAnimated does."""
    knob = host.paste(SAMPLE).node("RefHold")["firstFrame"]
    with host.expect_fault("clearAnimated"):
        knob.setValue(3)
    knob.clearAnimated()
    assert knob.setValue(3) and knob.value() == 3.0 and not knob.hasExpression()


def test_expressions_that_need_each_other_end(host):
    """A loop of expressions is an error, not a hang."""
    one, two = host.nuke.nodes.Switch(), host.nuke.nodes.Switch()
    one["which"].setExpression("Switch2.which")
    two["which"].setExpression("Switch1.which")
    with pytest.raises(ScriptError, match="itself"):
        one["which"].value()


def test_brackets_in_a_text_are_commands(host):
    r"""A text with [brackets] fails where it is shown, also through [value]; \[ is a bracket."""
    group = host.paste(SAMPLE)
    group["status"].setValue("missing: /shots/[a]/b.exr")
    with pytest.raises(ScriptError, match=r"invalid command name"):
        host.label(group)
    group["status"].setValue("missing: /shots/\\[a]/b.exr")
    assert group["status"].evaluate() == "missing: /shots/[a]/b.exr"
    assert host.label(group) == "Sample1\nmissing: /shots/[a]/b.exr"


def test_keys_hold_until_the_next(host):
    """A knob keyed over time gives the value of the frame asked for."""
    knob = host.nuke.nodes.Switch()["which"]
    knob.setValueAt(0, 1)
    knob.setValueAt(1, 10)
    assert [knob.getValueAt(frame) for frame in (1, 9, 10, 11)] == [0, 0, 1, 1]
    host.nuke.frame(12)
    assert knob.value() == 1


def test_group_is_a_context(host):
    """Inside `with group:` names, new nodes and allNodes are the group's own."""
    group = host.paste(SAMPLE)
    nuke = host.nuke
    with group:
        assert nuke.toNode("Pick") is group.node("Pick") and nuke.thisGroup() is group
        made = nuke.nodes.Dot()
    assert made.parent() is group and made.fullName() == "Sample1.Dot1"
    assert nuke.toNode("Pick") is None and nuke.toNode("Sample1.Pick") is group.node("Pick")
    assert nuke.allNodes() == [group] and len(nuke.allNodes(recurseGroups=True)) == 12
    assert [node.name() for node in nuke.allNodes("Write", recurseGroups=True)] == ["BakeRef"]


def test_inputs_of_a_group_are_its_input_nodes(host):
    """Numbers, not the order of the text, say which input is which; there are no more than Inputs inside."""
    group = host.paste(SAMPLE)
    read = host.nuke.nodes.Read()
    assert group.maxInputs() == 2 and not group.setInput(2, read) and group.setInput(1, read)
    assert group.inputs() == 2 and group.input(0) is None
    assert not read.setInput(0, group)


def test_loops_and_other_groups_cannot_be_connected(host):
    """No node feeds itself, and wires do not cross a group's border."""
    group = host.paste(SAMPLE)
    first = host.nuke.nodes.Crop()
    second = host.nuke.nodes.Crop(inputs=[first])
    assert not first.setInput(0, second) and not first.setInput(0, first)
    assert not first.setInput(0, group.node("Result"))


def test_a_script_saved_and_loaded_is_the_same(host):
    """Saving, loading and saving again gives the same text; wires, knobs, keys, expressions and layers survive."""
    read = host.nuke.nodes.Read(file="/a b/[x].%04d.exr".replace("[x]", "{x}"), last=9)
    group = host.paste(SAMPLE)
    group.setInput(1, read)
    group["status"].setValue('a "quote", a {brace}, a $dollar, a [value at], a \\ and\na line')
    host.nuke.nodes.Switch(inputs=[read, group])["which"].setValueAt(1, 3)
    host.root["project_directory"].setValue("/shots")
    text = host.save()
    host.nuke.scriptClear()
    assert host.nuke.allNodes() == []
    host.load(text)
    again = host.nuke.toNode("Sample1")
    assert again.input(1) is host.nuke.toNode("Read1") and again["at"].tooltip() == "A frame."
    assert again["status"].getText().endswith("a \\ and\na line")
    assert host.nuke.toNode("Switch1").inputs() == 2
    assert host.save() == text and "add_layer {confidence confidence.Y}" in text


def test_save_as_names_the_script(host, tmp_path):
    """A saved script has a name, is not modified, and opens again."""
    path = (tmp_path / "comp_v001.nk").as_posix()
    with pytest.raises(RuntimeError):
        host.nuke.scriptName()
    host.nuke.nodes.Read()
    assert host.nuke.modified()
    host.nuke.scriptSaveAs(path)
    assert host.nuke.scriptName() == path and not host.nuke.modified()
    host.nuke.scriptOpen(path)
    assert [node.name() for node in host.nuke.allNodes()] == ["Read1"]
    assert host.nuke.script_directory() == tmp_path.as_posix()


def test_copy_and_paste(host):
    """A pasted node is a new one with a free name, its own knobs, selected, below what was selected."""
    read = host.nuke.nodes.Read()
    group = host.paste(SAMPLE)
    group["at"].setValue(1007)
    group.selectOnly()
    host.nuke.nodeCopy("%clipboard%")
    read.selectOnly()
    copy = host.nuke.nodePaste("%clipboard%")
    assert copy is not group and copy.name() == "Sample2" and copy["at"].value() == 1007
    assert copy.isSelected() and not read.isSelected()
    copy["at"].setValue(1)
    assert group["at"].value() == 1007 and copy.node("Pick")["which"].value() == 0


def test_paste_goes_below_the_selected_node(host):
    """`$cut_paste_input` is the selected node, or nothing."""
    alone = host.paste(SAMPLE)
    read = host.nuke.nodes.Read()
    read.selectOnly()
    below = host.paste(SAMPLE)
    assert alone.input(0) is None and below.input(0) is read


def test_a_broken_script_is_refused_with_all_findings(host):
    """Loading says everything that is wrong and adds nothing."""
    broken = SAMPLE.replace("bbox B", "bbox C").replace("{{parent.at}}", "{{parent.att}}").replace("Output {", "NoOp {")
    with pytest.raises(ScriptError) as error:
        host.paste(broken)
    assert len(str(error.value).split("\n")) >= 3 and host.nuke.allNodes() == []


def test_undo_takes_back_single_changes_or_groups(host):
    """A change is a step; an Undo group is one step with its name, and redo makes it again."""
    nuke = host.nuke
    read = nuke.nodes.Read()
    read["first"].setValue(3)
    read["first"].setValue(5)
    nuke.undo()
    assert read["first"].value() == 3
    nuke.redo()
    assert read["first"].value() == 5
    with nuke.Undo("freeze"):
        dot = nuke.nodes.Dot(inputs=[read])
        read["last"].setValue(99)
    assert host.undo_names[-1] == "freeze"
    nuke.undo()
    assert read["last"].value() == 1 and nuke.allNodes() == [read]
    nuke.redo()
    assert dot.input(0) is read and read["last"].value() == 99


def test_undo_brings_a_deleted_group_back(host):
    """Deleting is undone whole: node, inside, wires."""
    read = host.nuke.nodes.Read()
    group = host.paste(SAMPLE)
    group.setInput(0, read)
    switch = host.nuke.nodes.Switch(inputs=[group])
    host.nuke.delete(group)
    assert switch.input(0) is read
    host.nuke.undo()
    assert switch.input(0) is group and group.node("Pick").name() == "Pick" and group.input(0) is read


def test_disabled_undo_records_nothing(host):
    """Between Undo.disable and enable changes are no steps."""
    read = host.nuke.nodes.Read()
    steps = len(host.undo_names)
    host.nuke.Undo.disable()
    read["first"].setValue(7)
    host.nuke.Undo.enable()
    assert len(host.undo_names) == steps


def test_user_knobs_from_python(host):
    """A knob added in Python is saved with the script, one with DO_NOT_WRITE loses its value."""
    nuke = host.nuke
    node = nuke.nodes.NoOp()
    node.addKnob(nuke.Enumeration_Knob("mode", "Mode", ["flats", "paint"]))
    node.addKnob(nuke.Int_Knob("kept", "Kept"))
    node.addKnob(nuke.Int_Knob("lost", "Lost"))
    node["lost"].setFlag(nuke.DO_NOT_WRITE)
    for name, value in (("mode", "paint"), ("kept", 4), ("lost", 5)):
        node[name].setValue(value)
    text = host.save()
    nuke.scriptClear()
    (again,) = host.load(text)
    assert (again["mode"].value(), again["kept"].value(), again["lost"].value()) == ("paint", 4, 0)
    with pytest.raises(ValueError):
        again.addKnob(nuke.Int_Knob("kept"))


def test_what_knobs_complain_of_is_logged(host):
    """error, critical, warning and debug of a knob go to the log."""
    knob = host.nuke.nodes.NoOp()["label"]
    for level in ("error", "critical", "warning", "debug"):
        getattr(knob, level)("odd")
    assert host.log == ["error: odd", "critical: odd", "warning: odd", "debug: odd"]


def test_links_show_another_knob(host):
    """A linked knob gives the value of its target."""
    group = host.paste(SAMPLE)
    group.node("Result")["on_error"].setValue("black")
    assert group["on_error"].value() == "black"
    assert group["on_error"].getLinkedKnob() is group.node("Result")["on_error"]


def test_op_hashes_follow_what_is_upstream(host, tmp_path):
    """Hashes change with a knob, a file, a wire and the frame of a sequence, not with names, places or labels."""
    plate = tmp_path / "a.0001.exr"
    plate.write_bytes(b"one")
    read = host.nuke.nodes.Read(file=(tmp_path / "a.%04d.exr").as_posix(), last=9)
    crop = host.nuke.nodes.Crop(inputs=[read])
    hashes = [crop.opHashes()]

    def changed():
        hashes.append(crop.opHashes())
        return hashes[-1] != hashes[-2]

    read.setXYpos(500, 500)
    read["label"].setValue("plate")
    read.setName("Plate")
    assert not changed()
    read["raw"].setValue(True)
    assert changed()
    plate.write_bytes(b"another")
    assert changed()
    host.nuke.frame(2)
    assert changed()
    crop.setInput(0, host.nuke.nodes.Constant())
    assert changed()


def test_selecting_is_no_change(host):
    """Selecting neither makes an undo step nor modifies the script."""
    read = host.nuke.nodes.Read()
    host.nuke.modified(False)
    steps = len(host.undo_names)
    read.setSelected(True)
    assert not host.nuke.modified() and len(host.undo_names) == steps


def test_a_group_left_open_is_a_fault(host):
    """`end` belongs to the innermost `begin`."""
    one, two = host.paste(SAMPLE), host.paste(SAMPLE)
    one.begin()
    two.begin()
    with host.expect_fault("innermost"):
        one.end()
    two.end()
    one.end()


def test_faults_cannot_be_swallowed():
    """A fault that a plug-in's `except Exception` hides fails the test when the host closes."""
    with pytest.raises(HostFault, match="forward slashes"), Host() as host, contextlib.suppress(Exception):
        host.nuke.nodes.Read()["file"].setValue("a\\b")
