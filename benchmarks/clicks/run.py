"""Count the clicks that make validation clips right: `python -m benchmarks.clicks [--quick] [--sets puppets,toon]`.

The engine colours each clip from its first drawing; an ideal colourist then clicks until every judged region has its
true colour. Of a region of several colours in truth each area is judged: one of which most pixels are wrong is drawn
around, which counts as a click, and travels as corrections do.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, astuple, dataclass
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

import cmft_engine
from benchmarks.clips.puppets import PUPPET_CLIPS, PUPPET_STYLES, draw_puppet_clip
from benchmarks.clips.sets import SETS, load_set
from benchmarks.clips.stored import DATA
from benchmarks.clips.validation_clip import GAPS, ValidationClip
from benchmarks.methods.engine import quiet_engine, write_shot
from benchmarks.methods.method import Painted, UncoloredShot
from benchmarks.methods.rules import color_in_chain
from benchmarks.metrics.clicks import clicks_to_fix
from benchmarks.metrics.flicker import Flicker, flicker
from benchmarks.metrics.pictures import ink_free_mask, majority_colors, pack_colors
from cmft_engine.image.color_space import to_display
from cmft_engine.matching.next_painting import to_paint_next
from cmft_engine.matching.settled import track_ranks
from cmft_engine.pipeline.changes import with_changes
from cmft_engine.pipeline.colored_shot import ColoredShot
from cmft_engine.pipeline.compose import mix_paints
from cmft_engine.pipeline.drawing_record import DrawingRecord

from .approving import Frame, approve_in_order, spots_of, wrong_spots
from .colorist import Truth, largest_first, of_chains, of_graph, one_by_one

LEAST_PX = 10  # ink-free pixels of a region that is judged
MIXED = 0.03  # a region of whose pixels so many have further colors in truth has several
QUICK_CLIPS = 2
DRAWINGS = max(GAPS) + 1
COLUMNS = ("judged", "by_hand", "single", "settled", "pins", "approved", "spoiled", "rules", "rules_pins", "areas",
           "areas_single", "areas_approved", "areas_exact")
SECOND = ("wrong", "listed", "listed_at_best", "next_mends", "any_mends")
LISTED = 10  # tracks of the list, from its top
FLICKERS = ("flicker_alone", "flicker")


@dataclass(frozen=True)
class Counted:
    """Clicks of one clip, by how it is corrected. judged: regions.

    by_hand: from nothing. single: today's regions one by one, as each drawing finds them with its neighbours' votes.
    settled: one by one after the whole shot settled. pins: corrections travel, largest first. approved: they travel,
    frame by frame. spoiled: by those. rules, rules_pins: of region matching by rules, one by one and with the same
    chains. areas: of regions of several colors, which by hand are drawn one by one; areas_single: the wrong ones among
    them; areas_approved: what is left of these where corrections travel, frame by frame; areas_exact: of which a
    hundredth is wrong, one by one. flicker_alone, flicker: how many times in 100 a region changes its colour where the
    truth does not, before and after the whole shot settled. wrong: regions of the settled shot; listed, listed_at_best:
    how many of them the first LISTED tracks of the list hold, and those that hold most; next_mends, any_mends:
    how many of them are right when one more drawing is painted, the one that the engine asks for, and on average.
    """

    clip: str
    judged: int
    by_hand: int
    single: int
    settled: int
    pins: int
    approved: int
    spoiled: int
    rules: int
    rules_pins: int
    areas: int
    areas_single: int
    areas_approved: int
    areas_exact: int
    flicker_alone: Flicker
    flicker: Flicker
    wrong: int
    listed: int
    listed_at_best: int
    next_mends: int
    any_mends: float


def main(arguments: Sequence[str]) -> int:
    """Print the table, and the two factors in the last line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.clicks", description=__doc__.split("\n")[0])
    parser.add_argument("--sets", default=",".join(SETS), help="comma-separated; default all")
    parser.add_argument("--clips", type=int, help="of each set, the first ones; default all")
    parser.add_argument("--quick", action="store_true", help=f"{QUICK_CLIPS} clips of each set")
    parser.add_argument("--json", type=Path, help="every clip's figures")
    given = parser.parse_args(arguments)
    clips = QUICK_CLIPS if given.quick else given.clips
    with quiet_engine():
        found = {name: list(count_set(name, clips)) for name in given.sets.split(",")}
    print(table(found))
    if given.json:
        values = {name: [asdict(one) for one in rows] for name, rows in found.items()}
        given.json.write_text(json.dumps(values, indent=1))
    print(last_line([one for rows in found.values() for one in rows]))
    return 0


