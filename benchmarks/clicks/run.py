"""Count the clicks that make validation clips right: `python -m benchmarks.clicks [--quick] [--sets puppets,toon]`.

The engine colours each clip from its first drawing; an ideal colourist then clicks until every judged region has its
true colour. Regions of several colours in truth count one click for each wrong area in them, which travels nowhere.
"""

from __future__ import annotations

import argparse
import json
import logging
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

import cmft_engine
from benchmarks.clips.puppets import PUPPET_CLIPS, PUPPET_STYLES, draw_puppet_clip
from benchmarks.clips.sets import SETS, load_set
from benchmarks.clips.stored import DATA
from benchmarks.clips.validation_clip import GAPS, ValidationClip
from benchmarks.methods.engine import write_shot
from benchmarks.methods.method import Painted, UncoloredShot
from benchmarks.methods.rules import color_in_chain
from benchmarks.metrics.clicks import clicks_to_fix
from benchmarks.metrics.pictures import ink_free_mask, majority_colors, pack_colors
from cmft_engine.image.color_space import to_display
from cmft_engine.pipeline.colored_shot import ColoredShot
from cmft_engine.pipeline.compose import mix_paints

from .colorist import Truth, frame_by_frame, largest_first, of_chains, of_graph, one_by_one

LEAST_PX = 10  # ink-free pixels of a region that is judged
MIXED = 0.03  # a region of whose pixels so many have further colors in truth has several
QUICK_CLIPS = 2
DRAWINGS = max(GAPS) + 1
COLUMNS = ("judged", "by_hand", "single", "settled", "pins", "approved", "spoiled", "rules", "rules_pins", "divided",
           "divided_by_hand")


@dataclass(frozen=True)
class Counted:
    """Clicks of one clip, by how it is corrected. judged: regions.

    by_hand: from nothing. single: today's regions one by one, as each drawing finds them with its neighbours' votes.
    settled: one by one after the whole shot settled. pins, approved: corrections travel, largest first, or frame by
    frame. spoiled: by pins. rules, rules_pins: of region matching by rules, one by one and with the same chains.
    divided, divided_by_hand: clicks into regions of several colors, as the engine leaves them, and from nothing.
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
    divided: int
    divided_by_hand: int


def main(arguments: Sequence[str]) -> int:
    """Print the table, and the two factors in the last line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.clicks", description=__doc__.split("\n")[0])
    parser.add_argument("--sets", default=",".join(SETS), help="comma-separated; default all")
    parser.add_argument("--clips", type=int, help="of each set, the first ones; default all")
    parser.add_argument("--quick", action="store_true", help=f"{QUICK_CLIPS} clips of each set")
    parser.add_argument("--json", type=Path, help="every clip's figures")
    given = parser.parse_args(arguments)
    logging.getLogger("cmft_engine").setLevel(logging.ERROR)
    clips = QUICK_CLIPS if given.quick else given.clips
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
    """Yield the clips of a set, puppets with the truth of every drawing; stored sets have it for the GAPS alone."""
    if name in PUPPET_STYLES:
        for number in range(PUPPET_CLIPS):
            yield draw_puppet_clip(number, style=PUPPET_STYLES[name], size=512, kept=range(DRAWINGS))
    else:
        yield from load_set(name, DATA, size=512)


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
    truth, divided = judge(shot, clip.lines, truths)
    rules = _node_colors(shot, clip.lines, {at: made.picture for at, made in color_in_chain(whole).items()})
    graph, settled = shot.graph, shot.graph.solve().color
    pins, approved = largest_first(truth, of_graph(graph)), frame_by_frame(truth, of_graph(graph))
    return Counted(
        clip.name, int(truth.judged.sum()), int((truth.judged & (truth.color != shot.shot.references.paper)).sum()),
        one_by_one(truth, graph.color).clicks, one_by_one(truth, settled).clicks, pins.clicks, approved.clicks,
        pins.spoiled, one_by_one(truth, rules).clicks, largest_first(truth, of_chains(graph, rules)).clicks, *divided)


