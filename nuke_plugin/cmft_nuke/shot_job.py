"""From a node to a job: which frames, which references, what must be baked, where the result goes. Main thread only."""

import os
from pathlib import Path
from typing import Dict, List, NamedTuple, Optional, Sequence, Tuple

import nuke

from cmft_engine.protocol.errors import InputError, SettingsError
from cmft_engine.protocol.host.outcome import Outcome, outcome_sentence
from cmft_engine.protocol.host.references import still_warnings
from cmft_engine.protocol.host.run import JOB, place_job
from cmft_engine.protocol.host.sequences import Plates, existing, number_in_name, token_of
from cmft_engine.protocol.job import Job, JobReference, frames_text, parse_frames
from cmft_engine.protocol.settings import SETTINGS, Settings

from .bake import LINE, REF, REF_LINE, bake, input_range, is_linear_exr, on_disk, pattern_of, source_read, view_of
from .knobs import CUSTOM, GLOBAL, WORDING, read_settings
from .moves import corrections_of
from .nodes import PLATES, cache_folder, check_layout, text, value
from .signature import signature


class Plan(NamedTuple):
    """One run, ready to start: the job, which stands in a file, the node's frames, and what the job is made from."""

    uid: str
    name: str
    job: Job
    wanted: Tuple[int, ...]  # the whole range of the node
    frames: Tuple[int, ...]  # the frames of this run
    signature: str
    engine: str
    keeps_engine: bool
    warnings: Tuple[str, ...] = ()  # what is odd about its inputs

    @property
    def only(self) -> Optional[str]:
        """The frames of this run where the job has more, as the engine is told; None for all of the job's."""
        return None if self.frames == self.wanted else frames_text(self.frames)

    @property
    def plates(self) -> Plates:
        """The coloured plates."""
        return Plates(self.job.out)

    @property
    def folder(self) -> Path:
        """Where the coloured plates are."""
        return Path(self.job.out).parent

    @property
    def work(self) -> Path:
        """The job's file."""
        return self.folder / JOB

    def sentence(self, outcome: Outcome) -> str:
        """Return what came of it."""
        return outcome_sentence(outcome, self.frames, WORDING)


def prepare(group: nuke.Group, only: Optional[Tuple[int, ...]] = None, inputs: str = "inputs") -> Plan:
    """Bake what must be baked, into the folder `inputs`, and write the job file; `only`: some frames of the range.

    Raises InputError and SettingsError with what to do, Cancelled when the user stops the bake.
    """
    check_layout(group)
    wanted = wanted_frames(group)
    frames = wanted if only is None else only
    settings = settings_of(group)
    node_folder = cache_folder(group)
    shot = tuple(sorted({*wanted, *frames}))  # the whole, so that some frames come out as in a run over all
    lines, references = _sources(group, shot, node_folder / inputs)
    palette = text(group, "palette") or None
    if palette is not None and not os.path.isfile(palette):
        raise InputError("{}: there is no palette file {}; choose another or leave it empty".format(
            group.fullName(), palette))
    job = Job(lines.pattern, tuple(references), PLATES, frames_text(shot), palette, settings)
    return Plan(str(value(group, "uid")), group.fullName(), place_job(job, node_folder, [text(group, "view")]), wanted,
                frames, signature(group), text(group, "engine"),
                bool(value(group, "keep_engine")), _oddities(group, shot))


def _oddities(group: nuke.Group, shot: Tuple[int, ...]) -> Tuple[str, ...]:
    """Return what is odd about a still picture on ref."""
    read = source_read(group.input(REF))
    pattern = pattern_of(read, view_of(group)) if read is not None else ""
    if value(group, "sheet") or not pattern or token_of(pattern) is not None:
        return ()
    corrected = corrections_of(group)
    return still_warnings(pattern, [frame for frame in reference_frames(group) if frame not in corrected], shot)


def settings_of(group: nuke.Group) -> Settings:
    """Return the engine's settings from the knobs. Raises SettingsError naming the knob."""
    return Settings.from_dict(read_settings({setting.name: value(group, setting.name) for setting in SETTINGS}))


def wanted_frames(group: nuke.Group) -> Tuple[int, ...]:
    """Return the frames that the range knobs ask for. Raises InputError, SettingsError."""
    choice = value(group, "range")
    if choice == CUSTOM:
        if not text(group, "frames"):
            raise InputError("{}: the range is custom but no frames are written; write some, such as 1-48".format(
                group.fullName()))
        return frames_in(group, "frames")
    first, last = input_range(group, LINE)
    if choice == GLOBAL:
        first, last = int(nuke.root()["first_frame"].value()), int(nuke.root()["last_frame"].value())
    frames = tuple(range(first, last + 1))
    read = source_read(group.input(LINE))
    pattern = pattern_of(read, view_of(group)) if read is not None else ""
    if choice != GLOBAL and pattern and token_of(pattern) is not None:
        frames = existing(pattern, frames) or frames  # plates may have gaps
    return frames


