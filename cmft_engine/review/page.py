"""The report as one HTML page that needs no network and no other file. Writes nothing."""

import base64
import html
from pathlib import PurePath

from ..image.palette import Palette
from ..protocol.plain import counted
from ..protocol.tracks import group_tracks, ratio
from .page_style import SCRIPT, STYLE
from .report_data import WHOLE_FRAME, FrameReport, ReportData, ReportTrack, Thumbnails, UnsureRegion

MAX_CARDS = 400  # about 4 MB of pictures; report.json lists all
GENERATOR = '<meta name="generator" content="CMFT">'  # by which a later run knows the page as its own
_LOCATOR_PX = 46
_POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'unsafe-inline'"


def page(data: ReportData, thumbnails: Thumbnails) -> str:
    """Return the whole page; all texts are escaped, `thumbnails` holds JPEG bytes by (frame, region label)."""
    title = html.escape(data.title)
    parts = [_header(data), "<main>", _strip(data, thumbnails), _review(data, thumbnails), _palette(data.palette),
             _particulars(data), "</main>", _footer(data)]
    return (f'<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n{GENERATOR}\n'
            f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">\n'
            f'<meta name="viewport" content="width=device-width, initial-scale=1">\n<title>{title}</title>\n'
            f'<style>{STYLE}</style>\n</head>\n<body>\n' + "\n".join(parts)
            + f"\n<script>{SCRIPT}</script>\n</body>\n</html>\n")


def _header(data: ReportData) -> str:
    n_unsure = len(data.unsure)
    n_checked = len({frame.frame for frame, _ in data.unsure})
    each = data.seconds / len(data.frames) if data.frames else 0.0
    stats = [(_number(len(data.frames)), "frames", ""), (_number(data.n_regions), _regions_text(data), ""),
             (_number(n_unsure), "to check by hand", "warn" if n_unsure else ""),
             (_number(data.n_unknown), "first seen, hatched", "warn" if data.n_unknown else ""),
             (_number(n_checked), "frames to look at", ""),
             (_percent(_mean(data)), "mean confidence", ""),
             (_duration(data.seconds), f"in all, {each:.1f} s a frame", "")]
    tiles = "".join(f'<div class="stat {kind}"><b>{value}</b><span>{label}</span></div>'
                    for value, label, kind in stats)
    notes = "".join(f"<li>{html.escape(note)}</li>" for note in data.notes)
    return (f'<header>\n<h1>{html.escape(data.title)}</h1>\n<div class="lines mono">{html.escape(data.lines)}</div>\n'
            f'<div class="stats">{tiles}</div>\n{f"<ul class=notes>{notes}</ul>" if notes else ""}</header>')


def _regions_text(data: ReportData) -> str:
    """Return what the number of regions is called, and how many were coloured in each way."""
    return "regions" + "".join(f", {_number(number)} {html.escape(name)}" for name, number in data.kinds.items()
                               if number)


def _strip(data: ReportData, thumbnails: Thumbnails) -> str:
    tiles = "".join(_tile(frame, thumbnails.get((frame.frame, WHOLE_FRAME))) for frame in data.frames)
    return f'<h2>Frames<small>click one to see only its regions</small></h2>\n<div class="strip">{tiles}</div>'


def _tile(frame: FrameReport, picture: bytes | None) -> str:
    name = html.escape(PurePath(frame.path).name)
    if frame.held_from is not None:
        state = f"<i>= {int(frame.held_from)}</i>"
    else:
        state = f'<i class="warn">{len(frame.unsure)} to check</i>' if frame.unsure else "<i>sure</i>"
    shown = _image(picture, f"frame {frame.frame}") if picture else "no picture"
    kind = "low" if frame.unsure else ""
    about = f"{name}: {_percent(frame.confidence)} sure, {counted(frame.regions, 'region')}, {frame.seconds:.1f} s"
    return (f'<button class="frame" type="button" data-frame="{frame.frame}" title="{about}">'
            f'<span class="picture">{shown}</span>{_bar(frame.confidence, kind)}'
            f'<span class="about"><b>{frame.frame}</b>{state}</span></button>')


