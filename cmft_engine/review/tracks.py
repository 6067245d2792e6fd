"""The tracks of a report: regions that show the same part share a number."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from .report_data import FrameReport


def with_tracks(frames: Sequence[FrameReport], tracks: Mapping[tuple[int, int], int]) -> tuple[FrameReport, ...]:
    """Return the reports with the track of each region to check, by frame and label."""
    return tuple(replace(frame, unsure=tuple(replace(region, track=tracks.get((frame.frame, region.label)))
                                             for region in frame.unsure)) for frame in frames)
