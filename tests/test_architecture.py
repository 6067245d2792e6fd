"""The rules of docs/ARCHITECTURE.md that a machine can check. Standard library only."""

import ast
import functools
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
ENGINE = ROOT / "cmft_engine"

# A module may import modules of a LOWER number and of its own package.
LAYERS = [
    {"protocol"},
    {"image"},
    {"lineart"},
    {"shot"},
    {"matching"},
    {"review"},
    {"pipeline"},
    {"farm", "export", "window"},
    {"console", "stopping"},
    {"doctor", "commands"},
    {"cli"},
    {"__main__"},
]
ON_TOP = ("cmft_training", "benchmarks")  # each may import the engine and those before it; the engine imports neither
HOST_FOLDERS = ("nuke_plugin", "blender_addon")
HOST_PYTHON = (3, 7)  # the oldest Python of a supported host
HEAVY = {"torch", "numpy", "cv2", "OpenImageIO", "scipy", "safetensors", "typer", "rich"}
HOSTS = {"nuke", "nukescripts", "bpy"}
QT = {"PySide2", "PySide6", "qtpy", "PyQt5", "PyQt6"}
NETWORK = {"urllib", "http", "socket", "ftplib", "requests", "httpx", "pickle"}
IMAGE_FILES = {"image/plate.py", "image/sequence.py", "image/color_space.py", "image/metadata.py", "image/source.py"}
MAX_LINES = 400
MAX_FUNCTION_LINES = 50
MAX_CLASS_LINES = 150
MACHINE_PATH = re.compile(r"(^|[^\w.])/(home|root|work|farm|Users)/")


def sources(*folders: str) -> list[Path]:
    """Return the Python files below these folders of the repository."""
    return [path for folder in folders for path in sorted((ROOT / folder).rglob("*.py"))]


@functools.cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def inside(path: Path) -> str:
    """Return the file's place in the engine, such as "image/plate.py"."""
    return path.relative_to(ENGINE).as_posix()


def imported(path: Path) -> set[str]:
    """Return the absolute dotted names of all modules and names that a file imports, wherever it does so."""
    package = path.relative_to(ROOT).with_suffix("").parts[:-1]
    found = set()
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = list(package[: len(package) - node.level + 1]) if node.level else []
            module = ".".join(base + ([node.module] if node.module else []))
            found |= {module} | {f"{module}.{alias.name}" for alias in node.names}
    return found


def roots(path: Path) -> set[str]:
    return {name.split(".")[0] for name in imported(path)}


def room(dotted: str) -> str:
    """Return the top-level package or module of the engine that a dotted name lies in, "" when in none."""
    parts = dotted.split(".")
    return parts[1] if parts[0] == "cmft_engine" and len(parts) > 1 else ""


def places(name: str) -> Iterator[tuple[Path, ast.Attribute]]:
    """Yield where the engine's code uses a dotted name such as torch.cuda."""
    for path in sources("cmft_engine"):
        for node in ast.walk(tree_of(path)):
            if isinstance(node, ast.Attribute) and ast.unparse(node) == name:
                yield path, node


def test_imports_point_down() -> None:
    """protocol < image < lineart < shot < matching < review < pipeline < farm < commands < cli."""
    rank = {name: number for number, names in enumerate(LAYERS) for name in names}
    for path in sources("cmft_engine"):
        own = inside(path).split("/")[0].removesuffix(".py")
        if own == "__init__":
            continue
        assert own in rank, f"{inside(path)}: give this room a layer"
        for target in {room(name) for name in imported(path)} - {own}:
            assert target not in rank or rank[target] < rank[own], f"{inside(path)} imports {target}: not downward"


def test_nothing_stands_on_benchmarks() -> None:
    """The engine imports neither training nor benchmarks, training no benchmark."""
    for number, folder in enumerate(("cmft_engine", *ON_TOP)):
        for path in sources(folder):
            assert not roots(path) & set(ON_TOP[number:]) - {folder}, path


