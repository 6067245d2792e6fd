"""The review window: lays out its parts, and shows what the session tells."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from .canvas import Canvas
from .doubts import DoubtfulTrack
from .filmstrip import Cell, Filmstrip, ScrolledStrip
from .gestures import approved_frames
from .help_view import HelpView
from .layout import SIZE, lay_out
from .lists import AdviceButton, CorrectionList, TrackList
from .looks import News
from .painting_view import PaintingPanel
from .palette_view import PaletteView
from .pictures import Shown, outlines
from .qt import Messenger, Qt, QtCore, QtWidgets, Window, image_of
from .session import Session
from .style import STYLE
from .tool_bar import ToolBar

FILE_MS = 1500  # how often others' corrections are looked for


class ReviewWindow(Window):
    """All parts of the window; `Actions` says what keys and clicks do."""

    def __init__(self, out: Path) -> None:
        """Open a coloured shot. Raises InputError."""
        super().__init__()
        self._messenger = Messenger()
        self._messenger.told.connect(self._take, Qt.ConnectionType.QueuedConnection)
        self.session = Session(out, self._messenger.told.emit)
        self.track: DoubtfulTrack | None = None
        self.row: int | None = None  # of the track list
        self.has_new_tracks = True  # since a track was opened
        self._approved: set[int] = set()
        self._closes = self._has_begun = False  # closes once the plates are written
        colored = self.session.colored
        self.setWindowTitle(f"{colored.pattern.name} – CMFT review")
        self.setStyleSheet(STYLE)
        self.resize(*SIZE)
        self.bar, self.canvas = ToolBar(), Canvas()
        self.strip = ScrolledStrip(Filmstrip(self.session.frames, self._cell))
        self.palette_view = PaletteView(colored.palette.names, self.session.looks.pictures.swatches)
        self.tracks = TrackList(colored.palette.names, self.session.looks.pictures.swatches)
        self.corrections = CorrectionList()
        self.advice = AdviceButton()
        self.painting = PaintingPanel([Path(one.plate).name for one in colored.shot.paintings])
        self.where, self.trouble, self.work = (QtWidgets.QLabel() for _ in range(3))
        lay_out(self)
        self.help = HelpView(self.centralWidget())
        self._most_doubt = max((self.session.doubts.amount(frame) for frame in self.session.frames), default=0.0)
        self._timer = QtCore.QTimer(self)
        self._timer.timeout.connect(self.session.look_at_file)
        self._timer.start(FILE_MS)
        self._show_corrections()
        self.session.looks.show_painting(0)

    # What is shown

    def show_frame(self) -> None:
        """Show the session's frame."""
        shown = self.session.shown(self.session.frame)
        if shown is not None:
            self.canvas.show_picture(image_of(shown.picture), shown.labels)
        if self.canvas.wipe is not None:
            before = self.session.shown(self.session.frame, before=True, urgency=1)
            if before is not None:
                self.canvas.show_before(image_of(before.picture))
        self.canvas.show_lines(self.session.gap_lines.at(self.session.frame))
        self._show_track(shown)
        self.say_where(None)

    def _show_track(self, shown: Shown | None) -> None:
        track = self.track if self.bar.shown["toggle_track"].isChecked() else None
        if track is None or shown is None:
            self.canvas.show_track((), ())
            return
        at = self.session.colored.frames[shown.frame].decided_at
        here = [one.unsure.label for one in track.doubts if one.frame == at]
        path = [one.middle for one in track.doubts]
        self.canvas.show_track([line for label in here for line in outlines(shown.labels, label)], path)

    def say_where(self, region: int | None) -> None:
        """Say what is under the pen, a region from 1, and light it up in the painting."""
        session = self.session
        frame, place = session.frame, session.frames.index(session.frame) + 1
        text = f"frame {frame}   ({place} of {len(session.frames)})"
        shown = session.shown(frame)
        color = None
        source = None
        if region and shown is not None and region <= len(shown.color):
            color = int(shown.color[region - 1])
            text += f"    {session.colored.palette.names[color]}, {100 * shown.confidence[region - 1]:.0f} % sure"
            found = session.source(frame, region)
            source = found[1] if found and self.painting.view.painting is not None and (
                found[0] == self.painting.view.painting.frame) else None
        self.where.setText(text)
        self.painting.view.light(color, source)

    def _cell(self, frame: int) -> Cell:
        session = self.session
        picture = session.looks.thumbnail(frame, away=abs(frame - session.frame))
        one = session.colored.frames[frame]
        doubt = session.doubts.amount(frame) / self._most_doubt if self._most_doubt else 0.0
        return Cell(None if picture is None else image_of(picture), doubt, frame in self._approved,
                    frame in session.writer.waiting, one.decided_at != frame,
                    self.track is not None and one.decided_at in self.track.frames)

    def closeEvent(self, event: Any) -> None:
        """Qt calls this when the window is to be closed: corrections are safe, plates are waited for once."""
        self.session.wait_for_edits()
        waiting = len(self.session.writer.waiting)
        if waiting and not self._closes:
            self._closes = True
            self.trouble.setText(f"{waiting} plates are still being written; the window closes when they are. Close "
                                 "it again to leave them: `cmft recolor` writes them later")
            event.ignore()
            return
        self._timer.stop()
        event.accept()

    # What is new

    def _take(self, news: News) -> None:
        if not self._has_begun and news.kind in ("picture", "trouble"):  # the first frame is seen before all else
            self._has_begun = True
            self.session.begin()
        if news.kind == "picture" and news.frame == self.session.frame:
            self.show_frame()
        elif news.kind in ("thumbnail", "plate") and news.frame is not None:
            self.strip.strip.show_again(news.frame)
        elif news.kind == "painting" and self.session.looks.painting is not None:
            self.painting.view.show_painting(self.session.looks.painting)
        elif news.kind == "corrections":
            self._show_corrections()
        elif news.kind == "solved":
            self._show_solved()
        elif news.kind == "advice":
            self.advice.show_advice(self.session.adviser.advice)
        elif news.kind in ("said", "trouble"):
            self.trouble.setText(news.text)
        self._say_work()

    def _show_corrections(self) -> None:
        self._approved = approved_frames(self.session.corrections)
        lost = () if self.session.wanted is None else self.session.wanted.lost
        self.corrections.show_corrections(self.session.corrections, {one.correction.id: one.reason for one in lost},
                                          self.session.gap_lines.placed)
        self.canvas.show_lines(self.session.gap_lines.at(self.session.frame))
        self.strip.strip.update()

    def _show_solved(self) -> None:
        self._show_corrections()
        tracks, self.has_new_tracks = self.session.tracks, True
        if self.track is not None:
            known = {(one.frame, one.unsure.label) for one in self.track.doubts}
            self.track, row = next(((track, row) for row, track in enumerate(tracks)
                                    if (track.worst.frame, track.worst.unsure.label) in known), (None, None))
            self.row = self.row if row is None else row
        self.tracks.show_tracks(tracks, None if self.track is None else self.row)
        self.show_frame()
        self.strip.strip.update()

    def _say_work(self) -> None:
        waiting = len(self.session.writer.waiting)
        if waiting:
            self.work.setText(f"writing {waiting} plate{'s' * (waiting > 1)} …")
        else:
            self.work.setText("all plates are written" if self.session.writer.has_written else "")
            if self._closes:
                self.close()

