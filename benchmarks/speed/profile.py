"""Where a frame's processor time goes, on one thread: `python -m benchmarks.speed.profile`, on an idle machine.

Reading, writing and the report are left out; `benchmarks.speed` has them.
"""

from __future__ import annotations

import argparse
import cProfile
import pstats
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import cv2
import torch

from cmft_engine.matching.decide import decide
from cmft_engine.matching.matcher import Matcher
from cmft_engine.matching.network.weights import load_checkpoint
from cmft_engine.shot.references import read_drawing

from .material import open_shot, vote_together

SIZES = "512x512,1920x1080,3840x2160"
STEPS = {  # by module and function; none calls another, but that `collect_votes` has flows of its own
    "line encoder": (("network", "lines"),),
    "the three matches, with the estimates between": (("network", "match"),),
    "regions framed and described": (("encoded", "frame_regions"),),
    "flow of the whole drawing": (("region_inputs", "find_motions"),),
    "second look where the flow is lost": (("region_flow", "refine_flow_from_matches"),),
    "region network, one look or two": (("region_votes", "vote_on_regions"),),
    "match weights summed over regions": (("matcher", "_attention_mass"), ("attention_mass", "pixel_attention_mass")),
    "colours carried by flow and by match": (("pixel_votes", "flow_places"), ("pixel_votes", "carry_by_match")),
    "colours counted over regions": (("descriptors", "count_colors"),),
    "regions of several colours aligned with the reference's": (("region_warp", "place_regions"),),
    "the painter's pixels carried": (("painterly", "carry_pixels"),),
    "decision, with regions divided": (("decide", "decide"),),
    "temporal votes of the neighbouring frames, with two flows": (("temporal", "collect_votes"),),
}
OF_NEIGHBORS = "find_between"  # calls `find_motions` within `collect_votes`
WHOLE = (("matcher", "match_to_references"), ("matcher", "apply_temporal_votes"), ("decide", "decide"))
REST = "the rest"


def profile(size: str, folder: Path) -> dict[str, float]:
    """Return processor seconds a frame of each step and of the rest, at a size "WIDTHxHEIGHT"."""
    shot, settings, references = open_shot(size, folder)
    matcher = Matcher(load_checkpoint(), references.painted, n_colors=len(references.palette),
                      work_size=settings.work_size, device=torch.device("cpu"))
    drawings = [read_drawing(shot.lines.path(frame), frame, canvas=shot.canvas(), settings=settings)
                for frame in shot.todo]
    matcher.match(drawings[0].segmented)  # makes what all share
    watch = cProfile.Profile(time.thread_time)
    watch.enable()
    segmented = [drawing.segmented for drawing in drawings]
    for drawing, votes in zip(segmented, vote_together(matcher, segmented), strict=True):
        decide(drawing, *votes, calibration=matcher.calibration)
    watch.disable()
    return _by_step(pstats.Stats(watch), frames=len(drawings))


def _by_step(stats: Any, *, frames: int) -> dict[str, float]:
    spent: dict[tuple[str, str], float] = {}
    for (file, _, function), (_, _, _, inclusive, callers) in stats.stats.items():
        key = Path(file).stem, function
        elsewhere = sum(times[3] for (_, _, caller), times in callers.items() if caller == OF_NEIGHBORS)
        spent[key] = spent.get(key, 0.0) + inclusive - elsewhere
    steps = {name: sum(spent.get(key, 0.0) for key in keys) / frames for name, keys in STEPS.items()}
    whole = sum(spent[key] for key in WHOLE)
    return {**steps, REST: whole / frames - sum(steps.values())}


def page(sizes: dict[str, dict[str, float]]) -> str:
    """Return the Markdown table."""
    lines = [f"| processor seconds a frame, one thread | {' | '.join(sizes)} |", f"|---|{'--:|' * len(sizes)}"]
    for step in (*STEPS, REST):
        lines.append(f"| {step} | {' | '.join(f'{one[step]:.3f}' for one in sizes.values())} |")
    lines.append(f"| all | {' | '.join(f'{sum(one.values()):.3f}' for one in sizes.values())} |")
    return "\n".join(lines)


def main(arguments: Sequence[str] | None = None) -> None:
    """Profile and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.speed.profile", description=__doc__)
    parser.add_argument("--sizes", default=SIZES, help=f"comma-separated; default {SIZES}")
    options = parser.parse_args(arguments)
    torch.set_num_threads(1)
    cv2.setNumThreads(1)
    with tempfile.TemporaryDirectory() as folder:
        print(page({size: profile(size, _made(Path(folder) / size)) for size in options.sizes.split(",")}))


def _made(folder: Path) -> Path:
    folder.mkdir()
    return folder


if __name__ == "__main__":
    main()
