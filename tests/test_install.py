"""The set-up: what it does with good, half-made and stale environments, with no pip and no network."""

import importlib.util
import json
import os
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[1]
FITS = sys.version_info[:2]


def load_installer() -> ModuleType:
    """Load install.py, which lies outside any package."""
    spec = importlib.util.spec_from_file_location("install", ROOT / "install.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def installer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """Load install.py as if it stood in a small clone of its own; commands are noted, not run."""
    module = load_installer()
    for name in ("pyproject.toml", "constraints.txt"):
        (tmp_path / name).write_text(name)
    monkeypatch.setattr(module, "ROOT", tmp_path)
    monkeypatch.setattr(module, "VENV", tmp_path / ".venv")
    module.commands = []  # type: ignore[attr-defined]

    def run(*command: object) -> int:
        words = [str(word) for word in command]
        module.commands.append(words)  # type: ignore[attr-defined]
        if words[1:3] == ["-m", "venv"] or words[1:3] == ["-m", "virtualenv"]:
            make_venv(module.VENV)
        return 0

    monkeypatch.setattr(module, "run", run)
    monkeypatch.setattr(module, "ask", ask)
    return module


def ask(python: object, code: str) -> str | None:
    """Answer for any interpreter that is there as this one would, without starting it."""
    if not Path(str(python)).is_file() or not Path(str(python)).stat().st_size:
        return None
    return "{} {}".format(*FITS) if "version_info" in code else ""


def make_venv(venv: Path) -> None:
    """Make what passes for an environment: an interpreter that runs and finds pip."""
    (venv / "bin").mkdir(parents=True, exist_ok=True)
    (venv / "bin" / "python").unlink(missing_ok=True)
    os.symlink(sys.executable, venv / "bin" / "python")


def pip_runs(installer: ModuleType) -> list[list[str]]:
    return [words for words in installer.commands if "pip" in words]


def test_first_run_makes_and_fills_the_environment(installer: ModuleType, tmp_path: Path) -> None:
    """The environment is made once and filled with the pinned requirements; the second run does nothing."""
    installer.install(installer.VENV, [])
    made, filled = installer.commands
    assert made[1:3] == ["-m", "venv"] and made[-1] == str(tmp_path / ".venv")
    assert filled[-5:] == ["install", "-c", str(tmp_path / "constraints.txt"), "-e", str(tmp_path)]
    installer.install(installer.VENV, [])
    assert len(installer.commands) == 2


def test_extras_are_added_and_kept(installer: ModuleType) -> None:
    """After the demo, the tests add what they need; a demo after that takes nothing away and does nothing."""
    installer.install(installer.VENV, [])
    installer.install(installer.VENV, ["test"])
    assert pip_runs(installer)[-1][-1].endswith("[test]")
    installer.install(installer.VENV, [])
    assert len(pip_runs(installer)) == 2


def test_new_pins_install_again(installer: ModuleType) -> None:
    """When the pinned versions change, the next run brings the environment up to them."""
    installer.install(installer.VENV, [])
    (installer.ROOT / "constraints.txt").write_text("newer")
    installer.install(installer.VENV, [])
    assert len(pip_runs(installer)) == 2


def test_half_made_environment_is_mended(installer: ModuleType) -> None:
    """Without a running interpreter the environment is made anew, and what was installed counts as gone."""
    (installer.VENV / "bin").mkdir(parents=True)
    (installer.VENV / "bin" / "python").write_text("")
    installer.install(installer.VENV, [])
    assert "--clear" in installer.commands[0]
    assert len(pip_runs(installer)) == 1


@pytest.mark.parametrize("stamp", ["", "[]", '{"fingerprint": "old"}', '{"fingerprint": 7, "extras": null}'])
def test_broken_stamp_installs_again(installer: ModuleType, stamp: str) -> None:
    """A stamp that was cut short or belongs to other requirements is no proof of anything."""
    make_venv(installer.VENV)
    (installer.VENV / installer.STAMP).write_text(stamp)
    installer.install(installer.VENV, [])
    assert len(pip_runs(installer)) == 1
    assert json.loads((installer.VENV / installer.STAMP).read_text())["extras"] == []


def test_failed_pip_leaves_no_stamp(installer: ModuleType, monkeypatch: pytest.MonkeyPatch,
                                    capsys: pytest.CaptureFixture[str]) -> None:
    """When pip fails the message says so, the exit code is 2, and the next run tries again."""
    make_venv(installer.VENV)
    monkeypatch.setattr(installer, "run", lambda *command: 1)
    assert installer.main(["engine"]) == 2
    assert "pip could not install" in capsys.readouterr().err
    assert not (installer.VENV / installer.STAMP).exists()


def lacks(monkeypatch: pytest.MonkeyPatch, installer: ModuleType, *modules: str) -> None:
    """Let interpreters outside the environment lack these modules."""

    def lacking(python: object, code: str) -> str | None:
        outside = not str(python).startswith(str(installer.VENV))  # these tests run in a .venv themselves
        return None if outside and code in [f"import {module}" for module in modules] else ask(python, code)

    monkeypatch.setattr(installer, "ask", lacking)


def test_without_ensurepip(installer: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    """A Python without ensurepip (Debian without python3-venv) borrows the system's pip."""
    lacks(monkeypatch, installer, "ensurepip", "virtualenv")
    installer.make_environment(installer.VENV)
    assert "--without-pip" in installer.commands[0]
    assert installer.commands[1][1:4] == ["-m", "pip", "--python"]


def test_without_any_pip(installer: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """With no pip at all Debian's pip wheel installs itself into the environment."""
    lacks(monkeypatch, installer, "ensurepip", "virtualenv", "pip")
    wheel = tmp_path / "pip-25.3-py3-none-any.whl"
    monkeypatch.setattr(installer, "debian_pip_wheel", lambda folder: wheel)
    assert installer.add_pip(sys.executable, installer.VENV)
    assert installer.commands[-1][1:] == [str(wheel / "pip"), "install", "--no-index", str(wheel)]


def test_without_any_way(installer: ModuleType, monkeypatch: pytest.MonkeyPatch,
                         capsys: pytest.CaptureFixture[str]) -> None:
    """Without pip and without apt the message names the package to install."""
    lacks(monkeypatch, installer, "ensurepip", "virtualenv", "pip")
    monkeypatch.setattr(installer.shutil, "which", lambda name: None)
    assert installer.main(["engine"]) == 2
    assert "sudo apt install python3-venv" in capsys.readouterr().err


def test_unfit_python_looks_for_another(installer: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    """Under an old Python the newer one on PATH is taken; with none there the message says which to install."""
    versions = {"old": (3, 9), "shim": None, "new": (3, 12)}
    monkeypatch.setattr(installer.sys, "_base_executable", "old", raising=False)
    monkeypatch.setattr(installer, "version_of", lambda python: versions[python])
    monkeypatch.setenv("PYENV_ROOT", os.devnull)
    monkeypatch.setattr(installer.shutil, "which", {"python3.11": "shim", "python3.12": "new"}.get)
    assert installer.find_python() == "new"
    monkeypatch.setattr(installer.shutil, "which", lambda name: None)
    with pytest.raises(installer.InstallError, match=r"Python 3\.11, 3\.12 or 3\.13"):
        installer.find_python()


def test_real_interpreters_are_recognised(tmp_path: Path) -> None:
    """An interpreter tells its version; a file that is none, and one that is not there, tell nothing."""
    installer = load_installer()
    assert installer.version_of(sys.executable) == FITS
    (tmp_path / "python").write_text("#!/bin/sh\nexit 1\n")
    (tmp_path / "python").chmod(0o755)
    assert installer.version_of(tmp_path / "python") is None
    assert installer.version_of(tmp_path / "nothing") is None


def test_all_checks_run(installer: ModuleType, monkeypatch: pytest.MonkeyPatch,
                        capsys: pytest.CaptureFixture[str]) -> None:
    """`test` runs every check even when one fails, hands arguments to pytest, and fails when any did."""
    make_venv(installer.VENV)
    asked: list[str] = []
    monkeypatch.setattr(installer, "install_host", asked.append)
    assert installer.main(["test", "--", "-k", "plate"]) == 0
    assert asked == ["Blender 4.5"]
    assert [words[2] for words in installer.commands[-3:]] == ["ruff", "mypy", "pytest"]
    assert installer.commands[-1][3:] == ["-k", "plate"]
    monkeypatch.setattr(installer, "run", lambda *command: int("ruff" in command))
    assert installer.main(["test"]) == 1
    assert "failed: ruff" in capsys.readouterr().out


def test_every_host_is_asked_for(installer: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    """With --every-host an environment is made for each Blender that pip has, and for PySide2; the older name stays."""
    make_venv(installer.VENV)
    asked: list[str] = []
    monkeypatch.setattr(installer, "install_host", asked.append)
    for words in (["test", "--every-host"], ["test", "--every-blender", "--"]):
        asked.clear()
        assert installer.main(words) == 0
        assert asked == ["Blender 4.5", "Blender 4.2", "Blender 5.0", "Blender 5.2", "PySide2"]
    assert installer.main(["test", "--every-host", "--", "-k", "plate"]) == 0
    assert installer.commands[-1][3:] == ["-k", "plate"]


def test_blender_without_its_python_is_left_out(installer: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path,
                                                capsys: pytest.CaptureFixture[str]) -> None:
    """A Blender whose Python is not on this machine is told and left out; where it is, bpy is installed."""
    monkeypatch.setattr(installer, "version_of", lambda python: (3, 13) if str(tmp_path) in str(python) else None)
    monkeypatch.setenv("PYENV_ROOT", str(tmp_path / "none"))
    installer.install_host("Blender 5.2")
    assert "Blender 5.2 is not tested: bpy 5.2.3 needs Python 3.13" in capsys.readouterr().out
    assert installer.commands == []
    python = tmp_path / "pyenv" / "versions" / "3.13.1" / "bin" / "python"
    monkeypatch.setenv("PYENV_ROOT", str(tmp_path / "pyenv"))
    monkeypatch.setattr(installer, "make_with", lambda found, venv: installer.commands.append([found, str(venv)]))
    python.parent.mkdir(parents=True)
    python.touch()
    installer.install_host("Blender 5.2")
    assert installer.commands[0] == [str(python), str(tmp_path / ".venv-bpy52")]
    assert installer.commands[1][-1] == "bpy==5.2.3"


def test_caller_settings_stay_out(installer: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    """A PYTHONPATH of the caller does not reach the environment."""
    monkeypatch.setenv("PYTHONPATH", "/host")
    assert "PYTHONPATH" not in installer.environment()


def test_requirements_pull_one_torch_alone() -> None:
    """torch is pinned without a local version, and nothing that brings a torch of its own is required."""
    pins = (ROOT / "constraints.txt").read_text()
    assert "\ntorch==2.13.0\n" in pins
    both = pins + (ROOT / "pyproject.toml").read_text()
    for name in ("torchvision", "torchaudio", "lpips", "opencv-python="):
        assert name not in both
