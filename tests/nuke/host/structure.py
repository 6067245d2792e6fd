"""What must hold of a .nk before it is loaded; every finding is a sentence with the node's path.

Nuke itself is more lenient: it loads such a script with a node missing, a knob ignored or a link dead, and the artist
finds out later. So all of these are refused here.
"""

from __future__ import annotations

import functools
import re
from typing import Iterator, List, Mapping, Optional

from . import knob_factory, references, schema, script_rules
from .base import Knob, Session
from .faults import ScriptError
from .fields import Expression
from .knob_numbers import Array_Knob
from .knob_texts import Channel_Knob, EvalString_Knob, File_Knob, PythonKnob
from .nk_text import Reader
from .parsed import ParsedNode, UserKnob, walk

NAME = re.compile(r"^[A-Za-z_]\w*$")
NAMELESS = (20, 26)  # tabs, groups and dividers may have no name
SHOWN_ONLY = ("Tab_Knob", "Text_Knob", "Link_Knob", "PyScript_Knob")


def check(tree: ParsedNode, reader: Reader, session: Optional[Session] = None) -> List[str]:
    """Return all findings of a parsed script, an empty list when it is sound."""
    root = reader.root_knobs or ParsedNode("Root", None)
    layers: script_rules.Layers = {**(schema.LAYERS if session is None else session.layers), **reader.layers}
    nuke = session.namespace.get("nuke") if session is not None else None
    checker = Checker(tree, root, layers, nuke)
    findings = [] if reader.root_knobs is None else list(checker.knobs(root))
    for node in walk(tree):
        findings += checker.node(node)
    for group in [tree] + [node for node in walk(tree) if node.class_name == "Group"]:
        findings += script_rules.names(group, tree)
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


@functools.lru_cache(maxsize=1000)
def _to_read(name: str, spec: schema.KnobSpec) -> Knob:
    """Return a built-in knob that tells of words what they mean; one for all, its own value stays the default."""
    return knob_factory.from_spec(name, spec)


class Checker:
    """The rules over the knobs of one script; `nuke` is the module that its code may use, None to leave that open."""

    def __init__(self, tree: ParsedNode, root: ParsedNode, layers: script_rules.Layers, nuke: object = None) -> None:
        self.tree, self.nuke = tree, nuke
        self.known = script_rules.known_channels(layers)
        self.references = references.References(tree, root)

    def node(self, node: ParsedNode) -> Iterator[str]:
        if node.class_name not in schema.CLASSES:
            yield f"{node.path}: {node.class_name} is not a node class that we use"
            return
        if not NAME.match(node.name):
            yield f"{node.path}: {node.name!r} is no name for a node"
        yield from self.knobs(node)
        yield from script_rules.inputs(node, self.tree)
        if node.class_name == "Group":
            yield from script_rules.group(node)

    def knobs(self, node: ParsedNode) -> Iterator[str]:
        """Values fit their knobs, expressions and code name what exists."""
        specs = schema.knob_specs(node.class_name)
        yield from self.user_knobs(node, specs)
        for name, word in node.knobs.items():
            if name not in node.user and name not in specs:
                yield f"{node.path}: {node.class_name} has no knob {name}"
                continue
            knob = self._user_knob(node, name) if name in node.user else _to_read(name, specs[name])
            if knob is None or (knob.Class() in SHOWN_ONLY and name in node.user):
                yield f"{node.path}: knob {name} takes no value in a script"
                continue
            yield from self.value(node, knob, word)

    @staticmethod
    def _user_knob(node: ParsedNode, name: str) -> Optional[Knob]:
        try:
            return knob_factory.from_user(node.user[name])
        except ScriptError:
            return None

    def user_knobs(self, node: ParsedNode, specs: Mapping[str, schema.KnobSpec]) -> Iterator[str]:
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

    def _own_text(self, node: ParsedNode, user: UserKnob, where: str) -> Iterator[str]:
        """A button's code and a link's target."""
        if user.id == 22:
            yield from script_rules.code(node, where, user.text or "", "exec", self.nuke)
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

    def value(self, node: ParsedNode, knob: Knob, word: str) -> Iterator[str]:
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
            mode = "eval" if knob.name() == "autolabel" else "exec"
            yield from script_rules.code(node, where, word, mode, self.nuke)
        elif isinstance(knob, Channel_Knob):
            yield from script_rules.channels(where, word.split(), self.known)
        elif isinstance(knob, EvalString_Knob):
            yield from self.references.text(node, where, word)
        if isinstance(knob, File_Knob) and any(ord(letter) < 32 for letter in word):
            yield f"{where}: control characters in a file name; a backslash was read as an escape"
        if node.class_name == "Shuffle2" and knob.name() == "mappings":
            yield from script_rules.mappings(where, word, self.known)
