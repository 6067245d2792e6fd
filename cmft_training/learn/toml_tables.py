"""TOML tables as frozen dataclasses and back: every key and type checked, every message with file, key and remedy.

Knows no setting of training.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any, Literal, get_args, get_origin, get_type_hints

from cmft_engine.protocol.errors import InputError

Table = Mapping[str, Any]


def read_table(kind: type, text: str, origin: str) -> dict[str, Any]:
    """Return the values that a TOML text has for the fields of a dataclass, sections as dicts.

    Raises InputError, naming `origin`, when the text is not TOML, has an unknown key or a value of a wrong type.
    """
    try:
        return _values(kind, tomllib.loads(text), origin)
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"{origin}: not TOML ({error}); mend that line") from error


def read_change(kind: type, text: str) -> dict[str, Any]:
    """Return the values that `section.key=value` has for the fields of a dataclass; no TOML value is a text.

    Raises InputError as `read_table` does.
    """
    return _values(kind, _change(text), f"--set {text}")


def merge(values: dict[str, Any], changes: dict[str, Any]) -> None:
    """Put the changes, section by section, over the values; a table that is one value is replaced whole."""
    for key, value in changes.items():
        if isinstance(value, dict) and isinstance(values.get(key), dict) and all(isinstance(k, str) for k in value):
            merge(values[key], value)
        else:
            values[key] = value


def build(kind: Any, values: dict[str, Any]) -> Any:
    """Return the dataclass of values, its sections first."""
    hints = get_type_hints(kind)
    sections = {key: build(hints[key], value) for key, value in values.items() if is_dataclass(hints[key])}
    return kind(**{**values, **sections})


def as_plain(value: Any) -> Any:
    """Return a configuration as dicts, lists, texts and numbers, for JSON."""
    if is_dataclass(value):
        return {field.name: as_plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, dict):
        return {str(key): as_plain(entry) for key, entry in value.items()}
    if isinstance(value, tuple):
        return [as_plain(entry) for entry in value]
    return str(value) if isinstance(value, Path) else value


def _change(text: str) -> dict[str, Any]:
    """Return the table that `section.key=value` stands for; a value that is no TOML is a text."""
    key, equals, value = text.partition("=")
    if not equals or not re.fullmatch(r"\w+(\.\w+)+", key.strip()):
        raise InputError(f"--set {text}: write it as section.key=value, such as schedule.steps=1000")
    try:
        result: Any = tomllib.loads(f"value = {value.strip()}")["value"]
    except tomllib.TOMLDecodeError:
        result = value.strip()
    for name in reversed(key.strip().split(".")):
        result = {name: result}
    table: dict[str, Any] = result
    return table


def _values(kind: type, table: Table, origin: str, section: str = "") -> dict[str, Any]:
    """Return the values of a table, sections as dicts, each converted to its field's type."""
    hints = get_type_hints(kind)
    values: dict[str, Any] = {}
    for key, value in table.items():
        name = f"{section}{key}"
        if key not in hints:
            raise InputError(f"{origin}: {name} is unknown; {section[:-1] or 'the file'} takes {', '.join(hints)}")
        if is_dataclass(hints[key]):
            if not isinstance(value, dict):
                raise InputError(f"{origin}: {name} is a section; write [{name}] and its keys below it")
            values[key] = _values(hints[key], value, origin, f"{name}.")
        else:
            try:
                values[key] = _convert(hints[key], value)
            except (TypeError, ValueError) as error:
                raise InputError(f"{origin}: {name} = {value!r} does not fit; it takes {error}") from error
    return values


def _convert(kind: Any, value: Any) -> Any:
    """Return a TOML value as the type of its field; TypeError or ValueError says what the field takes."""
    origin, inner = get_origin(kind), get_args(kind)
    if isinstance(kind, type) and is_dataclass(kind) and isinstance(value, dict):
        return kind(**_values(kind, value, "an entry"))
    if origin is Literal:
        if value not in inner or isinstance(value, bool):
            raise ValueError(" or ".join(repr(choice) for choice in inner))
        return value
    if origin is dict:
        if not isinstance(value, dict) or not value:
            raise TypeError("a table such as { 128 = 8 }")
        return {_convert(inner[0], _number(key)): _convert(inner[1], entry) for key, entry in value.items()}
    if origin is tuple:
        count = len(value) if isinstance(value, list) else -1
        kinds = (inner[0],) * count if inner[-1] is Ellipsis else inner
        if count != len(kinds):
            raise TypeError("a list" if inner[-1] is Ellipsis else f"a list of {len(inner)}")
        return tuple(_convert(k, entry) for k, entry in zip(kinds, value, strict=True))
    return _convert_plain(kind, value)


def _convert_plain(kind: Any, value: Any) -> Any:
    if kind is bool and isinstance(value, bool):
        return value
    if kind is int and isinstance(value, int) and not isinstance(value, bool):
        return value
    if kind is float and isinstance(value, int | float) and not isinstance(value, bool):
        return float(value)
    if kind in (str, Path) and isinstance(value, str):
        return kind(value)
    names = {bool: "true or false", int: "a whole number", float: "a number", str: "a text", Path: "a path"}
    raise TypeError(names.get(kind, str(kind)))


def _number(key: str) -> int:
    if not key.isdecimal():
        raise ValueError("whole numbers as its keys")
    return int(key)
