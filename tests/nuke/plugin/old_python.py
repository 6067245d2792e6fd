"""Run by test_pythons.py under the Python of each Nuke: start the plug-in in the host, colour, freeze, undo.

No pixel is computed, so that it needs nothing but Python. Prints one JSON object with what came of it.
"""

import json
import os
import shlex
import sys
import time

ROOT, FOLDER, SHOT = sys.argv[1:4]
FOREIGN = ("torch", "numpy", "cv2", "PySide2", "PySide6", "OpenImageIO", "scipy")
ENGINE = """import json, sys
job = json.load(open(sys.argv[sys.argv.index("--job") + 1]))
def say(event, **fields):
    print(json.dumps(dict(fields, event=event, version=1)), flush=True)
say("started", frames=3)
for frame in (1, 2, 3):
    path = job["out"] % frame
    open(path, "w").close()
    say("frame_done", frame=frame, path=path, regions=1, unsure=1, confidence=1, seconds=0.1)
say("finished", report="", html="", frames=3, unsure=3, seconds=0.1)
"""


def write(name, text=""):
    """Write a file of the shot and return its path."""
    path = os.path.join(SHOT, name)
    with open(path, "w") as stream:
        stream.write(text)
    return path


def read_node(name, pattern, last):
    """Return a Read as script text."""
    return "Read {{\n inputs 0\n file {}/{}\n first 1\n last {}\n raw true\n name {}\n}}\n".format(
        SHOT, pattern, last, name)


def start_up(host):
    """Start the plug-in as Nuke does; return its milliseconds and the foreign modules that it loaded."""
    sys.path.remove(ROOT)  # in Nuke the clone is on no path: the plug-in must find its protocol itself
    before = set(sys.modules)
    start = time.process_time()  # what other programs do meanwhile does not count
    host.nuke.pluginAddPath(FOLDER)
    if host.nuke.GUI:
        host._run_startup(FOLDER, "menu.py")
    spent = 1000 * (time.process_time() - start)
    loaded = {name.split(".")[0] for name in set(sys.modules) - before}
    sys.path.insert(0, ROOT)  # the host may load parts of its own late
    return {"ms": spent, "foreign": sorted(loaded & set(FOREIGN)), "icons": host.missing_icons}


def make_node(host, engine):
    """Create a node on a shot of three frames."""
    from cmft_nuke import api

    host.nuke.root()["name"].setValue(SHOT + "/shot.nk")
    line, ref = host.load(read_node("Line", "line.%04d.exr", 3) + read_node("Ref", "ref.%04d.exr", 1))
    node = api.create(line=line, ref=ref)
    node["engine"].setValue(engine)
    return node


def work(host, engine):
    """Colour, make it stale, freeze and undo; return the states on the way."""
    from cmft_nuke import api, runner

    node = make_node(host, engine)
    states = [api.status(node).state]
    api.colorize(node)
    host.run_main_loop(20, until=lambda: runner.running(node["uid"].value()) is None)
    states.append(api.status(node).state)
    read = api.freeze(node)
    node["gap_px"].setValue(9)
    states.append(api.status(node).state)
    return {"states": states, "status": str(api.status(node).text), "frozen": read["file"].value(),
            "protocol": os.path.dirname(sys.modules["cmft_engine"].__file__), "said": list(host.log)}


def main():
    """Do it all, with and without a window."""
    from tests.nuke.host import Host

    for frame in (1, 2, 3):
        write("line.{:04d}.exr".format(frame))
    write("ref.0001.exr")
    engine = " ".join(shlex.quote(part) for part in (sys.executable, write("engine.py", ENGINE)))
    found = {}
    for gui in (True, False):
        with Host(gui=gui, plugin_path=[]) as host:
            found["window" if gui else "terminal"] = dict(start_up(host), **work(host, engine))
    return found


if __name__ == "__main__":
    sys.path.insert(0, ROOT)
    print(json.dumps(main()))