def judge(shot: ColoredShot, lines: Mapping[int, np.ndarray], truths: Mapping[int, np.ndarray]
          ) -> tuple[Truth, tuple[int, int]]:
    """Return what the regions of a shot have in truth, and the clicks into regions that have several colors there.

    lines, truths: uint8 RGB (H, W, 3) by frame. The clicks are those that the engine leaves, and those from nothing.
    """
    graph = shot.graph
    color, area = np.zeros(len(graph), np.intp), np.zeros(len(graph), np.intp)
    judged = np.zeros(len(graph), np.bool_)
    divided = by_hand = 0
    for frame, painted in truths.items():
        nodes, labels, valid = _drawing(shot, frame, lines[frame])
        truth = _entries(shot, painted)
        table = np.bincount((labels * (len(shot.palette) + 1) + truth)[valid],
                            minlength=(graph_count(shot, frame) + 1) * (len(shot.palette) + 1))
        table = table.reshape(-1, len(shot.palette) + 1)[1:]
        area[nodes], color[nodes] = table.sum(1), table.argmax(1)
        several = table.max(1) < (1 - MIXED) * np.maximum(table.sum(1), 1)
        counts = (table.sum(1) >= LEAST_PX) & (color[nodes] < len(shot.palette))
        judged[nodes] = counts & ~several
        inside = np.isin(labels, np.flatnonzero(several) + 1)
        divided += _clicks_inside(inside, _picture(shot, frame), lines[frame], painted)
        by_hand += _clicks_inside(inside, ~painted, lines[frame], painted)
    drawing = np.repeat(np.arange(len(graph.drawings)), np.diff(graph.starts))
    return Truth(color, judged, area, drawing), (divided, by_hand)


def graph_count(shot: ColoredShot, frame: int) -> int:
    """Return how many regions the drawing of a frame has."""
    nodes = shot.graph.of(shot.decided_at[frame])
    return int(nodes.stop - nodes.start)


def _drawing(shot: ColoredShot, frame: int, line: np.ndarray) -> tuple[slice, np.ndarray, np.ndarray]:
    """Nodes, labels (H, W) and where no ink lies (H, W) of a frame."""
    at = shot.decided_at[frame]
    record = shot.record(at)
    assert record is not None
    return shot.graph.of(at), record.labels.astype(np.int64), ink_free_mask(line) & record.bare


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


def _picture(shot: ColoredShot, frame: int) -> np.ndarray:
    """What a drawing found, without ink: uint8 RGB (H, W, 3)."""
    record = shot.record(shot.decided_at[frame])
    assert record is not None
    flats = to_display(mix_paints(record.paints, shot.palette, shot.palette.space)[..., :3], shot.palette.space)
    return np.asarray(np.rint(np.clip(flats, 0, 1) * 255), np.uint8)


def _clicks_inside(inside: np.ndarray, predicted: np.ndarray, line: np.ndarray, truth: np.ndarray) -> int:
    """Clicks within a mask (H, W) alone: everywhere else the truth is taken for the prediction."""
    return clicks_to_fix(np.where(inside[..., None], predicted, truth), truth, line=line)


def table(found: Mapping[str, Sequence[Counted]]) -> str:
    """Return the means a clip as Markdown."""
    lines = ["| set | clips | regions | by hand | one by one | whole shot, one by one | pins travel | approved frame "
             "by frame | spoiled | rules | rules, pins travel | in divided regions | these by hand |",
             "| --- | --: | --: | --: | --: | --: | --: | --: | --: | --: | --: | --: | --: |"]
    for name, rows in found.items():
        values = [np.mean([getattr(row, key) for row in rows]) for key in COLUMNS]
        lines.append(f"| {name} | {len(rows)} | " + " | ".join(f"{value:.1f}" for value in values) + " |")
    return "\n".join(lines)


def last_line(rows: Sequence[Counted]) -> str:
    """Return by how much fewer clicks the shots took, those into divided regions counted on every side."""
    divided = sum(row.divided for row in rows)
    single, best = (sum(getattr(row, key) for row in rows) + divided for key in ("single", "approved"))
    hand = sum(row.by_hand + row.divided_by_hand for row in rows)
    return (f"{len(rows)} clips, {best} clicks: {hand / max(best, 1):.1f} times fewer than by hand, "
            f"{single / max(best, 1):.2f} times fewer than frame by frame")