def _review(data: ReportData, thumbnails: Thumbnails) -> str:
    tracks = group_tracks(data.frames, lambda frame: frame.unsure)
    if not tracks:
        return ('<h2>To check by hand</h2>\n<div class="good">Nothing: every region is above the confidence that was '
                "asked for.</div>")
    cards = "".join(_card(number, track, thumbnails, data) for number, track in enumerate(tracks[:MAX_CARDS]))
    more = f", the first {MAX_CARDS} shown; report.json lists all" if len(tracks) > MAX_CARDS else ""
    return (f"<h2>To check by hand<small>{counted(len(tracks), 'part')} of the drawings, "
            f"{counted(len(data.unsure), 'region')} in all; most doubt first{more}</small></h2>\n"
            f'{_tools(tracks[:MAX_CARDS])}\n<div class="grid" id="grid">{cards}</div>')


def _tools(tracks: list[ReportTrack]) -> str:
    frames = sorted({frame for track in tracks for frame in track.frames})
    colors = sorted({track.worst[1].color for track in tracks})
    return ('<div class="tools" id="tools" hidden>'
            f'<label>Frame <select id="by-frame">{_options(["", *map(str, frames)])}</select></label>'
            f'<label>Color <select id="by-color">{_options(["", *colors])}</select></label>'
            '<label>Order <select id="sort"><option value="confidence">most doubt first</option>'
            '<option value="area">largest first</option><option value="frame">by frame</option></select></label>'
            '<span id="shown"></span></div>')


def _options(values: list[str]) -> str:
    return "".join(f'<option value="{html.escape(value)}">{html.escape(value) or "all"}</option>' for value in values)


def _card(number: int, track: ReportTrack, thumbnails: Thumbnails, data: ReportData) -> str:
    frame, region = _shown(track, thumbnails)
    picture = thumbnails.get((frame.frame, region.label))
    runner_up = (f'<span class="or">or</span>{_chip(region.runner_up, data.palette)}' if region.runner_up else "")
    color = html.escape(region.color)
    shown = _image(picture, f"{region.color} region in frame {frame.frame}") if picture else "no picture"
    x0, y0, x1, y1 = region.bbox
    return (f'<article class="card" data-order="{number}" data-frame="{frame.frame}" '
            f'data-frames="{" ".join(map(str, track.frames))}" data-area="{region.area}" '
            f'data-color="{color}"><div class="picture">{shown}</div>{_bar(region.confidence, "low")}<div class="body">'
            f'<div class="top"><b>Frame {frame.frame}</b>'
            f'<span class="low">{_percent(region.confidence)} sure</span></div>'
            f'<div class="choice">{_chip(region.color, data.palette)}{runner_up}</div>'
            f'<div class="reason">{html.escape(track.reason)}{_others(track)}</div>'
            f'<div class="where">{_locator(region, data.size)}'
            f"<span>{html.escape(region.kind)}, {_number(region.area)} px, region {region.label}"
            f"<br>at {x0}, {y0} to {x1}, {y1}</span>"
            "</div></div></article>")


def _shown(track: ReportTrack, thumbnails: Thumbnails) -> tuple[FrameReport, UnsureRegion]:
    """The least sure region of a track, or the first that has a picture where that one has none."""
    pictured = [entry for entry in track.entries if (entry[0].frame, entry[1].label) in thumbnails]
    return track.worst if track.worst in pictured or not pictured else pictured[0]


def _others(track: ReportTrack) -> str:
    return f"<br>{len(track.entries)} regions, {track.frames_text}" if track.entries[1:] else ""


