"""The file of corrections beside the plates: versioned JSON, a line for each correction, written by one at a time.

`docs/formats.md` specifies it.
"""

import contextlib
import json
import math
import os
import time
import uuid
from pathlib import Path
from typing import Any, Callable, Dict, Iterable, Iterator, List, Optional, Tuple, Union

from .corrections import KINDS, SHAPE_SIDE, Anchor, Correction, Corrections, Placed, Point, Unplaced
from .errors import InputError, brief
from .owner import owner_of, this_owner
from .plain import counted
from .text_file import is_unicode, parse_json, read_text, remove_quietly, write_new, write_remedy, write_text

VERSION, READ_VERSIONS = 2, (1, 2)  # the first had no lines along a track; what has none is still written as it
FILE = "corrections.json"
MAX_CORRECTIONS = 100000
MAX_POINTS = 10000
MAX_TEXT = 1000  # letters of a name or a note
LOCK_S = 5.0  # how long one waits for another who writes
_MAX_PX = 10.0**6


def load_corrections(path: Union[str, Path]) -> Corrections:
    """Return the corrections of a file, none where there is no file. Raises InputError for what is no such file."""
    try:
        values = parse_json(read_text(path))
    except FileNotFoundError:
        return ()
    except OSError as error:
        raise InputError("{}: the corrections cannot be read ({}); check that the file may be read".format(
            path, error.strerror)) from error
    except ValueError as error:
        raise InputError("{} is no file of corrections ({}); mend it, or move it away to begin anew".format(
            path, brief(str(error)))) from error
    items = values.get("corrections") if isinstance(values, dict) else None
    if not isinstance(items, list) or values.get("version") not in READ_VERSIONS or len(items) > MAX_CORRECTIONS:
        raise InputError("{} is no file of corrections of a version up to {}; use the engine that wrote it, or move it "
                         "away to begin anew".format(path, VERSION))
    found = []
    for number, item in enumerate(items, 1):
        try:
            found.append(_from_dict(item))
        except (ValueError, TypeError, OverflowError) as error:
            raise InputError("{}: correction {} is damaged ({}); mend or remove it".format(
                path, number, brief(str(error)))) from error
    if len({one.id for one in found}) < len(found):
        raise InputError("{}: two corrections have one id; remove one of them".format(path))
    return tuple(found)


def save_corrections(path: Union[str, Path], corrections: Iterable[Correction]) -> None:
    """Write the file whole, or not at all. Raises InputError."""
    items = [_to_dict(one) for one in corrections]
    for item in items:
        try:
            _from_dict(json.loads(json.dumps(item)))
        except (ValueError, TypeError, OverflowError) as error:
            raise InputError("{}: a correction cannot be kept ({}); nothing was written".format(
                path, brief(str(error)))) from error
    lines = ",\n".join("  " + json.dumps(item, ensure_ascii=False) for item in items)
    version = VERSION if any("along" in item for item in items) else 1
    try:
        write_text(path, '{{"version": {}, "corrections": [\n{}\n]}}\n'.format(version, lines))
    except OSError as error:
        raise InputError("{}: the corrections cannot be written ({}); {}".format(
            path, error.strerror, write_remedy(error, path))) from error


def change(path: Union[str, Path], how: Callable[[Corrections], Corrections]) -> Corrections:
    """Read the file, change the list and write it, so that of two who do so at once both are kept; return the list.

    Raises InputError.
    """
    with _locked(Path(path)):
        corrections = how(load_corrections(path))
        save_corrections(path, corrections)
    return corrections


@contextlib.contextmanager
def _locked(path: Path) -> Iterator[None]:
    """Hold a lock file beside the corrections; one whose process is gone is cleared."""
    lock = path.with_name(path.name + ".lock")
    until = time.monotonic() + LOCK_S
    while True:
        try:
            lock.parent.mkdir(parents=True, exist_ok=True)
            write_new(lock, this_owner().short)
            break
        except FileExistsError:
            waited = time.monotonic() > until
            if _is_left(lock, waited=waited):
                _clear(lock, waited=waited)
            elif waited:
                raise InputError("{}: another program writes the corrections; try again, or delete {} if none "
                                 "does".format(path, lock.name)) from None
            else:
                time.sleep(0.02)
        except OSError as error:
            raise InputError("{}: the corrections cannot be written ({}); {}".format(
                path, error.strerror, write_remedy(error, path))) from error
    try:
        yield
    finally:
        remove_quietly(lock)


