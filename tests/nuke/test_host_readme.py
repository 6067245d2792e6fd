"""The stand-in's README is true where a machine can tell: its modules and storeys, what it lists, how it is used."""

import ast
import functools
import re
from pathlib import Path

import pytest

from tests.nuke.host import Host, callbacks, expressions, knob_factory, schema
from tests.nuke.host.__main__ import main
from tests.nuke.host.pixels import blend, operators, write

ROOT = Path(__file__).resolve().parents[2]
FOLDER = Path(__file__).with_name("host")
README = (FOLDER / "README.md").read_text(encoding="utf-8")
PACKAGE = "tests.nuke.host."
MODULES = {path.relative_to(FOLDER).with_suffix("").as_posix().replace("/", "."): path for path in FOLDER.rglob("*.py")}
OLDEST_PYTHON = (3, 7)
NEVER_COMES = {"renderProgress", "filenameFilter"}


def part(title):
    """Return the text below a heading, up to the next one of the same or a higher level."""
    level = README[:README.index(f" {title}\n")].rsplit("\n", 1)[1]
    return re.split(rf"^#{{1,{len(level)}}} ", README.split(f"{level} {title}\n", 1)[1], flags=re.MULTILINE)[0]


def storeys():
    """Return the modules in the order of the table."""
    return [name for row in part("Its storeys").splitlines() if row.startswith("| ")
            for name in re.findall(r"`([\w.]+)`", row.split("|")[2])]


@functools.cache
def parts(name):
    """Return all that a module's syntax tree holds; raises SyntaxError for what the oldest Python cannot read."""
    source = MODULES[name].read_text(encoding="utf-8")
    return list(ast.walk(ast.parse(source, name, feature_version=OLDEST_PYTHON)))


def needs(name):
    """Return the modules of the package that one imports, wherever it does so."""
    found = set()
    for node in parts(name):
        if isinstance(node, ast.ImportFrom):
            above = name.split(".")[:-node.level] if node.level else []
            module = [*above, *(node.module or "").replace(PACKAGE.rstrip("."), "").strip(".").split(".")]
            base = ".".join(filter(None, module))
            found |= {base or ("" if node.level else "__init__")}
            found |= {f"{base}.{alias.name}".lstrip(".") for alias in node.names}
        elif isinstance(node, ast.Import):
            found |= {alias.name.replace(PACKAGE, "") for alias in node.names}
    return found & MODULES.keys()


def words(sentence):
    """Return the `names` of the line that begins with these words."""
    line = next(line for line in README.splitlines() if sentence in line)
    return set(re.findall(r"`([\w-]+)`", line.split(sentence, 1)[1].split(";")[0]))


def test_every_module_has_its_storey():
    """The table names each module once and nothing else."""
    assert sorted(storeys()) == sorted(MODULES)


def test_imports_go_one_way():
    """No module imports itself by a detour: all that it needs stands before it in the table, lazy imports too."""
    order = storeys()
    upward = [(name, other) for at, name in enumerate(order) for other in needs(name) if other not in order[:at]]
    assert upward == []


def test_imports_are_seen():
    """The check above sees imports of modules, of names, of packages, for types and in functions."""
    assert {"base", "tree", "writing", "schema"} <= needs("nodes")
    assert {"pixels.picture", "undo", "tcl"} <= needs("base")
    assert {"pixels.evaluate", "pixels.picture"} <= needs("session")
    assert {"pixels.frame", "base", "tree"} <= needs("pixels.evaluate")
    assert "__init__" in needs("old_python") and "host" in needs("__init__")


def test_classes_are_small():
    """No class is longer than 150 lines."""
    for name in MODULES:
        for node in parts(name):
            if isinstance(node, ast.ClassDef):
                assert (node.end_lineno or 0) - node.lineno < 150, f"{name}: {node.name}"


def test_every_module_is_in_the_oldest_syntax():
    """Also what no run under an old Python imports can be read by it."""
    assert all(parts(name) for name in MODULES if name != "pixels.__init__")


@pytest.mark.parametrize(("sentence", "promised"), [
    ("Classes of nodes:", set(schema.CLASSES)), ("Kinds of knob:", set(knob_factory.KNOB_CLASSES) - {"Knob"}),
    ("Events:", set(callbacks.EVENTS) - NEVER_COMES), ("these compute:", set(operators.OPERATORS)),
    ("operations other than", set(blend.OPERATIONS)), ("Files other than", set(write.TYPES)),
    ("Functions in expressions other than", set(expressions.FUNCTIONS)),
])
def test_lists_are_complete(sentence, promised):
    """Classes, knobs, events, operations, files and functions are those of the code."""
    assert words(sentence) >= promised
    assert words(sentence) - promised <= {"checkerboard"}


def test_every_verb_of_the_host_is_named():
    """Each public method and property of Host stands in the README."""
    public = {name for name in dir(Host) if not name.startswith("_")} - {"root"}
    named = set(re.findall(r"`(?:host\.)?(\w+)(?:\.append\(True\))?`", part("Use it in a test")))
    assert public - named <= {"nuke", "session"} and named >= {"load", "press", "render", "python"}


def test_the_example_runs(monkeypatch):
    """The snippet works as it stands."""
    monkeypatch.chdir(ROOT)
    (code,) = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    exec(compile(code, str(FOLDER / "README.md"), "exec"), {})


def test_the_command_lines_run(monkeypatch, capsys):
    """The lines for running a file by hand work and print the script."""
    monkeypatch.chdir(ROOT)
    lines = re.findall(r"-m tests\.nuke\.host (.*)", README)
    assert [main(line.split()) for line in lines if "--help" not in line] == [0, 0]
    assert capsys.readouterr().out.count("#! nuke\nversion ") == 2


def test_a_broken_rule_fails_a_run_by_hand(tmp_path, capsys):
    """A file that breaks a rule of Nuke gives exit code 1 and the sentence; what it printed before is shown."""
    path = tmp_path / "wrong.py"
    path.write_text("nuke.tprint('begun')\nnuke.nodes.Read()['file'].setValue('a\\\\b')\n", encoding="utf-8")
    assert main([str(path)]) == 1
    assert re.match(r"begun\nHostFault: .*forward slashes", capsys.readouterr().out)


def test_one_sentence_a_line():
    """Outside of tables and code a line holds one sentence, and none names a folder of one machine."""
    prose = re.sub(r"^```.*?^```", "", README, flags=re.DOTALL | re.MULTILINE)
    for line in prose.splitlines():
        assert line.startswith("|") or not re.search(r"(?<=[a-z0-9)`”])[.!?] [A-Z`“]", line), line
        assert not re.search(r"(^|[^\w.])/(home|root|work|tmp|Users)/", line), line
