"""An engine that copies one plate for each frame, for tests of what hosts do around a run.

    python quick_engine.py PLATE FOLDER colorize --job JOB --events

FOLDER/started appears when it is started. While FOLDER/silent is there it says nothing and lives for long.
"""

import json
import re
import shutil
import sys
import time
from pathlib import Path

LIFE_S = 60


def say(event: str, **fields: object) -> None:
    sys.stdout.write(json.dumps(dict(fields, event=event, version=1)) + "\n")
    sys.stdout.flush()


def frames_of(text: str) -> list:
    found = []
    for part in text.split():
        first, _, last = part.partition("-")
        found += range(int(first), int(last or first) + 1)
    return found


def main(plate: str, folder: str, job_file: str) -> None:
    Path(folder, "started").touch()
    if Path(folder, "silent").exists():
        time.sleep(LIFE_S)
    job = json.loads(Path(job_file).read_text(encoding="utf-8"))
    frames = frames_of(job["frames"])
    say("started", frames=len(frames), device="quick", engine="0")
    for frame in frames:
        path = re.sub(r"#+|%04d", "{:04d}".format(frame), job["out"])
        shutil.copyfile(plate, path)
        say("frame_done", frame=frame, path=path, regions=2, unsure=0, confidence=1.0, seconds=0.1)
    say("finished", report="", html="", frames=len(frames), unsure=0, seconds=0.1)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], sys.argv[sys.argv.index("--job") + 1])
