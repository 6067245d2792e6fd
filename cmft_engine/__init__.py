"""CMFT: colour a shot of line art from one painted frame.

    from cmft_engine import Shot, colorize
    shot = Shot.open("lines.####.exr", reference="painted.1001.exr@1001")
    report = colorize(shot, "coloured.####.exr")

The names are loaded when first used, so that a host can import `cmft_engine.protocol` without torch or numpy.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any, List

if TYPE_CHECKING:
    from .pipeline.colored_shot import ColoredShot
    from .pipeline.colorize import colorize, colorize_iter
    from .pipeline.reporting import Report
    from .protocol import errors
    from .protocol.settings import Settings
    from .shot.named import Reference
    from .shot.shot import Shot

__version__ = "0.1.0"

__all__ = ["ColoredShot", "Reference", "Report", "Settings", "Shot", "__version__", "colorize", "colorize_iter",
           "errors"]

_HOMES = {
    "ColoredShot": "pipeline.colored_shot",
    "Reference": "shot.named",
    "Report": "pipeline.reporting",
    "Settings": "protocol.settings",
    "Shot": "shot.shot",
    "colorize": "pipeline.colorize",
    "colorize_iter": "pipeline.colorize",
}


def __getattr__(name: str) -> Any:
    if name == "errors":
        return import_module(".protocol.errors", __name__)
    if name not in _HOMES:
        raise AttributeError("module {!r} has no attribute {!r}".format(__name__, name))
    return getattr(import_module("." + _HOMES[name], __name__), name)


def __dir__() -> List[str]:
    return sorted(__all__)