def count_set(name: str, clips: int | None) -> Iterator[Counted]:
    """Yield what each clip of a set costs; progress goes to stderr."""
    for number, clip in enumerate(islice(whole_clips(name), clips), 1):
        with TemporaryDirectory(prefix="cmft-clicks-") as folder:
            counted = count(clip, Path(folder))
        print(f"{name} {number} {clip.name}: {counted.single} -> {counted.pins}", file=sys.stderr, flush=True)
        yield counted


def whole_clips(name: str) -> Iterator[ValidationClip]:
    """Yield the clips of a set with the truth of every drawing."""
    if name in PUPPET_STYLES:
        for number in range(PUPPET_CLIPS):
            yield draw_puppet_clip(number, style=PUPPET_STYLES[name], size=512, kept=range(DRAWINGS))
    else:
        yield from (clip.with_between() for clip in load_set(name, DATA, size=512))


def count(clip: ValidationClip, folder: Path) -> Counted:
    """Colour a clip into a folder and correct it in every way."""
    first = min(clip.lines)
    reference = {first: Painted(clip.lines[first], clip.paintings[first])}
    targets = {number: line for number, line in clip.lines.items() if number != first}
    whole = UncoloredShot(reference, targets, clip.between)
    out = folder / "colored"
    cmft_engine.colorize(write_shot(whole, folder), str(out / "frame.####.exr"))
    shot = ColoredShot(out)
    truths = {number: clip.truth(number) for number in targets}
    frames, exact = look(shot, clip.lines, truths)
    truth = judge(shot, frames)
    rules = _node_colors(shot, clip.lines, {at: made.picture for at, made in color_in_chain(whole).items()})
    graph, settled = shot.graph, shot.graph.solve().color
    pins, (approved, _) = largest_first(truth, of_graph(graph)), approve_in_order(shot, frames)
    areas = {number: tuple(one for one in frame.spots if not one.is_whole) for number, frame in frames.items()}
    wrong = sum(len(wrong_spots(spots, _record(shot, number).paints.first)) for number, spots in areas.items())
    alone, whole_shot = _flickers(shot, clip.lines, truths)
    return Counted(
        clip.name, int(truth.judged.sum()), int((truth.judged & (truth.color != shot.shot.references.paper)).sum()),
        one_by_one(truth, graph.color).clicks, one_by_one(truth, settled).clicks, pins.clicks, approved.clicks,
        approved.spoiled, one_by_one(truth, rules).clicks, largest_first(truth, of_chains(graph, rules)).clicks,
        sum(map(len, areas.values())), wrong, approved.areas, exact, alone, whole_shot, *_listed(shot, truth),
        *_second_painting(shot, truth))


def _listed(shot: ColoredShot, truth: Truth) -> tuple[int, int, int]:
    """Wrong regions, how many of them the first tracks of the list hold, and those that hold most."""
    graph = shot.graph
    solution = graph.solve()
    wrong = truth.wrong(solution.color)
    by_rank = np.bincount(track_ranks(graph.track, solution.confidence, graph.visible), wrong, minlength=LISTED)
    return int(wrong.sum()), int(by_rank[:LISTED].sum()), int(np.sort(by_rank)[-LISTED:].sum())


