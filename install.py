#!/usr/bin/env python3
"""Set CMFT up in its own folder: a private environment in .venv; only `nuke` and `blender` act outside of it.

    python3 install.py demo              set up, colour the example shot, say where to look
    python3 install.py test [-- ARGS]    set up, check the code and run the tests; ARGS go to pytest
    python3 install.py engine            set up only; hosts start the engine from .venv
    python3 install.py nuke              set up, and add one line to the init.py in your .nuke folder
    python3 install.py blender           set up, and install the add-on into Blender; --blender PATH says which one
    python3 install.py uninstall nuke    take that line away again; `uninstall blender` the add-on

`nuke`, `blender` and `uninstall` only say what they would do with --dry-run. `test` makes an environment with the
module bpy of one Blender besides; with --every-host of all Blenders, and one with PySide2 as in Nuke 15, where their
Pythons are here.
Standard library only; runs under Python 3.9 and later. Running it again changes nothing that is in order.
"""

from __future__ import annotations

import argparse
import hashlib
import io
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from itertools import chain
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
STAMP = "cmft-installed.json"
VERSIONS = ((3, 11), (3, 12), (3, 13))
# What of a host is tested in an environment of its own: the package, its version, and the Python it is built for.
HOSTS = {
    "Blender 4.5": ("bpy", "4.5.15", (3, 11)),
    "Blender 4.2": ("bpy", "4.2.23", (3, 11)),
    "Blender 5.0": ("bpy", "5.0.1", (3, 11)),
    "Blender 5.2": ("bpy", "5.2.3", (3, 13)),
    "PySide2": ("PySide2", "5.15.2.1", (3, 10)),  # the panel's window in Nuke 13 to 15
}
# What is tested there besides: the review window where a host has only PySide2.
BESIDES = {"PySide2": {"numpy": "2.2.6", "scipy": "1.15.3", "opencv-python-headless": "4.11.0.86",
                       "OpenImageIO": "3.2.2.0"}}
USUAL_HOSTS = ("Blender 4.5",)
NUKE_INIT = Path(".nuke") / "init.py"  # in the user's home, on every system
NUKE_MARK = "# CMFT: this line was added by install.py"


class InstallError(Exception):
    """Something that the user must do first; the message says what."""


def venv_python(venv: Path) -> Path:
    """Return the environment's own interpreter, whether or not it exists."""
    return venv / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def environment() -> dict[str, str]:
    """Return the environment for child processes, without the caller's Python settings."""
    dropped = ("PYTHONPATH", "PYTHONHOME", "PYTHONSTARTUP", "__PYVENV_LAUNCHER__")
    return {name: value for name, value in os.environ.items() if name not in dropped}


def run(*command: str | Path) -> int:
    """Run a command in the clone, its output unchanged, and return its exit code."""
    sys.stdout.flush()
    return subprocess.call([str(part) for part in command], cwd=ROOT, env=environment())


