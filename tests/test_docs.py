"""The documents are true where a machine can tell: commands parse, snippets compile, links lead somewhere."""

import ast
import importlib.util
import json
import re
import shlex
from pathlib import Path
from typing import Any

import pytest
import typer.main

import cmft_engine
from cmft_engine import cli
from cmft_engine.image import cryptomatte
from cmft_engine.image.palette import Palette
from cmft_engine.matching.calibration import CONFIDENCE_FEATURES
from cmft_engine.matching.descriptors import NODE_FEATURES, RASTER
from cmft_engine.matching.network import encoders, network, region_network, region_pool
from cmft_engine.protocol import errors, events, job, requests
from cmft_engine.protocol.settings import SETTINGS, Setting
from cmft_engine.review.report_data import FrameReport, ReportData, UnsureRegion, to_dict
from cmft_engine.shot import serving

ROOT = Path(__file__).resolve().parents[1]
DOCS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
GUIDE, FORMATS = ROOT / "docs" / "engine.md", ROOT / "docs" / "formats.md"
MACHINE_PATH = re.compile(r"(^|[^\w.])/(home|root|work|tmp|farm|Users)/")
UNFINISHED = re.compile(r"\b(TODO|FIXME|XXX|TBD|lorem ipsum)\b", re.IGNORECASE)
TWO_SENTENCES = re.compile(r"(?<!^\d)(?<=[a-z0-9)`”])[.!?] [A-Z`“]")
LINK = re.compile(r"\]\((?!https?://|mailto:)([^)#]*)#?([^)]*)\)")
PICTURE = re.compile(r'<img src="([^"]+)"')

each_document = pytest.mark.parametrize("document", DOCS, ids=lambda path: path.relative_to(ROOT).as_posix())


def text_of(document: Path) -> str:
    return document.read_text(encoding="utf-8")


def blocks(document: Path, language: str) -> list[str]:
    """Return the contents of the fenced blocks of one language."""
    return re.findall(rf"^```{language}\n(.*?)^```", text_of(document), re.DOTALL | re.MULTILINE)


def command_lines() -> list[str]:
    """Return every line of every shell block in all documents."""
    return [line for document in DOCS for block in blocks(document, "sh") for line in block.splitlines() if line]


def parse(arguments: list[str]) -> None:
    """Parse a command line of `cmft` without running it; raises the error that a person would see."""
    command: Any = typer.main.get_command(cli.app)
    while hasattr(command, "commands"):
        name, *arguments = arguments
        command = command.commands[name]
    command.make_context("cmft", arguments)


@pytest.mark.parametrize("line", [line for line in command_lines() if "cmft " in line])
def test_command_lines_parse(line: str) -> None:
    """Every command line of the documents is one that `cmft` understands, with options that exist."""
    program, *arguments = shlex.split(line)
    assert program in ("cmft", ".venv/bin/cmft")
    parse(arguments)


def test_parsing_notices_a_wrong_option() -> None:
    """The check above would see a misspelt option."""
    with pytest.raises(Exception, match="gap-pix"):
        parse(["colorize", "lines.png", "--gap-pix", "4"])


def test_set_up_lines_are_those_of_install() -> None:
    """README and CONTRIBUTING call install.py with actions that it has."""
    choices = re.search(r"choices=\(([^)]*)\)", text_of(ROOT / "install.py"))
    assert choices is not None
    used = [line.split("install.py ")[1].split()[0] for line in command_lines() if "install.py" in line]
    assert {"demo", "test"} <= set(used) <= set(re.findall(r'"(\w+)"', choices[1]))


@each_document
def test_modules_exist(document: Path) -> None:
    """Every `python -m module` names a module that is there."""
    for name in re.findall(r"python3? -m ([\w.]+)", text_of(document)):
        assert importlib.util.find_spec(name) is not None, name


@each_document
def test_python_snippets(document: Path) -> None:
    """Python snippets compile, and what they import from the engine is public."""
    for code in blocks(document, "python"):
        for node in ast.walk(ast.parse(code)):
            if isinstance(node, ast.ImportFrom) and node.module == "cmft_engine":
                assert {alias.name for alias in node.names} <= set(cmft_engine.__all__)


