"""Imports of the benchmarks point one way, and each file says what is in it."""

import ast

from tests.training.layers import circle, modules, needs, upward

LAYERS = [
    {"metrics"},
    {"clips"},
    {"baselines"},
    {"methods"},
    {"figures"},
    {"quality", "table", "speed", "live", "memory", "faults", "fuzz", "clicks", "flicker"},
]


def test_imports_point_down():
    """metrics < clips < baselines < methods < figures < quality, table, speed, live; no page needs another."""
    assert upward("benchmarks", LAYERS) == []


def test_no_module_needs_itself_through_others():
    """Neither at the top of a file nor within a function."""
    assert circle("benchmarks") == []


def test_imports_are_seen_wherever_they_stand():
    """What a function imports when it is called counts, relative names included."""
    found = needs("benchmarks")
    assert "benchmarks.baselines.lessons" in found["benchmarks.methods.learned"]  # within functions
    assert "benchmarks.methods.method" in found["benchmarks.methods.learned"]  # by a relative name
    assert "benchmarks.methods.rules" in found["benchmarks.methods.registry"]  # from . import


def test_a_folder_says_in_one_sentence_what_it_is():
    """Its `__init__` has a docstring of one line, and no file repeats the folder's name."""
    for name, path in modules("benchmarks").items():
        if path.name == "__init__.py":
            text = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
            assert text and "\n" not in text, name
        assert len(set(name.split("."))) == len(name.split(".")), name


def test_a_command_s_main_defines_nothing():
    """A process that a command starts cannot import what its `__main__` defines, so that all of it is elsewhere."""
    for name, path in modules("benchmarks").items():
        if path.name == "__main__.py":
            tree = ast.parse(path.read_text(encoding="utf-8"))
            kinds = [type(node) for node in tree.body if not isinstance(node, (ast.Expr, ast.Import, ast.ImportFrom))]
            assert kinds == [ast.If], name
