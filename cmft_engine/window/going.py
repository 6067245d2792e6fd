"""From frame to frame and from track to track."""

from __future__ import annotations

from .review_window import ReviewWindow


class Going:
    """What is in view; its methods are named as the keys' actions."""

    def __init__(self, window: ReviewWindow) -> None:
        """window: whose frames and tracks one goes through."""
        self.window, self.session = window, window.session
        self._seen: set[tuple[int, int]] = set()  # the worst doubts of tracks that were opened: frame and region

    def go(self, frame: int) -> None:
        """Show a frame."""
        self.session.frame = frame
        self.session.looks.forget()
        window = self.window
        window.strip.follow(frame)
        window.show_frame()
        for other in self._around(frame):
            self.session.shown(other, urgency=1)  # so that it is there when one goes on

    def paint_next(self) -> None:
        """Go to the frame that the session advises to paint next."""
        if self.session.adviser.advice is not None:
            self.go(self.session.adviser.advice.frame)

    def _around(self, frame: int) -> list[int]:
        at = self.session.frames.index(frame)
        return self.session.frames[at + 1:at + 2] + self.session.frames[max(0, at - 1):at]

    def _step(self, by: int) -> None:
        frames = self.session.frames
        self.go(frames[min(max(frames.index(self.session.frame) + by, 0), len(frames) - 1)])

    def next_frame(self) -> None:
        """Go one frame on."""
        self._step(1)

    def previous_frame(self) -> None:
        """Go one frame back."""
        self._step(-1)

    def first_frame(self) -> None:
        """Go to the first frame."""
        self.go(self.session.frames[0])

    def last_frame(self) -> None:
        """Go to the last frame."""
        self.go(self.session.frames[-1])

    def open_track(self, row: int) -> None:
        """Go to where a track of the list is most doubtful."""
        if 0 <= row < len(self.session.tracks):
            self.window.row, self.window.track = row, self.session.tracks[row]
            self.window.has_new_tracks = False
            self.window.tracks.mark(row)
            worst = self.window.track.worst
            self._seen.add((worst.frame, worst.unsure.label))
            self.go(worst.frame)
            self.window.canvas.look_at(*worst.middle)
            self.window.strip.strip.update()

    def next_track(self) -> None:
        """Go to the next doubtful track; after a correction, to the most doubtful that was not seen yet."""
        row = -1 if self.window.row is None else self.window.row
        unseen = [place for place, track in enumerate(self.session.tracks)
                  if (track.worst.frame, track.worst.unsure.label) not in self._seen]
        self.open_track(unseen[0] if self.window.has_new_tracks and unseen else row + 1)

    def previous_track(self) -> None:
        """Go to the doubtful track before."""
        self.open_track((self.window.row or 0) - 1)

    def _along_track(self, by: int) -> None:
        frames = [] if self.window.track is None else list(self.window.track.frames)
        after = [frame for frame in frames if (frame - self.session.frame) * by > 0]
        if after:
            self.go(min(after, key=lambda frame: abs(frame - self.session.frame)))

    def next_doubt(self) -> None:
        """Go on along the track."""
        self._along_track(1)

    def previous_doubt(self) -> None:
        """Go back along the track."""
        self._along_track(-1)
