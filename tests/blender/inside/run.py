"""Runs one scenario in a real Blender and writes what it returns as JSON; then leaves without Blender's own exit.

    python run.py SCENARIO ARGUMENTS.json RESULT.json            (the module bpy)
    blender -b -P run.py -- SCENARIO ARGUMENTS.json RESULT.json   (a program)

A scenario is a function of one of the modules beside this file, such as `colouring.colour`.
"""

import importlib
import json
import os
import sys
import traceback

import bpy  # noqa: F401 - before anything that it brings


def main(name, arguments, result):
    module, _, function = name.rpartition(".")
    with open(arguments, encoding="utf-8") as stream:
        given = json.load(stream)
    found = getattr(importlib.import_module(module), function)(**given)
    with open(result, "w", encoding="utf-8") as stream:
        json.dump(found, stream)


if __name__ == "__main__":
    sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
    code = 1
    try:
        main(*(sys.argv[sys.argv.index("--") + 1:] if "--" in sys.argv else sys.argv[1:]))
        code = 0
    finally:
        if code:
            traceback.print_exc()
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)  # bpy 4.5 can hang at its own exit
