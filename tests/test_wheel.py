"""What `pip install .` brings: the engine, its weights and nothing else, and it colours without the clone."""

import ast
import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Iterable
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ("cmft_engine", "cmft_training", "benchmarks", "nuke_plugin", "blender_addon", "tests")
MODULE_OF = {  # where a distribution is imported by another name than its own
    "opencv-python-headless": "cv2", "scikit-image": "skimage", "lightning-fabric": "lightning_fabric",
    "types-nuke": "nuke", "openjd-cli": "openjd", "skia-python": "skia", "dicebear-styles": "dicebear_styles",
    "PySide6-Addons": "PySide6",
}  # fmt: skip
OF_HOSTS = {"addon_utils", "bpy", "nukescripts", "PySide2"}  # modules that Blender and Nuke bring
COLOR = """
import json, sys
from cmft_engine.cli import main
try:
    main()
finally:
    files = {name: module.__file__ for name, module in sys.modules.items() if getattr(module, "__file__", None)}
    json.dump(files, open("modules.json", "w"))
"""


def pip(*arguments: str | Path) -> None:
    """Run the environment's pip, which needs no network for this."""
    command = [sys.executable, "-m", "pip", "--disable-pip-version-check", "-q", *map(str, arguments)]
    subprocess.run(command, check=True, capture_output=True)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from a copy so that no older build of the clone takes part in it."""
    source, out = (tmp_path_factory.mktemp(name) for name in ("source", "wheel"))
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, source)
    for name in PACKAGES:
        other = shutil.ignore_patterns("__pycache__", "*.safetensors", "data") if name != "cmft_engine" else None
        shutil.copytree(ROOT / name, source / name, ignore=other or shutil.ignore_patterns("__pycache__"))
    pip("wheel", "--no-deps", "--no-build-isolation", "-w", out, source)
    (built,) = out.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the wheel's files as pip installs them."""
    folder = tmp_path_factory.mktemp("installed")
    pip("install", "--no-deps", "--no-index", "--target", folder, wheel)
    return folder


def test_the_wheel_is_the_engine_alone(wheel: Path) -> None:
    """Every module of the engine with weights, checksum and card; no training, benchmark, host or test."""
    names = [name for name in zipfile.ZipFile(wheel).namelist() if not name.endswith("/")]
    assert {name.split("/")[0] for name in names if ".dist-info/" not in name} == {"cmft_engine"}
    wanted = {path.relative_to(ROOT).as_posix() for path in (ROOT / "cmft_engine").rglob("*.py")}
    wanted |= {f"cmft_engine/weights/cmft.{ending}" for ending in ("safetensors", "sha256", "md")}
    assert {name for name in names if name.startswith("cmft_engine/")} == wanted | {"cmft_engine/py.typed"}
    assert any(name.endswith(".dist-info/licenses/LICENSE") for name in names)


def test_an_installed_engine_colours_without_the_clone(installed: Path, tmp_path: Path) -> None:
    """From a folder that has nothing to do with the clone, by the command, with every module from elsewhere."""
    for name in ("line.1001.png", "line.1002.png", "line.1003.png", "ref.1001.png"):
        shutil.copy(ROOT / "examples" / "shot" / name, tmp_path)
    command = [sys.executable, "-c", COLOR, "colorize", "line.####.png", "--reference", "ref.1001.png@1001",
               "--frames", "1002-1003", "--out", "out/flats.####.png", "--device", "cpu"]  # fmt: skip
    environment = {**os.environ, "PYTHONPATH": str(installed), "PYTHONDONTWRITEBYTECODE": "1"}
    result = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
    assert {path.name for path in (tmp_path / "out").glob("*.png")} == {"flats.1002.png", "flats.1003.png"}
    files = {name: Path(file) for name, file in json.loads((tmp_path / "modules.json").read_text()).items()}
    assert files["cmft_engine"] == installed / "cmft_engine" / "__init__.py"
    libraries = Path(sys.prefix)  # it may lie within the clone
    of_clone = {n for n, file in files.items() if file.is_relative_to(ROOT) and not file.is_relative_to(libraries)}
    assert of_clone == set()
    assert not {"cmft_training", "benchmarks"} & files.keys()


def imported(folders: Iterable[str]) -> set[str]:
    """Return what the files of some folders import from outside the clone and the standard library."""
    found = set()
    for path in (path for folder in folders for path in (ROOT / folder).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                found |= {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and not node.level and node.module:
                found.add(node.module.split(".")[0])
    files = [*ROOT.glob("*.py"), *(path for name in (*PACKAGES, "docs") for path in (ROOT / name).rglob("*.py"))]
    own = {part.removesuffix(".py") for path in files for part in path.relative_to(ROOT).parts}
    return found - set(sys.stdlib_module_names) - own - OF_HOSTS


def brought(*extras: str) -> dict[str, str]:
    """Return module -> distribution of what the project's requirements bring, those of some extras among them."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    lists = [project["dependencies"], *(project["optional-dependencies"][extra] for extra in extras)]
    names = [re.split(r"[<>=\[; ]", entry)[0] for entries in lists for entry in entries]
    return {MODULE_OF.get(name, name): name for name in names}


def test_the_extras_bring_what_is_imported() -> None:
    """Plain for the engine, [train] for training, [test] for benchmarks and tests."""
    assert imported(["cmft_engine"]) <= brought().keys()
    assert imported(["cmft_training"]) <= brought("train").keys()
    assert imported(["benchmarks", "tests"]) <= brought("test").keys()
