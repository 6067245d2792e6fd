"""Every setting of the engine, spelled once.

The command line, the Nuke knobs and the Blender properties are built from `SETTINGS`.
Holds no paths and no run options (overwrite, resume): those belong to the job.
"""

import logging
from typing import Any, Dict, Mapping, NamedTuple, Optional, Tuple

from .errors import SettingsError
from .text_file import is_text

log = logging.getLogger(__name__)

Value = Any  # bool, int, float or str, by `Setting.kind`


class Setting(NamedTuple):
    """One knob: its name in a job, what a person reads, and its limits."""

    name: str
    label: str
    help: str
    kind: str  # "choice", "bool", "int", "float" or "text"
    default: Value
    minimum: Optional[float] = None
    maximum: Optional[float] = None
    choices: Tuple[str, ...] = ()
    aliases: Tuple[str, ...] = ()  # names that older job files, scripts and nodes use

    def check(self, value: Value) -> Value:
        """Return `value` in this setting's type, or raise SettingsError."""
        if self.kind == "choice":
            if value not in self.choices:
                raise SettingsError(self.name, value, "one of " + ", ".join(self.choices))
            return value
        if self.kind == "bool":
            if not isinstance(value, bool):
                raise SettingsError(self.name, value, "true or false")
            return value
        if self.kind == "text":
            if not isinstance(value, str) or not is_text(value):
                raise SettingsError(self.name, value, "a text")
            return value
        return self._check_number(value)

    def _check_number(self, value: Value) -> Value:
        assert self.minimum is not None and self.maximum is not None  # every number in SETTINGS has limits
        allowed = "a {} from {:g} to {:g}".format(
            "whole number" if self.kind == "int" else "number", self.minimum, self.maximum
        )
        whole = isinstance(value, int) and not isinstance(value, bool)
        if not (whole or (self.kind == "float" and isinstance(value, float))):
            raise SettingsError(self.name, value, allowed)
        if not self.minimum <= value <= self.maximum:  # also refuses NaN
            raise SettingsError(self.name, value, allowed)
        return float(value) if self.kind == "float" else value


SETTINGS = (
    # Blender's files hold the number of a choice: new ones come last.
    Setting("mode", "Mode", "auto: each region is flat, divided or carried, as the painting is. flats: palette colours "
            "alone. paint: the painter's own pixels everywhere.", "choice", "auto", choices=("flats", "paint", "auto")),
    Setting("edges", "Edges", "Borders between paints where no line is. painted: as in the painting. hard: one paint a "
            "pixel. soft: always anti-aliased.", "choice", "painted", choices=("painted", "hard", "soft")),
    Setting("unknown", "Unknown regions", "What no reference shows. guess: the likeliest paint. paper: left unpainted. "
            "Both are told in the report and have a matte.", "choice", "guess", choices=("guess", "paper")),
    Setting("ink", "Ink", "over: the line art is laid over the colours. none: colours alone, filled under the lines.",
            "choice", "over", choices=("over", "none")),
    Setting("ink_threshold", "Ink threshold", "Ink coverage above which a pixel is a line; 0 finds it by itself.",
            "float", 0.0, 0.0, 1.0),
    Setting("trace_lines", "Colour trace lines", "Treat red, green and blue lines as borders that are painted over, "
            "but for those that a painting shows.", "bool", True),
    Setting("gap_px", "Gap closing", "Close breaks in lines up to this many pixels wide; 0 closes none.",
            "int", 6, 0, 64),
    Setting("min_region_px", "Smallest region", "Regions of fewer pixels are merged into their neighbour.",
            "int", 3, 1, 10000),
    Setting("temporal_radius", "Neighbour frames", "Number of line drawings before and after each drawing that are "
            "matched together with it, for temporal consistency and fewer wrong colours. 0 matches each drawing alone.",
            "int", 1, 0, 4, aliases=("around",)),
    Setting("confidence_below", "Review below", "Regions with a confidence under this are listed for review.",
            "float", 0.5, 0.0, 1.0),
    Setting("work_size", "Work size", "Longest side, in pixels, of the drawing as the network sees it. Regions are "
            "always at full resolution. Lower it when memory runs out.", "int", 512, 128, 2048),
    Setting("input_space", "Input colour space", "Colour space of the plates; empty takes it from the file "
            "(EXR: scene-linear; others: display sRGB).", "text", ""),
    Setting("output_space", "Output colour space", "Colour space of the coloured plates; empty keeps the "
            "reference's own, but an EXR is scene-linear, a PNG or JPEG display sRGB.", "text", ""),
    Setting("device", "Device", "auto takes a CUDA GPU when there is one.", "choice", "auto",
            choices=("auto", "cpu", "cuda")),
)

_BY_NAME = {setting.name: setting for setting in SETTINGS}
_BY_ALIAS = {alias: setting.name for setting in SETTINGS for alias in setting.aliases}


def with_current_names(values: Mapping[str, Value]) -> Dict[str, Value]:
    """Return values by the settings' current names; each old name is logged as a warning.

    Raises SettingsError for an old name that stands beside its new one.
    """
    current: Dict[str, Value] = {}
    for given, value in values.items():
        name = _BY_ALIAS.get(given, given)
        if name in current or (name != given and name in values):
            raise SettingsError(given, value, "either {} or its old name {}, not both".format(
                name, ", ".join(_BY_NAME[name].aliases)))
        if name != given:
            log.warning("the setting %s is now called %s; write the new name", given, name)
        current[name] = value
    return current


class Settings:
    """Checked, immutable values of all settings; unnamed ones take their default, old names are still read."""

    mode: str
    edges: str
    unknown: str
    ink: str
    ink_threshold: float
    trace_lines: bool
    gap_px: int
    min_region_px: int
    temporal_radius: int
    confidence_below: float
    work_size: int
    input_space: str
    output_space: str
    device: str

    def __init__(self, **values: Value) -> None:
        current = with_current_names(values)
        for name in current:
            if name not in _BY_NAME:
                raise SettingsError(name, current[name], "a setting among " + ", ".join(_BY_NAME))
        checked = {s.name: s.check(current.get(s.name, s.default)) for s in SETTINGS}
        self.__dict__.update(checked)

    def __setattr__(self, name: str, value: Value) -> None:
        raise AttributeError("Settings cannot change; use replace()")

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Settings) and self.to_dict() == other.to_dict()

    def __hash__(self) -> int:
        return hash(tuple(sorted(self.to_dict().items())))

    def __repr__(self) -> str:
        return "Settings({})".format(", ".join("{}={!r}".format(*item) for item in self.to_dict().items()))

    def replace(self, **values: Value) -> "Settings":
        """Return a copy with some values changed."""
        return Settings(**dict(self.to_dict(), **with_current_names(values)))

    def to_dict(self) -> Dict[str, Value]:
        """Return every setting by name, as plain JSON values."""
        return dict(self.__dict__)

    @classmethod
    def from_dict(cls, values: Mapping[str, Value]) -> "Settings":
        """Check values read from a job file."""
        return cls(**dict(values))
