"""What a host asks of an engine that stays: one JSON object a line, `docs/formats.md` specifies them.

The answers are the events of `events.py`, each with the request that it belongs to. Holds no process and no file.
"""

import json
from typing import Any, Dict, NamedTuple, Optional, Tuple, Type, Union

from .errors import InputError, SettingsError, brief
from .events import MAX_NUMBER, Event, from_line, to_line
from .job import Job, from_dict, load_job
from .text_file import is_path, parse_json

VERSION = 1
MAX_ID = 200  # letters
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


class Cancel(NamedTuple):
    """End a request, and whatever of it waits; None: every one."""

    id: Optional[str] = None


class Quit(NamedTuple):
    """End every request, and the engine."""


Request = Union[Colorize, Cancel, Quit]
_DO: Dict[str, Type[Any]] = {"colorize": Colorize, "cancel": Cancel, "quit": Quit}
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
            "only": "frames such as 1-48x2, or null", "first": "a frame, or null", "busy": "queue or cancel"}


def _checked(name: str, value: Any, *, is_needed: bool) -> Any:
    is_good = {
        "id": isinstance(value, str) and 0 < len(value) <= MAX_ID,
        "job": isinstance(value, dict) or (isinstance(value, str) and value != "" and is_path(value)),
        "only": isinstance(value, str),
        "first": isinstance(value, int) and not isinstance(value, bool) and abs(value) <= MAX_NUMBER,
        "busy": value in (QUEUE, CANCEL),
    }[name]
    if not is_good and (value is not None or is_needed or name == "busy"):
        raise SettingsError(name, value, _ALLOWED[name])
    return value


def answer_line(event: Event, request: Optional[str]) -> str:
    """Return an event as one line, with the request that it belongs to; None: to none."""
    return to_line(event)[:-1] + ', "request": {}}}'.format(json.dumps(request))


def read_answer(line: str) -> Tuple[Optional[str], Event]:
    """Return whose answer a line is, None for none, and the event. Raises as `events.from_line` does."""
    event = from_line(line)
    request = parse_json(line).get("request")
    return request if isinstance(request, str) else None, event
