"""A stand-in for the engine: acts out the scenario that its job file names. Runs under every host's Python."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time

ASKED = {}  # the request that is answered, in an engine that stays


def event(name, **values):
    """Write one event as the engine would."""
    print(json.dumps(dict(values, event=name, version=1, **({"request": ASKED["id"]} if ASKED else {}))))
    sys.stdout.flush()


def frames(count):
    """Write the events of `count` frames."""
    event("started", frames=count)
    for frame in range(1, count + 1):
        event("frame_done", frame=frame, path="out.{}.png".format(frame), regions=5, unsure=1, confidence=0.75,
              seconds=0.5)


def good():
    """A run of three frames."""
    frames(3)
    event("finished", report="report.json", html="report.html", frames=3, unsure=3, seconds=1.5)


def noise():
    """A good run between a library's prints, blank lines, an unknown event and a flood on stderr."""
    sys.stderr.write("chatter \xe9\n" * 20000)
    print("a library says hello")
    print("")
    print('{"event": "weather", "version": 1}')
    good()


def failed(**values):
    """A bad run that the engine explains."""
    frames(1)
    event("failed", **values)
    sys.exit(values["exit_code"])


def crash():
    """A run that dies without a word on stdout."""
    frames(1)
    sys.stderr.write("first line\nSegmentation fault\n")
    sys.stderr.flush()
    os._exit(139)


def hang():
    """A run that ends only when it is asked to."""
    event("started", frames=9)
    try:
        time.sleep(60)
    except KeyboardInterrupt:
        event("failed", kind="Cancelled", message="cancelled", exit_code=130)
        sys.exit(130)


def stubborn():
    """A run that ignores every polite signal and has a child that holds stdout open."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    event("message", level="info", text=str(child.pid))
    time.sleep(60)


def lingering():
    """A run that has said its last word and does not end."""
    good()
    time.sleep(60)


def environment():
    """A run that tells what it was started with."""
    event("message", level="info", text=json.dumps({"environment": dict(os.environ), "isolated": sys.flags.isolated,
                                                    "arguments": sys.argv[1:]}))
    good()


def process():
    """A run that tells in which process it is, and what was asked."""
    event("message", level="info", text=json.dumps({"pid": os.getpid(), "asked": ASKED}))
    good()


def dies_warm():
    """A run that dies in an engine that stays, and is done by a process of its own, which keeps its first frame."""
    if ASKED:
        crash()
    event("started", frames=2)
    event("skipped", frame=1, path="out.1.png")
    event("frame_done", frame=2, path="out.2.png", regions=5, unsure=1, confidence=0.75, seconds=0.5)
    event("finished", report="report.json", html="report.html", frames=2, unsure=3, seconds=1.5)


def full_warm():
    """A run for which an engine that stays lacks the memory."""
    if ASKED:
        failed(kind="DeviceError", message="out of memory", exit_code=3)
    good()


def serve():
    """Answer requests until there are no more, as an engine that stays; a word of the command says what is odd."""
    if "--old" in sys.argv:
        sys.exit(2)
    print(json.dumps({"event": "ready", "version": 2 if "--newer" in sys.argv else 1, "engine": "fake"}))
    print("a library says hello")
    sys.stdout.flush()
    for line in sys.stdin:
        asked = json.loads(line)
        if asked["do"] == "quit":
            return
        if asked["do"] in ("pin", "undo"):
            ASKED.update(asked)
            event("taken", waiting=0)
            if "--dies" in sys.argv:
                os._exit(139)
            correct()
            ASKED.clear()
        if asked["do"] == "colorize" and "--deaf" not in sys.argv:
            ASKED.update(asked)
            event("taken", waiting=0)
            with contextlib.suppress(SystemExit):
                act(asked["job"])
            ASKED.clear()


def correct():
    """A correction that tells what was asked for, by a request or by arguments."""
    event("message", level="info", text=json.dumps({"asked": ASKED, "arguments": sys.argv[1:]}))
    good()


def act(job):
    """Act out the scenario that a job file names."""
    with open(job) as file:
        SCENARIOS[json.load(file)["scenario"]]()


SCENARIOS = {
    "process": process,
    "dies warm": dies_warm,
    "full warm": full_warm,
    "good": good,
    "noise": noise,
    "crash": crash,
    "hang": hang,
    "stubborn": stubborn,
    "lingering": lingering,
    "environment": environment,
    "silent": lambda: None,
    "plate": lambda: failed(kind="PlateError", message="a.0007.png is empty; render it again", path="a.0007.png",
                            frame=7, exit_code=2),
    "settings": lambda: failed(kind="SettingsError", message="gap_px: 99 is not allowed", field="gap_px", exit_code=2),
    "future": lambda: failed(kind="QuantumError", message="decoherence", exit_code=1),
    "newer": lambda: print('{"event": "started", "version": 2, "frames": 1}'),
}

if __name__ == "__main__":
    if "serve" in sys.argv:
        serve()
    elif "--job" not in sys.argv:
        correct()
    else:
        act(sys.argv[sys.argv.index("--job") + 1])
