"""Nuke's knob expressions: C-like arithmetic over knobs, as far as we use it. Looks nothing up by itself.

Reference: learn.foundry.com, "Expressions" (comp environment). `[...]` holds Tcl, which is put in before parsing.
A tree is a tuple: ("number", 1.0), ("knob", "parent.mode"), ("call", "max", [trees]), ("at", "Node.knob", tree),
("?", test, yes, no), ("-", tree), ("+", left, right).
"""

from __future__ import annotations

import functools
import math
import re
from typing import Any, Callable, Dict, Iterator, List, Tuple

from .faults import ScriptError

TOKEN = re.compile(r"\s*(?:(\d+\.?\d*(?:[eE][+-]?\d+)?|\.\d+)|([A-Za-z_][\w.]*)|(\$\w+)|"
                   r"(\*\*|[=!<>]=|&&|\|\||[-+*/%<>!?:(),^]))")
LEVELS = (("||",), ("&&",), ("==", "!="), ("<", ">", "<=", ">="), ("+", "-"), ("*", "/", "%"))
Tree = Tuple[Any, ...]  # see above

FUNCTIONS: Dict[str, Callable[..., float]] = {
    "abs": abs, "min": min, "max": max, "floor": math.floor, "ceil": math.ceil, "int": math.trunc, "trunc": math.trunc,
    "rint": round, "sqrt": math.sqrt, "pow": math.pow, "exp": math.exp, "log": math.log, "sin": math.sin,
    "cos": math.cos, "fmod": math.fmod, "clamp": lambda x, low=0.0, high=1.0: min(max(x, low), high),
    "step": lambda edge, x: float(x >= edge), "lerp": lambda a, b, x: a + (b - a) * x,
    "isnan": lambda x: float(math.isnan(x)),
}
CONSTANTS = {"pi": math.pi, "e": math.e, "true": 1.0, "false": 0.0}
OPERATORS: Dict[str, Callable[[float, float], float]] = {
    "+": lambda a, b: a + b, "-": lambda a, b: a - b, "*": lambda a, b: a * b, "==": lambda a, b: float(a == b),
    "!=": lambda a, b: float(a != b), "<": lambda a, b: float(a < b), ">": lambda a, b: float(a > b),
    "<=": lambda a, b: float(a <= b), ">=": lambda a, b: float(a >= b), "^": lambda a, b: a ** b,
    "**": lambda a, b: a ** b,
}


@functools.lru_cache(maxsize=10000)
def parse(text: str) -> Tree:
    """Return the tree of an expression without Tcl in it; raises ScriptError with the place of the mistake."""
    return _Parser(_tokens(text), text).whole()


def _tokens(text: str) -> List[str]:
    tokens: List[str] = []
    at = 0
    while at < len(text.rstrip()):
        match = TOKEN.match(text, at)
        if match is None:
            raise ScriptError(f"expression {text!r}: cannot read {text[at:]!r}")
        tokens.append(match.group().strip())
        at = match.end()
    return tokens


