"""What the engine tells a host while it works: one JSON object a line, `docs/formats.md` specifies them.

Holds no process and no file: `client.py` reads the lines, the command line writes them.
"""

import json
from typing import Any, Dict, NamedTuple, Optional, Tuple, Type, Union, get_type_hints

from . import errors
from .plain import plain
from .text_file import is_path, is_text, parse_json

VERSION = 1


class Started(NamedTuple):
    """The shot is understood; `frames` frames follow, each as one FrameDone, Skipped or FrameFailed."""

    frames: int
    device: str = ""
    engine: str = ""  # the engine's own version


class FrameDone(NamedTuple):
    """A coloured plate stands on disk."""

    frame: int
    path: str
    regions: int
    unsure: int  # regions listed for review
    confidence: float  # [0, 1], mean over the regions by area
    seconds: float
    held_from: Optional[int] = None  # the frame with the same drawing, when that was coloured instead


class Skipped(NamedTuple):
    """A frame that an earlier run had finished and that is still up to date."""

    frame: int
    path: str


class FrameFailed(NamedTuple):
    """A frame that is not coloured, because its line plate is bad; the others go on, and the run ends as Failed."""

    frame: int
    path: str  # of the file at fault
    message: str


class Message(NamedTuple):
    """A sentence for the person who watches; `level` is info, warning or log (a line that is no event)."""

    level: str
    text: str


class Finished(NamedTuple):
    """All frames are written; always the last event of a good run."""

    report: str
    html: str
    frames: int
    unsure: int  # regions listed for review in the whole shot
    seconds: float


class Failed(NamedTuple):
    """The run ended early; always the last event of a bad run. `kind` names a class of `errors.py`."""

    kind: str
    message: str
    path: Optional[str] = None
    frame: Optional[int] = None
    exit_code: int = 1
    field: Optional[str] = None  # the setting or job field at fault


class Ready(NamedTuple):
    """An engine that stays can be asked; always its first event."""

    engine: str = ""  # its version


class Taken(NamedTuple):
    """An engine that stays has understood a request; `waiting` others come before it."""

    waiting: int


class Ended(NamedTuple):
    """An engine that stays ends; always its last event. `reason`: see `docs/formats.md`."""

    reason: str


Event = Union[Started, FrameDone, Skipped, FrameFailed, Message, Finished, Failed, Ready, Taken, Ended]

_CLASSES: Dict[str, Type[Any]] = {
    "started": Started,
    "frame_done": FrameDone,
    "skipped": Skipped,
    "frame_failed": FrameFailed,
    "message": Message,
    "finished": Finished,
    "failed": Failed,
    "ready": Ready,
    "taken": Taken,
    "ended": Ended,
}
_NAMES = {cls: name for name, cls in _CLASSES.items()}
_ACCEPTED: Dict[Any, Tuple[type, ...]] = {
    int: (int,),
    float: (int, float),
    str: (str,),
    Optional[int]: (int, type(None)),
    Optional[str]: (str, type(None)),
}
_MISSING = object()
_PATHS = ("path", "report", "html")
MAX_NUMBER = 2**53  # in either direction


def to_line(event: Event) -> str:
    """Return the event as one line of plain ASCII JSON, without the line end."""
    values: Dict[str, Any] = {"event": _NAMES[type(event)], "version": VERSION}
    values.update(event._asdict())
    return json.dumps(values, allow_nan=False)


def from_line(line: str) -> Event:
    """Read one line of an engine's stdout. Fields that this version does not know are passed over.

    Raises ValueError for a line that is no event, EngineError for an event of another version.
    """
    values = parse_json(line)
    name = values.get("event") if isinstance(values, dict) else None
    if not isinstance(name, str) or name not in _CLASSES:
        raise ValueError("not an event: {}".format(line.strip()[:200]))
    if values.get("version") != VERSION:
        raise errors.EngineError(
            "the engine speaks version {} of the events, this plug-in version {}; install both from the "
            "same release".format(errors.brief(errors.repr_of(values.get("version"))), VERSION)
        )
    return _build(_CLASSES[name], values)


def _build(cls: Type[Any], values: Dict[str, Any]) -> Event:
    given = {name: values[name] for name in cls._fields if name in values}
    for name, kind in get_type_hints(cls).items():
        value = given.get(name, cls._field_defaults.get(name, _MISSING))
        if not isinstance(value, _ACCEPTED[kind]) or isinstance(value, bool):
            raise ValueError("{}.{} cannot be {}".format(cls.__name__, name, errors.brief(errors.repr_of(value))))
        if name in given:
            given[name] = _tame(name, value)
    event: Event = cls(**given)
    return event


def _tame(name: str, value: Any) -> Any:
    """Return a value that every host can hold and show: texts without broken letters. Raises ValueError for others."""
    if isinstance(value, str):
        if name in _PATHS and not is_path(value):
            raise ValueError("{} is no path".format(name))
        return value if name in _PATHS or is_text(value) else plain(value)
    if isinstance(value, (int, float)) and not abs(value) <= MAX_NUMBER:  # NaN neither
        raise ValueError("{} is too large, or no number".format(name))
    return value


def failed_from(error: BaseException) -> Failed:
    """Describe an error for the host; anything but a CmftError is a bug and becomes an EngineError."""
    if not isinstance(error, errors.CmftError):
        return Failed("EngineError", "{}: {}".format(type(error).__name__, error))
    return Failed(
        kind=type(error).__name__,
        message=str(error),
        path=getattr(error, "path", None),
        frame=getattr(error, "frame", None),
        exit_code=error.exit_code,
        field=getattr(error, "field", None),
    )


def error_from(failed: Failed) -> errors.CmftError:
    """Return the error that the engine met, in the host's process; an unknown kind becomes an EngineError."""
    kind = getattr(errors, failed.kind, None)
    if not (isinstance(kind, type) and issubclass(kind, errors.CmftError)):
        return errors.EngineError("{}: {}".format(failed.kind, failed.message))
    error: errors.CmftError = kind.__new__(kind, failed.message)  # keeps the engine's sentence word for word
    if isinstance(error, errors.PlateError):
        error.path, error.frame = failed.path, failed.frame
    if isinstance(error, errors.SettingsError):
        error.field, error.value, error.allowed = failed.field or "", None, ""
    return error
