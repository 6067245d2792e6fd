"""What a host asks of an engine that stays: one JSON object a line, `docs/formats.md` specifies them.

The answers are the events of `events.py`, each with the request that it belongs to. Holds no process and no file.
"""

import json
from typing import Any, Callable, Dict, NamedTuple, Optional, Tuple, Type, Union

from .errors import InputError, SettingsError, brief
from .events import MAX_NUMBER, Event, from_line, to_line
from .job import Job, from_dict, load_job
from .text_file import is_path, is_text, parse_json

VERSION = 1
MAX_ID = 200  # letters
MAX_NAME = 1000  # letters of a colour's name
MAX_PX = 10.0**6
QUEUE, CANCEL = "queue", "cancel"  # what a request does to those before it: wait for them, or end them


class Colorize(NamedTuple):
    """Colour a job. `job` is a job file's path, or its values; `only`: some of its frames; `first`: the one in view."""

    id: str
    job: Union[str, Dict[str, Any]]
    only: Optional[str] = None
    first: Optional[int] = None
    busy: str = QUEUE

    def load(self) -> Job:
        """Return the job; paths in values start at the engine's folder. Raises InputError, SettingsError."""
        return load_job(self.job) if isinstance(self.job, str) else from_dict(self.job)


class Pin(NamedTuple):
    """Correct a coloured shot: the region at `x`, `y` px of `frame` has a colour of the palette, by name.

    out: the folder of its plates, or their pattern. x, y: from the top left corner of the picture.
    """

    id: str
    out: str
    frame: int
    x: float
    y: float
    color: str
    busy: str = QUEUE


class Undo(NamedTuple):
    """Take the latest correction of a coloured shot back; `first`: the frame in view."""

    id: str
    out: str
    first: Optional[int] = None
    busy: str = QUEUE


class Cancel(NamedTuple):
    """End a request, and whatever of it waits; None: every one."""

    id: Optional[str] = None


class Quit(NamedTuple):
    """End every request, and the engine."""


Correct = Union[Pin, Undo]
Work = Union[Colorize, Pin, Undo]
Request = Union[Colorize, Pin, Undo, Cancel, Quit]
_DO: Dict[str, Type[Any]] = {"colorize": Colorize, "pin": Pin, "undo": Undo, "cancel": Cancel, "quit": Quit}
_NAMES = {cls: name for name, cls in _DO.items()}


def request_line(request: Request) -> str:
    """Return a request as one line of plain ASCII JSON, without the line end."""
    return json.dumps(dict(request._asdict(), do=_NAMES[type(request)], version=VERSION), allow_nan=False)


def read_request(line: str) -> Request:
    """Read one line of a host's. Raises InputError for one that is no request, SettingsError naming its field."""
    try:
        values = parse_json(line)
    except ValueError as error:
        raise InputError("not a request: {}; write one JSON object a line".format(brief(line.strip()))) from error
    if not isinstance(values, dict):
        raise SettingsError("request", values, "an object with do, id and job")
    if values.get("version") != VERSION:
        raise SettingsError("version", values.get("version"), str(VERSION))
    do = values.get("do")
    if not isinstance(do, str) or do not in _DO:
        raise SettingsError("do", do, "one of " + ", ".join(_DO))
    return _build(_DO[do], values)


def _build(cls: Type[Any], values: Dict[str, Any]) -> Request:
    given = {name: value for name, value in values.items() if name not in ("do", "version")}
    for name, value in given.items():
        if name not in cls._fields:
            raise SettingsError(name, value, "a field among " + ", ".join(("do", "version") + cls._fields))
    for name in cls._fields:
        if name not in given and name not in cls._field_defaults:
            raise SettingsError(name, None, _ALLOWED[name])
    request: Request = cls(**{name: _checked(name, value, is_needed=name not in cls._field_defaults)
                              for name, value in given.items()})
    return request


_ALLOWED = {"id": "a text of 1 to {} letters".format(MAX_ID), "job": "a path, or an object as in a job file",
            "only": "frames such as 1-48x2, or null", "first": "a frame, or null", "busy": "queue or cancel",
            "out": "a path", "frame": "a frame", "x": "a place in px", "y": "a place in px",
            "color": "a text of 1 to {} letters".format(MAX_NAME)}
_CHECKS: Dict[str, Callable[[Any], bool]] = {
    "id": lambda value: isinstance(value, str) and 0 < len(value) <= MAX_ID,
    "job": lambda value: isinstance(value, dict) or _is_file(value),
    "only": lambda value: isinstance(value, str),
    "first": lambda value: _is_whole(value),
    "busy": lambda value: value in (QUEUE, CANCEL),
    "out": lambda value: _is_file(value),
    "frame": lambda value: _is_whole(value),
    "x": lambda value: _is_px(value),
    "y": lambda value: _is_px(value),
    "color": lambda value: isinstance(value, str) and 0 < len(value) <= MAX_NAME and is_text(value),
}


def _checked(name: str, value: Any, *, is_needed: bool) -> Any:
    if not _CHECKS[name](value) and (value is not None or is_needed or name == "busy"):
        raise SettingsError(name, value, _ALLOWED[name])
    return value


def _is_file(value: Any) -> bool:
    return isinstance(value, str) and value != "" and is_path(value)


def _is_whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and abs(value) <= MAX_NUMBER


def _is_px(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and abs(value) <= MAX_PX


def answer_line(event: Event, request: Optional[str]) -> str:
    """Return an event as one line, with the request that it belongs to; None: to none."""
    return to_line(event)[:-1] + ', "request": {}}}'.format(json.dumps(request))


def read_answer(line: str) -> Tuple[Optional[str], Event]:
    """Return whose answer a line is, None for none, and the event. Raises as `events.from_line` does."""
    event = from_line(line)
    request = parse_json(line).get("request")
    return request if isinstance(request, str) else None, event