class _Parser:
    """Recursive descent over the tokens of one expression."""

    def __init__(self, tokens: List[str], text: str) -> None:
        self.tokens, self.text = tokens, text

    def whole(self) -> Tree:
        tree = self.choice()
        if self.tokens:
            raise ScriptError(f"expression {self.text!r}: {self.tokens[0]!r} is not expected")
        return tree

    def take(self, *expected: str) -> str:
        if not self.tokens or (expected and self.tokens[0] not in expected):
            found = repr(self.tokens[0]) if self.tokens else "its end"
            raise ScriptError(f"expression {self.text!r}: {found} instead of {' or '.join(expected) or 'a value'}")
        return self.tokens.pop(0)

    def choice(self) -> Tree:
        test = self.level(0)
        if self.tokens[:1] != ["?"]:
            return test
        self.take("?")
        yes = self.choice()
        self.take(":")
        return ("?", test, yes, self.choice())

    def level(self, depth: int) -> Tree:
        if depth == len(LEVELS):
            return self.unary()
        left = self.level(depth + 1)
        while self.tokens and self.tokens[0] in LEVELS[depth]:
            left = (self.take(), left, self.level(depth + 1))
        return left

    def unary(self) -> Tree:
        if self.tokens[:1] and self.tokens[0] in "-!+":
            return (self.take(), self.unary())
        base = self.atom()
        if self.tokens[:1] in (["^"], ["**"]):
            return (self.take(), base, self.unary())
        return base

    def atom(self) -> Tree:
        token = self.take()
        if token == "(":
            tree = self.choice()
            self.take(")")
            return tree
        if token[0].isdigit() or (token[0] == "." and len(token) > 1):
            return ("number", float(token))
        if token[0].isalpha() or token[0] in "_$":
            return self.name(token)
        raise ScriptError(f"expression {self.text!r}: {token!r} is not a value")

    def name(self, token: str) -> Tree:
        if self.tokens[:1] != ["("]:
            return ("number", CONSTANTS[token]) if token in CONSTANTS else ("knob", token)
        self.take("(")
        arguments = [] if self.tokens[:1] == [")"] else [self.choice()]
        while self.tokens[:1] == [","]:
            self.take(",")
            arguments.append(self.choice())
        self.take(")")
        if token in FUNCTIONS:
            return ("call", token, arguments)
        if len(arguments) == 1:
            return ("at", token, arguments[0])
        raise ScriptError(f"expression {self.text!r}: no function {token}")


def evaluate(tree: Tree, lookup: Callable[[str], float], lookup_at: Callable[[str, float], float]) -> float:
    """Return the value of a tree; `lookup` finds a name, `lookup_at` a knob at a time. ScriptError on division by 0."""
    kind = tree[0]
    if kind == "number":
        return float(tree[1])
    if kind == "knob":
        return lookup(tree[1])

    def value(part: Tree) -> float:
        return evaluate(part, lookup, lookup_at)

    if kind == "at":
        return lookup_at(tree[1], value(tree[2]))
    if kind == "call":
        return float(FUNCTIONS[tree[1]](*map(value, tree[2])))
    if kind == "?":
        return value(tree[2] if value(tree[1]) else tree[3])
    if kind in ("&&", "||"):
        first = bool(value(tree[1]))
        return float(first and bool(value(tree[2])) if kind == "&&" else first or bool(value(tree[2])))
    if len(tree) == 2:
        inner = value(tree[1])
        return float(not inner) if kind == "!" else -inner if kind == "-" else inner
    left, right = value(tree[1]), value(tree[2])
    if kind in ("/", "%"):
        if right == 0:
            raise ScriptError("expression divides by zero")
        return left / right if kind == "/" else math.fmod(left, right)
    return OPERATORS[kind](left, right)


def names(tree: Tree) -> Iterator[str]:
    """Yield every name of a knob or variable in a tree."""
    if tree[0] in ("knob", "at"):
        yield tree[1]
    for part in tree[1:]:
        for inner in part if isinstance(part, list) else [part]:
            if isinstance(inner, tuple):
                yield from names(inner)


def without_tcl(text: str) -> Tuple[str, List[str]]:
    """Return the expression with each `[...]` replaced by 1, and the Tcl commands that stood there."""
    if "[" not in text:
        return text, []
    commands: List[str] = []
    plain: List[str] = []
    depth, start = 0, 0
    for at, letter in enumerate(text):
        if letter == "[" and (at == 0 or text[at - 1] != "\\"):
            start = at + 1 if depth == 0 else start
            depth += 1
        elif letter == "]" and depth and text[at - 1] != "\\":
            depth -= 1
            if depth == 0:
                commands.append(text[start:at])
                plain.append("1")
        elif depth == 0:
            plain.append(letter)
    if depth:
        raise ScriptError(f"{text!r}: a [ is not closed")
    return "".join(plain), commands
