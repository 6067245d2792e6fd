"""How a run tells a farm how far it is."""

from cmft_engine.farm.progress import FarmProgress
from cmft_engine.protocol.events import Failed, Finished, FrameDone, FrameFailed, Message, Skipped, Started


def test_lines_of_a_run() -> None:
    """Each frame moves the progress; a failure is one line, whatever its message holds."""
    progress = FarmProgress()
    told = [Started(4, "CPU", "0"), FrameDone(1, "c.1.exr", 3, 1, 0.9, 1.25), Skipped(2, "c.2.exr"),
            FrameFailed(3, "l.3.png", "l.3.png is empty;\nrender it\x1b[2J"),
            Message("warning", "odd\nframe"), Finished("", "", 2, 1, 3.0), Failed("PlateError", "gone\nrender it")]
    assert [line for event in told for line in progress.lines(event)] == [
        "openjd_status: 4 frames on CPU",
        "openjd_progress: 25.0", "openjd_status: frame 1 in 1.2 s",
        "openjd_progress: 50.0", "openjd_status: frame 2, kept from before",
        "openjd_progress: 75.0", "openjd_status: frame 3 is not coloured: l.3.png is empty; render it\\x1b[2J",
        "warning: odd frame",
        "openjd_status: 2 frames done, 1 region to check",
        "openjd_fail: gone render it",
    ]
