import sys

import numpy as np
import pytest

from benchmarks.baselines.program import Program
from benchmarks.methods import registry
from benchmarks.methods.method import Choices, UncoloredShot
from benchmarks.methods.registry import METHODS, ORACLE, OURS, OURS_ALONE, caption_of, load_method, title_of
from benchmarks.quality import gallery
from benchmarks.speed import measurement
from benchmarks.table import systems
from cmft_engine.protocol.errors import InputError
from tests.benchmarks.fake_engine import face_clip

PAIRS = face_clip(0, 1).pairs()
COPY = f"{sys.executable} -c 'import shutil, sys; shutil.copy(*sys.argv[1:3])' {{reference}} {{out}} {{target_line}}"


def test_methods_are_made_from_their_names():
    """Copying copies, and a name that there is not ends with those that there are."""
    colored = load_method("copy")(UncoloredShot.of_pairs(PAIRS))
    assert np.array_equal(colored[1].picture, PAIRS[0].reference_gt)
    with pytest.raises(InputError, match="no method 'magic'; there are: ours"):
        load_method("magic")


def test_a_program_is_a_method_of_its_run_alone():
    """It is found among the run's choices and nowhere else, and called by its own name."""
    choices = Choices(programs=(Program("mine", COPY),))
    colored = load_method("mine", choices)(UncoloredShot.of_pairs(PAIRS))
    assert np.array_equal(colored[1].picture, PAIRS[0].reference_gt)
    assert title_of("mine") == caption_of("mine") == "mine"
    with pytest.raises(InputError, match="no method 'mine'"):
        registry.find_method("mine")


def test_every_page_shows_methods_of_the_registry():
    """The three pages name nothing of their own, and every method but the two-sided ones is on one of them."""
    shown = {*gallery.SHOWN, *systems.SHOWN, *measurement.PEERS}
    assert METHODS.keys() - shown == {registry.RULES_NEAREST, registry.RULES_BOTH}
    assert shown <= METHODS.keys()
    assert len({method.title for method in METHODS.values()}) == len(METHODS)


def test_the_ceiling_alone_knows_the_truth():
    """No rival is given the answer: without it, all others colour as before."""
    assert [name for name, method in METHODS.items() if method.knows_truth] == [ORACLE]
    blind = UncoloredShot.of_pairs(PAIRS)
    blind = UncoloredShot(blind.references, blind.targets)
    for name in gallery.SHOWN:
        if name not in (OURS, OURS_ALONE, ORACLE, registry.EBSYNTH):
            assert load_method(name)(blind)[1].picture.shape == PAIRS[0].target_line.shape
