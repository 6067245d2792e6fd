"""An engine that copies one plate for each frame, for tests of what hosts do around a run.

    python quick_engine.py PLATE FOLDER colorize --job JOB --events

    python quick_engine.py PLATE FOLDER doctor

PLATE may be "-" for empty files. FOLDER/started appears when it is started; FOLDER/options.json may hold
`doctor`, `warning` and `fails` (what it says), and `speaks`: how many frames it does before it falls silent, -1 for not
a word, until the options say otherwise.
"""

import json
import os
import re
import shlex
import shutil
import sys
import time
from pathlib import Path

PYTHON = sys.executable  # within the stand-in for Nuke it is another
LIFE_S, LOOK_S = 60, 0.02  # of one that has fallen silent: no test waits for its end; how often it looks


def command(plate, folder, **options):
    """Return the command of such an engine, as hosts take it, and write its options."""
    set_options(folder, **options)
    return " ".join(shlex.quote(str(part)) for part in (PYTHON, Path(__file__).resolve(), plate, folder))


def set_options(folder, **options):
    """Give the engine of a folder other options, for its next run or for one that has fallen silent."""
    new = Path(folder, "options.new")
    new.write_text(json.dumps(options))
    os.replace(str(new), str(Path(folder, "options.json")))


def options_of(folder):
    """Return the options of a folder's engine."""
    return json.loads(Path(folder, "options.json").read_text())


def stay_silent(folder, done):
    """Wait while the options say so after this many frames."""
    end = time.monotonic() + LIFE_S
    while options_of(folder).get("speaks") == done and time.monotonic() < end:
        time.sleep(LOOK_S)


def say(event, **fields):
    """Write one event."""
    sys.stdout.write(json.dumps(dict(fields, event=event, version=1)) + "\n")
    sys.stdout.flush()


def frames_of(text):
    """Return the frames of a job."""
    found = []
    for part in text.split():
        first, _, last = part.partition("-")
        found += range(int(first), int(last or first) + 1)
    return found


def color(plate, path):
    """Write one plate."""
    if plate == "-":
        Path(path).touch()
    else:
        shutil.copyfile(plate, path)


def main(plate, folder, job_file):
    """Do a job as the options say; plates that are there are kept."""
    Path(folder, "started").touch()
    options = options_of(folder)
    job = json.loads(Path(job_file).read_text(encoding="utf-8"))
    chosen = [word.partition("=")[2] for word in sys.argv if word.startswith("--only=")]
    frames = frames_of(chosen[0] if chosen else job["frames"])
    stay_silent(folder, -1)
    say("started", frames=len(frames), device="quick", engine="0")
    if "warning" in options:
        say("message", level="warning", text=options["warning"])
    if "fails" in options:
        say("failed", kind="PlateError", message=options["fails"], exit_code=2)
        sys.exit(2)
    for done, frame in enumerate(frames):
        stay_silent(folder, done)
        path = re.sub(r"#+|%04d", "{:04d}".format(frame), job["out"])
        if Path(path).exists():
            say("skipped", frame=frame, path=path)
            continue
        color(plate, path)
        say("frame_done", frame=frame, path=path, regions=2, unsure=0, confidence=1.0, seconds=0.1)
    say("finished", report="", html="", frames=len(frames), unsure=0, seconds=0.1)


if __name__ == "__main__":
    if "serve" in sys.argv:
        sys.exit(2)  # it does not stay, as engines of before
    if "doctor" in sys.argv:
        sys.stdout.write(options_of(sys.argv[2])["doctor"])
        sys.exit(0)
    main(sys.argv[1], sys.argv[2], sys.argv[sys.argv.index("--job") + 1])
