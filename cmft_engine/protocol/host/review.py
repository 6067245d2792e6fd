"""What a run's report says is to be checked by hand: frames, confidence, reasons, pictures.

The numbers come from report.json; the pictures stand in report.html beside it, as docs/formats.md has it.
"""

import base64
import re
import threading
from pathlib import Path
from typing import Any, Callable, Dict, List, NamedTuple, Optional, Tuple

from ..errors import brief, repr_of
from ..plain import counted
from ..text_file import file_stamp, parse_json, read_text
from ..tracks import Track, group_tracks

MAX_BYTES = 1000000000  # of a report
VERSION = 1  # of report.json
JSON, HTML = "report.json", "report.html"

_PICTURE = r'<img alt="[^"]*" src="data:image/jpeg;base64,([^"]*)">'
_TILE = re.compile(r'<button class="frame"[^>]* data-frame="(-?\d+)"[^>]*><span class="picture">' + _PICTURE)
_CARD = re.compile(r'<article class="card"[^>]* data-frame="(-?\d+)"[^>]*><div class="picture">' + _PICTURE
                   + r'.*?, region (\d+)<br>', re.DOTALL)

Pictures = Dict[Tuple[int, int], str]  # base64 of a JPEG by (frame, region's label); label 0 is the whole frame


class Region(NamedTuple):
    """A region to check; confidence in [0, 1], `picture` a JPEG or nothing.

    box: x0, y0, x1, y1 in px from the top left corner of the picture, x1 and y1 outside; area in px. track: a number
    that it shares with the regions of other frames that show the same part, None where that is not known.
    at: x, y of a pixel inside, None in reports of an earlier engine.
    """

    label: int
    confidence: float
    color: str
    runner_up: str
    reason: str
    picture: bytes
    box: Tuple[int, ...] = (0, 0, 0, 0)
    area: int = 0
    track: Optional[int] = None
    at: Optional[Tuple[int, int]] = None


class Frame(NamedTuple):
    """A frame to check, its regions least sure first; `holds` are later frames with the same drawing."""

    frame: int
    confidence: float
    holds: Tuple[int, ...]
    regions: Tuple[Region, ...]
    picture: bytes

    @property
    def least(self) -> float:
        """Confidence of the least sure region."""
        return min((region.confidence for region in self.regions), default=self.confidence)


ReviewTrack = Track[Frame, Region]


class Review(NamedTuple):
    """What there is to check in one report, by frame; `words` says it, or why there is nothing to show."""

    words: str
    frames: Tuple[Frame, ...] = ()

    @property
    def tracks(self) -> List[ReviewTrack]:
        """The regions to check by the parts of the drawings, most doubt first."""
        return group_tracks(self.frames, lambda frame: frame.regions)

    def least_sure_first(self) -> Tuple[Frame, ...]:
        """Return the frames in the order in which they deserve a look."""
        return tuple(sorted(self.frames, key=lambda found: (found.least, found.frame)))


NOTHING = Review("no report yet; press Colorize")
READING = Review("reading the report")


def read_review(folder: Path) -> Review:
    """Read the report in a folder with its pictures; a missing or damaged one becomes a sentence."""
    return _read(folder, _pictures)


def read_checks(folder: Path) -> Review:
    """Read the report in a folder without its pictures, which is quick; a bad one becomes a sentence."""
    return _read(folder, lambda _: {})


def _read(folder: Path, pictures: Callable[[Path], Pictures]) -> Review:
    try:
        report = parse_json(read_text(folder / JSON, most=MAX_BYTES))
        if report["version"] != VERSION:
            return Review("the report is of version {}, this panel reads {}; install engine and plug-in from the same "
                          "release".format(brief(repr_of(report["version"])), VERSION))
        return _review(report, pictures(folder / HTML))
    except FileNotFoundError:
        return NOTHING
    except OSError as error:
        return Review("{} cannot be read ({}); look at the disk".format(folder / JSON, error.strerror))
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError):
        return Review("{} is damaged; delete it and press Colorize".format(folder / JSON))


def _review(report: Dict[str, Any], pictures: Pictures) -> Review:
    holds: Dict[int, List[int]] = {}
    drawn = {entry["frame"] for entry in report["frames"] if entry["held_from"] is None}
    for entry in report["frames"]:
        if entry["held_from"] in drawn:
            holds.setdefault(entry["held_from"], []).append(int(entry["frame"]))
    frames = tuple(_frame(entry, tuple(holds.get(entry["frame"], ())), pictures) for entry in report["frames"]
                   if entry["unsure"] and entry["held_from"] not in drawn)
    regions = sum(len(frame.regions) for frame in frames)
    if not frames:
        return Review("nothing to check: every region is above the confidence that was asked for")
    return Review("{} to check in {} of {}".format(counted(regions, "region"), len(frames),
                                                   counted(len(report["frames"]), "frame")), frames)


def _frame(entry: Dict[str, Any], holds: Tuple[int, ...], pictures: Pictures) -> Frame:
    number = int(entry["frame"])
    regions = [Region(int(found["label"]), float(found["confidence"]), str(found["color"]), str(found["runner_up"]),
                      str(found["reason"]), _jpeg(pictures.get((number, found["label"]), "")), _box(found),
                      int(found.get("area", 0)), None if found.get("track") is None else int(found["track"]),
                      _at(found))
               for found in entry["unsure"]]
    return Frame(number, float(entry["confidence"]), holds,
                 tuple(sorted(regions, key=lambda region: region.confidence)), _jpeg(pictures.get((number, 0), "")))


def _box(found: Dict[str, Any]) -> Tuple[int, ...]:
    x0, y0, x1, y1 = found.get("bbox", (0, 0, 0, 0))
    return int(x0), int(y0), int(x1), int(y1)


def _at(found: Dict[str, Any]) -> Optional[Tuple[int, int]]:
    if found.get("at") is None:
        return None
    x, y = found["at"]
    return int(x), int(y)


def _pictures(page: Path) -> Pictures:
    """Return the pictures of a report's page; none when the page is not there."""
    try:
        text = read_text(page, most=MAX_BYTES)
    except FileNotFoundError:
        return {}
    found = {(int(frame), 0): data for frame, data in _TILE.findall(text)}
    found.update({(int(frame), int(label)): data for frame, data, label in _CARD.findall(text)})
    return found


def _jpeg(data: str) -> bytes:
    return base64.b64decode(data)


class ReviewReader:
    """Reads a report in a thread, and again when it has changed: a slow disk must not stop Nuke."""

    def __init__(self) -> None:
        self._thread: Optional[threading.Thread] = None
        self._known: Tuple[Optional[Path], Tuple[int, ...], Review] = (None, (), NOTHING)  # replaced as one

    def look(self, folder: Optional[Path]) -> Review:
        """Return what is known about the report in a folder, and have it looked at; call it now and then."""
        if folder is None:
            return NOTHING
        is_idle = self._thread is None or not self._thread.is_alive()  # asked first: what it has found is known then
        known_folder, stamp, review = self._known
        is_known = known_folder == folder
        if is_idle:
            self._thread = threading.Thread(target=self._read, args=(folder, stamp if is_known else ()),
                                            name="cmft-report", daemon=True)
            self._thread.start()
        return review if is_known else READING

    def _read(self, folder: Path, before: Tuple[int, ...]) -> None:
        stamp = file_stamp(folder / JSON) + file_stamp(folder / HTML)
        if stamp != before:
            self._known = (folder, stamp, read_review(folder))
