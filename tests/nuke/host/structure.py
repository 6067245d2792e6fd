"""What must hold of a .nk before it is loaded; every finding is a sentence with the node's path.

Nuke itself is more lenient: it loads such a script with a node missing, a knob ignored or a link dead, and the artist
finds out later. So all of these are refused here.
"""

from __future__ import annotations

import ast
import re
import sys
from typing import Iterator, List

from . import knob_factory, references, schema
from .faults import ScriptError
from .knob_numbers import Array_Knob, Expression
from .knob_texts import Channel_Knob, EvalString_Knob, File_Knob, PythonKnob
from .nk_text import ParsedNode, Reader

NAME = re.compile(r"^[A-Za-z_]\w*$")
OLDEST_PYTHON = (3, 7)
NAMELESS = (20, 26)  # tabs, groups and dividers may have no name
SHOWN_ONLY = ("Tab_Knob", "Text_Knob", "Link_Knob", "PyScript_Knob")


def check(tree: ParsedNode, reader: Reader, session=None) -> List[str]:
    """Return all findings of a parsed script, an empty list when it is sound."""
    root = reader.root_knobs or ParsedNode("Root", None)
    known = schema.LAYERS if session is None else session.layers
    layers = {**known, **reader.layers}
    nuke = session.namespace.get("nuke") if session is not None else None
    checker = Checker(tree, root, layers, nuke)
    findings = [] if reader.root_knobs is None else list(checker.knobs(root))
    for node in walk(tree):
        findings += checker.node(node)
    for group in [tree] + [node for node in walk(tree) if node.class_name == "Group"]:
        findings += checker.names(group)
    return list(dict.fromkeys(findings))


def check_shipped(tree: ParsedNode, reader: Reader) -> List[str]:
    """Return the findings of a node that is pasted: those of `check`, and what a hand-written text gets wrong."""
    findings = check(tree, reader)
    findings += [f"{path}: takes an input that was not pushed for it" for path in reader.stale]
    for node in walk(tree):
        inside = node.parent is not tree
        if node.class_name == "Write" and inside and node.knobs.get("disable") != "true":
            findings.append(f"{node.path}: a Write inside must be disabled, or a farm renders it")
        selected = [at for at, source in enumerate(node.inputs) if source is reader.outside]
        if not inside and node.inputs and selected != [0]:
            findings.append(f"{node.path}: its first input, and that alone, is the selected node")
    return findings


def walk(tree: ParsedNode) -> Iterator[ParsedNode]:
    """Yield every node below, groups before what they hold."""
    for node in tree.children:
        yield node
        yield from walk(node)


