"""Commands that correct a coloured shot: each adds to its list of corrections, then makes the plates that change."""

import math
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Annotated

import typer

from ..console import say
from ..protocol.corrections import Corrections, Point, counting, dropped, merged, redone, switched, undone
from ..protocol.errors import InputError, ShotError
from ..protocol.events import Message, to_line
from ..protocol.job import frame_runs, frames_text, parse_frames
from ..protocol.plain import counted
from ..stopping import go_on

app = typer.Typer()
corrections_app = typer.Typer(help="List, undo, switch and merge the corrections of a shot.", no_args_is_help=True)

Out = Annotated[Path, typer.Argument(metavar="OUT", help="The --out of a run, or the folder of its plates.",
                                     show_default=False)]
Frame = Annotated[int, typer.Option(help="The frame.", show_default=False)]
At = Annotated[list[str], typer.Option(metavar="X,Y", help="A place in px from the top left corner. Repeated, it is a "
                                       "line through several regions.", show_default=False)]
Color = Annotated[str | None, typer.Option(help="A color of the palette, by name.", show_default=False)]
Note = Annotated[str, typer.Option(help="Why, for whoever reads the list.")]
Author = Annotated[str | None, typer.Option(help="Who; by default the user of this machine.", show_default=False)]
Events = Annotated[bool, typer.Option("--events", help="Tell progress as JSON lines on stdout.")]
Ids = Annotated[list[str], typer.Argument(metavar="ID...", help="Ids, or their beginnings.", show_default=False)]


@app.command()
def pin(
    out: Out, frame: Frame, at: At, color: Color = None,
    like: Annotated[str | None, typer.Option(metavar="FRAME,X,Y", help="Paint the region like the one at this place "
                         "of another frame, painted or coloured.")] = None,
    unknown: Annotated[bool, typer.Option("--unknown", help="Leave the region unpainted.")] = False,
    lock: Annotated[bool, typer.Option("--lock", help="Keep the color here, and carry it nowhere else.")] = False,
    note: Note = "", author: Author = None, events: Events = False,
) -> None:
    """Say which color a region has: it spreads to the same part in other frames, and their plates follow."""
    from ..pipeline.correcting import anchored, correct, open_colored, stroke
    from ..protocol.corrections import Correction

    points = [_point(text) for text in at]
    if sum((color is not None and not lock, like is not None, unknown, lock)) != 1 or (lock and color is None):
        raise InputError("a pin needs one of --color NAME, --color NAME --lock, --like FRAME,X,Y and --unknown")
    if len(points) > 1 and (color is None or lock):
        raise InputError("--at can be repeated with --color alone, for a stroke; give one place")
    if color is not None and not lock:
        correction = stroke(frame, points, color)
    elif like is not None:
        correction = Correction("pin", frame, tuple(points[:1]), like=_like(like))
    else:
        correction = Correction("lock" if lock else "unknown", frame, tuple(points[:1]), color or "")
    shot = open_colored(out)
    if correction.like is not None:
        anchored(shot, Correction("pin", correction.like[0] or 0, (correction.like[1:],)))  # is there such a place?
    correct(shot, anchored(shot, correction._replace(note=note)), author=author)
    _follow(out, events, first=frame)


@app.command()
def area(
    out: Out, frame: Frame,
    at: Annotated[list[str], typer.Option(metavar="X,Y", help="A place in px from the top left corner: its paint. "
                                          "Repeated, an outline that begins inside the region.", show_default=False)],
    color: Annotated[str, typer.Option(help="A color of the palette, by name.", show_default=False)],
    note: Note = "", author: Author = None,
) -> None:
    """Paint a part of a region of several colours: the same region in other frames is painted like it."""
    from ..pipeline.correcting import anchored, correct, open_colored
    from ..protocol.corrections import Correction

    points = tuple(_point(text) for text in at)
    if len(points) == 2:
        raise InputError("an area needs --at once, for the paint at that place, or three times and more, around it")
    shot = open_colored(out)
    correct(shot, anchored(shot, Correction("area", frame, points, color, note=note)), author=author)
    _follow(out, first=frame)


