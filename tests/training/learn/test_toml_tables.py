"""Tables of TOML as dataclasses that know nothing of training."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import pytest

from cmft_engine.protocol.errors import InputError
from cmft_training.learn.toml_tables import as_plain, build, merge, read_change, read_table


@dataclass(frozen=True)
class Inner:
    sizes: dict[int, float]
    kind: Literal["a", "b"]


@dataclass(frozen=True)
class Outer:
    folder: Path
    rates: tuple[float, float]
    inner: Inner


TEXT = 'folder = "x"\nrates = [1, 2.5]\n[inner]\nsizes = { 64 = 1 }\nkind = "a"\n'


def read(text: str = TEXT) -> dict[str, Any]:
    return read_table(Outer, text, "file.toml")


def test_a_table_becomes_a_dataclass_and_plain_values_again() -> None:
    """Whole numbers stand for fractions, texts for paths, keys of a table for whole numbers."""
    outer = build(Outer, read())
    assert outer == Outer(Path("x"), (1.0, 2.5), Inner({64: 1.0}, "a"))
    assert as_plain(outer) == {"folder": "x", "rates": [1.0, 2.5], "inner": {"sizes": {"64": 1.0}, "kind": "a"}}


def test_changes_reach_into_sections_and_replace_tables_whole() -> None:
    """A key of a section changes alone; a table that is one value is another one afterwards."""
    values = read()
    merge(values, read_change(Outer, "inner.kind=b"))
    merge(values, read_change(Outer, "inner.sizes={ 96 = 2 }"))
    assert values == {**read(), "inner": {"sizes": {96: 2.0}, "kind": "b"}}


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("rates = [1]", "file.toml: rates = [1] does not fit; it takes a list of 2"),
        ("rates = [true, 1]", "it takes a number"),
        ("folder = 3", "it takes a path"),
        ('[inner]\nkind = "c"', "inner.kind = 'c' does not fit; it takes 'a' or 'b'"),
        ("[inner]\nsizes = {}", "it takes a table such as { 128 = 8 }"),
        ('[inner]\nsizes = { "x" = 1 }', "it takes whole numbers as its keys"),
        ("other = 1", "file.toml: other is unknown; the file takes folder, rates, inner"),
    ],
)
def test_what_does_not_fit_is_named(text: str, says: str) -> None:
    """File, key, value, and what the key takes."""
    with pytest.raises(InputError) as caught:
        read(text)
    assert says in str(caught.value)


def test_a_change_needs_a_section_and_a_value() -> None:
    """The message shows how it is written."""
    for text in ("kind=b", "inner.kind", "=3"):
        with pytest.raises(InputError, match=r"write it as section\.key=value"):
            read_change(Outer, text)