def dotted(path: Path) -> str:
    """Return a file's name as a module, such as "cmft_engine.image.plate"; the plug-in's as Nuke imports it."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    parts = parts[1:] if parts[:2] == ("nuke_plugin", "cmft_nuke") else parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


@functools.cache
def needs() -> dict[str, set[str]]:
    """Return which modules of the repository each module imports, in functions too."""
    modules = {dotted(path): path for path in sources("cmft_engine", *ON_TOP, *HOST_FOLDERS)}
    found = {}
    for name, path in modules.items():
        names = {part.removeprefix("nuke_plugin.") for part in imported(path)}
        found[name] = names & modules.keys() - {name}
    return found


def test_no_import_circles() -> None:
    """No two modules of any package need each other, so each can be read alone.

    A package's face, its __init__, only hands names on, and is left out.
    """
    left = {name: set(needed) for name, needed in needs().items() if not _is_face(name)}
    while left:
        free = {name for name, needed in left.items() if not needed & left.keys()}
        assert free, f"import circle among {sorted(left)}"
        left = {name: needed for name, needed in left.items() if name not in free}


def _is_face(name: str) -> bool:
    return any(other.startswith(f"{name}.") for other in needs())


def test_few_rooms_from_the_command_to_the_attention() -> None:
    """From the page that colours a shot to the attention call one passes through at most 5 files."""
    rooms, seen = [["cmft_engine.pipeline.colorize"]], set()
    while rooms[0][-1] != "cmft_engine.matching.network.cmft":
        route = rooms.pop(0)
        rooms += [[*route, name] for name in sorted(needs()[route[-1]] - seen)]
        seen |= needs()[route[-1]]
        assert rooms, "no way leads from colorize to the attention"
    assert len(rooms[0]) <= 5, rooms[0]


def test_colouring_is_one_page() -> None:
    """The flow fits 120 lines and names its steps in order."""
    text = (ENGINE / "pipeline" / "colorize.py").read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 120
    steps = (".matched(match)", "apply_temporal_votes(", "= decide(", "= compose(", "write_plate(plate")
    assert sorted(steps, key=text.index) == list(steps)


def test_plain_colouring_leaves_the_farm_alone() -> None:
    """What the command `colorize` opens its shot with does not lie in farm/."""
    tree = tree_of(ENGINE / "cli.py")
    start = next(node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name == "start")
    assert "farm" not in ast.unparse(start)


def test_file_formats_are_spelled_once() -> None:
    """No file of the engine or a host spells the suffix of an image file, but the table."""
    suffix = re.compile(r"\.(exr|png|tiff?|jpe?g|tga|dpx|bmp|hdr)$")
    for path in sources("cmft_engine", *HOST_FOLDERS):
        if inside_or_name(path) == "protocol/file_formats.py":
            continue
        for node in ast.walk(tree_of(path)):
            if isinstance(node, (ast.Tuple, ast.Set, ast.List, ast.Compare, ast.Dict)):
                spelled = [part.value for part in ast.walk(node) if isinstance(part, ast.Constant)
                           and isinstance(part.value, str) and suffix.match(part.value)]
                assert not spelled, f"{path}:{node.lineno}: {spelled}"


def inside_or_name(path: Path) -> str:
    """Return the file's place in the engine, or its path in the repository."""
    return inside(path) if path.is_relative_to(ENGINE) else path.relative_to(ROOT).as_posix()


def test_engine_knows_no_host() -> None:
    """The engine imports neither Nuke nor Blender, and Qt only in one module of the review window."""
    for path in sources("cmft_engine"):
        assert not roots(path) & (HOSTS | QT), path
        spelled = {node.value for node in ast.walk(tree_of(path)) if isinstance(node, ast.Constant)
                   and isinstance(node.value, str)}
        assert inside(path) == "window/qt.py" or not spelled & QT, path


def test_hosts_use_only_the_protocol() -> None:
    """Hosts import the protocol alone, and no numeric library ever."""
    for path in sources(*HOST_FOLDERS):
        assert not roots(path) & HEAVY, path
        assert {room(name) for name in imported(path)} <= {"", "protocol"}, path


def test_protocol_is_standard_library() -> None:
    """What a host imports needs nothing but Python."""
    for path in sources("cmft_engine/protocol"):
        assert roots(path) - {"cmft_engine"} <= sys.stdlib_module_names, path


def test_importing_the_engine_is_light() -> None:
    """Importing the package and the whole protocol loads no library outside the standard one."""
    names = ["cmft_engine"] + [dotted(path) for path in sources("cmft_engine/protocol")]
    code = f"import sys, {', '.join(names)}; print(*sorted({HEAVY!r} & set(sys.modules)))"
    result = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert result.stdout.strip() == ""