@each_document
def test_links(document: Path) -> None:
    """Links within the repository lead to a file, and anchors to a heading of it."""
    for name, anchor in LINK.findall(text_of(document)):
        target = document.parent / name if name else document
        assert target.exists(), name
        headings = [re.sub(r"[^\w\- ]", "", heading).strip().lower().replace(" ", "-")
                    for heading in re.findall(r"^#+ (.*)$", text_of(target), re.MULTILINE)] if anchor else []
        assert not anchor or anchor in headings, f"{name}#{anchor}"
    assert all((document.parent / name).exists() for name in PICTURE.findall(text_of(document)))


@each_document
def test_nothing_unfinished_or_local(document: Path) -> None:
    """No document names a folder of one machine or a thing still to be done."""
    for number, line in enumerate(text_of(document).splitlines(), 1):
        assert not MACHINE_PATH.search(line) and not UNFINISHED.search(line), f"{number}: {line}"


@each_document
def test_one_sentence_a_line(document: Path) -> None:
    """Outside of tables and code a line holds one sentence, so that changes read well."""
    prose = re.sub(r"^```.*?^```", "", text_of(document), flags=re.DOTALL | re.MULTILINE)
    for line in prose.splitlines():
        assert line.startswith("|") or not TWO_SENTENCES.search(line), line


@each_document
def test_tables_have_a_head(document: Path) -> None:
    """A row after an empty line belongs to no table, and is shown as text with bars in it."""
    text = re.sub(r"^```.*?^```", "", text_of(document), flags=re.DOTALL | re.MULTILINE)
    for rows in re.findall(r"(?:^\|.*\n?)+", text, re.MULTILINE):
        assert re.match(r".*\n\|[-:| ]+\|(\n|$)", rows), rows


def limits(setting: Setting) -> str:
    """Return a setting's limits as the guide's table has them."""
    if setting.kind == "bool":
        return "on, off"
    if setting.choices:
        return ", ".join(setting.choices)
    return "" if setting.minimum is None or setting.maximum is None else f"{setting.minimum:g}–{setting.maximum:g}"


@pytest.mark.parametrize("setting", SETTINGS, ids=lambda setting: setting.name)
def test_guide_tells_every_setting(setting: Setting) -> None:
    """The guide's table has each setting with its default and limits."""
    default = {True: "on", False: "off"}.get(setting.default, setting.default) if setting.kind == "bool" \
        else setting.default
    cells = [f"`--{setting.name.replace('_', '-')}`", str(default), limits(setting)]
    rows = [[cell.strip() for cell in line.split("|")[1:4]] for line in text_of(GUIDE).splitlines()]
    assert cells in rows


def test_guide_tells_every_command() -> None:
    """Each command and subcommand of `cmft` has an example in the guide."""
    command: Any = typer.main.get_command(cli.app)
    names = [f"{name} {below}".strip() for name, found in command.commands.items() if not found.hidden
             for below in getattr(found, "commands", {"": None})]
    lines = "\n".join(blocks(GUIDE, "sh"))
    assert [name for name in names if f"cmft {name} " not in lines.replace("\n", " \n")] == []


def test_formats_tell_every_field() -> None:
    """Job, events and report are specified field by field, errors and exit codes by name."""
    text = text_of(FORMATS)
    frames = (FrameReport(1, "", 1, (UnsureRegion(1, (0, 0, 1, 1), 1, 0.1, "a"),)),)
    content = to_dict(ReportData("", "", (), {}, Palette(()), frames, 0.0, "", ""))
    frame = content["frames"][0]
    names = [*content, *content["summary"], *frame, *frame["unsure"][0], *job.Job._fields, *job.JobReference._fields]
    for kind in (events.Started, events.FrameDone, events.Skipped, events.FrameFailed, events.Message,
                 events.Finished, events.Failed, events.Ready, events.Taken, events.Ended, requests.Colorize):
        names += kind._fields
    assert [name for name in names if f"`{name}`" not in text] == []
    kinds = [kind for kind in vars(errors).values() if isinstance(kind, type) and kind.__module__ == errors.__name__]
    bases = {base for kind in kinds for base in kind.__bases__} - {errors.InputError}
    assert [kind.__name__ for kind in kinds if kind not in bases and f"`{kind.__name__}`" not in text] == []
    assert all(f"| {kind.exit_code} |" in text for kind in kinds if kind is not errors.CmftError)


