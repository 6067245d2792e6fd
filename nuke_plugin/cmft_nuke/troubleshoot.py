"""What the Troubleshoot button finds: engine, inputs, references, cache, result, and who to ask. Changes nothing."""

import os
import platform
import sys
import uuid
from pathlib import Path
from typing import Callable, Iterator, NamedTuple

import nuke

import cmft_engine
from cmft_engine.protocol.errors import CmftError, InputError
from cmft_engine.protocol.host.command import ask_engine
from cmft_engine.protocol.host.run import LOG
from cmft_engine.protocol.host.sequences import numbers_on_disk
from cmft_engine.protocol.host.state import READY, STALE_TEXT
from cmft_engine.protocol.job import frames_text

from .bake import LINE, REF, input_range, on_disk, source_read, view_of
from .engine import engine_command
from .nodes import cache_folder, check_layout, result_pattern, text, value
from .results import look
from .shot_job import reference_frames, settings_of, wanted_frames
from .signature import forget

_HEAVY = ("torch", "cv2")
_PATIENCE_S = 60


class Finding(NamedTuple):
    """One thing that was looked at: whether it is in order, and what there is to say."""

    name: str
    ok: bool
    detail: str


def findings(group: nuke.Group) -> Iterator[Finding]:
    """Yield every finding; a check that fails does not keep the next from being made."""
    checks = (("versions", _versions), ("Nuke's Python", _python), ("engine", _engine), ("line", _line), ("ref", _ref),
              ("settings", _settings), ("cache", _cache), ("result", _result), ("log", _log))
    for name, check in checks:
        yield _found(name, check, group)


def _found(name: str, check: Callable[[nuke.Group], str], group: nuke.Group) -> Finding:
    try:
        return Finding(name, True, check(group))
    except (CmftError, OSError) as error:
        return Finding(name, False, str(error))


def _versions(group: nuke.Group) -> str:
    check_layout(group)
    return "CMFT {}, Nuke {}, Python {} on {}".format(
        cmft_engine.__version__, nuke.NUKE_VERSION_STRING, platform.python_version(), sys.platform)


def _python(group: nuke.Group) -> str:
    found = [name for name in _HEAVY if name in sys.modules]
    return "clean" if not found else "{} is loaded, not by CMFT; Nuke's own machine learning nodes may fail".format(
        " and ".join(found))


def _engine(group: nuke.Group) -> str:
    command = engine_command(text(group, "engine"))
    answer = ask_engine(command, "--version", patience_s=_PATIENCE_S)
    if answer.code != 0:
        raise InputError("{} does not run: {}; try it in a terminal, with doctor instead of --version".format(
            " ".join(command), answer.said[-400:]))
    if answer.out.split()[-1:] != [cmft_engine.__version__]:
        raise InputError("the engine is {}, the plug-in {}; install both from the same release".format(
            answer.out or "unknown", cmft_engine.__version__))
    return "{} ({})".format(answer.out, " ".join(command))


def _line(group: nuke.Group) -> str:
    first, last = input_range(group, LINE)
    frames = wanted_frames(group)
    is_there = on_disk(source_read(group.input(LINE)), frames, view_of(group)) is not None
    how = "read from disk" if is_there else "written by Nuke first"
    return "frames {}-{}, to colour {}; {}".format(first, last, frames_text(frames), how)


def _ref(group: nuke.Group) -> str:
    input_range(group, REF)
    if value(group, "sheet"):
        return "a character sheet"
    return "painted at {}".format(frames_text(reference_frames(group)))


def _settings(group: nuke.Group) -> str:
    return "mode {0.mode}, ink {0.ink}, device {0.device}".format(settings_of(group))


def _cache(group: nuke.Group) -> str:
    folder = cache_folder(group)
    there: Path = next(place for place in (folder, *folder.parents) if place.is_dir())
    probe = there / ".cmft-{}".format(uuid.uuid4().hex)
    try:
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise InputError("{} cannot be written ({}); choose another cache folder".format(
            there, error.strerror)) from error
    return folder.as_posix()


def _result(group: nuke.Group) -> str:
    pattern = result_pattern(group)
    forget(group)
    state = look(group).state
    there = numbers_on_disk(pattern) if pattern else ()
    if not there:
        raise InputError("{}: the plates are gone; press Colorize".format(pattern) if pattern else "not coloured yet")
    if state != READY:
        raise InputError(STALE_TEXT)
    return "{} ({})".format(pattern, frames_text(there))


def _log(group: nuke.Group) -> str:
    path = Path(os.path.dirname(result_pattern(group))) / LOG
    return path.as_posix() if result_pattern(group) and path.is_file() else "none yet"