def _clear(lock: Path, *, waited: bool) -> None:
    """Remove a lock that was left, and put it back if another has taken it in the same moment."""
    aside = lock.with_name("{}.{}".format(lock.name, uuid.uuid4().hex[:8]))
    try:
        os.rename(str(lock), str(aside))
        if not _is_left(aside, waited=waited):
            os.link(str(aside), str(lock))
    except OSError:
        pass
    remove_quietly(aside)


def _is_left(lock: Path, *, waited: bool) -> bool:
    """Say whether nobody holds a lock any more; waited: it was there for longer than it takes to write its owner."""
    try:
        text = read_text(lock)
    except (OSError, ValueError):
        return False
    owner = owner_of(text)
    return owner.is_gone() if owner is not None else waited and not text


_NO_DEFAULTS = ("kind", "frame", "id")


def _to_dict(correction: Correction) -> Dict[str, Any]:
    """Plain JSON values; what is as by default is left out, so that a person reads what there is."""
    defaults = Correction("", 0)
    values = {name: value for name, value in correction._asdict().items()
              if name in _NO_DEFAULTS or value != getattr(defaults, name)}
    if correction.anchors:
        values["anchors"] = [dict(one._asdict()) for one in correction.anchors]
    return dict(values)


def _from_dict(item: Any) -> Correction:
    """Read JSON values of any kind. Raises ValueError for what is no correction."""
    if not isinstance(item, dict):
        raise ValueError("no object")
    strangers = set(item) - set(Correction._fields)
    if strangers:
        raise ValueError("unknown: {}".format(", ".join(sorted(map(repr, strangers))[:3])))
    if item.get("kind") not in KINDS:
        raise ValueError("kind is one of {}".format(", ".join(KINDS)))
    take = {name: reader(item[name], name) for name, reader in _READERS.items() if name in item}
    correction = Correction(**take)
    if not correction.id or "frame" not in item:
        raise ValueError("id and frame are needed")
    _check(correction)
    return correction


def _check(correction: Correction) -> None:
    """Raise ValueError where the kind lacks what it needs."""
    needs = {"pin": 1, "stroke": 2, "lock": 1, "unknown": 1, "line": 2, "area": 1}.get(correction.kind, 0)
    if len(correction.points) < needs:
        raise ValueError("{} needs {}".format(correction.kind, counted(needs, "point")))
    if correction.kind == "area" and len(correction.points) == 2:
        raise ValueError("area needs one point, or an outline of three or more")
    if correction.kind in ("stroke", "lock", "recolor", "area") and not correction.color:
        raise ValueError("{} needs a color".format(correction.kind))
    if correction.kind == "pin" and bool(correction.color) == (correction.like is not None):
        raise ValueError("pin needs a color, or a place in a painting")
    if correction.kind == "recolor" and not correction.old:
        raise ValueError("recolor needs an old color")
    if correction.kind != "line" and correction.along:
        raise ValueError("a line alone goes along its track")
    if not correction.along and (correction.placed or correction.unplaced):
        raise ValueError("what is not along a track is placed nowhere")
    told = [one.frame for one in correction.placed] + [one.frame for one in correction.unplaced]
    if len(set(told)) < len(told):
        raise ValueError("a frame is named twice in placed and unplaced")
    if any(len(one.points) < 2 for one in correction.placed):
        raise ValueError("placed needs 2 points in each frame")
    if correction.last is not None and correction.last < correction.frame:
        raise ValueError("last is before frame")


def _text(value: Any, name: str) -> str:
    if not isinstance(value, str) or len(value) > MAX_TEXT or not is_unicode(value):
        raise ValueError("{} is no text".format(name))
    return value


def _whole(value: Any, name: str) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or abs(value) >= 10**15:
        raise ValueError("{} is no whole number".format(name))
    return value


