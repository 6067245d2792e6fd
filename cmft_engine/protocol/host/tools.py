"""What the engine does for a node besides colouring: the bundle for farms, the view of regions, palettes.

Each is one of its own commands, run to its end.
"""

from pathlib import Path
from typing import Callable, List, NamedTuple, Optional, Sequence, Tuple

from ..errors import EngineError, InputError
from ..job import JobReference, frames_text
from ..settings import SETTINGS, Settings
from .command import EngineMissing, ask_engine
from .digests import content_digest
from .sequences import Plates

PATIENCE_S = 300  # it opens every plate's header, or reads every painting
BUNDLE, REGIONS = "farm", "regions.####.png"

_REGION_SETTINGS = ("ink_threshold", "trace_lines", "gap_px", "min_region_px", "input_space")
_PALETTE_SETTINGS = ("gap_px", "min_region_px", "input_space")
_SAYS = "cmft: "  # goes before each of the engine's sentences; the last is the fault
_LONGEST = 600  # characters of a fault that a host shows


class Exported(NamedTuple):
    """A job that can run elsewhere: its file, the command line, the farm's bundle, and how to run that.

    `bundle` is None where there is no engine to write it; `farm` then says so.
    """

    job: Path
    command: str
    bundle: Optional[Path]
    farm: str

    @property
    def words(self) -> str:
        """What to tell a person."""
        return ("The job is {}.\n\nThis colours it, here or on another machine that sees the same paths:\n\n{}\n\n{}"
                "\n\nSave this file, which names the folder. Colorize takes the finished frames over.".format(
                    self.job, self.command, self.farm))


def export(job_file: Path, engine: Callable[[], List[str]], name: str) -> Exported:
    """Write the bundle for farms beside a job file, and return both with their command lines.

    engine: gives the engine's command; name: of the node. Raises EngineError with the engine's sentence.
    """
    command = 'cmft colorize --job "{}" --resume'.format(job_file.as_posix())
    bundle = job_file.parent / BUNDLE
    try:
        farm = _run(engine(), ["farm", "--job", str(job_file), "--out", str(bundle), "--overwrite"],
                    "{}: the bundle for farms cannot be written".format(name))
    except EngineMissing as error:
        return Exported(job_file, command, None, "No bundle for farms was written: {}".format(error))
    return Exported(job_file, command, bundle, farm)


def draw_regions(engine: Sequence[str], lines: Plates, frames: Sequence[int], settings: Settings, *, folder: Path,
                 name: str) -> Plates:
    """Draw the regions of line plates, closed gaps white, into a folder; return the pictures, PNG.

    frames: the host's. Pictures that are there are replaced. Raises EngineError.
    """
    pictures = Plates((folder / REGIONS).as_posix(), lines.shift)
    numbers = [frame + lines.shift for frame in frames]
    _run(engine, ["regions", lines.pattern, "--out", pictures.pattern, "--frames=" + frames_text(numbers),
                  "--overwrite", *_options(settings, _REGION_SETTINGS)],
         "{}: the regions cannot be drawn".format(name))
    return pictures


def extract_palette(engine: Sequence[str], references: Sequence[JobReference], settings: Settings, *, out: str,
                    overwrite: bool, name: str) -> str:
    """Write the paints of painted drawings as a palette, .json or .gpl; return what the engine says of it.

    A reference's `lines` are its line plate, None where it shows its lines itself. Raises EngineError.
    """
    ordered = sorted(references, key=lambda one: one.lines is None)  # line plates are those of the first paintings
    lines = [word for one in ordered if one.lines is not None for word in ("--lines", one.lines)]
    return _run(engine, ["palette", "extract", *(one.path for one in ordered), "--out", out, *lines,
                         *(["--overwrite"] if overwrite else []), *_options(settings, _PALETTE_SETTINGS)],
                "{}: the palette cannot be extracted".format(name))


def swap_palette(engine: Sequence[str], plates: Plates, frames: Sequence[int], *, palettes: Tuple[str, str],
                 name: str) -> Plates:
    """Recolour coloured plates from one palette to another by its colours' names; return the new plates.

    frames: the host's; palettes: the one that they were coloured with, "" for none, and the new one. The new plates go
    into a folder of their own beside the old, one for each pair of palettes. Raises InputError, EngineError.
    """
    old, new = palettes
    if not old:
        raise InputError("{}: no palette file names the colours of its result; extract one, press Colorize, and swap "
                         "then".format(name))
    source = Path(plates.pattern)
    folder = source.parent / "swap.{}".format(content_digest(palettes, ()))
    swapped = Plates((folder / source.name).as_posix(), plates.shift)
    numbers = [frame + plates.shift for frame in frames]
    _run(engine, ["palette", "swap", plates.pattern, "--from", old, "--to", new, "--out", swapped.pattern,
                  "--frames=" + frames_text(numbers), "--overwrite"], "{}: the palette cannot be swapped".format(name))
    return swapped


def _options(settings: Settings, names: Sequence[str]) -> List[str]:
    """Return settings that differ from their default as the engine's options."""
    found = []
    for setting in SETTINGS:
        value, option = getattr(settings, setting.name), setting.name.replace("_", "-")
        if setting.name in names and value != setting.default:
            if setting.kind == "bool":
                found.append("--{}{}".format("" if value else "no-", option))
            else:
                found.append("--{}={}".format(option, value))
    return found


def _run(engine: Sequence[str], arguments: Sequence[str], refused: str) -> str:
    """Run one of the engine's commands and return what it says. Raises EngineError, which begins as `refused` says."""
    answer = ask_engine(engine, *arguments, patience_s=PATIENCE_S)
    if answer.code != 0:
        said = " ".join((answer.err or answer.said).split())
        raise EngineError("{}: {}".format(refused, said.rpartition(_SAYS)[2][:_LONGEST]))
    return answer.out
