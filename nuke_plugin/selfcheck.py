"""Walks what can be walked of CMFT without a window, in the Nuke that runs it: PASS, FAIL or SKIP of each step.

    nuke -t nuke_plugin/selfcheck.py [RESULT.txt]

It works in a folder of its own below the system's temporary one, on the example shot of the clone, with the clone's
engine, and presses every button of the node. Nothing of yours is touched. The last line says how many steps are in
order; FAIL lines say what Nuke did, SKIP lines what cannot be walked here.
"""

import os
import platform
import shutil
import sys
import tempfile
import traceback
from pathlib import Path
from typing import Any, Iterator, List, Sequence, cast

import nuke

HERE = os.path.dirname(os.path.abspath(__file__))
RESULT = "cmft_selfcheck.txt"

# What Nuke and the steps raise besides CMFT's own errors.
WRONG = (AssertionError, RuntimeError, ValueError, TypeError, LookupError, AttributeError, NameError, OSError)


def facts() -> Iterator[str]:
    """Yield what only a real Nuke can tell, for whoever reads the result."""
    yield "Nuke {}, Python {}, {}".format(nuke.NUKE_VERSION_STRING, platform.python_version(), platform.platform())
    dot, read = nuke.nodes.Dot(), nuke.nodes.Read()
    yield "opHashes of a Dot: {}, of a Read: {}".format(len(dot.opHashes()), len(read.opHashes()))
    yield "colour spaces of a Read: {}".format(", ".join(cast(nuke.Enumeration_Knob, read["colorspace"]).values()[:8]))
    yield "lastHitGroup: {}".format("there" if hasattr(nuke, "lastHitGroup") else "not there")
    for node in (dot, read):
        nuke.delete(node)


def walk(scene: Any) -> Iterator[str]:
    """Do every step on a `selfcheck_steps.Scene`, also after one that failed, and yield its line."""
    import selfcheck_steps  # Nuke finds it once this folder is on its path

    from cmft_engine.protocol.errors import CmftError

    for number, step in enumerate(selfcheck_steps.STEPS, 1):
        words = (step.__doc__ or "").splitlines()[0]
        try:
            step(scene)
        except selfcheck_steps.Skipped as reason:
            yield "SKIP {} {} {}".format(number, words, reason)
        except (CmftError, *WRONG) as error:  # whatever Nuke does otherwise is the finding
            yield "FAIL {} {} {}: {}".format(number, words, type(error).__name__, " ".join(str(error).split()))
            sys.stderr.write(traceback.format_exc())
        else:
            yield "PASS {} {}".format(number, words)


def main(result: Path, engine: str = "") -> int:
    """Walk all steps in a folder that goes afterwards, write the result, and return the exit code."""
    import selfcheck_steps

    root = Path(tempfile.mkdtemp(prefix="cmft_selfcheck_"))
    folder = root / "shot"
    try:
        folder.mkdir()
        for frame in range(selfcheck_steps.FIRST, selfcheck_steps.LAST + 1):
            shutil.copy(str(selfcheck_steps.SHOT / "line.{}.png".format(frame)), str(folder))
        shutil.copy(str(selfcheck_steps.SHOT / "ref.{}.png".format(selfcheck_steps.FIRST)), str(folder))
        lines: List[str] = list(facts())
        lines += walk(selfcheck_steps.Scene(folder, folder / "selfcheck.nk", engine, set()))
    finally:
        shutil.rmtree(str(root), ignore_errors=True)
    passed, skipped = (sum(line.startswith(word) for line in lines) for word in ("PASS", "SKIP"))
    lines.append("{} of {} steps are in order, {} skipped".format(passed, len(selfcheck_steps.STEPS), skipped))
    result.write_text("\n".join(lines) + "\n", encoding="utf-8")
    nuke.tprint("\n".join([*lines, "written to {}".format(result)]))
    return 0 if passed + skipped == len(selfcheck_steps.STEPS) else 1


def _arguments(given: Sequence[str]) -> Path:
    return Path(given[0]) if given else Path.cwd() / RESULT


if __name__ == "__main__":
    nuke.pluginAddPath(HERE.replace("\\", "/"))
    raise SystemExit(main(_arguments(sys.argv[1:]).resolve()))