def _sources(group: nuke.Group, frames: Tuple[int, ...], folder: Path) -> Tuple[Plates, List[JobReference]]:
    """Return line plates and references as files, baking those inputs that are none."""
    first, last = input_range(group, LINE)
    input_range(group, REF)
    lines = on_disk(source_read(group.input(LINE)), frames, view_of(group))
    if lines is None:
        is_sheet = bool(value(group, "sheet"))
        at = () if is_sheet else reference_frames(group)
        also = [frame for frame in (*at, *read_corrections(group)) if first <= frame <= last and not is_sheet]
        lines = bake(group, LINE, sorted({*frames, *also}), folder)
    return lines, references_of(group, folder)


def references_of(group: nuke.Group, folder: Path) -> List[JobReference]:
    """Return the references as files, those at frames first, baking those inputs that are none.

    Raises InputError and SettingsError with what to do, Cancelled when the user stops the bake.
    """
    input_range(group, REF)
    corrections = read_corrections(group)
    is_sheet = bool(value(group, "sheet"))
    at = _sheet_frame(group) if is_sheet else reference_frames(group)
    painted = tuple(frame for frame in at if is_sheet or frame not in corrections)
    references = []
    if painted:
        plates = _reference_plates(group, painted, folder)
        own = None if group.input(REF_LINE) is None else plates_of(group, REF_LINE, painted, folder)
        references = [JobReference(plates.path(frame), None if is_sheet else frame, own and own.path(frame))
                      for frame in painted]
    references += [JobReference(path, frame) for frame, path in sorted(corrections.items())]
    return sorted(references, key=lambda one: (one.frame is None, one.frame or 0))


def plates_of(group: nuke.Group, which: int, frames: Sequence[int], folder: Path) -> Plates:
    """Return an input's line art as files, those on disk or baked into a folder. Raises as `bake` does."""
    input_range(group, which)
    found = on_disk(source_read(group.input(which)), frames, view_of(group))
    return bake(group, which, frames, folder) if found is None else found


def _reference_plates(group: nuke.Group, frames: Tuple[int, ...], folder: Path) -> Plates:
    read = source_read(group.input(REF))
    found = None
    if read is not None and is_linear_exr(read):
        view = view_of(group)
        pattern = pattern_of(read, view)
        is_still = bool(pattern) and token_of(pattern) is None and os.path.isfile(pattern)
        found = Plates(pattern) if is_still and len(frames) == 1 else on_disk(read, frames, view)
    return found if found is not None else bake(group, REF, frames, folder)


def _sheet_frame(group: nuke.Group) -> Tuple[int, ...]:
    is_written = bool(text(group, "reference_frames"))
    return frames_in(group, "reference_frames")[:1] if is_written else (input_range(group, REF)[0],)


def reference_frames(group: nuke.Group) -> Tuple[int, ...]:
    """Return the frames at which ref is painted: those written, else those that the connected files name.

    Raises InputError when neither tells.
    """
    if text(group, "reference_frames"):
        return frames_in(group, "reference_frames")
    first, last = input_range(group, REF)
    read = source_read(group.input(REF))
    pattern = pattern_of(read, view_of(group)) if read is not None else ""
    if pattern and token_of(pattern) is not None:
        return existing(pattern, range(first, last + 1)) or (first,)
    named = number_in_name(pattern) if pattern else None
    candidates = [frame for frame in (named, first if first == last else None) if frame is not None]
    inside = [frame for frame in candidates if frame in wanted_frames(group)]
    if not inside:
        raise InputError("{}: which frame does ref show painted? Go there and press Add current frame, or tick "
                         "Character sheet if it has no place in time".format(group.fullName()))
    return (inside[0],)


def frames_in(group: nuke.Group, knob: str) -> Tuple[int, ...]:
    """Return the frames that are written in a knob. Raises SettingsError naming the knob."""
    try:
        return parse_frames(text(group, knob))
    except SettingsError as error:
        raise SettingsError(knob, error.value, error.allowed) from error


def read_corrections(group: nuke.Group) -> Dict[int, str]:
    """Return the corrections' files by frame. Raises InputError for a text that is none or a file that is gone."""
    found = corrections_of(group)
    for frame, path in found.items():
        if not os.path.isfile(path):
            raise InputError("{}: the correction {} of frame {} is gone; take it off the list or add it again".format(
                group.fullName(), path, frame))
    return found