def test_formats_examples_are_valid() -> None:
    """The examples of job, event, requests and palette are read by the engine's own readers."""
    job_text, event_text, request_text, palette_text = blocks(FORMATS, "json")
    assert [request.id for request in map(requests.read_request, request_text.splitlines())] == ["7", "8", "7"]
    assert job.from_dict(json.loads(job_text)).frames == "1001-1048x2"
    assert isinstance(events.from_line(event_text), events.FrameDone)
    assert [color["name"] for color in json.loads(palette_text)["colors"]] == ["paper", "skin"]
    assert all(f"`{cryptomatte.LAYER}00.R`" in text_of(FORMATS) and key.split("/")[1] in text_of(FORMATS)
               for key in cryptomatte.metadata(["a"]))


def test_method_tells_the_network_s_sizes() -> None:
    """The shapes in the description of the method are those of the code."""
    half, quarter, eighth = encoders.WIDTHS
    (m8, m4, m2), (v8, v4, v2) = network.MATCH, network.VALUE
    text = text_of(ROOT / "docs" / "method.md")
    assert f"| line, colour, backbone features | {eighth} channels | {quarter} | {half} |" in text
    assert f"| semantic features | {encoders.SEMANTIC} |" in text
    assert f"| query | (N, {m8} + 6) | (N, 4, {m4}) | (N, 16, {m2}) |" in text
    assert f"| key | (M, {m8} + 6) | (M, 4, {m4}) | (M, 16, {m2}) |" in text
    assert f"(M, {v8} + 3) | (M, {v4} + 3) | (M, {v2} + 3) |" in text
    assert f"k = {network.CANDIDATES} candidates" in text and f"the {serving.MAX_REFERENCES} nearest in time" in text
    assert f"by {NODE_FEATURES} numbers" in text and f"{RASTER} × {RASTER} picture" in text
    assert f"{region_pool.POOLED} features" in text
    assert f"by {region_network.PAIR_FEATURES} (" in text and f"by {region_network.MASS_FEATURES} more" in text
    assert region_network.LAYERS == 4 and "Four rounds of attention" in text
    assert len(CONFIDENCE_FEATURES) + 1 == 13 and "Its thirteen numbers" in text
    sizes = [sum(p.numel() for p in kind().parameters()) / 1e6
             for kind in (network.Network, region_network.RegionNetwork)]
    assert "{:.1f} M parameters, {:.1f} M for the region network".format(*sizes) in text


def test_architecture_page_matches_the_tree() -> None:
    """Every file and folder of the page exists, and every room of the engine is on it."""
    text = text_of(ROOT / "docs" / "ARCHITECTURE.md")
    flow, tree = re.findall(r"^```\n(.*?)^```", text, re.DOTALL | re.MULTILINE)
    for name in re.findall(r"\w+/\w+\.py", flow):
        assert any((ROOT / "cmft_engine").rglob(name)), name
    inside = set(re.findall(r"^  ([\w.]+/?)", tree, re.MULTILINE))
    assert all((ROOT / name).exists() for name in re.findall(r"^([\w.]+/?)", tree, re.MULTILINE))
    rooms = {path.name + "/" * path.is_dir() for path in (ROOT / "cmft_engine").iterdir()
             if path.suffix == ".py" or path.is_dir()}
    assert inside == rooms - {"__pycache__/", "__main__.py"}


def test_changelog_has_this_version() -> None:
    """The package's version has a section."""
    assert f"## [{cmft_engine.__version__}]" in text_of(ROOT / "CHANGELOG.md")


def test_decisions_are_short() -> None:
    """A decision has context, choice and price, in at most 40 lines."""
    for decision in text_of(ROOT / "docs" / "decisions.md").split("\n## ")[1:]:
        assert len(decision.splitlines()) <= 40
        assert all(f"\n**{part}.** " in decision for part in ("Context", "Choice", "Price")), decision.splitlines()[0]
