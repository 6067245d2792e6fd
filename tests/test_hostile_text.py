"""Every text file that the engine reads may hold anything: a sentence that names it and exit code 2, or no note.

The readers are those of the fuzzer, which are the engine's and the hosts' own; three files go through the command line.
"""

import json

import pytest

from benchmarks.fuzz.cases import refusal
from benchmarks.fuzz.seeds import seeds
from cmft_engine import cli
from cmft_engine.protocol.plain import plain

JSON_KINDS = ("job", "palette", "event", "note", "claim", "report", "record", "corrections", "shot")
QUIET = ("event", "note", "claim", "record")  # what cannot be read counts as not there
NO_FILE = ("input_space: ", "output_space: ", "The shot has no reference; ")  # told so with a job or without
LONGEST = 1500
DEEP, DIGITS, LINE = 100_000, 10**5, 10_000_000

WHOLE = {
    "empty": b"", "blank": b" \r\n\t\n", "null": b"\0" * 4096, "bytes": bytes(range(256)) * 64,
    "lists": b"[" * DEEP, "objects": b'{"a":' * DEEP, "closed lists": b"[" * DEEP + b"]" * DEEP,
    "digits": b"9" * DIGITS, "1e400": b"1e400", "nan": b"NaN", "infinity": b"-Infinity",
    "surrogate": b'"\\ud800"', "half letter": b'{"a": "\xed\xa0\x80"}', "latin-1": b'{"a": "\xe9"}',
    "mark": b"\xef\xbb\xbf", "utf-16 mark": b"\xff\xfe", "utf-16": '{"a": 1}'.encode("utf-16"),
    "half utf-16": '{"a": 1}'.encode("utf-16")[:-1], "utf-16 without mark": '{"a": 1}'.encode("utf-16-le"),
    "utf-32": '{"a": 1}'.encode("utf-32"), "other type": b"null", "list": b"[]", "object": b"{}",
    "line": b"a" * LINE, "long text": b'"' + b"a" * LINE + b'"', "spaces": b" " * LINE, "xml": b"<!DOCTYPE a [" * 99,
}

VALUES = {
    "1e400": b"1e400", "-1e400": b"-1e400", "digits": b"9" * DIGITS, "large": b"9" * 400, "nan": b"NaN",
    "infinity": b"-Infinity", "surrogate": b'"\\ud800"', "null letter": b'"a\\u0000b"', "escape": b'"\\u001b[2J"',
    "null": b"null", "true": b"true", "negative": b"-1", "fraction": b"0.5", "text": b'"a"', "empty text": b'""',
    "list": b"[]", "object": b"{}", "nested": b"[" * 900 + b"]" * 900, "deep": b"[" * DEEP + b"]" * DEEP,
    "long text": b'"' + b"a" * 1_000_000 + b'"', "raw half letter": b'"\xed\xa0\x80"',
}


def whole_of(kind):
    """A good file of a kind in JSON, by its name."""
    return next((name, content) for name, content in seeds(kind) if name.endswith((".json", ".claim")))


def told(kind, path, content):
    """Read a file and return the sentence that a person reads, "" for none: short enough for a window, in one line."""
    error = refusal(kind, path, content)
    text = "" if error is None else plain(str(error))
    assert "\n" not in text and len(text) < LONGEST, text
    return text


@pytest.mark.parametrize("content", WHOLE)
def test_a_file_of_anything(tmp_path, content):
    """No file of other contents is taken for one, and none raises anything but the sentence that names it."""
    for kind in JSON_KINDS:
        (folder := tmp_path / kind).mkdir()
        name, _ = whole_of(kind)
        sentence = told(kind, folder / name, WHOLE[content])
        assert sentence == "" if kind in QUIET else str(folder / name) in sentence, kind


@pytest.mark.parametrize("name", ["day.gpl", "a.hex", "a.pal", "a.ase", "a.aco", "a.kpl"])
def test_a_palette_of_another_program(tmp_path, name):
    """The same for palettes that are no JSON; a list of nothing is no palette."""
    for number, content in enumerate(WHOLE.values()):
        folder = tmp_path / str(number)
        folder.mkdir()
        sentence = told("palette", folder / name, content)
        assert name in sentence, content[:40]


@pytest.mark.parametrize("value", VALUES)
@pytest.mark.parametrize("kind", JSON_KINDS)
def test_any_value_anywhere(tmp_path, kind, value):
    """Each value of a good file in turn is another one: it is read, or a sentence names the file or the setting."""
    name, content = whole_of(kind)
    for number, changed in enumerate(with_value(json.loads(content), VALUES[value])):
        folder = tmp_path / str(number)
        folder.mkdir()
        sentence = told(kind, folder / name, changed)
        names_it = str(folder) in sentence or (kind == "job" and sentence.startswith(NO_FILE))
        assert sentence == "" or (kind not in QUIET and names_it), (sentence, changed[:200])


@pytest.mark.parametrize("kind", JSON_KINDS)
def test_cut_doubled_and_coded_otherwise(tmp_path, kind):
    """A file in another code is read; of one that was cut off anywhere or has each field twice a sentence tells."""
    name, content = whole_of(kind)
    values = json.loads(content)
    twice = b"{" + b", ".join(json.dumps(pair)[1:-1].replace(",", ":", 1).encode() for pair in 2 * [*values.items()])
    text = content.decode()
    whole = [twice + b"}", b"\xef\xbb\xbf" + content, *(text.encode(code) for code in ("utf-16", "utf-32"))]
    for number, changed in enumerate([*whole, *(content[:n] for n in range(0, len(content), 7))]):
        folder = tmp_path / str(number)
        folder.mkdir()
        sentence = told(kind, folder / name, changed)
        assert sentence == "" if 0 < number < len(whole) or kind in QUIET else name in sentence, changed


def with_value(values, fresh):
    """Yield JSON texts of the values, each with another one of its values, inner ones too, put in as it is."""
    mark = "\uffff"
    for place in list(places(values)):
        parent, key = place
        before, parent[key] = parent[key], mark
        yield json.dumps(values).encode().replace(json.dumps(mark).encode(), fresh)
        parent[key] = before


def places(values):
    """Yield what holds a value, and its key there, for every value."""
    keys = list(values) if isinstance(values, dict) else range(len(values)) if isinstance(values, list) else ()
    for key in keys:
        yield values, key
        yield from places(values[key])


@pytest.mark.parametrize(("kind", "command"), [
    ("job", ("colorize", "--job")), ("palette", ("palette", "show")), ("report", ("review", "--list"))])
def test_the_command_says_one_sentence(tmp_path, capsys, kind, command):
    """Exit code 2, the file's name and no traceback, whatever the file holds."""
    name, _ = whole_of(kind)
    for content in WHOLE.values():
        (tmp_path / name).write_bytes(content)
        assert cli.run([*command, str(tmp_path / name)]) == 2, content[:40]
        said = capsys.readouterr().err
        assert "Traceback" not in said and name in said.replace("\n", ""), said[:400]
