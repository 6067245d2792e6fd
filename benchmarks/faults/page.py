"""The table of faults, and the page that shows it."""

from __future__ import annotations

from collections.abc import Sequence

from .outcome import Outcome

HEAD = ("what was done", "frames lost", "coloured again", "exit code", "what was said", "as it must be")


def table(outcomes: Sequence[Outcome]) -> str:
    """Return the outcomes as a Markdown table."""
    rows = [HEAD, ("---", "--:", "--:", "---", "---", "---")]
    rows += [(one.fault, str(one.lost), str(one.again), one.codes, one.message, "yes" if one.right else "NO")
             for one in outcomes]
    return "\n".join("| " + " | ".join(" ".join(cell.replace("|", "\\|").split()) for cell in row) + " |"
                     for row in rows) + "\n"


def page(outcomes: Sequence[Outcome], kills: int) -> str:
    """Return the page docs/faults.md."""
    return f"""# Faults

`python -m benchmarks.faults --kills {kills} --page docs/faults.md` printed this table.
It colours a shot of eight small frames and brings every fault about for real: processes are killed, files damaged, \
folders deleted, and no function is patched.
*Frames lost* are frames that a run said were finished and that were then gone, damaged or of another run.
*Coloured again* counts finished frames that a later run coloured once more though nothing about them had changed.
An exit code below zero is the number of the signal that ended the process; 127 is the system's loader, out of memory.
The random kills come at any moment of a run, the start of the interpreter among them; every second one hits a run \
that replaces finished plates of other settings.
This page was made with {kills} kills of each signal; the command's default is 20.
What a run promises is told in [the contract of a run](pipeline.md).

{table(outcomes)}"""
