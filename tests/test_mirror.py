"""Every module has a test file of its name, or stands in the table that says which test file looks at it and why."""

import fnmatch
import functools
from pathlib import Path

from tests.test_architecture import imported

ROOT = Path(__file__).resolve().parents[1]
TESTS = ROOT / "tests"
PACKAGES = ("cmft_engine", "cmft_training", "benchmarks", "nuke_plugin", "blender_addon")

# Modules without a test file of their name: which one looks at them. "imports" below says that it really does.
ELSEWHERE = {
    # What a command, a file format or a report is made of is looked at through it, as its user sees it.
    "cmft_engine/commands/*.py": "test_cli.py",
    "cmft_engine/export/pictures.py": "export/test_live.py",
    "cmft_engine/export/gizmo.py": "export/test_cattery.py",
    "cmft_engine/export/windows.py": "export/test_live.py",
    "cmft_engine/image/metadata.py": "image/test_plate.py",
    "cmft_engine/image/window.py": "image/test_plate.py",
    "cmft_engine/image/storage.py": "image/test_plate_writing.py",
    "cmft_engine/image/palette_*.py": "image/test_palette.py",
    "cmft_engine/image/stand_in.py": "matching/test_matcher.py",
    "cmft_engine/review/frame_report.py": "pipeline/test_colorize.py",
    "cmft_engine/review/[pt]*.py": "review/test_report.py",
    "cmft_engine/review/report_data.py": "review/test_report.py",
    # One script asks each promise of the host side, for it runs under every host's Python without pytest.
    "cmft_engine/protocol/[cej]*.py": "protocol/host_side.py",
    "cmft_engine/protocol/settings.py": "protocol/host_side.py",
    "cmft_engine/protocol/requests.py": "protocol/host_warm.py",
    "cmft_engine/protocol/warm.py": "protocol/host_warm.py",
    "cmft_engine/protocol/host/*.py": "protocol/host_work.py",
    # Line art and regions are looked at with all that belongs to them.
    "cmft_engine/lineart/gaps.py": "lineart/test_regions.py",
    "cmft_engine/lineart/region_stats.py": "lineart/test_regions.py",
    "cmft_engine/lineart/paper.py": "lineart/test_lineart.py",
    "cmft_engine/shot/drawing.py": "shot/test_references.py",
    "cmft_engine/shot/serving.py": "pipeline/test_colorize.py",
    # Parts of one computation.
    "cmft_engine/matching/attention_mass.py": "matching/test_matcher.py",
    "cmft_engine/matching/calibration.py": "matching/test_decide.py",
    "cmft_engine/matching/region_votes.py": "matching/test_matcher.py",
    "cmft_engine/matching/votes.py": "matching/test_decide.py",
    "cmft_engine/matching/network/encoders.py": "matching/network/test_network.py",
    "cmft_engine/matching/network/inputs.py": "matching/network/test_network.py",
    "cmft_engine/console.py": "test_stopping.py",
    "nuke_plugin/selfcheck_steps.py": "nuke/plugin/test_selfcheck.py",
    # The parts of a run are looked at while it runs.
    "cmft_engine/pipeline/clock.py": "pipeline/test_colorize.py",
    "cmft_engine/pipeline/frames.py": "pipeline/test_schedule.py",
    "cmft_engine/pipeline/line_[ps]*.py": "pipeline/test_line_track.py",
    "cmft_engine/pipeline/region_links.py": "pipeline/test_line_track.py",
    "cmft_engine/pipeline/match_cache.py": "pipeline/test_schedule.py",
    "cmft_engine/pipeline/open_shot.py": "farm/test_bundle.py",
    "cmft_engine/pipeline/reference_matcher.py": "pipeline/test_schedule.py",
    "cmft_engine/pipeline/report_files.py": "pipeline/test_faults.py",
    "cmft_engine/pipeline/reporting.py": "pipeline/test_colorize.py",
    "cmft_engine/pipeline/report_refresh.py": "pipeline/test_correcting.py",
    "cmft_engine/pipeline/run.py": "pipeline/test_schedule.py",
    # Whole clips are looked at, not the parts that draw them.
    "cmft_training/data/seen_lines.py": "training/data/test_region_samples.py",
    "cmft_training/synthetic/example_character.py": "training/synthetic/test_example_shot.py",
    "cmft_training/synthetic/puppet_*.py": "training/synthetic/test_puppets.py",
    "benchmarks/faults/*.py": "benchmarks/faults/test_run.py",
    "benchmarks/memory/*.py": "benchmarks/memory/test_run.py",
    "benchmarks/fuzz/[cms]*.py": "benchmarks/fuzz/test_run.py",
    "benchmarks/clips/film.py": "benchmarks/clips/test_drawn.py",
    "benchmarks/baselines/lessons.py": "benchmarks/baselines/test_train.py",
}
# What a program outside of the tests starts: a host, or another Python. Its tests drive it as a person would.
STARTED = {
    "nuke_plugin": ("nuke_plugin/init.py", "nuke_plugin/menu.py", "nuke_plugin/cmft_nuke/panel/widget.py"),
    "blender_addon": ("blender_addon/__init__.py", "blender_addon/package.py", "blender_addon/into_blender.py",
                      "blender_addon/prep_child.py"),
    "cmft_engine/window": ("cmft_engine/window/opening.py",),
    "benchmarks/live/child.py": ("benchmarks/live/child.py",),
}
BASES = (ROOT, ROOT / "nuke_plugin")  # where imported names begin