def ask(python: str | Path, code: str) -> str | None:
    """Return what a one-liner prints under another interpreter, None when it cannot run it."""
    try:
        result = subprocess.run(
            [str(python), "-I", "-c", code], capture_output=True, text=True, timeout=60, env=environment()
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return result.stdout.strip() if result.returncode == 0 else None


def version_of(python: str | Path) -> tuple[int, int] | None:
    """Return (major, minor) of an interpreter that runs and can load TLS, else None."""
    text = ask(python, "import ssl, sys, venv; print(*sys.version_info[:2])")
    if not text:
        return None
    major, minor = text.split()
    return int(major), int(minor)


def matching_python(versions: tuple[tuple[int, int], ...]) -> str | None:
    """Return an interpreter of one of the versions: this one if it fits, else one on PATH, else one of pyenv's."""
    own = getattr(sys, "_base_executable", None) or sys.executable  # never the environment's own
    names = ["python{}.{}".format(*version) for version in versions] + ["python3", "python"]
    pyenv = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv") / "versions"
    more = (str(path) for version in versions for path in sorted(pyenv.glob("{}.{}.*/bin/python".format(*version))))
    candidates = chain([own], filter(None, map(shutil.which, names)), more)
    return next((candidate for candidate in candidates if version_of(candidate) in versions), None)


def find_python() -> str:
    """Return the interpreter to build the engine's environment with."""
    found = matching_python(VERSIONS)
    if found is not None:
        return found
    raise InstallError(
        "CMFT needs Python 3.11, 3.12 or 3.13 and this is {}.{}. Install one (Debian, Ubuntu: sudo apt install "
        "python3.11 python3.11-venv; others: python.org) and run the same line again.".format(*sys.version_info[:2])
    )


def make_environment(venv: Path) -> None:
    """Create the environment, or create it anew where it is half made, too old or broken."""
    if version_of(venv_python(venv)) in VERSIONS and ask(venv_python(venv), "import pip") is not None:
        return
    make_with(find_python(), venv)


def make_with(python: str, venv: Path) -> None:
    """Create an environment with an interpreter; one that is there is made anew."""
    print(f"Making {venv} with {python}")
    if ask(python, "import ensurepip") is not None:
        done = run(python, "-m", "venv", "--clear", venv) == 0
    elif ask(python, "import virtualenv") is not None:
        done = run(python, "-m", "virtualenv", "--clear", venv) == 0
    else:
        done = run(python, "-m", "venv", "--clear", "--without-pip", venv) == 0 and add_pip(python, venv)
    if not done or ask(venv_python(venv), "import pip") is None:
        raise InstallError(
            f"{python} cannot make an environment with pip in it. On Debian and Ubuntu: "
            "sudo apt install python3-venv, then run the same line again."
        )


def add_pip(python: str, venv: Path) -> bool:
    """Install pip into an environment that was made without: with the system's pip, else with Debian's pip wheel."""
    if ask(python, "import pip") is not None:
        return run(python, "-m", "pip", "--python", venv_python(venv), "install", "pip") == 0
    wheel = debian_pip_wheel(venv / "debian")
    return wheel is not None and run(venv_python(venv), wheel / "pip", "install", "--no-index", wheel) == 0


def debian_pip_wheel(folder: Path) -> Path | None:
    """Fetch Debian's package of pip with apt's own lists in `folder` and unpack its wheel there; installs nothing."""
    if shutil.which("apt-get") is None or shutil.which("dpkg") is None:
        return None
    (folder / "lists" / "partial").mkdir(parents=True)
    apt = ["apt-get", "-q", "-o", f"Dir::State::Lists={folder / 'lists'}"]
    fetch = ["sh", "-c", 'cd "$0" && exec "$@"', folder, *apt, "download", "python3-pip-whl"]
    if run(*apt, "update") != 0 or run(*fetch) != 0:
        return None
    for package in folder.glob("python3-pip-whl*.deb"):
        run("dpkg", "-x", package, folder)
    return next(folder.glob("usr/share/python-wheels/pip-*.whl"), None)


def fingerprint(venv: Path) -> str:
    """Return what an installation depends on: the requirements, the Python and the clone's place, as one hash."""
    parts = [ROOT / "pyproject.toml", ROOT / "constraints.txt"]
    text = [part.read_text(encoding="utf-8") for part in parts]
    return hashlib.sha256("\0".join([*text, str(version_of(venv_python(venv))), str(ROOT)]).encode()).hexdigest()


def read_stamp(venv: Path) -> dict[str, object]:
    """Return what was installed last; empty when nothing was, or not to the end."""
    try:
        stamp = json.loads((venv / STAMP).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return stamp if isinstance(stamp, dict) else {}


def install(venv: Path, extras: list[str]) -> None:
    """Make the environment hold the engine and the extras in the pinned versions; nothing to do is quick."""
    make_environment(venv)
    wanted, stamp = fingerprint(venv), read_stamp(venv)
    before = stamp.get("extras")
    installed = before if stamp.get("fingerprint") == wanted and isinstance(before, list) else None
    if installed is not None and set(extras) <= set(installed):
        return
    extras = sorted({*extras, *(installed or [])})
    target = str(ROOT) + (f"[{','.join(extras)}]" if extras else "")
    print("Installing the engine and what it needs; torch is large, this takes a few minutes the first time.")
    pip: list[str | Path] = [venv_python(venv), "-m", "pip", "--disable-pip-version-check", "install"]
    if run(*pip, "-c", ROOT / "constraints.txt", "-e", target) != 0:
        raise InstallError("pip could not install the requirements; its message is above. Run the same line again.")
    (venv / STAMP).write_text(json.dumps({"fingerprint": wanted, "extras": extras}), encoding="utf-8")


def demo() -> int:
    """Colour the example shot."""
    install(VENV, [])
    return run(venv_python(VENV), "-m", "cmft_engine", "demo")


def install_host(name: str) -> None:
    """Make the environment in which tests find a host's own modules; says why when there can be none."""
    package, version, python_version = HOSTS[name]
    venv = ROOT / ".venv-{}".format(name.replace("Blender ", "bpy").replace(".", "").lower())
    wanted = {package: version, **BESIDES.get(name, {})}
    code = f"from importlib.metadata import version; print(*map(version, {list(wanted)!r}))"
    if ask(venv_python(venv), code) == " ".join(wanted.values()):
        return
    try:
        python = matching_python((python_version,))
        if python is None:
            raise InstallError("{} {} needs Python {}.{}, which is not here.".format(package, version, *python_version))
        make_with(python, venv)
        pins = [f"{one}=={of}" for one, of in wanted.items()]
        if run(venv_python(venv), "-m", "pip", "--disable-pip-version-check", "install", *pins) != 0:
            raise InstallError(f"pip could not install {package} {version}; its message is above.")
    except InstallError as error:
        print(f"{name} is not tested: {error}")


def test(pytest_arguments: list[str], *, hosts: Sequence[str] = USUAL_HOSTS) -> int:
    """Run every check, all of them even when an early one fails; 0 when all passed."""
    install(VENV, ["test"])
    for name in hosts:
        install_host(name)
    checks = [
        ["ruff", "check", "."],
        ["mypy"],
        ["pytest", *pytest_arguments],
    ]
    failed = []
    for check in checks:
        print("$", *check)
        if run(venv_python(VENV), "-m", *check) != 0:
            failed.append(check[0])
    print("failed: " + ", ".join(failed) if failed else "all checks passed")
    return 1 if failed else 0


def engine() -> int:
    """Set up only, and say how a host starts the engine."""
    install(VENV, [])
    print(f"The engine is ready. Its command: {venv_python(VENV)} -m cmft_engine")
    return 0


def nuke_line() -> str:
    """Return the line that makes Nuke read the plug-in's folder."""
    folder = (ROOT / "nuke_plugin").as_posix()
    return f"import nuke; nuke.pluginAddPath({folder!r})  {NUKE_MARK}"


def without_nuke_lines(text: str) -> str:
    """Return the text of an init.py without lines of ours, from whatever clone; the rest stays as it is."""
    return "".join(line for line in text.splitlines(keepends=True) if NUKE_MARK not in line)


def with_nuke_line(text: str) -> str:
    """Return the text of an init.py with our line once, at its end."""
    rest = without_nuke_lines(text)
    end = "" if not rest or rest.endswith(("\n", "\r")) else "\n"
    return f"{rest}{end}{nuke_line()}\n"


def change_init(change: Callable[[str], str], *, dry_run: bool) -> str:
    """Change the user's init.py and return what was done, as a sentence; a file that would be empty is removed."""
    path = Path(os.path.realpath(Path.home() / NUKE_INIT))  # a link to a shared file stays one
    try:
        before = path.read_bytes().decode("utf-8") if path.exists() else ""
    except (OSError, UnicodeDecodeError) as error:
        by_hand = (f"Add this line to it by hand: {nuke_line()}" if change is with_nuke_line
                   else f"Remove the lines that end with {NUKE_MARK!r} from it by hand.")
        raise InstallError(f"{path} cannot be read ({error}). {by_hand}") from error
    after = change(before)
    if after == before:
        return f"{path} is as it should be; nothing to do."
    done = "would be changed" if dry_run else "is changed"
    lines = [f"  - {line}" for line in before.splitlines() if line not in after.splitlines()]
    lines += [f"  + {line}" for line in after.splitlines() if line not in before.splitlines()]
    if not dry_run:
        write_or_remove(path, after)
    return "\n".join([f"{path} {done}:", *lines])


def write_or_remove(path: Path, text: str) -> None:
    """Write a file whole or not at all; an empty one is removed."""
    temporary = path.with_name(f"{path.name}.{os.getpid()}.tmp")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if not text:
            path.unlink()
            return
        temporary.write_bytes(text.encode("utf-8"))
        if path.exists():
            shutil.copymode(path, temporary)
        os.replace(temporary, path)
    except OSError as error:
        raise InstallError(f"{path} cannot be written ({error.strerror}). Mend that, or do by hand what "
                           "--dry-run says.") from error
    finally:
        if temporary.exists():  # its folder may be none
            temporary.unlink()


def nuke(*, dry_run: bool) -> int:
    """Set the engine up and let Nuke read the plug-in."""
    if dry_run:
        print(f"The engine would be set up in {VENV}, unless it is.")
    else:
        engine()
    print(change_init(with_nuke_line, dry_run=dry_run))
    print("Start Nuke, press Tab over the node graph, and type CMFT. docs/nuke.md goes on from there.")
    return 0


def find_blender(given: str | None) -> str:
    """Return the Blender program that was named, else the one on PATH or in the usual place."""
    usual = [shutil.which("blender"), "/Applications/Blender.app/Contents/MacOS/Blender"]
    found = given or next((path for path in usual if path and os.path.exists(path)), None)
    if found is None:
        raise InstallError("no Blender is on PATH. Say where it is: python3 install.py blender --blender PATH")
    if shutil.which(found) is None:
        raise InstallError(f"{found} is no program. Give the path of Blender's own program, not of its folder.")
    return found


def in_blender(program: str, *arguments: str | Path) -> None:
    """Let a Blender run the add-on's installer."""
    script = ROOT / "blender_addon" / "into_blender.py"
    if run(program, "--background", "--python-exit-code", "1", "--python", script, "--", *arguments) != 0:
        raise InstallError(f"{program} could not do it; its message is above. Blender 4.2 and later are supported.")


def blender(given: str | None, *, dry_run: bool) -> int:
    """Set the engine up and install the add-on into a Blender."""
    from blender_addon import package

    program = find_blender(given)
    if dry_run:
        print(f"The engine would be set up in {VENV}, unless it is.")
        print(f"{program} would install and enable the add-on CMFT Colorize {package.version()}.")
        return 0
    engine()
    with tempfile.TemporaryDirectory(prefix="cmft-") as folder:
        in_blender(program, "install", package.build(Path(folder), str(venv_python(VENV))))
    print("Start Blender, open the Compositor, and choose Add, CMFT Colorize. docs/blender.md goes on from there.")
    return 0


def uninstall(hosts: list[str], given: str | None, *, dry_run: bool) -> int:
    """Take away what `nuke` or `blender` has added; the clone and its .venv can be deleted as they are."""
    if hosts == ["nuke"]:
        print(change_init(without_nuke_lines, dry_run=dry_run))
    elif hosts == ["blender"] and dry_run:
        print(f"{find_blender(given)} would disable the add-on CMFT Colorize and delete its folder.")
    elif hosts == ["blender"]:
        in_blender(find_blender(given), "uninstall")
    else:
        raise InstallError("say what to uninstall: python3 install.py uninstall nuke, or uninstall blender")
    return 0


def split_arguments(arguments: Sequence[str]) -> tuple[list[str], list[str]]:
    """Return what stands before and behind the first --; argparse loses it when an option comes between."""
    words = list(arguments)
    at = words.index("--") if "--" in words else len(words)
    return words[:at], words[at + 1 :]


def main(arguments: list[str]) -> int:
    """Read the command line, act, and return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("action", choices=("demo", "test", "engine", "nuke", "blender", "uninstall"))
    parser.add_argument("further", nargs="*", metavar="ARGS",
                        help="after uninstall: nuke or blender. After test: -- and what is passed on to pytest")
    parser.add_argument("--dry-run", action="store_true",
                        help="with nuke, blender and uninstall: only say what would be done")
    parser.add_argument("--blender", metavar="PATH", help="the Blender program to install into or uninstall from")
    parser.add_argument("--every-host", "--every-blender", action="store_true",
                        help="with test: every Blender that is supported, and PySide2")
    own, passed_on = split_arguments(arguments)
    given = parser.parse_args(own)
    given.further += passed_on
    if given.further and given.action not in ("test", "uninstall"):
        parser.error("only `test` and `uninstall` take further arguments")
    if given.dry_run and given.action not in ("nuke", "blender", "uninstall"):
        parser.error("--dry-run is for `nuke`, `blender` and `uninstall`")
    try:
        if given.action == "test":
            return test(given.further, hosts=tuple(HOSTS) if given.every_host else USUAL_HOSTS)
        if given.action == "nuke":
            return nuke(dry_run=given.dry_run)
        if given.action == "blender":
            return blender(given.blender, dry_run=given.dry_run)
        if given.action == "uninstall":
            return uninstall(given.further, given.blender, dry_run=given.dry_run)
        return demo() if given.action == "demo" else engine()
    except InstallError as error:
        print(f"install.py: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a console without Unicode must not stop the set-up
    sys.exit(main(sys.argv[1:]))
