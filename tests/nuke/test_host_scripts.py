"""The .nk checker: sound scripts pass, and each of some thousand seeded mistakes is found."""

import collections
import contextlib
from pathlib import Path

import pytest

from tests.nuke.host import ScriptError
from tests.nuke.host.mutations import mutations
from tests.nuke.host.nk_text import Reader
from tests.nuke.host.structure import check_shipped, walk

ROOT = Path(__file__).resolve().parents[2]
SAMPLE = Path(__file__).with_name("host") / "sample.nk"
SCRIPTS = {"sample": SAMPLE, "CMFT": ROOT / "nuke_plugin" / "CMFT.nk"}


def judged(text, sound=None):
    """Return the findings of a text, None when it means the same as the sound one."""
    reader = Reader(selected=True)
    try:
        tree = reader.read(text)
    except ScriptError as error:
        return [str(error)]
    return check_shipped(tree, reader) if meaning(tree) != sound else None


def meaning(tree):
    """Return what a text says, without its way of saying it: nodes, values, connections."""
    return [(node.path, node.class_name, sorted(node.knobs.items()),
             [(user.id, user.name, user.label, user.tooltip, user.text, user.items, user.flags, user.group)
              for user in node.user.values()],
             [source and source.path for source in node.inputs]) for node in walk(tree)]


@pytest.mark.parametrize("name", SCRIPTS)
def test_a_sound_script_has_no_findings(name):
    """Nothing is said against the sample and the shipped node."""
    assert judged(SCRIPTS[name].read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("name", SCRIPTS)
def test_every_seeded_fault_is_found(name):
    """No mistake that changes what a script means goes unnoticed, but for a lost push that makes another sound graph.

    There are three such places, of Keymixes below a node; their pixels differ, and the pixel tests of the node find it.
    """
    text = SCRIPTS[name].read_text(encoding="utf-8")
    sound = meaning(Reader(selected=True).read(text))
    answers = [(mutation, judged(mutation.text, sound)) for mutation in mutations(text)]
    missed = [(mutation.kind, mutation.place) for mutation, found in answers if found == []]
    assert [place for kind, place in missed if kind != "no push"] == []
    assert len(missed) <= 3
    assert sum(bool(found) for _, found in answers) > 300


def test_the_sample_seeds_every_kind_of_fault():
    """Each kind of mistake occurs, so that none is proved by not being tried."""
    kinds = collections.Counter(mutation.kind for mutation in mutations(SAMPLE.read_text(encoding="utf-8")))
    assert len(kinds) > 40 and min(kinds.values()) >= 1


@pytest.mark.parametrize(("before", "after", "said"), [
    ("set left 1", "push $left", "no such variable"), ("set cut_paste_input 7", "push $cut_paste_input", None),
    ("proc push {words} {}", "push 0", None),
])
def test_a_script_leaves_nothing_to_the_next(before, after, said):
    """Variables of one text are gone in the next, and no text can redefine a command."""
    with contextlib.suppress(ScriptError):
        Reader().read(before)
    reader = Reader()
    if said is None:
        reader.read(after + "\nDot {\n}\n")
        assert reader.root.children[0].inputs == [None]
    else:
        with pytest.raises(ScriptError, match=said):
            reader.read(after)
