"""The results of one set as Markdown: one column a metric, the gaps side by side in each cell."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from benchmarks.figures.column import FOREGROUND, MEAN_IOU, PALETTE_EXACT, PSNR, REGION, SSIM, Column, Group
from benchmarks.figures.row import Row
from benchmarks.methods.registry import METHODS, OURS, OURS_ALONE, title_of

COLUMNS = (PSNR, SSIM, FOREGROUND, REGION, MEAN_IOU, PALETTE_EXACT)
JSON_KEYS = {
    "set_name": "set_name",
    "clip": "clip",
    "drawing": "gap",
    "method": "method",
    "seconds": "seconds",
    "refused": "refused",
}
Means = dict[tuple[str, Column, int], float]
"""A figure by method, column and gap."""


def render_table(rows: Sequence[Row], *, told_by: str = "gap", columns: Sequence[Column] = COLUMNS) -> str:
    """Return one Markdown table of the rows of one set, the best of each cell but the oracle's in bold.

    told_by: what the numbers of a cell stand for.
    """
    gaps = sorted({row.drawing for row in rows})
    methods = list(dict.fromkeys(row.method for row in rows))
    means = {
        (method, column, gap): mean_figure(rows, method, column, gap)
        for method in methods
        for column in columns
        for gap in gaps
    }
    heading = f"| method ({told_by} {' / '.join(map(str, gaps))}) | " + " | ".join(column.heading for column in columns)
    lines = [heading + " | CPU s a frame | clips refused |", "|---" * (len(columns) + 3) + "|"]
    for method in methods:
        cells = [" / ".join(_cell(means, method, column, gap) for gap in gaps) for column in columns]
        seconds = np.mean([row.seconds for row in rows if row.method == method])
        counts = f"{seconds:.2f} | {clips_refused(rows, method)}"
        lines.append(f"| {title_of(method)} | " + " | ".join([*cells, counts]) + " |")
    verdict = _verdict(means, columns, told_by) if OURS in methods else ""
    return "\n".join([*lines, "", verdict] if verdict else lines) + "\n"


def mean_figure(rows: Sequence[Row], method: str, column: Column, gap: int) -> float:
    """Return a figure over the clips, NaN where nothing could be counted."""
    return column.take(Group([row for row in rows if row.method == method and row.drawing == gap]))


def clips_refused(rows: Sequence[Row], method: str) -> int:
    """Return how many clips a method gave no picture of."""
    return len({(row.set_name, row.clip) for row in rows if row.method == method and row.refused})


def _is_best(means: Means, method: str, column: Column, gap: int) -> bool:
    if METHODS[method].knows_truth:
        return False
    rivals = (
        mean for (name, of, at), mean in means.items() if (of, at) == (column, gap) and not METHODS[name].knows_truth
    )
    return column.is_best(means[method, column, gap], rivals)


def _cell(means: Means, method: str, column: Column, gap: int) -> str:
    shown = column.show(means[method, column, gap])
    return f"**{shown}**" if _is_best(means, method, column, gap) else shown


def _verdict(means: Means, columns: Sequence[Column], told_by: str) -> str:
    """Return in how many cells ours is best of all but itself in other ways, and the others by name."""
    means = {key: mean for key, mean in means.items() if key[0] != OURS_ALONE}
    gaps = sorted({gap for _, _, gap in means})
    cells = [(column, gap) for column in columns for gap in gaps]
    lost = [f"{column.heading} at {told_by} {gap}" for column, gap in cells if not _is_best(means, OURS, column, gap)]
    behind = "; behind in " + ", ".join(lost) if lost else ""
    return f"Ours leads or ties in {len(cells) - len(lost)} of {len(cells)} columns{behind}."