@app.command()
def line(
    out: Out, frame: Frame, at: At,
    opens: Annotated[bool, typer.Option("--open", help="Make the regions under the line one; else it parts "
                                        "them.")] = False,
    along: Annotated[bool, typer.Option("--along", help="Draw it in the other drawings too, where their lines "
                                        "went.")] = False,
    frames: Annotated[str | None, typer.Option(help="With --along: in these frames alone, such as 1-48.")] = None,
    note: Note = "", author: Author = None,
) -> None:
    """Close a gap between lines, or open lines: the regions of the drawings change with the next run."""
    from ..pipeline.correcting import anchored, correct, open_colored
    from ..pipeline.line_placements import drawings_of, placements
    from ..protocol.corrections import Correction

    points = tuple(_point(text) for text in at)
    if len(points) < 2:
        raise InputError("a line needs --at twice or more: the places that it goes through")
    if frames and not along:
        raise InputError("--frames limits a line that goes along its track; give --along too, or leave --frames out")
    shot = open_colored(out)
    one = Correction("line", frame, points, closes=not opens, note=note, along=along)
    parts = [one._replace(frame=first, last=last, at=frame if frame != first else None)
             for first, last in frame_runs(_frames_of(shot.shot.frames, frames))] if frames else [one]
    there = correct(shot, *(anchored(shot, part) for part in parts), author=author)
    told = placements(there, drawings_of(shot))
    for made in there[-len(parts):]:
        say(told.get(made.id, f"drawn in frame {frame}"))
    say("these drawings are cut anew by the next run: colour the shot again with --resume")


@app.command()
def approve(out: Out, frame: Frame, note: Note = "", author: Author = None) -> None:
    """Call a frame right as it is: its regions count as pins for the others, and no later pin changes it."""
    from ..pipeline.correcting import approval, correct, open_colored

    shot = open_colored(out)
    approved = approval(shot, frame, shot.wanted().before_recolors.get(frame, {}))
    correct(shot, approved._replace(note=note), author=author)
    _follow(out, first=frame)


@app.command()
def recolor(
    out: Out,
    old: Annotated[str | None, typer.Option("--from", help="The color that is to be another one.")] = None,
    new: Annotated[str | None, typer.Option("--to", help="The color that it becomes.")] = None,
    frames: Annotated[str | None, typer.Option(help="In these frames, such as 1-48; all by default.")] = None,
    box: Annotated[str | None, typer.Option(metavar="X0,Y0,X1,Y1", help="Only within this box, in px.")] = None,
    at: Annotated[str | None, typer.Option(metavar="FRAME,X,Y", help="Only where the part at this place goes.")] = None,
    note: Note = "", author: Author = None,
) -> None:
    """Make the plates again that the corrections change; with --from and --to, add such a correction first."""
    from ..pipeline.correcting import anchored, check_colors, correct, open_colored
    from ..protocol.corrections import Correction

    if old is None or new is None:
        if old or new or box or at or frames:
            raise InputError("recolor needs both --from and --to; without them it applies the corrections there are")
        _follow(out)
        return
    shot = open_colored(out)
    check_colors(shot, old, new)
    wanted = _frames_of(shot.shot.frames, frames)
    correction = Correction("recolor", wanted[0], (), new, old, last=wanted[-1], note=note)
    if box is not None:
        x0, y0, x1, y1 = (int(one) for one in _numbers(box, 4, "--box"))
        if not (x0 < x1 and y0 < y1):
            raise InputError(f"--box {box} is empty; give its left, top, right and bottom edge, such as 10,20,640,360")
        correction = correction._replace(box=(x0, y0, x1, y1))
    if at is not None:
        frame, x, y = _numbers(at, 3, "--at")
        correction = anchored(shot, correction._replace(points=((x, y),), at=_whole(frame, at)))
    runs = frame_runs(wanted) if frames else [(wanted[0], wanted[-1])]
    correct(shot, *(correction._replace(frame=first, last=last) for first, last in runs), author=author)
    _follow(out, first=correction.at)