def _second_painting(shot: ColoredShot, truth: Truth) -> tuple[int, float]:
    """How many wrong regions a painting of the drawing that the engine asks for mends, and one of any on average."""
    graph = shot.graph
    wrong = int(truth.wrong(graph.solve().color).sum())
    mends = {}
    for at, drawing in enumerate(graph.drawings):
        nodes = np.flatnonzero((truth.drawing == at) & truth.judged)
        if len(nodes):
            pins = {int(node): int(truth.color[node]) for node in nodes}
            mends[drawing.frame] = wrong - int(truth.wrong(graph.solve(pins).color).sum())
    asked = to_paint_next(graph)
    return 0 if asked is None else mends.get(asked[0], 0), float(np.mean(list(mends.values()))) if mends else 0.0


def _flickers(shot: ColoredShot, lines: Mapping[int, np.ndarray], truths: Mapping[int, np.ndarray]
              ) -> tuple[Flicker, Flicker]:
    """How the drawings flicker as they are found, and when the shot has settled."""
    order = sorted(truths)
    whole = shot.corrector.wanted(())
    alone = [_flats(shot, _record(shot, n)) for n in order]
    settled = [_flats(shot, with_changes(_record(shot, n), whole.changes[n], shot.record)) for n in order]
    true, ink = [truths[n] for n in order], [lines[n] for n in order]
    return flicker(alone, true, ink), flicker(settled, true, ink)


def look(shot: ColoredShot, lines: Mapping[int, np.ndarray], truths: Mapping[int, np.ndarray]
         ) -> tuple[dict[int, Frame], int]:
    """Return the frames in truth, and how many areas of regions of several colors are wrong by a hundredth.

    lines, truths: uint8 RGB (H, W, 3) by frame.
    """
    frames, exact = dict[int, Frame](), 0
    for number, painted in truths.items():
        frames[number] = true_frame(shot, number, lines[number], painted)
        inside = np.isin(_record(shot, number).labels, [one.region for one in frames[number].spots if not one.is_whole])
        exact += _clicks_inside(inside, _flats(shot, _record(shot, number)), lines[number], painted)
    return frames, exact


def true_frame(shot: ColoredShot, number: int, line: np.ndarray, painted: np.ndarray) -> Frame:
    """Return a frame in truth; line, painted: uint8 RGB (H, W, 3)."""
    _, labels, valid = _drawing(shot, number, line)
    return Frame(number, tuple(spots_of(labels, valid, _entries(shot, painted), colors=len(shot.palette),
                                        least_px=LEAST_PX, mixed=MIXED)))


def judge(shot: ColoredShot, frames: Mapping[int, Frame]) -> Truth:
    """Return what the regions of a shot have in truth; those of several colors are not judged."""
    graph = shot.graph
    color, area = np.zeros(len(graph), np.intp), np.zeros(len(graph), np.intp)
    judged = np.zeros(len(graph), np.bool_)
    for number, frame in frames.items():
        start = graph.of(shot.decided_at[number]).start
        for one in frame.spots:
            if one.is_whole:
                node = start + one.region - 1
                color[node], area[node], judged[node] = one.color, int(one.mask.sum()), True
    return Truth(color, judged, area, np.repeat(np.arange(len(graph.drawings)), np.diff(graph.starts)))


def graph_count(shot: ColoredShot, frame: int) -> int:
    """Return how many regions the drawing of a frame has."""
    nodes = shot.graph.of(shot.decided_at[frame])
    return int(nodes.stop - nodes.start)


def _record(shot: ColoredShot, frame: int) -> DrawingRecord:
    record = shot.record(shot.decided_at[frame])
    assert record is not None
    return record


def _drawing(shot: ColoredShot, frame: int, line: np.ndarray) -> tuple[slice, np.ndarray, np.ndarray]:
    """Nodes, labels (H, W) and where no ink lies (H, W) of a frame."""
    record = _record(shot, frame)
    return shot.graph.of(shot.decided_at[frame]), record.labels.astype(np.int64), ink_free_mask(line) & record.bare


