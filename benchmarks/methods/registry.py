"""Every method by its short name. The pages of quality, table and speed choose from here."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache, partial

from benchmarks.baselines import copy_reference, ebsynth, flow_warp, region_match, region_match_with_flow
from cmft_engine.protocol.errors import InputError

from . import engine, learned, rules
from .method import NO_CHOICES, Choices, Colorer, Method, PairColorer, by_pairs

OURS, OURS_ALONE = "ours", "ours-alone"
COPY, FLOW, FLOW_POURED = "copy", "flow", "flow-poured"
REGIONS, RULES_AND_FLOW, RULES_CHAINED = "regions", "regions-flow", "regions-flow-chained"
RULES_NEAREST, RULES_BOTH = "regions-flow-nearest", "regions-flow-both"
EBSYNTH, ANALOGY, ANALOGY_VGG = "ebsynth", "analogy", "analogy-vgg"
PLAIN_SHIPPED, PLAIN, TCVC = "plain-cmft-shipped", "plain-cmft", "tcvc"
PIX2PIX_REFERENCE, PIX2PIX_LINE = "pix2pix-reference", "pix2pix-line"
ORACLE = "oracle"
TRAINED = (PLAIN, TCVC, PIX2PIX_REFERENCE, PIX2PIX_LINE)


def _as_is(color: Colorer) -> Callable[[Choices], Colorer]:
    """Return the loading of a method that needs nothing."""
    return lambda choices: color


def _pairs(color: PairColorer) -> Callable[[Choices], Colorer]:
    return _as_is(by_pairs(color))


def _trained(name: str) -> Callable[[Choices], Colorer]:
    return lambda choices: by_pairs(learned.load_trained(name, choices.weights))


_ALL = (
    Method(OURS, "ours", _as_is(engine.color_shot), colors_between=True),
    Method(
        OURS_ALONE,
        "ours, every drawing by itself",
        _as_is(partial(engine.color_shot, temporal_radius=0)),
        colors_between=True,
    ),
    Method(COPY, "copy of the reference", _pairs(copy_reference)),
    Method(FLOW, "flow warp", _pairs(flow_warp)),
    Method(FLOW_POURED, "flow warp, majority poured into each region", _pairs(rules.flow_warp_poured)),
    Method(REGIONS, "region matching by rules", _pairs(region_match), "rules"),
    Method(RULES_AND_FLOW, "region matching + flow", _pairs(region_match_with_flow), "rules with flow"),
    Method(
        RULES_CHAINED,
        "region matching + flow, from drawing to drawing",
        _as_is(rules.color_in_chain),
        colors_between=True,
    ),
    Method(RULES_NEAREST, "region matching + flow, nearest reference", _pairs(region_match_with_flow)),
    Method(RULES_BOTH, "region matching + flow, both references", _as_is(rules.color_from_all)),
    Method(
        EBSYNTH,
        "EbSynth, line + distance + position guides",
        _pairs(ebsynth.ebsynth),
        "EbSynth",
        is_available=lambda choices: ebsynth.is_available(),
    ),
    Method(
        ANALOGY,
        "Deep Image Analogy, our line features",
        lambda choices: by_pairs(learned.load_analogy(None)),
        "Deep Image Analogy",
    ),
    Method(
        ANALOGY_VGG,
        "Deep Image Analogy, VGG-19",
        lambda choices: by_pairs(learned.load_analogy(choices.vgg)),
        "D. I. Analogy, VGG",
        is_available=lambda choices: choices.vgg is not None,
    ),
    Method(
        PLAIN_SHIPPED,
        "plain CMFT, our trained network",
        lambda choices: by_pairs(learned.load_plain_shipped()),
        "plain CMFT, our net",
    ),
    Method(PLAIN, "plain CMFT", _trained(PLAIN)),
    Method(TCVC, "TCVC", _trained(TCVC)),
    Method(PIX2PIX_REFERENCE, "Pix2Pix with the reference", _trained(PIX2PIX_REFERENCE), "Pix2Pix, reference"),
    Method(PIX2PIX_LINE, "Pix2Pix, line only", _trained(PIX2PIX_LINE)),
    Method(
        ORACLE,
        "ceiling of one colour a region: the right one poured in",
        _as_is(rules.pour_truth),
        knows_truth=True,
    ),
)
METHODS = {method.name: method for method in _ALL}


def find_method(name: str, choices: Choices = NO_CHOICES) -> Method:
    """Return a method, or a program of the run's choices. Raises InputError for a name that there is not."""
    programs = {program.name: program for program in choices.programs}
    if name in METHODS:
        return METHODS[name]
    if name in programs:
        return Method(name, name, _pairs(programs[name]))
    raise InputError(f"no method {name!r}; there are: " + ", ".join([*METHODS, *programs]))


@lru_cache(maxsize=1)
def load_method(name: str, choices: Choices = NO_CHOICES) -> Colorer:
    """Return a method's colorer, its weights loaded. Raises CmftError when something that it needs is missing."""
    return find_method(name, choices).load(choices)


def title_of(name: str) -> str:
    """Return how a page calls a method; a program is called by its name."""
    return METHODS[name].title if name in METHODS else name


def caption_of(name: str) -> str:
    """Return how a tile of a contact sheet calls a method."""
    return (METHODS[name].caption if name in METHODS else "") or title_of(name)
