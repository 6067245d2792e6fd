"""The tools of the review window, and what else corrects."""

from __future__ import annotations

from ..protocol.corrections import Point
from .gestures import AREA, CLOSE, OPEN, PIN, Gesture, Tool
from .going import Going
from .review_window import ReviewWindow


class Correcting:
    """Tools, colours, approval and undo; its methods are named as the keys' actions."""

    def __init__(self, window: ReviewWindow, going: Going) -> None:
        """going: moves on after an approval."""
        self.window, self.session, self._going = window, window.session, going
        self.tool: Tool = PIN

    def use(self, tool: Tool) -> None:
        """Take a tool."""
        self.tool = tool
        self.window.bar.choose(tool)
        self.window.canvas.is_stroking = tool.is_drag
        self.window.canvas.draws_line = tool in (CLOSE, OPEN)
        self.window.canvas.update()

    def gesture(self, points: tuple[Point, ...]) -> None:
        """Use the tool at a place of the frame, or along points."""
        self.window.trouble.setText("")
        if self.tool.is_drag and self.tool is not AREA and len(points) < 2:
            self.window.trouble.setText(f"{self.tool.name} is drawn: hold the button down and draw")
            return
        along = self.tool in (CLOSE, OPEN) and self.window.bar.goes_along
        if along:
            self.window.trouble.setText("looking where the line goes in the other drawings …")
        self.session.gesture(Gesture(self.tool, self.session.frame, points, self.window.palette_view.color, along))

    def along_track(self) -> None:
        """Take the tool that the switch is of, unless one of them is in use."""
        if self.window.bar.goes_along and self.tool not in (CLOSE, OPEN):
            self.use(CLOSE)

    def pick(self, x: float, y: float) -> None:
        """Take the colour at a place of the picture."""
        region, shown = self.window.canvas.region_at(x, y), self.session.shown(self.session.frame)
        if region is not None and shown is not None:
            self.window.palette_view.choose(int(shown.color[region - 1]))

    def take_color(self, color: int) -> None:
        """Paint with a palette entry from now on."""
        red, green, blue = self.window.palette_view.swatches[color].tolist()
        self.window.canvas.color = red, green, blue
        self.window.bar.show_color(self.session.colored.palette.names[color], (red, green, blue))
        self.window.canvas.setFocus()

    def _doubt_in_view(self, color: int | None) -> None:
        track, frame = self.window.track, self.session.colored.frames[self.session.frame].decided_at
        here = [] if track is None else [one for one in track.doubts if one.frame == frame]
        if here:
            self.session.correct_doubt(here[0], color)
        else:
            self.window.trouble.setText("no doubtful track is chosen in this frame; N goes to the next")

    def color_track(self) -> None:
        """Give the track's region in this frame the chosen colour."""
        if self.window.palette_view.color is None:
            self.window.trouble.setText("choose a colour in the palette first; / searches it")
        else:
            self._doubt_in_view(self.window.palette_view.color)

    def confirm_track(self) -> None:
        """Say that the track's region in this frame is right."""
        self._doubt_in_view(None)

    def approve(self) -> None:
        """Approve the frame in view."""
        self.session.approve(self.session.frame)

    def approve_next(self) -> None:
        """Approve the frame in view and go on."""
        self.approve()
        self._going.next_frame()

    def undo(self) -> None:
        """Take the last correction back."""
        self.session.undo()

    def redo(self) -> None:
        """Do again what was taken back."""
        self.session.redo()