@corrections_app.command("list")
def list_corrections(out: Out) -> None:
    """List the corrections of a shot, in order, with their ids."""
    from ..pipeline.correcting import open_colored
    from ..pipeline.line_placements import drawings_of, not_followed, placements

    shot = open_colored(out)
    there = shot.corrections()
    lost = {one.correction.id: one.reason for one in shot.wanted().lost}
    placed = placements(there, drawings_of(shot))
    waiting = {one.correction.id: one.reason for one in not_followed(shot, there)}
    for one in there:
        state = "undone" if one.undone else "off" if not one.on else "lost" if one.id in lost else "on"
        say("  ".join(filter(None, (one.id, f"{state:<6}", one.text, one.author, one.time, one.note,
                                    lost.get(one.id, ""), placed.get(one.id, ""), waiting.get(one.id, "")))))
    say(f"{counted(len(there), 'correction')} in {shot.corrections_path}")


@corrections_app.command()
def undo(out: Out, events: Events = False) -> None:
    """Take the latest correction back."""
    _change(out, undone, events)


@corrections_app.command()
def redo(out: Out) -> None:
    """Do again what was taken back."""
    _change(out, redone)


@corrections_app.command()
def drop(out: Out, ids: Ids) -> None:
    """Remove corrections from the list."""
    _change(out, lambda there: dropped(there, ids))


@corrections_app.command()
def on(out: Out, ids: Ids) -> None:
    """Switch corrections on."""
    _change(out, lambda there: switched(there, ids, True))


@corrections_app.command()
def off(out: Out, ids: Ids) -> None:
    """Switch corrections off; they stay in the list."""
    _change(out, lambda there: switched(there, ids, False))


@corrections_app.command()
def merge(
    out: Out,
    other: Annotated[Path, typer.Argument(help="Another person's corrections.json.", show_default=False)],
) -> None:
    """Add the corrections of another person, in the order of time."""
    from ..protocol.corrections_file import load_corrections

    if not other.is_file():
        raise InputError(f"{other}: there is no such file; give a corrections.json")
    theirs = load_corrections(other)
    _change(out, lambda there: merged(there, theirs))


def _change(out: Path, how: Callable[[Corrections], Corrections], events: bool = False) -> None:
    from ..pipeline.correcting import open_colored
    from ..protocol.corrections_file import change

    shot = open_colored(out)
    before = _lines(shot.corrections())
    if _lines(change(shot.corrections_path, how)) != before:
        words = "lines of drawings have changed: they are cut anew by the next run, with --resume"
        say(to_line(Message("warning", words)) if events else words)
    _follow(out, events)


def _lines(corrections: Corrections) -> set[str]:
    return {one.id for one in counting(corrections) if one.kind == "line"}


def _follow(out: Path, events: bool = False, *, first: int | None = None) -> None:
    """Make the plates that change, that of a frame that was pointed at before the others, and say which."""
    from ..pipeline.correcting import apply, open_colored
    from .correct_events import follow_events, kept_sentence

    if events:
        for event in follow_events(out, first=first):
            go_on()
            say(to_line(event))
        return
    shot = open_colored(out)
    try:
        applied = apply(shot, first=first, tell=lambda again: say(str(again.path)))
    except ShotError as error:
        say(kept_sentence(error))
        return
    for sentence in applied.lost:
        say(sentence)
    say(f"{len(applied.rewritten)} of {len(shot.frames)} plates changed")


def _frames_of(shot: Sequence[int], text: str | None) -> Sequence[int]:
    """Return the frames of a shot that an option names, all without one."""
    wanted = parse_frames(text) if text else shot
    strangers = sorted(set(wanted) - set(shot))
    if strangers:
        raise InputError(f"frame {frames_text(strangers)} is not in the shot ({frames_text(shot)})")
    return wanted


def _point(text: str) -> Point:
    x, y = _numbers(text, 2, "--at")
    return x, y


def _like(text: str) -> tuple[int, float, float]:
    name, _, rest = text.partition(",")
    x, y = _numbers(rest, 2, "--like")
    return _whole(next(_numbers(name, 1, "--like")), text), x, y


def _whole(value: float, text: str) -> int:
    if value != int(value):
        raise InputError(f"{text}: a frame is a whole number")
    return int(value)


def _numbers(text: str, count: int, option: str) -> Iterator[float]:
    try:
        found = [float(part) for part in text.split(",")]
    except ValueError:
        found = []
    if len(found) != count or not all(map(math.isfinite, found)):
        raise InputError(f"{option} {text}: {count} numbers with commas between are needed, such as "
                         f"{','.join(['640', '360', '10', '20'][:count])}")
    return iter(found)