def test_host_side_parses_on_the_oldest_host() -> None:
    """Everything that a host imports is written in the syntax of its oldest Python."""
    for path in [ENGINE / "__init__.py", *sources("cmft_engine/protocol", *HOST_FOLDERS)]:
        ast.parse(path.read_text(encoding="utf-8"), str(path), feature_version=HOST_PYTHON)


def test_one_room_for_files_checkpoints_and_devices() -> None:
    """Only the plate modules touch OpenImageIO, only weights.py checkpoints, only device.py asks for CUDA."""
    for path in sources("cmft_engine"):
        names = roots(path)
        assert "OpenImageIO" not in names or inside(path) in IMAGE_FILES, path
        assert "safetensors" not in names or inside(path) == "matching/network/weights.py", path
    for name in ("cv2.imread", "cv2.imwrite", "torch.load", "torch.save"):
        assert not [inside(path) for path, _ in places(name)], name
    assert {inside(path) for path, _ in places("torch.cuda")} <= {"matching/network/device.py"}


def test_nothing_is_downloaded_or_unpickled() -> None:
    """The engine opens no connection and reads no pickle; training may, on its own files."""
    for path in sources("cmft_engine"):
        assert not roots(path) & NETWORK, path


def test_importing_has_no_side_effect() -> None:
    """At module level stand imports, definitions and constants; nothing is called for its effect."""
    effects = (ast.Expr, ast.For, ast.While, ast.With)
    for path in sources("cmft_engine", *HOST_FOLDERS):
        for node in tree_of(path).body:
            is_text = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
            is_command = path == ENGINE / "cli.py" and "add_typer" in ast.unparse(node)
            assert is_text or is_command or not isinstance(node, effects), f"{path}:{node.lineno}"


def test_no_forbidden_calls() -> None:
    """Only the command line prints or exits; no eval, no bare or catch-all except, no global state."""
    for path in sources("cmft_engine", *HOST_FOLDERS):
        is_cli = path.name == "cli.py"
        for node in ast.walk(tree_of(path)):
            where = f"{path}:{getattr(node, 'lineno', 0)}"
            if isinstance(node, ast.Call):
                name = ast.unparse(node.func)
                assert name not in {"eval", "exec"}, where
                assert is_cli or name not in {"print", "sys.exit", "exit", "quit"}, where
            if isinstance(node, ast.ExceptHandler):
                assert node.type is not None, f"{where}: bare except"
                assert is_cli or ast.unparse(node.type) != "Exception", f"{where}: except Exception"
            assert not isinstance(node, ast.Global), f"{where}: global state"


@pytest.mark.parametrize("folder", ["cmft_engine", *ON_TOP, "tests", *HOST_FOLDERS])
def test_files_and_functions_stay_small(folder: str) -> None:
    """A file is one room, a function fits a screen, a class three."""
    for path in sources(folder):
        assert len(path.read_text(encoding="utf-8").splitlines()) <= MAX_LINES, path
        for node in ast.walk(tree_of(path)):
            if isinstance(node, ast.FunctionDef | ast.ClassDef):
                length = (node.end_lineno or node.lineno) - node.lineno + 1
                most = MAX_FUNCTION_LINES if isinstance(node, ast.FunctionDef) else MAX_CLASS_LINES
                assert length <= most, f"{path}:{node.lineno}: {node.name} has {length} lines"


def test_no_paths_of_one_machine() -> None:
    """Nothing names a folder that exists on one machine only."""
    endings = {".py", ".md", ".toml", ".txt", ".json", ".html", ".nk", ""}
    folders = ("cmft_engine", *ON_TOP, "tests", "docs", "examples", ".ci", *HOST_FOLDERS)
    files = [path for folder in folders for path in (ROOT / folder).rglob("*")] + list(ROOT.glob("[!.]*"))
    for path in files:
        if path.is_file() and path.suffix in endings and "__pycache__" not in path.parts:
            for number, line in enumerate(path.read_text(encoding="utf-8", errors="replace").splitlines(), 1):
                assert not MACHINE_PATH.search(line), f"{path}:{number}: {line.strip()[:80]}"
