"""Run a script in the stand-in by hand: `python -m tests.nuke.host FILE`, from the root of the repository.

A .py file runs with `nuke` imported; any other file is loaded as a script and written again as the host saves it.
"""

from __future__ import annotations

import argparse
import sys
from typing import List, Optional, Tuple

from .faults import HostFault, RenderError, ScriptError
from .host import Host


def main(arguments: Optional[List[str]] = None) -> int:
    """Return 0, or 1 when a rule of Nuke was broken; what a plug-in prints, says and asks goes to the terminal."""
    parser = argparse.ArgumentParser(prog="python -m tests.nuke.host", description="Run a file in a stand-in for Nuke.")
    parser.add_argument("file", help="Python to run, or a script (.nk) to load and print")
    parser.add_argument("--plugin", action="append", default=[], metavar="FOLDER", help="one with init.py and menu.py")
    parser.add_argument("--terminal", action="store_true", help="without GUI, as nuke -t")
    parser.add_argument("--release", type=_release, default=(15, 1, 3), help="such as 16.0.1; default 15.1.3")
    chosen = parser.parse_args(arguments)
    host = Host(gui=not chosen.terminal, plugin_path=chosen.plugin, version=chosen.release)
    said: List[str] = []
    try:
        with host:
            _run(host, chosen.file)
    except (HostFault, RenderError, ScriptError) as error:
        said.append("{}: {}".format(type(error).__name__, error))
    print("\n".join(host.log + host.messages + said))
    return 1 if said else 0


def _run(host: Host, path: str) -> None:
    with open(path, encoding="utf-8") as file:
        text = file.read()
    if path.endswith(".py"):
        exec(compile(text, path, "exec"), host.session.namespace)
    else:
        host.load(text)
        host.log.append(host.save())


def _release(text: str) -> Tuple[int, ...]:
    return tuple(int(number) for number in text.split("."))


if __name__ == "__main__":
    sys.exit(main())