def _entries(shot: ColoredShot, picture: np.ndarray) -> np.ndarray:
    """Palette index (H, W) of a picture's pixels; those in no color of the palette get an index behind all."""
    shown = _shown(shot)
    order = np.argsort(shown)
    packed = pack_colors(picture)
    at = np.clip(np.searchsorted(shown[order], packed), 0, len(shown) - 1)
    return np.where(shown[order][at] == packed, order[at], len(shown))


def _shown(shot: ColoredShot) -> np.ndarray:
    """The palette's colors as a display shows them, packed (K,)."""
    return pack_colors(np.rint(shot.palette.display * 255).astype(np.uint8))


def _node_colors(shot: ColoredShot, lines: Mapping[int, np.ndarray], pictures: Mapping[int, np.ndarray]) -> np.ndarray:
    """The palette entry of most of each region in another method's pictures; elsewhere as the engine has it."""
    color = shot.graph.color.copy()
    for frame, picture in pictures.items():
        nodes, labels, valid = _drawing(shot, frame, lines[frame])
        count = graph_count(shot, frame) + 1
        packed = majority_colors(labels, count, picture, valid)[1:]
        shown = {int(value): i for i, value in enumerate(_shown(shot))}
        color[nodes] = [shown.get(int(value), int(had)) for value, had in zip(packed, color[nodes], strict=True)]
    return color


def _flats(shot: ColoredShot, record: DrawingRecord) -> np.ndarray:
    """What a record shows, without ink: uint8 RGB (H, W, 3)."""
    flats = to_display(mix_paints(record.paints, shot.palette, shot.palette.space)[..., :3], shot.palette.space)
    return np.asarray(np.rint(np.clip(flats, 0, 1) * 255), np.uint8)


def _clicks_inside(inside: np.ndarray, predicted: np.ndarray, line: np.ndarray, truth: np.ndarray) -> int:
    """Clicks within a mask (H, W) alone: everywhere else the truth is taken for the prediction."""
    return clicks_to_fix(np.where(inside[..., None], predicted, truth), truth, line=line)


def table(found: Mapping[str, Sequence[Counted]]) -> str:
    """Return the means a clip as Markdown."""
    lines = ["| set | clips | regions | by hand | one by one | whole shot, one by one | pins travel | approved frame "
             "by frame | spoiled | rules | rules, pins travel | areas | wrong, one by one | approved frame by frame | "
             "not exact | flicker, alone | flicker | wrong | in the first ten tracks | at best | "
             "mended by the next painting | by any |",
             "|" + " --- |" + " --: |" * (len(COLUMNS) + len(FLICKERS) + len(SECOND) + 1)]
    for name, rows in found.items():
        values = [np.mean([getattr(row, key) for row in rows]) for key in COLUMNS]
        steps = [Flicker(*np.sum([astuple(getattr(row, key)) for row in rows], axis=0)) for key in FLICKERS]
        lines.append(f"| {name} | {len(rows)} | " + " | ".join(f"{value:.1f}" for value in values)
                     + "".join(f" | {one.per_hundred():.2f}" for one in steps)
                     + "".join(f" | {np.mean([getattr(row, key) for row in rows]):.1f}" for key in SECOND) + " |")
    return "\n".join(lines)


def last_line(rows: Sequence[Counted]) -> str:
    """Return by how much fewer clicks the shots took, areas of regions of several colors counted on every side."""
    hand, single, best = (sum(getattr(row, a) + getattr(row, b) for row in rows) for a, b in (
        ("by_hand", "areas"), ("single", "areas_single"), ("approved", "areas_approved")))
    return (f"{len(rows)} clips, {best} clicks: {hand / max(best, 1):.1f} times fewer than by hand, "
            f"{single / max(best, 1):.2f} times fewer than frame by frame")