def modules() -> list[str]:
    """Return the modules that need a test file, such as "cmft_engine/image/plate.py"."""
    found = [path for package in PACKAGES for path in sorted((ROOT / package).rglob("*.py"))]
    return [path.relative_to(ROOT).as_posix() for path in found if not path.stem.startswith("__")]


def own_test(module: str) -> bool:
    """Say whether a test file has the module's name, lies in a folder of the module's, and imports it."""
    folder, name = module.split("/")[1:-1], Path(module).stem
    named = [path for path in TESTS.rglob(f"test_{name}.py") if set(folder) <= set(path.relative_to(TESTS).parts)]
    return any(module in imports(one) for path in named for one in (path, *_conftests(path)))


def _conftests(path: Path) -> list[Path]:
    """The fixtures that a test file may use."""
    folders = (folder for folder in path.parents if folder.is_relative_to(TESTS))
    return [folder / "conftest.py" for folder in folders if (folder / "conftest.py").is_file()]


@functools.cache
def imports(path: Path) -> frozenset[str]:
    """Return the files of the repository that a file imports, wherever it does so, and what these import."""
    seen, waiting = {path}, [path]
    while waiting:
        for found in _imports(waiting.pop()) - seen:
            seen.add(found)
            waiting.append(found)
    return frozenset(one.relative_to(ROOT).as_posix() for one in seen)


@functools.cache
def _imports(path: Path) -> frozenset[Path]:
    paths = [base.joinpath(*name.split(".")) for name in imported(path) for base in BASES]
    files = [path.with_suffix(".py") for path in paths] + [path / "__init__.py" for path in paths]
    return frozenset(file for file in files if file.is_file())


def test_every_module_has_a_test_file() -> None:
    """A module's test file has its name, or the table says which one it is, or a program that tests drive starts it."""
    started = frozenset().union(*(imports(ROOT / entry) for entries in STARTED.values() for entry in entries))
    without = [module for module in modules() if not own_test(module) and module not in started
               and not any(fnmatch.fnmatch(module, pattern) for pattern in ELSEWHERE)]
    assert not without, "give these a test file of their name, or say in ELSEWHERE which test looks at them"


def test_the_table_is_true() -> None:
    """What the table names exists, needs the table, and is really imported by the test that it names."""
    for pattern, test in ELSEWHERE.items():
        named = [module for module in modules() if fnmatch.fnmatch(module, pattern) and not own_test(module)]
        assert named, f"{pattern}: no module needs this line any more"
        assert (TESTS / test).is_file(), f"{pattern}: there is no tests/{test}"
        missing = set(named) - imports(TESTS / test)
        assert not missing, f"tests/{test} does not import {sorted(missing)}"
