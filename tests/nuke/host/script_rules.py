"""Rules for parts of a script that need no knob: Python source, channel names, wires, groups and names of nodes.

Each yields its findings, sentences that begin with the node's path.
"""

from __future__ import annotations

import ast
import functools
import sys
from typing import Any, Container, Dict, Iterator, List, Optional, Sequence, Tuple, Union

from . import schema
from .layers import ALWAYS
from .parsed import ParsedNode

OLDEST_PYTHON = (3, 7)
Layers = Dict[str, Sequence[str]]


@functools.lru_cache(maxsize=1000)
def _named(source: str, mode: str) -> Union[Tuple[List[str], List[str]], str]:
    """Return the names of `nuke` and of its knobs that source uses, or what is wrong with it in the oldest host."""
    options: Dict[str, Any] = {"feature_version": OLDEST_PYTHON} if sys.version_info >= (3, 8) else {}
    try:
        parts = list(ast.walk(ast.parse(source.strip() if mode == "eval" else source, "<knob>", mode, **options)))
    except SyntaxError as error:
        return "{} in line {}".format(error.msg, error.lineno)
    functions, knobs = map(_of_nuke, parts), map(_this_knob, parts)
    return [name for name in functions if name is not None], [name for name in knobs if name is not None]


def code(node: ParsedNode, where: str, source: str, mode: str, nuke: object) -> Iterator[str]:
    """Python compiles in the oldest host, and names knobs and, where `nuke` is given, functions that exist."""
    if not source.strip() and mode == "exec" and where.rsplit(".", 1)[-1] in node.user:
        yield f"{where}: a button without code"
    named = _named(source, mode)
    if isinstance(named, str):
        yield f"{where}: Python: {named}"
        return
    functions, knobs = named
    for function in functions:
        if nuke is not None and not hasattr(nuke, function):
            yield f"{where}: nuke.{function} is not known"
    for knob in knobs:
        if knob not in node.user and knob not in schema.knob_specs(node.class_name):
            yield f"{where}: nuke.thisNode()[{knob!r}] does not exist"


def _of_nuke(part: ast.AST) -> Optional[str]:
    """Return "something" of `nuke.something`, None for anything else."""
    is_nuke = isinstance(part, ast.Attribute) and isinstance(part.value, ast.Name) and part.value.id == "nuke"
    return part.attr if is_nuke and isinstance(part, ast.Attribute) else None


def _this_knob(part: ast.AST) -> Optional[str]:
    """Return "x" of `nuke.thisNode()["x"]`, None for anything else."""
    if not isinstance(part, ast.Subscript) or not isinstance(part.value, ast.Call):
        return None
    called = part.value.func
    if not isinstance(called, ast.Attribute) or called.attr != "thisNode":
        return None
    key: Any = part.slice
    key = key.value if type(key).__name__ == "Index" else key
    value = getattr(key, "value", getattr(key, "s", None))
    return value if isinstance(value, str) else None


def known_channels(layers: Layers) -> Container[str]:
    """Return every word that a channel knob takes."""
    known = {*ALWAYS, *layers, *(channel for channels in layers.values() for channel in channels)}
    return known | {f"{layer}.{part}" for layer, parts in schema.LAYERS.items() for part in parts}


def channels(where: str, words: Sequence[str], known: Container[str]) -> Iterator[str]:
    """Each word is a layer or a channel."""
    for name in words:
        if name.lstrip("-") not in known:
            yield f"{where}: no layer or channel {name}; add_layer it"


def mappings(where: str, word: str, known: Container[str]) -> Iterator[str]:
    """The channels of a Shuffle2 are whole and exist."""
    words = word.split()
    if not words or not words[0].isdigit() or len(words) != 1 + 6 * int(words[0]):
        yield f"{where}: mappings are a count and six words for each"
        return
    for at in range(1, len(words), 6):
        yield from channels(where, [name for name in (words[at], words[at + 3]) if name not in ("white", "black")],
                            known)


def inputs(node: ParsedNode, tree: ParsedNode) -> Iterator[str]:
    """A node has as many inputs as its class takes, and inside a Group all that it needs."""
    spec = schema.CLASSES[node.class_name]
    most = spec.maximum
    if node.class_name == "Group":
        most = sum(child.class_name == "Input" for child in node.children)
    if len(node.inputs) > most:
        yield f"{node.path}: {len(node.inputs)} inputs, but {node.class_name} takes {most}"
    if node.parent is tree or node.class_name == "Group":
        return
    connected = [source for source in node.inputs[:spec.minimum] if source is not None]
    if len(connected) < spec.minimum:
        yield f"{node.path}: {spec.minimum - len(connected)} of its inputs is not connected"
    if len({id(source) for source in node.inputs}) < len(node.inputs):
        yield f"{node.path}: two of its inputs are the same node"


def group(node: ParsedNode) -> Iterator[str]:
    """A Group has one Output, Inputs numbered from 0, and nothing that leads nowhere."""
    outputs = [child for child in node.children if child.class_name == "Output"]
    if len(outputs) != 1:
        yield f"{node.path}: {len(outputs)} Output nodes instead of one"
    texts = [child.knobs.get("number", "0") for child in node.children if child.class_name == "Input"]
    numbers = sorted(int(text) if text.isdigit() else -1 for text in texts)
    if numbers != list(range(len(numbers))):
        yield f"{node.path}: the Input nodes are numbered {numbers} instead of 0 to {len(numbers) - 1}"
    used = {id(source) for child in node.children for source in child.inputs}
    for child in node.children:
        spec = schema.CLASSES.get(child.class_name)
        ends = child.class_name in schema.DRAWN_ONLY + ("Output",) or (spec is not None and spec.executable)
        if id(child) not in used and not ends:
            yield f"{child.path}: leads nowhere"


def names(node: ParsedNode, tree: ParsedNode) -> Iterator[str]:
    """What is inside has names, each once."""
    seen: List[str] = []
    for child in node.children:
        name = child.knobs.get("name")
        if name is None and child.class_name not in schema.DRAWN_ONLY and node is not tree:
            yield f"{node.path}: a {child.class_name} without a name"
        if name is not None and name in seen:
            yield f"{child.path}: the name is used twice"
        seen += [] if name is None else [name]
