"""How a run tells an OpenJD farm how far it is: lines on stdout that begin with `openjd_`. Prints nothing."""

from collections.abc import Iterator

from ..protocol.events import Event, Failed, Finished, FrameDone, FrameFailed, Message, Skipped, Started
from ..protocol.plain import counted, plain


class FarmProgress:
    """Turns events into lines; counts the frames that are through."""

    def __init__(self) -> None:
        self._frames = 1
        self._through = 0

    def lines(self, event: Event) -> Iterator[str]:
        """Yield the lines for an event."""
        if isinstance(event, Started):
            self._frames = max(event.frames, 1)
            yield f"openjd_status: {counted(event.frames, 'frame')} on {event.device}"
        elif isinstance(event, (FrameDone, Skipped)):
            self._through += 1
            yield f"openjd_progress: {100 * self._through / self._frames:.1f}"
            kept = ", kept from before" if isinstance(event, Skipped) else f" in {event.seconds:.1f} s"
            yield f"openjd_status: frame {event.frame}{kept}"
        elif isinstance(event, FrameFailed):
            self._through += 1
            yield f"openjd_progress: {100 * self._through / self._frames:.1f}"
            yield f"openjd_status: frame {event.frame} is not coloured: {_one_line(event.message)}"
        elif isinstance(event, Message):
            yield f"{event.level}: {_one_line(event.text)}"
        elif isinstance(event, Finished):
            yield f"openjd_status: {counted(event.frames, 'frame')} done, {counted(event.unsure, 'region')} to check"
        elif isinstance(event, Failed):
            yield f"openjd_fail: {_one_line(event.message)}"


def _one_line(text: str) -> str:
    return plain(" ".join(line.strip() for line in text.splitlines()))
