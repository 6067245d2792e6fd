"""Texts of strangers are safe to print."""

import pytest

from cmft_engine.protocol.plain import counted, plain


@pytest.mark.parametrize(("text", "shown"), [
    ("shot.0001.png: two\tlines\nof text", "shot.0001.png: two\tlines\nof text"),
    ("caf\xe9 線画.png", "caf\xe9 線画.png"),
    ("a\x1b[31mred\x07", "a\\x1b[31mred\\x07"), ("a\r\x9b2J", "a\\x0d\\x9b2J"),
    ("ab\u202egnp.exe", "ab\\u202egnp.exe"),
    ("\udcff\ud800", "\\xff\\ud800"), ("line\u2028two", "line\\u2028two"), ("", ""),
])
def test_plain(text, shown):
    """Letters of any script stay; what moves the cursor, colours, hides or turns round is written out."""
    assert plain(text) == shown
    shown.encode("utf-8")


@pytest.mark.parametrize(("number", "told"), [(0, "0 regions"), (1, "1 region"), (1310, "1,310 regions")])
def test_counted(number, told):
    """One is singular, large numbers are grouped."""
    assert counted(number, "region") == told
