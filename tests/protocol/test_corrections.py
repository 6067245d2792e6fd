"""A list of corrections is undone, redone, switched and merged as people expect of one."""

import pytest

from cmft_engine.protocol.corrections import (
    Correction,
    added,
    counting,
    dropped,
    find,
    made,
    merged,
    redone,
    switched,
    undone,
)
from cmft_engine.protocol.errors import InputError


def pin(name, time="", **values):
    return Correction("pin", 1, ((1.0, 2.0),), "skin", id=name, time=time, **values)


def ids(corrections):
    return [one.id for one in corrections]


def test_undo_and_redo():
    """The latest is taken back first and done again last; a new one ends what could be redone."""
    there = added((), pin("a"), pin("b"), pin("c"))
    back = undone(undone(there))
    assert ids(counting(back)) == ["a"] and ids(back) == ["a", "b", "c"]
    assert ids(counting(redone(back))) == ["a", "b"] and redone(redone(back)) == there
    assert ids(added(back, pin("d"))) == ["a", "d"]
    with pytest.raises(InputError, match="no correction to undo"):
        undone(())
    with pytest.raises(InputError, match="nothing to redo"):
        redone(there)


def test_switched_and_dropped():
    """By the beginning of an id that names one alone."""
    there = (pin("ab1"), pin("ab2"), pin("c"))
    off = switched(there, ["ab1"], False)
    assert ids(counting(off)) == ["ab2", "c"] and switched(off, ["ab1"], True) == there
    assert ids(dropped(there, ["c", "ab2"])) == ["ab1"] and find(there, "c").id == "c"
    for start, said in (("ab", "several"), ("x", "no correction"), ("", "no correction")):
        with pytest.raises(InputError, match=said):
            find(there, start)


def test_merged():
    """Both people's, each once, in the order of time; what either has switched off is off."""
    mine = (pin("a", "1"), pin("c", "3", on=False))
    theirs = (pin("b", "2"), pin("c", "3"), pin("d", "4", undone=True))
    both = merged(mine, theirs)
    assert ids(both) == ["a", "b", "c", "d"] and ids(counting(both)) == ["a", "b"]
    assert merged(theirs, mine) == both and merged(both, theirs) == both
    undone_by_me = merged((pin("c", "3", undone=True),), (pin("c", "3"),))
    assert not counting(undone_by_me)


def test_made():
    """A new correction has an id of its own, a time and an author."""
    first, second = made(pin("")), made(pin(""), author="ana")
    assert first.id != second.id and len(first.id) == 12 and second.author == "ana" and first.time.endswith("Z")


def test_text():
    """A list reads as sentences."""
    assert pin("a").text == "pin skin frame 1 at 1 2"
    assert pin("a")._replace(color="", like=(7, 3.0, 4.0)).text == "pin like 3 4 of frame 7 in frame 1 at 1 2"
    assert pin("a")._replace(color="", like=(None, 3.0, 4.0)).text == "pin like the painting frame 1 at 1 2"
    assert Correction("recolor", 1, (), "blue", "red", last=9).text == "recolor red → blue frames 1-9"
    assert Correction("line", 2, ((0, 0), (4, 4)), closes=False).text == "line open frame 2 at 0 0"
    along = Correction("line", 1, ((0, 0), (4, 4)), last=9, at=2, along=True)
    assert along.text == "line close along its track frames 1-9 at 0 0" and along.drawn_at == 2
    assert along._replace(at=None).drawn_at == 1
