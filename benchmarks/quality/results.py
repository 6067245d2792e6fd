"""Quality results as Markdown: one table a set, one column a metric, the gaps side by side in each cell."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass

import numpy as np

from benchmarks.metrics.metrics import Score

from .methods import ORACLE, OURS, OURS_ALONE, TITLES


@dataclass(frozen=True)
class Result:
    """One method's score on one pair, and its share of the processor seconds of the clip."""

    set_name: str
    clip: str
    gap: int
    method: str
    seconds: float
    score: Score

    def to_dict(self) -> dict[str, object]:
        """Return plain JSON values, the score's figures beside the rest."""
        row = asdict(self)
        return {**{name: value for name, value in row.items() if name != "score"}, **row["score"]}


@dataclass(frozen=True)
class Column:
    """One metric of the table: its heading, its field in `Score`, and how it is printed."""

    heading: str
    field: str
    scale: float
    digits: int


COLUMNS = (
    Column("PSNR dB", "psnr", 1, 1),
    Column("SSIM", "ssim", 1, 3),
    Column("fg ΔE≤2 %", "foreground", 100, 1),
    Column("region %", "region", 100, 1),
    Column("mIoU %", "mean_iou", 100, 1),
    Column("palette exact %", "palette_exact", 100, 1),
)


def render_table(results: Sequence[Result], *, told_by: str = "gap", columns: Sequence[Column] = COLUMNS) -> str:
    """Return one Markdown table of the results of one set, the best of each cell but the oracle's in bold.

    told_by: what the numbers of a cell stand for.
    """
    gaps = sorted({result.gap for result in results})
    methods = list(dict.fromkeys(result.method for result in results))
    means = {
        (method, column.field, gap): mean_figure(results, method, column.field, gap)
        for method in methods
        for column in columns
        for gap in gaps
    }
    heading = f"| method ({told_by} {' / '.join(map(str, gaps))}) | " + " | ".join(column.heading for column in columns)
    lines = [heading + " | CPU s a frame |", "|---" * (len(columns) + 2) + "|"]
    for method in methods:
        cells = [" / ".join(_cell(means, method, column, gap) for gap in gaps) for column in columns]
        seconds = np.mean([result.seconds for result in results if result.method == method])
        lines.append(f"| {TITLES[method]} | " + " | ".join(cells) + f" | {seconds:.2f} |")
    verdict = _verdict(means, columns, told_by) if OURS in methods else ""
    return "\n".join([*lines, "", verdict] if verdict else lines) + "\n"


def mean_figure(results: Sequence[Result], method: str, field: str, gap: int) -> float:
    """Return the mean of a score's field over the clips, NaN left out, and NaN when there is no figure."""
    values = [getattr(r.score, field) for r in results if r.method == method and r.gap == gap]
    known = [value for value in values if not np.isnan(value)]
    return float(np.mean(known)) if known else float("nan")


def _shown(mean: float, column: Column) -> str:
    return "–" if np.isnan(mean) else f"{column.scale * mean:.{column.digits}f}"


def _is_best(means: dict[tuple[str, str, int], float], method: str, column: Column, gap: int) -> bool:
    rivals = [m for (name, field, g), m in means.items() if field == column.field and g == gap and name != ORACLE]
    known = [mean for mean in rivals if not np.isnan(mean)]
    shown = _shown(means[method, column.field, gap], column)
    return method != ORACLE and bool(known) and shown == _shown(max(known), column)


def _cell(means: dict[tuple[str, str, int], float], method: str, column: Column, gap: int) -> str:
    shown = _shown(means[method, column.field, gap], column)
    return f"**{shown}**" if _is_best(means, method, column, gap) else shown


def _verdict(means: dict[tuple[str, str, int], float], columns: Sequence[Column], told_by: str) -> str:
    """Return in how many cells ours is best of all but itself in other ways, and the others by name."""
    means = {key: mean for key, mean in means.items() if key[0] != OURS_ALONE}
    gaps = sorted({gap for _, _, gap in means})
    cells = [(column, gap) for column in columns for gap in gaps]
    lost = [f"{column.heading} at {told_by} {gap}" for column, gap in cells if not _is_best(means, OURS, column, gap)]
    behind = "; behind in " + ", ".join(lost) if lost else ""
    return f"Ours leads or ties in {len(cells) - len(lost)} of {len(cells)} columns{behind}."
