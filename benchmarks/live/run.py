"""Load the live model in the torches that Nuke brings, and compare each with the engine's own path.

    python -m benchmarks.live --python python3.10 --environments FOLDER

Makes an environment a version in FOLDER unless it is there; PyPI's wheels for Linux take about 10 GB together.
Prints a table in Markdown; exit code 1 when a version does not load the model or differs.
"""

import argparse
import json
import os
import subprocess
import tempfile
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import torch

from cmft_engine.export.cattery import save_model
from cmft_engine.image.plate import read_plate
from cmft_engine.matching.matcher import Matcher
from cmft_engine.matching.network.weights import load_checkpoint
from cmft_engine.protocol.settings import Settings
from cmft_engine.shot.references import read_drawing, read_references
from cmft_engine.shot.shot import Shot

VERSIONS = {"1.12.1": "14, 15.0", "2.1.1": "15.1, 15.2, 16", "2.7.1": "17"}
SHOT = Path(__file__).resolve().parents[2] / "examples" / "shot"
FRAME = 1003
TOLERANCE = 1e-4
CHILD = Path(__file__).with_name("child.py")


def make_environment(folder: Path, version: str, python: str) -> Path:
    """Return the interpreter of an environment with one torch; makes it when it is not there."""
    own = folder / version / "bin" / "python"
    if not own.exists():
        subprocess.run([python, "-m", "venv", str(folder / version)], check=True)
        subprocess.run([str(own), "-m", "pip", "-q", "install", "--no-cache-dir", f"torch=={version}", "numpy<2"],
                       check=True)
    return own


def rgba(path: Path) -> np.ndarray[Any, Any]:
    """Return a plate as Nuke's raw Read gives it: premultiplied RGBA (H, W, 4)."""
    pixels = read_plate(path).rgb_alpha()
    return np.dstack([pixels[..., :3] * pixels[..., 3:], pixels[..., 3]])


def engine_picture() -> np.ndarray[Any, Any]:
    """Return what the engine's network sees for a frame of the example shot: paint mode's RGB (H, W, 3)."""
    shot = Shot.open(str(SHOT / "line.####.png"), reference=f"{SHOT / 'ref.1001.png'}@1001", frames=[1001, FRAME])
    settings, canvas = Settings(mode="paint", device="cpu"), shot.canvas()
    references = read_references(shot, canvas=canvas, settings=settings, palette=None)
    matcher = Matcher(load_checkpoint(), references.painted, n_colors=len(references.palette),
                      work_size=settings.work_size, device=torch.device("cpu"), paints=True)
    drawing = read_drawing(shot.lines.path(FRAME), FRAME, canvas=canvas, settings=settings)
    rgb = matcher.match(drawing.segmented).rgb
    assert rgb is not None  # paint mode has one
    return rgb


def pictures() -> np.ndarray[Any, Any]:
    """Return the example's pictures packed for the model: float32 (1, 12, H, W)."""
    layers = [rgba(SHOT / name) for name in (f"line.{FRAME}.png", "ref.1001.png", "line.1001.png")]
    return np.ascontiguousarray(np.dstack(layers).transpose(2, 0, 1)[None].astype(np.float32))


def in_this_torch(model: Path, packed: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """Return the model's picture (1, 4, H, W) by the engine's own torch, without ink, in display light."""
    with warnings.catch_warnings(), torch.no_grad():
        warnings.simplefilter("ignore", DeprecationWarning)
        loaded = torch.jit.load(str(model))
        loaded.linear, loaded.ink_over = 0, 0
        return np.asarray(loaded(torch.from_numpy(packed)).numpy())


def examine(python: Path, folder: Path) -> dict[str, Any]:
    """Run the child under another torch and return what it found."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    result = subprocess.run([str(python), "-I", str(CHILD), str(folder)], capture_output=True, text=True,
                            env=environment)
    if result.returncode != 0:
        return {"error": (result.stderr.strip().splitlines() or ["no message"])[-1]}
    found: dict[str, Any] = json.loads(result.stdout)
    return found


def row(version: str, found: dict[str, Any]) -> tuple[str, bool]:
    """Return a version's line of the table, and whether it is in order."""
    if "error" in found:
        return f"| {version} | {VERSIONS[version]} | fails: {found['error']} | | |", False
    good = found["difference"] <= TOLERANCE and found["knobs"] and found["odd"]
    return (f"| {version} | {VERSIONS[version]} | loads | {found['difference']:.1e} | "
            f"{'as they should' if found['knobs'] and found['odd'] else 'WRONG'} |"), bool(good)


def main(arguments: list[str]) -> int:
    """Export, load everywhere, print the table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.live", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--python", default="python3.10", help="a Python for which all three torches have wheels")
    parser.add_argument("--environments", type=Path, required=True, help="where the environments are or will be")
    given = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        save_model(folder / "live.pt")
        packed = pictures()
        expected = in_this_torch(folder / "live.pt", packed)
        np.save(folder / "packed.npy", packed)
        np.save(folder / "expected.npy", expected)
        apart = np.abs(expected[0, :3].transpose(1, 2, 0) - engine_picture())
        print(f"model and engine, torch {torch.__version__.split('+')[0]}: mean difference {apart.mean():.4f}, "
              f"{100 * (apart.max(2) > 0.05).mean():.2f} % of the pixels differ by more than 0.05\n")
        print("| torch | Nuke | model | largest difference | knobs, odd sizes, bad numbers |\n|---|---|---|---|---|")
        rows = [row(version, examine(make_environment(given.environments, version, given.python), folder))
                for version in VERSIONS]
    print("\n".join(text for text, _ in rows))
    return 0 if all(good for _, good in rows) else 1
