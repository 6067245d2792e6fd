"""The dockable panel: the shot's nodes, their progress, the frames to review, errors.

`model`, `look` and `review` know no Qt; `widget`, `parts` and `qt` are imported when the panel is opened, never before.
"""

from typing import Any


def make() -> Any:
    """Return a new panel, a QWidget; Nuke calls this when the panel is opened or a workspace has it."""
    from .widget import Panel

    return Panel()