def _flag(value: Any, name: str) -> bool:
    if not isinstance(value, bool):
        raise ValueError("{} is neither true nor false".format(name))
    return value


def _px(value: Any, name: str) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value) or abs(
            value) > _MAX_PX:
        raise ValueError("{} is no place in a picture".format(name))
    return float(value)


def _items(value: Any, name: str, count: Optional[int] = None) -> List[Any]:
    if not isinstance(value, list) or len(value) > MAX_POINTS or count not in (None, len(value)):
        raise ValueError("{} is no list{}".format(name, "" if count is None else " of {}".format(count)))
    return value


def _points(value: Any, name: str) -> Tuple[Point, ...]:
    pairs = [_items(point, name, 2) for point in _items(value, name)]
    return tuple((_px(x, name), _px(y, name)) for x, y in pairs)


def _box(value: Any, name: str) -> Tuple[int, int, int, int]:
    x0, y0, x1, y1 = (_whole(one, name) for one in _items(value, name, 4))
    if not (x0 < x1 and y0 < y1):
        raise ValueError("{} is empty".format(name))
    return x0, y0, x1, y1


def _like(value: Any, name: str) -> Tuple[Optional[int], float, float]:
    frame, x, y = _items(value, name, 3)
    return None if frame is None else _whole(frame, name), _px(x, name), _px(y, name)


def _anchors(value: Any, name: str) -> Tuple[Anchor, ...]:
    return tuple(_anchor(one, name) for one in _items(value, name))


def _anchor(value: Any, name: str) -> Anchor:
    if not isinstance(value, dict):
        raise ValueError("{} is no object".format(name))
    shape = _text(value.get("shape"), name)
    if len(shape) * 4 != SHAPE_SIDE**2 or set(shape) - set("0123456789abcdef"):
        raise ValueError("{} has no shape".format(name))
    area = _whole(value.get("area"), name)
    if area < 1:
        raise ValueError("{} has no area".format(name))
    return Anchor(_box(value.get("box"), name), area, shape)


def _colors(value: Any, name: str) -> Tuple[Tuple[float, float, str], ...]:
    if not isinstance(value, list) or len(value) > MAX_CORRECTIONS:
        raise ValueError("{} is no list".format(name))
    triples = [_items(one, name, 3) for one in value]
    return tuple((_px(x, name), _px(y, name), _text(color, name)) for x, y, color in triples)


def _likes(value: Any, name: str) -> Tuple[Tuple[float, float, int, float, float], ...]:
    if not isinstance(value, list) or len(value) > MAX_CORRECTIONS:
        raise ValueError("{} is no list".format(name))
    found = [_items(one, name, 5) for one in value]
    return tuple((_px(x, name), _px(y, name), _whole(frame, name), _px(left, name), _px(top, name))
                 for x, y, frame, left, top in found)


def _placed(value: Any, name: str) -> Tuple[Placed, ...]:
    found = [_items(one, name, 2) for one in _items(value, name)]
    return tuple(Placed(_whole(frame, name), _points(points, name)) for frame, points in found)


def _unplaced(value: Any, name: str) -> Tuple[Unplaced, ...]:
    found = [_items(one, name, 2) for one in _items(value, name)]
    return tuple(Unplaced(_whole(frame, name), _text(reason, name)) for frame, reason in found)


def _optional_whole(value: Any, name: str) -> Optional[int]:
    return None if value is None else _whole(value, name)


_READERS: Dict[str, Callable[[Any, str], Any]] = {
    "kind": _text, "frame": _whole, "points": _points, "color": _text, "old": _text, "like": _like, "last":
    _optional_whole, "at": _optional_whole, "box": _box, "closes": _flag, "anchors": _anchors, "colors": _colors,
    "likes": _likes, "along": _flag, "placed": _placed, "unplaced": _unplaced,
    "author": _text, "time": _text, "note": _text, "on": _flag, "undone": _flag, "id": _text,
}


def default_path(out: Union[str, Path]) -> Path:
    """Return where the corrections of plates written to `out` lie: beside them."""
    return Path(os.path.dirname(str(out))) / FILE
