"""Which way the imports of a package's folders point, read from the files alone."""

import ast
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def modules(package: str) -> dict[str, Path]:
    """Return the package's files by dotted name, `__init__` left out of it."""
    paths = sorted((ROOT / package).rglob("*.py"))
    return {".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path for path in paths}


def needs(package: str) -> dict[str, set[str]]:
    """Return which of the package's modules each one imports, at the top of the file or anywhere below."""
    known = modules(package)
    return {name: {found for found in _imported(path) if found in known} - {name} for name, path in known.items()}


def _imported(path: Path) -> set[str]:
    folder = list(path.relative_to(ROOT).parts[:-1])
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = folder[: len(folder) - node.level + 1] if node.level else []
            module = ".".join([*base, *([node.module] if node.module else [])])
            found |= {module, *(f"{module}.{alias.name}" for alias in node.names)}
    return found


def upward(package: str, layers: Sequence[set[str]]) -> list[str]:
    """Return every import that does not point to a lower layer or to the own folder; layers: lowest first.

    Files beside the folders may import all. Raises KeyError for a folder without a layer.
    """
    rank = {name: number for number, names in enumerate(layers) for name in names}
    found = []
    for name, needed in needs(package).items():
        own = name.split(".")[1:2]
        if not own or (ROOT / package / f"{own[0]}.py").exists():
            continue
        for other in sorted(needed):
            folder = other.split(".")[1:2]
            if folder and folder != own and rank[folder[0]] >= rank[own[0]]:
                found.append(f"{name} imports {other}")
    return found


def circle(package: str) -> list[str]:
    """Return modules that need each other, empty when every module can be read alone."""
    left = needs(package)
    while left:
        free = {name for name, needed in left.items() if not needed & left.keys()}
        if not free:
            return sorted(left)
        left = {name: needed for name, needed in left.items() if name not in free}
    return []
