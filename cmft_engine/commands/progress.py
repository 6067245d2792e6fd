"""The progress bar of a run: frames done, frames a second, time left. Shows events, decides nothing."""

from collections.abc import Iterable

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, ProgressColumn, Task, TextColumn, TimeRemainingColumn
from rich.text import Text

from ..protocol.events import Event, Finished, FrameDone, FrameFailed, Message, Skipped, Started
from ..protocol.plain import plain


class RateColumn(ProgressColumn):
    """Frames a second, or seconds a frame where that reads better."""

    def render(self, task: Task) -> Text:
        """Return the rate as text; empty until two frames are done."""
        if not task.speed:
            return Text("")
        return Text(f"{task.speed:.1f} frames/s" if task.speed >= 1 else f"{1 / task.speed:.1f} s/frame")


def watch(events: Iterable[Event], console: Console) -> Finished | None:
    """Show the events as a progress bar until they end, and return the last one, Finished."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), RateColumn(), TimeRemainingColumn())
    finished = None
    with Progress(*columns, console=console) as progress:
        bar = progress.add_task("Reading", total=None)
        for event in events:
            if isinstance(event, Started):
                progress.update(bar, total=event.frames, description="Colouring")
            elif isinstance(event, FrameDone | Skipped):
                progress.advance(bar)
            elif isinstance(event, FrameFailed):
                progress.advance(bar)
                progress.console.print(escape(plain(event.message)), style="red", highlight=False, soft_wrap=True)
            elif isinstance(event, Message):
                style = "yellow" if event.level == "warning" else ""
                progress.console.print(escape(plain(event.text)), style=style, highlight=False, soft_wrap=True)
            elif isinstance(event, Finished):
                finished = event
                progress.update(bar, description="Coloured")
    return finished
