"""types-nuke's stub as data, and the comparison of the fake module with it. Needs the package types-nuke."""

from __future__ import annotations

import ast
import inspect
import sysconfig
import types
from pathlib import Path
from typing import Dict, Iterator, List, NamedTuple, Optional

FILES = ("_nuke", "callbacks", "colorspaces", "executeInMain", "overrides", "scripts", "utils")
LATER = ("lastHitGroup",)  # Nuke's own menu.py calls it; types-nuke lacks it
OWN_MODULE = "tests.nuke.host"


class Stub(NamedTuple):
    """What the stub declares: functions and methods as lists of overloads."""

    functions: Dict[str, List[ast.arguments]]
    classes: Dict[str, Dict[str, List[ast.arguments]]]
    bases: Dict[str, str]
    values: Dict[str, str]


def folder() -> Path:
    """Return the installed stub's folder."""
    return Path(sysconfig.get_paths()["purelib"]) / "nuke-stubs"


def parse(where: Optional[Path] = None) -> Stub:
    """Read the stub files of `nuke`."""
    stub = Stub({}, {}, {}, {})
    for name in FILES:
        tree = ast.parse(((where or folder()) / f"{name}.pyi").read_text(encoding="utf-8"))
        for node in tree.body:
            if isinstance(node, ast.FunctionDef):
                stub.functions.setdefault(node.name, []).append(node.args)
            elif isinstance(node, ast.ClassDef):
                _class(stub, node)
            elif isinstance(node, ast.AnnAssign):
                stub.values[ast.unparse(node.target)] = ast.unparse(node.annotation)
            elif isinstance(node, ast.Assign):
                stub.functions[ast.unparse(node.targets[0])] = stub.functions.get(ast.unparse(node.value), [])
    return stub


def _class(stub: Stub, node: ast.ClassDef) -> None:
    methods = stub.classes.setdefault(node.name, {})
    stub.bases[node.name] = ast.unparse(node.bases[0]) if node.bases else ""
    for part in node.body:
        if isinstance(part, ast.FunctionDef):
            methods.setdefault(part.name, []).append(part.args)


def differences(module: types.ModuleType, stub: Stub) -> Iterator[str]:
    """Yield everything that the module offers and the stub does not, or with other parameters."""
    for name, value in sorted(vars(module).items()):
        if name.startswith("_"):
            continue
        if inspect.isclass(value):
            yield from _class_differences(name, value, stub)
        elif inspect.isroutine(value):
            if name in LATER:
                continue
            if name not in stub.functions:
                yield f"nuke.{name}: no such function"
            else:
                yield from unlike(f"nuke.{name}", inspect.signature(value), stub.functions[name])
        elif name not in stub.values:
            yield f"nuke.{name}: no such value"


def _class_differences(name: str, class_: type, stub: Stub) -> Iterator[str]:
    if name not in stub.classes:
        yield f"nuke.{name}: no such class"
        return
    known = _methods(name, stub)
    offered = {}
    for base in reversed(class_.__mro__):
        if base.__module__.startswith(OWN_MODULE) or base is class_:
            offered.update({part: value for part, value in vars(base).items() if not part.startswith("_")})
    for method, value in sorted(offered.items()):
        if method not in known:
            yield f"nuke.{name}.{method}: no such method"
            continue
        function = getattr(value, "__func__", value)
        if not inspect.isfunction(function):
            yield f"nuke.{name}.{method}: is no method"
            continue
        signature = inspect.signature(function)
        without_self = signature.replace(parameters=list(signature.parameters.values())[1:])
        yield from unlike(f"nuke.{name}.{method}", without_self, [_bound(arguments) for arguments in known[method]])


def _methods(name: str, stub: Stub) -> Dict[str, List[ast.arguments]]:
    base = stub.bases.get(name, "")
    inherited = _methods(base, stub) if base in stub.classes else {}
    return {**inherited, **stub.classes[name]}


def _bound(arguments: ast.arguments) -> ast.arguments:
    """Return a method's arguments without self; some overloads in the stub have none."""
    if arguments.args and arguments.args[0].arg in ("self", "cls"):
        return ast.arguments(arguments.posonlyargs, arguments.args[1:], arguments.vararg, arguments.kwonlyargs,
                             arguments.kw_defaults, arguments.kwarg, arguments.defaults)
    return arguments


def unlike(where: str, ours: inspect.Signature, overloads: List[ast.arguments]) -> Iterator[str]:
    """Yield how a signature differs from all overloads together."""
    if any(arguments.vararg and arguments.kwarg for arguments in overloads):
        return  # the stub does not know either
    named = [part for part in ours.parameters.values() if part.kind not in (part.VAR_POSITIONAL, part.VAR_KEYWORD)]
    varargs = [part for part in ours.parameters.values() if part.kind is part.VAR_POSITIONAL]
    if varargs and not any(arguments.vararg for arguments in overloads):
        yield f"{where}: takes *{varargs[0].name}, Nuke does not"
    allowed = [{part.arg for part in arguments.args + arguments.kwonlyargs} for arguments in overloads]
    for part in named:
        if not any(part.name in names for names in allowed):
            yield f"{where}: Nuke has no parameter {part.name}"
        elif part.default is not part.empty and all(part.name in _required(arguments) for arguments in overloads):
            yield f"{where}: Nuke requires {part.name}"
    for arguments in overloads:
        for missing in [part.arg for part in arguments.args + arguments.kwonlyargs if part.arg not in ours.parameters]:
            yield f"{where}: lacks Nuke's parameter {missing}"
        for part in named:
            if part.default is part.empty and part.name not in _required(arguments):
                yield f"{where}: requires {part.name}, Nuke does not"
    if len(overloads) == 1:
        order = [part.arg for part in overloads[0].args]
        if [part.name for part in named if part.kind is not part.KEYWORD_ONLY and part.name in order] != order:
            yield f"{where}: parameters in another order than {order}"


def _required(arguments: ast.arguments) -> List[str]:
    optional = len(arguments.defaults)
    return [part.arg for part in (arguments.args[:-optional] if optional else arguments.args)]
