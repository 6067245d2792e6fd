"""Words that the glossary has replaced do not come back, neither as identifiers nor in what people read."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
CODE = ("cmft_engine", "cmft_training", "benchmarks")
HOSTS = ("nuke_plugin", "blender_addon")
PROSE = sorted(path for path in (*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")) if path.name != "CHANGELOG.md")

# Old word: what it is called now. A part of a name counts, in either style: `voices` forbids `read_voices` too.
PARTS = {
    "witness": "MatchedDrawing", "witnesses": "MatchedDrawing", "studied": "MatchedDrawing",
    "hear": "apply_temporal_votes", "voice": "cue", "voices": "CUES", "signs": "CONFIDENCE_FEATURES",
    "wish": "smoothed_votes", "snap": "decide", "snapped": "Decision",
}
NAMES = {
    "study": "match_to_references", "Study": "MatchCache", "weigh_in": "reweight_matches", "SAY": "NEIGHBOR_GAIN",
    "_same_part": "region_correspondence",
    "spoken_for": "supported_colors", "note_look": "record_provenance", "doubts_about": "frame_warnings",
    "_lay": "warp_regions", "lay_over": "align_regions", "CutDrawing": "SegmentedDrawing", "_Seen": "EncodedDrawing",
    "_Known": "EncodedReference", "Near": "Candidates", "is_lost": "flow_disagrees",
    "move_again": "refine_flow_from_matches", "FLOW_SAYS": "FLOW_PRIOR", "trust_in": "flow_agreement",
    "asked_share": "match_weight_share", "Order": "RunRequest", "Use": "NodeInstance", "arrived": "transferred_shares",
}
PHRASES = {
    r"\bdrawings? around\b": "neighbouring frames", r"\bha(ve|s) a say\b": "vote", r"\bhears?\b": "take the votes of",
    r"\bwitness(es)?\b": "neighbouring frame", r"\bvoices?\b": "cue", r"\bweigh_in\b": "reweight_matches",
    r"\blay_over\b": "align_regions", r"\bCutDrawing\b": "SegmentedDrawing", r"\bevaluation/": "benchmarks/",
}
PRINTED = {"quality.md", "speed.md", "table.md", "training.md"}  # told of older runs; they change with the next


def parts(name: str) -> set[str]:
    """Return the words of an identifier in lower case, of snake_case and of CamelCase."""
    return {word.lower() for word in re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+", name)}


def identifiers(tree: ast.AST) -> Iterator[tuple[str, int]]:
    """Yield every name that a module's code uses or defines, with its line."""
    for node in ast.walk(tree):
        for field in ("id", "attr", "arg", "name", "asname"):
            name = getattr(node, field, None)
            if isinstance(name, str):
                yield name, getattr(node, "lineno", 0)


def old_names(tree: ast.AST) -> list[str]:
    """Return a sentence for each identifier with a word that has been replaced."""
    found = []
    for name, line in identifiers(tree):
        instead = [NAMES[name]] if name in NAMES else [PARTS[word] for word in sorted(parts(name) & PARTS.keys())]
        found += [f"line {line}: {name}, now {word}" for word in instead]
    return found


def old_phrases(text: str) -> list[str]:
    """Return a sentence for each phrase that has been replaced."""
    return [f"line {number}: {found[0]}, now {instead}" for number, line in enumerate(text.splitlines(), 1)
            for phrase, instead in PHRASES.items() if (found := re.search(phrase, line, re.IGNORECASE))]


@pytest.mark.parametrize("folder", [*CODE, *HOSTS])
def test_identifiers_use_the_words_of_today(folder: str) -> None:
    """No identifier has a word that the glossary has replaced."""
    found = {str(path.relative_to(ROOT)): old_names(ast.parse(path.read_text(encoding="utf-8")))
             for path in (ROOT / folder).rglob("*.py")}
    assert {path: names for path, names in found.items() if names} == {}


@pytest.mark.parametrize("page", [path for path in PROSE if path.name not in PRINTED], ids=lambda path: path.name)
def test_prose_uses_the_words_of_today(page: Path) -> None:
    """No page has a phrase that the glossary has replaced, but in the glossary's own column of what not to say."""
    text = page.read_text(encoding="utf-8")
    if page.name == "GLOSSARY.md":
        text = re.sub(r"\| [^|]* \|$", "|", text, flags=re.MULTILINE)
    assert old_phrases(text) == []


@pytest.mark.parametrize(("code", "word"), [
    ("def study(): pass", "study"), ("def read_voices(): pass", "voices"), ("class WitnessBox: pass", "Witness"),
    ("import numpy as voices", "voices"), ("engine.hear(other)", "hear"), ("SAY = 4.0", "SAY"),
    ("def f(*, asked_share): pass", "asked_share"),
])
def test_an_old_name_is_noticed(code: str, word: str) -> None:
    """The check sees a replaced word wherever a name can stand."""
    (found,) = old_names(ast.parse(code))
    assert word in found


def test_other_words_are_left_alone() -> None:
    """Words that only contain an old one are no old words."""
    assert old_names(ast.parse("sturdy = shear(snapshot, essay, Wished)")) == []
    assert old_phrases("Lines drawn around a face; a hearing.") == []


@pytest.mark.parametrize("text", ["The drawings around have their colours.", "Each has a say.", "A Witness is asked."])
def test_an_old_phrase_is_noticed(text: str) -> None:
    """The check of prose sees a replaced phrase."""
    assert len(old_phrases(text)) == 1