class Checker:
    """The rules over one script."""

    def __init__(self, tree, root, layers, nuke=None) -> None:
        self.tree, self.root, self.layers, self.nuke = tree, root, layers, nuke
        self.references = references.References(tree, root)

    def node(self, node: ParsedNode) -> Iterator[str]:
        if node.class_name not in schema.CLASSES:
            yield f"{node.path}: {node.class_name} is not a node class that we use"
            return
        if not NAME.match(node.name):
            yield f"{node.path}: {node.name!r} is no name for a node"
        yield from self.knobs(node)
        yield from self.inputs(node)
        if node.class_name == "Group":
            yield from self.group(node)

    def knobs(self, node: ParsedNode) -> Iterator[str]:
        """Values fit their knobs, expressions and code name what exists."""
        specs = schema.knob_specs(node.class_name)
        yield from self.user_knobs(node, specs)
        for name, word in node.knobs.items():
            if name in node.user:
                knob = self._user_knob(node, name)
            elif name in specs:
                knob = knob_factory.from_spec(name, specs[name])
            else:
                yield f"{node.path}: {node.class_name} has no knob {name}"
                continue
            if knob is None or (knob.Class() in SHOWN_ONLY and name in node.user):
                yield f"{node.path}: knob {name} takes no value in a script"
                continue
            yield from self.value(node, knob, word)

    @staticmethod
    def _user_knob(node, name):
        try:
            return knob_factory.from_user(node.user[name])
        except ScriptError:
            return None

    def user_knobs(self, node: ParsedNode, specs) -> Iterator[str]:
        depth = 0
        for user in node.user.values():
            where = f"{node.path}.{user.name}"
            if user.id not in schema.USER_KNOBS:
                yield f"{where}: no kind of knob has the number {user.id}"
                continue
            if not NAME.match(user.name) and (user.name or user.id not in NAMELESS):
                yield f"{where}: {user.name!r} is no name for a knob"
            if user.name in specs:
                yield f"{where}: hides a knob that every {node.class_name} has"
            for flag in user.flags:
                if flag[1:] not in schema.USER_FLAGS and not flag[1:].startswith("0x"):
                    yield f"{where}: unknown flag {flag}"
            if any(text.count('"') % 2 for text in [user.name, user.label or "", user.tooltip, *user.items]):
                yield f"{where}: a quotation mark stands alone"
            if user.id == 4 and (not user.items or len(set(user.items)) < len(user.items)):
                yield f"{where}: a menu needs different items (M {{...}})"
            yield from self._own_text(node, user, where)
            depth += user.group if user.id == 20 else 0
            if depth < 0:
                yield f"{where}: closes a group of knobs that is not open"
        if depth > 0:
            yield f"{node.path}: a group of knobs is not closed (n -1)"

    def _own_text(self, node, user, where) -> Iterator[str]:
        """A button's code and a link's target."""
        if user.id == 22:
            yield from self.code(node, where, user.text or "", "exec")
        if user.id == 41 and not self.references.knob(node, user.text or ""):
            yield f"{where}: links to {user.text!r}, which does not exist"
        if user.range is not None:
            try:
                low, high = map(float, user.range)
            except ValueError:
                yield f"{where}: the range {user.range} is not two numbers"
            else:
                if low >= high:
                    yield f"{where}: the range {low:g} to {high:g} is empty"

    def value(self, node: ParsedNode, knob, word: str) -> Iterator[str]:
        where = f"{node.path}.{knob.name()}"
        if word.count('"') % 2:
            yield f"{where}: a quotation mark stands alone"
        try:
            state = knob._read(word)
        except ScriptError as error:
            yield f"{node.path}: {error}"
            return
        if isinstance(knob, Array_Knob):
            for field in state:
                if isinstance(field, Expression):
                    yield from self.references.expression(node, where, field.text)
        elif isinstance(knob, PythonKnob):
            yield from self.code(node, where, word, "eval" if knob.name() == "autolabel" else "exec")
        elif isinstance(knob, Channel_Knob):
            yield from self.channels(where, word)
        elif isinstance(knob, EvalString_Knob):
            yield from self.references.text(node, where, word)
        if isinstance(knob, File_Knob) and any(ord(letter) < 32 for letter in word):
            yield f"{where}: control characters in a file name; a backslash was read as an escape"
        if node.class_name == "Shuffle2" and knob.name() == "mappings":
            yield from self.mappings(where, word)

    def channels(self, where, word) -> Iterator[str]:
        known = {"all", "none", "red", "green", "blue", *self.layers}
        known.update(channel for channels in self.layers.values() for channel in channels)
        known.update(f"{layer}.{part}" for layer, parts in schema.LAYERS.items() for part in parts)
        for name in word.split():
            if name.lstrip("-") not in known:
                yield f"{where}: no layer or channel {name}; add_layer it"

    def mappings(self, where, word) -> Iterator[str]:
        words = word.split()
        if not words or not words[0].isdigit() or len(words) != 1 + 6 * int(words[0]):
            yield f"{where}: mappings are a count and six words for each"
            return
        for at in range(1, len(words), 6):
            for name in (words[at], words[at + 3]):
                if name not in ("white", "black"):
                    yield from self.channels(where, name)

    def code(self, node, where, source: str, mode: str) -> Iterator[str]:
        """Python compiles in the oldest host, and names knobs and functions that exist."""
        if not source.strip() and mode == "exec" and where.rsplit(".", 1)[-1] in node.user:
            yield f"{where}: a button without code"
        kwargs = {"feature_version": OLDEST_PYTHON} if sys.version_info >= (3, 8) else {}
        try:
            tree = ast.parse(source.strip() if mode == "eval" else source, where, mode, **kwargs)
        except SyntaxError as error:
            yield f"{where}: Python: {error.msg} in line {error.lineno}"
            return
        for part in ast.walk(tree):
            if _is_nuke(part) and self.nuke is not None and not hasattr(self.nuke, part.attr):
                yield f"{where}: nuke.{part.attr} is not known"
            knob = _this_knob(part)
            if knob is not None and knob not in node.user and knob not in schema.knob_specs(node.class_name):
                yield f"{where}: nuke.thisNode()[{knob!r}] does not exist"

    def inputs(self, node: ParsedNode) -> Iterator[str]:
        spec = schema.CLASSES[node.class_name]
        most = spec.maximum
        if node.class_name == "Group":
            most = sum(child.class_name == "Input" for child in node.children)
        if len(node.inputs) > most:
            yield f"{node.path}: {len(node.inputs)} inputs, but {node.class_name} takes {most}"
        if node.parent is self.tree or node.class_name == "Group":
            return
        connected = [source for source in node.inputs[:spec.minimum] if source is not None]
        if len(connected) < spec.minimum:
            yield f"{node.path}: {spec.minimum - len(connected)} of its inputs is not connected"
        if len({id(source) for source in node.inputs}) < len(node.inputs):
            yield f"{node.path}: two of its inputs are the same node"

    def group(self, group: ParsedNode) -> Iterator[str]:
        outputs = [child for child in group.children if child.class_name == "Output"]
        if len(outputs) != 1:
            yield f"{group.path}: {len(outputs)} Output nodes instead of one"
        yield from self._input_numbers(group)
        used = {id(source) for child in group.children for source in child.inputs}
        for child in group.children:
            spec = schema.CLASSES.get(child.class_name)
            ends = child.class_name in schema.DRAWN_ONLY + ("Output",) or (spec is not None and spec.executable)
            if id(child) not in used and not ends:
                yield f"{child.path}: leads nowhere"

    def _input_numbers(self, group) -> Iterator[str]:
        numbers = []
        for child in group.children:
            if child.class_name == "Input":
                text = child.knobs.get("number", "0")
                numbers.append(int(text) if text.isdigit() else -1)
        if sorted(numbers) != list(range(len(numbers))):
            yield f"{group.path}: the Input nodes are numbered {sorted(numbers)} instead of 0 to {len(numbers) - 1}"

    def names(self, group: ParsedNode) -> Iterator[str]:
        seen = set()
        for child in group.children:
            if "name" not in child.knobs and child.class_name not in schema.DRAWN_ONLY and group is not self.tree:
                yield f"{group.path}: a {child.class_name} without a name"
            if child.knobs.get("name") in seen:
                yield f"{child.path}: the name is used twice"
            seen.add(child.knobs.get("name", object()))


def _is_nuke(part) -> bool:
    """Say whether this is `nuke.something`."""
    return isinstance(part, ast.Attribute) and isinstance(part.value, ast.Name) and part.value.id == "nuke"


def _this_knob(part):
    """Return "x" of `nuke.thisNode()["x"]`, None for anything else."""
    if not isinstance(part, ast.Subscript) or not isinstance(part.value, ast.Call):
        return None
    called = part.value.func
    if not isinstance(called, ast.Attribute) or called.attr != "thisNode":
        return None
    key = part.slice.value if type(part.slice).__name__ == "Index" else part.slice
    value = getattr(key, "value", getattr(key, "s", None))
    return value if isinstance(value, str) else None