def _locator(region: UnsureRegion, size: tuple[int, int]) -> str:
    """Return a small map of the frame with the region's place in it, as SVG."""
    width, height = size
    if width <= 0 or height <= 0:
        return ""
    scale = _LOCATOR_PX / max(width, height)
    x0, y0, x1, y1 = (value * scale for value in region.bbox)
    return (f'<svg width="{width * scale:.0f}" height="{height * scale:.0f}" aria-hidden="true"><rect x="{x0:.1f}" '
            f'y="{y0:.1f}" width="{max(x1 - x0, 3):.1f}" height="{max(y1 - y0, 3):.1f}" fill="#e0a030"/></svg>')


def _palette(palette: Palette) -> str:
    swatches = "".join(f'<div class="swatch">{_chip(color.name, palette)}<div class="mono">'
                       f'{_look(color.name, palette) or "transparent"} &nbsp;{_number(color.area)} px</div></div>'
                       for color in palette.colors)
    return (f"<h2>Palette<small>{len(palette)} colors in {html.escape(palette.space)}, area in the references"
            f'</small></h2>\n<div class="swatches">{swatches}</div>')


def _particulars(data: ReportData) -> str:
    references = [(str(number), reference) for number, reference in enumerate(data.references, 1)]
    settings = [(name, str(value)) for name, value in data.settings.items()]
    timings = [(stage, f"{spent:.1f} s") for stage, spent in data.timings.items()]
    frames = [(str(frame.frame),
               f"{frame.path}, {counted(frame.regions, 'region')}, {_percent(frame.confidence)} sure, "
               + (f"holds {frame.held_from}" if frame.held_from is not None else f"{frame.seconds:.2f} s"))
              for frame in data.frames]
    return "<h2>Particulars</h2>\n" + "".join(
        f"<details{' open' if opened else ''}><summary>{name}</summary><table>{_rows(rows)}</table></details>"
        for name, rows, opened in (("References", references, True), ("Settings", settings, False),
                                   ("Time by stage", timings, False),
                                   ("Frames and files", frames, False)) if rows)


def _footer(data: ReportData) -> str:
    return (f"<footer>CMFT {html.escape(data.version)} · weights {html.escape(data.weights)} · report.json beside this "
            "page holds the same for programs</footer>")


def _rows(rows: list[tuple[str, str]]) -> str:
    return "".join(f"<tr><th>{html.escape(name)}</th><td>{html.escape(text)}</td></tr>" for name, text in rows)


def _chip(name: str, palette: Palette) -> str:
    look = _look(name, palette)
    style = f'class="chip" style="--c:{look}"' if look else 'class="chip none"'
    return f"<span {style}>{html.escape(name)}</span>"


def _look(name: str, palette: Palette) -> str:
    """Return a color as #rrggbb as a display shows it, "" for a transparent or unknown one."""
    if name not in palette.names or palette.values[palette.index(name)][3] == 0:
        return ""
    shown = palette.display[palette.index(name)]
    return "#" + "".join(f"{round(min(max(float(channel), 0.0), 1.0) * 255):02x}" for channel in shown)


def _image(picture: bytes, text: str) -> str:
    data = base64.b64encode(picture).decode("ascii")
    return f'<img alt="{html.escape(text)}" src="data:image/jpeg;base64,{data}">'


def _bar(confidence: float, kind: str) -> str:
    return f'<span class="bar {kind}"><span style="width:{100 * ratio(confidence):.0f}%"></span></span>'


def _mean(data: ReportData) -> float:
    return sum(ratio(frame.confidence) for frame in data.frames) / len(data.frames) if data.frames else 0.0


def _percent(confidence: float) -> str:
    return f"{100 * ratio(confidence):.0f} %"


def _number(value: int) -> str:
    return f"{value:,}".replace(",", "\u2009")


def _duration(value: float) -> str:
    minutes, rest = divmod(max(value, 0.0), 60)
    return f"{minutes:.0f} min {rest:.0f} s" if minutes else f"{rest:.1f} s"
