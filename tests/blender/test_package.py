"""The zip: what is in it, what Blender's own tool says of it, and the add-on as `install.py blender` installs it."""

import ast
import os
import re
import subprocess
import sys
import zipfile

import pytest

import cmft_engine
from blender_addon import bl_info, package
from tests.blender.conftest import FRAMES, INSTALLED, ROOT, VERSIONS, Blender, bpy_python, same_pixels
from tests.test_install import load_installer


def test_one_version():
    """Engine, manifest and legacy header have one version, and the header asks for what the manifest does or less."""
    assert package.version() == cmft_engine.__version__ == ".".join(map(str, bl_info["version"]))


def test_zip_holds_what_it_imports(tmp_path):
    """Every module of the zip parses, imports nothing of the clone by an absolute name, and the protocol is whole."""
    with zipfile.ZipFile(package.build(tmp_path)) as archive:
        names = archive.namelist()
        for name in names:
            if name.endswith(".py"):
                for node in ast.walk(ast.parse(archive.read(name))):
                    if isinstance(node, ast.ImportFrom) and not node.level:
                        assert node.module.split(".")[0] not in ("cmft_engine", "blender_addon"), name
                    if isinstance(node, ast.Import):
                        assert not any(alias.name.startswith(("cmft_engine", "blender_addon")) for alias in node.names)
    protocol = {f"cmft/{path.relative_to(ROOT).as_posix()}" for path in (ROOT / "cmft_engine/protocol").rglob("*.py")}
    assert "cmft/cmft_engine/protocol/host/run.py" in protocol < set(names)
    assert {"cmft/blender_manifest.toml", "cmft/LICENSE", "cmft/prep_child.py"} < set(names)
    assert "cmft/engine.json" not in names and not any("package" in name for name in names)


def test_same_files_make_the_same_zip(tmp_path):
    """Building twice gives the same bytes, and leaves nothing else in the folder."""
    first, second = (package.build(tmp_path / name).read_bytes() for name in ("a", "b"))
    assert first == second and os.listdir(tmp_path / "a") == [f"cmft-{package.version()}.zip"]


def blenders_tool(blender):
    """Return the command of the extension tool that a Blender brings."""
    if "bpy" not in blender.command[0]:
        return [blender.command[0], "--command", "extension"]
    (tool,) = bpy_python(blender.name).parents[1].glob("lib/python*/site-packages/bpy/*/scripts/addons_core/bl_pkg/cli/"
                                                       "blender_ext.py")
    return [blender.command[0], str(tool)]


def test_blender_s_own_tool(blender, tmp_path):
    """Blender's own tool finds nothing to say against the zip, and builds one from its folder."""
    zipped = package.build(tmp_path)
    tool = blenders_tool(blender)
    checked = subprocess.run([*tool, "validate", str(zipped)], env=blender.environment(), capture_output=True,
                             text=True)
    assert checked.returncode == 0 and "rror" not in checked.stdout + checked.stderr, checked.stdout + checked.stderr
    with zipfile.ZipFile(zipped) as archive:
        archive.extractall(tmp_path / "unpacked")
    built = subprocess.run([*tool, "build", "--source-dir", str(tmp_path / "unpacked" / "cmft"), "--output-dir",
                            str(tmp_path)], env=blender.environment(), capture_output=True, text=True)
    assert built.returncode == 0, built.stdout + built.stderr


@pytest.fixture
def install(monkeypatch, blender, tmp_path):
    """Return install.py's main for this Blender, with a home of its own; the engine counts as set up."""
    module = load_installer()
    home = tmp_path / "home"
    home.mkdir()
    mine = blender._replace(home=home)
    for name in [name for name in os.environ if name.startswith(("BLENDER_", "PYTHON"))]:
        monkeypatch.delenv(name)
    for name, value in mine.environment().items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(module, "engine", lambda: 0)
    monkeypatch.setattr(module, "VENV", venv_of_the_tests())
    return lambda *words: module.main([*words, "--blender", str(program(blender, tmp_path))]), mine


def venv_of_the_tests():
    """Return the environment that these tests run in, which has the engine."""
    return type(ROOT)(sys.prefix)


def program(blender, folder):
    """Return a program that takes Blender's options, also where Blender is the module bpy."""
    if "bpy" not in blender.command[0]:
        return blender.command[0]
    found = folder / "blender"
    found.write_text('#!/bin/sh\nwhile [ "$1" != "--python" ]; do shift; done\nshift\n'
                     f'exec {blender.command[0]} "$@"\n')
    found.chmod(0o755)
    return found


@pytest.mark.skipif(os.name == "nt", reason="the wrapper is a shell script")
def test_installed_addon(install, blender, shot, tmp_path, capfd):
    """install.py installs the zip into this Blender; as installed it finds the engine by itself and colours exactly.

    Installing again replaces it, uninstalling leaves nothing of it, and uninstalling again says so.
    """
    main, mine = install
    assert main("blender") == 0 and main("blender") == 0
    place = re.search(r"CMFT is installed in (.*)", capfd.readouterr().out)[1]
    assert place.startswith(str(mine.home)) and os.path.isfile(os.path.join(place, "engine.json"))
    folder = tmp_path / "colour"
    said = mine.run("colouring.colour", folder / "run", addon=INSTALLED, root="", engine=None, shot=shot,
                    blend=folder / "shot.blend", out=folder / "out")
    assert said["state"] == 1
    for frame in FRAMES:
        same_pixels(folder / "out", os.path.join(os.path.dirname(said["plates"]["path"]), f"cmft.{frame}.exr"), frame)
    assert main("uninstall", "blender") == 0 and not os.path.exists(place)
    assert main("uninstall", "blender") == 0 and "There is nothing to do" in capfd.readouterr().out


def test_dry_run_starts_nothing(monkeypatch, tmp_path, capsys):
    """A dry run says what would be done, for install and uninstall, and does not start the program."""
    module = load_installer()
    asked = []
    monkeypatch.setattr(module, "run", lambda *command: asked.append(command) or 0)
    for words in (["blender"], ["uninstall", "blender"]):
        assert module.main([*words, "--dry-run", "--blender", sys.executable]) == 0
        assert f"{sys.executable} would" in capsys.readouterr().out
    assert asked == []


@pytest.mark.parametrize("given, sentence", [([], "no Blender is on PATH"),
                                             (["--blender", "/nowhere"], "is no program")])
def test_no_blender(monkeypatch, capsys, given, sentence):
    """Without a Blender the message says how to name one; a path that is no program is told."""
    module = load_installer()
    monkeypatch.setattr(module.shutil, "which", lambda name: None)
    monkeypatch.setattr(module.os.path, "exists", lambda path: False)
    assert module.main(["blender", *given]) == 2
    assert sentence in capsys.readouterr().err


def test_every_version_has_an_environment():
    """The versions that the tests look for are those that install.py makes."""
    module = load_installer()
    made = {name for name, (package, *_) in module.HOSTS.items() if package == "bpy"}
    assert made == {f"Blender {version}" for version in VERSIONS} and set(module.USUAL_HOSTS) <= made
    assert Blender("x", (), ROOT).environment().keys().isdisjoint({"PYTHONPATH", "PYTHONHOME"})
