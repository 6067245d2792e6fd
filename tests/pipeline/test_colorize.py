"""A shot is coloured frame by frame: each drawing once, finished frames kept, painters' colours exact.

Runs with random networks: nothing here depends on what they find.
"""

import dataclasses
import json
import traceback
from pathlib import Path

import numpy as np
import pytest

from cmft_engine.image.palette import Palette, PaletteColor
from cmft_engine.image.palette_files import save_palette
from cmft_engine.image.plate import read_plate, write_plate
from cmft_engine.matching.matcher import Matcher
from cmft_engine.matching.network import cmft
from cmft_engine.pipeline import colorize as pipeline
from cmft_engine.pipeline import reference_matcher
from cmft_engine.pipeline.colorize import colorize, colorize_iter
from cmft_engine.protocol.errors import PaletteError
from cmft_engine.protocol.events import Finished, FrameDone, Message, Skipped, Started
from cmft_engine.protocol.settings import Settings
from cmft_engine.shot.shot import Shot
from tests.drawings import PAINTS, figure, write, write_shot

pytestmark = pytest.mark.usefixtures("any_weights")
SMALL = Settings(work_size=128, device="cpu")
A, B, C = figure(), figure(4, 1), figure(-3, 2)
BARE = A.labels > 0


def steps(*arguments, **named):
    """The events of a run without its messages."""
    events = colorize_iter(*arguments, **named)
    try:
        yield from (event for event in events if not isinstance(event, Message))
    finally:
        events.close()


def messages(*arguments, **named):
    return [event.text for event in colorize_iter(*arguments, **named) if isinstance(event, Message)]


@pytest.fixture
def shot(tmp_path):
    """Draw a shot on ABAB: frames 1 to 4, painted at frame 9, which is none of its own."""
    def shot(drawings=None, reference=None, frames=None):
        drawings = drawings or {1: A, 2: B, 3: A, 4: B, 9: C}
        at = reference or max(drawings)
        lines = write_shot(tmp_path, drawings, reference=at)
        return Shot.open(lines, reference=f"{tmp_path}/ref.png@{at}", frames=frames)
    return shot


@pytest.fixture
def out(tmp_path):
    return tmp_path / "o" / "c.####.png"


def as_file(painting):
    """The values of a painting after it was written with 8 bits."""
    return np.float32(np.rint(painting * 255) / np.float32(255))


def held(events):
    return {event.frame: event.held_from for event in events if isinstance(event, FrameDone)}


def times(out):
    return {path.name: path.stat().st_mtime_ns for path in sorted(out.parent.glob("*.png"))}


def test_events_of_a_run(shot, out):
    """Started, one event a frame whose plate stands on disk, Finished with both reports."""
    seen = []
    for event in steps(shot(), out, settings=SMALL):
        assert not isinstance(event, FrameDone) or Path(event.path).is_file()
        seen.append(event)
    assert isinstance(seen[0], Started) and seen[0].frames == 5 and seen[0].device.startswith("CPU")
    assert [event.frame for event in seen[1:-1]] == [1, 2, 3, 4, 9]
    assert all(event.regions == 4 and 0 <= event.confidence <= 1 for event in seen[1:-1])
    assert isinstance(seen[-1], Finished) and seen[-1].frames == 5
    assert Path(seen[-1].report).is_file() and Path(seen[-1].html).is_file()


def test_only_colors_of_the_reference(shot, out):
    """Whatever the networks say, a bare pixel holds one of the reference's colours, bit for bit."""
    colorize(shot(frames="1-2"), out, settings=SMALL)
    allowed = {tuple(paint) for paint in as_file(np.array(PAINTS, np.float32))}
    for frame, drawing in ((1, A), (2, B)):
        found = read_plate(out.parent / f"c.{frame:04d}.png").rgb()[drawing.labels > 0]
        assert {tuple(color) for color in found} <= allowed


def test_the_painters_own_frame_is_kept(shot, out):
    """At the reference's frame the plate is the painting, nothing there needs a check, and it is sure."""
    report = colorize(shot({1: A}), out, settings=SMALL.replace(confidence_below=1.0))
    assert np.array_equal(read_plate(out.parent / "c.0001.png").rgb()[BARE], as_file(A.painted())[BARE])
    (frame,) = json.loads(report.json.read_text())["frames"]
    assert frame["confidence"] == 1.0 and report.unsure == 0


@pytest.mark.parametrize("at", [1, 3])
def test_a_hold_of_the_painters_drawing_is_kept(shot, out, at):
    """Frames that show the painted drawing get the painter's colours too, before and after the reference."""
    colorize(shot({1: A, 2: B, 3: A}, reference=at), out, settings=SMALL)
    for frame in (1, 3):
        found = read_plate(out.parent / f"c.{frame:04d}.png").rgb()
        assert np.array_equal(found[BARE], as_file(A.painted())[BARE])


def test_two_paintings_of_one_drawing(shot, out, tmp_path):
    """When a held drawing is painted anew at a later frame, each frame keeps its own painting."""
    lines = write_shot(tmp_path, {1: A, 5: A}, reference=1)
    write(A.painted(PAINTS[::-1]), tmp_path / "night.png")
    two = Shot.open(lines, reference=[f"{tmp_path}/ref.png@1", f"{tmp_path}/night.png@5"])
    colorize(two, out, settings=SMALL)
    night = read_plate(out.parent / "c.0005.png").rgb()
    assert np.array_equal(night[BARE], as_file(A.painted(PAINTS[::-1]))[BARE])


def test_a_hold_is_colored_once(shot, out, monkeypatch):
    """Of ABAB only A and B are matched; the held frames name them and hold the same pixels."""
    matched = []
    match = Matcher.match_to_references
    monkeypatch.setattr(Matcher, "match_to_references", lambda self, *rest: (matched.append(1), match(self, *rest))[1])
    events = list(steps(shot(frames="1-4"), out, settings=SMALL))
    assert held(events) == {1: None, 2: None, 3: 1, 4: 2}
    assert len(matched) == 2
    plates = [read_plate(out.parent / f"c.{frame:04d}.png").pixels for frame in (1, 2, 3, 4)]
    assert np.array_equal(plates[0], plates[2]) and np.array_equal(plates[1], plates[3])


@pytest.mark.parametrize("finished", [1, 2, 3])
def test_stopped_and_resumed(shot, out, finished):
    """Stopped after any frame of ABAB, --resume skips what is finished, colours the rest, and both runs agree."""
    settings = SMALL.replace(temporal_radius=0)  # else the whole shot may change what a part of it found
    events = steps(shot(frames="1-4"), out, settings=settings)
    for _ in range(1 + finished):
        next(events)
    events.close()
    before = times(out)
    assert len(before) == finished
    seen = list(steps(shot(frames="1-4"), out, settings=settings, resume=True))
    assert [type(event) for event in seen[1:-1]] == [Skipped] * finished + [FrameDone] * (4 - finished)
    assert {name: time for name, time in times(out).items() if name in before} == before
    plates = [read_plate(out.parent / f"c.{frame:04d}.png").pixels for frame in (1, 2, 3, 4)]
    assert np.array_equal(plates[0], plates[2]) and np.array_equal(plates[1], plates[3])
    assert len(json.loads(Path(seen[-1].report).read_text())["frames"]) == 4


def test_resume_takes_only_what_is_up_to_date(shot, out, tmp_path):
    """A redrawn line plate and a damaged output are coloured again; the others stay untouched."""
    settings = SMALL.replace(temporal_radius=0)
    colorize(shot(frames="1-4"), out, settings=settings)
    before = times(out)
    write(C.lines(), tmp_path / "lines.0002.png")
    (out.parent / "c.0003.png").write_bytes(b"cut off")
    again = Shot.open(tmp_path / "lines.####.png", reference=f"{tmp_path}/ref.png@9", frames="1-4")
    seen = list(steps(again, out, settings=settings, resume=True))
    assert [event.frame for event in seen if isinstance(event, Skipped)] == [1, 4]
    changed = {name for name, time in times(out).items() if before[name] != time}
    assert changed == {"c.0002.png", "c.0003.png"}


def test_a_painting_far_away_serves_its_own_drawing(tmp_path):
    """Of more references than a frame uses, the one that shows its very drawing is among them."""
    drawings = {1: A, **{frame: figure(frame, 1) for frame in range(2, 8)}, 30: A}
    lines = write_shot(tmp_path, drawings, reference=30)
    paintings = [f"{tmp_path}/ref.png@30"]
    for frame in range(3, 8):
        write(drawings[frame].painted(), tmp_path / f"ref{frame}.png")
        paintings.append(f"{tmp_path}/ref{frame}.png@{frame}")
    colorize(Shot.open(lines, reference=paintings), tmp_path / "c.####.png", settings=SMALL)
    plates = [read_plate(tmp_path / f"c.{frame:04d}.png").pixels for frame in (1, 30)]
    assert np.array_equal(*plates)


@pytest.mark.parametrize("what", ["reference", "setting", "weights"])
def test_resume_colors_anew_when_everything_changed(shot, out, tmp_path, monkeypatch, what):
    """Another painting, setting or checkpoint makes every finished frame stale."""
    colorize(shot(frames="1"), out, settings=SMALL)
    if what == "reference":
        write(C.painted(PAINTS[::-1]), tmp_path / "ref.png")
    if what == "weights":
        load = reference_matcher.load_checkpoint
        monkeypatch.setattr(reference_matcher, "load_checkpoint", lambda: dataclasses.replace(load(), sha256="another"))
    settings = SMALL.replace(ink="none") if what == "setting" else SMALL
    again = Shot.open(tmp_path / "lines.####.png", reference=f"{tmp_path}/ref.png@9", frames="1")
    seen = list(steps(again, out, settings=settings, resume=True))
    assert [type(event) for event in seen[1:-1]] == [FrameDone]


def test_nothing_left_to_do(shot, out):
    """A finished shot resumes without matching anything, and its report keeps every frame and the palette."""
    colorize(shot(frames="1-2"), out, settings=SMALL)
    seen = list(steps(shot(frames="1-2"), out, settings=SMALL, resume=True))
    assert [type(event) for event in seen] == [Started, Skipped, Skipped, Finished]
    report = json.loads((out.parent / "report.json").read_text())
    assert [frame["frame"] for frame in report["frames"]] == [1, 2]
    assert len(report["palette"]["colors"]) == len(PAINTS)
    assert "match" not in report["timings"]


def test_no_ink(shot, out):
    """--ink none leaves only palette colours, also under the lines."""
    colorize(shot({1: A}), out, settings=SMALL.replace(ink="none"))
    found = read_plate(out.parent / "c.0001.png").rgb()
    assert {tuple(c) for c in found.reshape(-1, 3)} <= {tuple(p) for p in as_file(np.array(PAINTS, np.float32))}


@pytest.mark.parametrize("mode", ["auto", "paint", "flats"])
def test_a_painting_with_a_gradient(shot, out, tmp_path, mode):
    """Held lines get the very painting, in flats mode its paints; the report and the EXR say how that was done."""
    found = shot({1: A, 2: A}, reference=1)
    slope = np.linspace(0.7, 1, 64, dtype=np.float32)[:, None, None]
    write(A.painted() * np.where(A.paint == 1, slope[..., 0], 1)[..., None], tmp_path / "ref.png")
    report = colorize(found, out.with_name("c.####.exr"), settings=SMALL.replace(mode=mode, output_space="sRGB"))
    plate = read_plate(out.with_name("c.0002.exr"))
    wanted = read_plate(tmp_path / "ref.png").rgb()
    assert np.array_equal(plate.rgb()[BARE], wanted[BARE]) == (mode != "flats")
    n_paints = len(json.loads(report.json.read_text())["palette"]["colors"])
    assert (len(np.unique(plate.rgb()[BARE], axis=0)) <= n_paints) == (mode == "flats")
    kinds = json.loads(report.json.read_text())["frames"][1]["kinds"]
    assert sum(kinds.values()) == 4 and (kinds["carried"] > 0) == (mode != "flats")
    kind = plate.pixels[..., plate.channels.index("kind.Y")]
    assert (kind == 2).any() == (mode != "flats")


def test_edges_leave_the_painters_own_frame_alone(shot, out, tmp_path):
    """Whatever --edges says, a frame that the painter coloured keeps its pixels, borders without ink too."""
    index = np.where(np.arange(64)[None] < 20, 1, C.paint)  # a second paint beside the first, no line between
    for edges in ("painted", "hard", "soft"):
        plates = shot({1: A, 9: C}, frames="9")
        write(np.where(C.labels[..., None] == 0, 0, np.array(PAINTS, np.float32)[index]), tmp_path / "ref.png")
        colorize(plates, out, settings=SMALL.replace(edges=edges), overwrite=True)
        found = read_plate(out.parent / "c.0009.png").rgb()
        assert np.array_equal(found[C.labels > 0], as_file(np.array(PAINTS, np.float32)[index])[C.labels > 0])


def test_what_is_unknown_may_stay_paper(shot, out, monkeypatch):
    """--unknown paper leaves a region that no reference shows in the colour of the rim, and the report lists it."""
    monkeypatch.setattr("cmft_engine.matching.decide.UNKNOWN_BELOW", 2.0)  # then every region is first seen
    report = colorize(shot({1: A, 9: C}, frames="1"), out, settings=SMALL.replace(unknown="paper"))
    content = json.loads(report.json.read_text())
    assert content["summary"]["unknown"] == content["summary"]["regions"] == 4
    assert {region["reason"] for region in content["frames"][0]["unsure"]} == {"first seen: no reference shows it"}
    assert len(np.unique(read_plate(out.parent / "c.0001.png").rgb()[BARE], axis=0)) == 1


def test_a_given_palette_recolors(shot, out, tmp_path):
    """--palette with the reference's colours under other names puts those names into the report."""
    values = [(*map(float, paint), 1.0) for paint in as_file(np.array(PAINTS, np.float32))]
    colors = tuple(PaletteColor(f"paint {i}", value) for i, value in enumerate(values))
    save_palette(Palette(colors), tmp_path / "p.json")
    report = colorize(shot({1: A}), out, settings=SMALL, palette=tmp_path / "p.json")
    named = json.loads(report.json.read_text())["palette"]["colors"]
    assert [color["name"] for color in named] == ["paint 0", "paint 1", "paint 2", "paint 3"]


def test_unsure_regions_are_reported(shot, out):
    """With a limit of 1 every region that is not certain is listed, least sure first, with box and colour name."""
    report = colorize(shot(frames="1"), out, settings=SMALL.replace(confidence_below=1.0))
    (frame,) = json.loads(report.json.read_text())["frames"]
    assert report.unsure == len(frame["unsure"]) == 4
    region = next(r for r in frame["unsure"] if r["area"] == (A.labels == 1).sum())
    assert region["bbox"] == [0, 0, 64, 64] and region["color"]
    assert colorize(shot(frames="1"), out, settings=SMALL.replace(confidence_below=0.0), overwrite=True).unsure == 0


def test_the_nearest_references_are_used(shot, tmp_path, monkeypatch, out):
    """Of six references a frame uses the four nearest in time, the nearest first."""
    lines = write_shot(tmp_path, {n: figure(n % 5, n // 5) for n in range(1, 8)}, reference=1)
    for n in (1, 2, 3, 5, 6, 7):
        write(figure(n % 5, n // 5).painted(), tmp_path / f"ref.{n}.png")
    used = []
    match = Matcher.match_to_references
    monkeypatch.setattr(Matcher, "match_to_references", lambda self, drawing, use: (used.append(use),
                                                                               match(self, drawing, use))[1])
    shot = Shot.open(lines, reference=[f"{tmp_path}/ref.{n}.png@{n}" for n in (7, 6, 5, 3, 2, 1)], frames="4")
    colorize(shot, out, settings=SMALL)
    assert [[shot.references[i].frame for i in use] for use in used] == [[3, 5, 2, 6]]


def test_a_sheet_given_twice_counts_once(tmp_path, out):
    """The same reference twice gives the plates that it gives alone, divided regions included."""
    paint = A.painted()
    paint[:, :32] *= np.float32(0.5)  # a shadow with no line between
    lines = write_shot(tmp_path, {1: A, 2: B, 3: C}, reference=1)
    write(paint, tmp_path / "sheet.png")
    plates = []
    for count in (1, 2):
        shot = Shot.open(lines, reference=[f"{tmp_path}/sheet.png@sheet"] * count)
        colorize(shot, out, settings=SMALL, overwrite=True)
        plates.append([read_plate(out.parent / f"c.{frame:04d}.png").pixels for frame in (1, 2, 3)])
    assert np.array_equal(*plates)


def test_order_of_references_changes_nothing(tmp_path, out):
    """References given in another order give the same plate."""
    lines = write_shot(tmp_path, {1: A, 2: B, 3: C}, reference=1)
    write(C.painted(), tmp_path / "second.png")
    names = [f"{tmp_path}/ref.png@1", f"{tmp_path}/second.png@3"]
    plates = []
    for order in (names, names[::-1]):
        colorize(Shot.open(lines, reference=order, frames="2"), out, settings=SMALL, overwrite=True)
        plates.append(read_plate(out.parent / "c.0002.png").pixels)
    assert np.array_equal(*plates)


def test_write_plate_is_the_only_way_out(shot, out, monkeypatch):
    """Closing the events stops the run at once: no further plate is written, no report."""
    written = []
    monkeypatch.setattr(pipeline, "write_plate", lambda plate, path, **named: (written.append(path),
                                                                             write_plate(plate, path, **named)))
    events = steps(shot(), out, settings=SMALL)
    next(events), next(events)
    events.close()
    assert [path.name for path in written] == ["c.0001.png"]
    assert not (out.parent / "report.json").exists()


def test_doubtful_frames_are_told(tmp_path):
    """A blank plate, one that is all ink and an unpainted reference are each told in a sentence, and reported."""
    write(np.ones((40, 40, 3), np.float32), tmp_path / "lines.0001.png")
    write(np.zeros((40, 40, 3), np.float32), tmp_path / "lines.0002.png")
    write(np.ones((40, 40, 3), np.float32), tmp_path / "ref.png")
    shot = Shot.open(tmp_path / "lines.####.png", reference=f"{tmp_path}/ref.png@sheet")
    told = messages(shot, tmp_path / "c.####.jpg", settings=SMALL)
    for text in ("JPEG changes colours", "a single colour", "frame 1: no line was found", "lines.0002.png is all ink"):
        assert any(text in line for line in told), text
    assert json.loads((tmp_path / "report.json").read_text())["notes"] == told


def test_parts_are_as_the_whole(shot, out, tmp_path):
    """A part, a hold that began before it too, leaves the report alone; once all are there they are as the whole."""
    whole = shot()
    colorize(whole, tmp_path / "w" / "c.####.exr", settings=SMALL)
    out = tmp_path / "p" / "c.####.exr"
    last = list(steps(whole.only([3, 4]), out, settings=SMALL))
    assert [event.held_from for event in last[1:-1]] == [1, 2] and last[0].frames == 2
    assert last[-1].report == "" and not (tmp_path / "p" / "report.json").exists()
    colorize(whole.only([1, 2]), out, settings=SMALL)
    seen = list(steps(whole, out, settings=SMALL, resume=True))
    assert [type(event) for event in seen[1:5]] == [Skipped] * 4
    for frame in whole.frames:
        part, one = ((tmp_path / name / f"c.{frame:04d}.exr").read_bytes() for name in "pw")
        assert part == one


def test_missing_palette(shot, out, tmp_path):
    """A palette that is not there is refused by name before anything starts."""
    with pytest.raises(PaletteError, match=r"day\.json: there is no such palette file"):
        colorize(shot(), out, palette=tmp_path / "day.json")


def test_line_art_as_painting_is_told(tmp_path):
    """Soft lines over nothing have several alphas where they crowd, but one paint."""
    lines = Path(__file__).parents[2] / "examples" / "shot" / "line.####.png"
    shot = Shot.open(lines, reference=f"{str(lines).replace('####', '1001')}@1001", frames="1001-1002")
    told = messages(shot, tmp_path / "c.####.png", settings=SMALL)
    assert any("a single colour" in line for line in told)


def test_few_rooms_to_the_attention(shot, out, monkeypatch):
    """From this page to the attention call a drawing passes through at most 5 files, and never back up."""
    seen, attend = [], cmft.transfer_and_rank

    def watched(*arguments):
        files = [frame.filename for frame in traceback.extract_stack() if "cmft_engine" in frame.filename]
        seen.append(dict.fromkeys(files[files.index(pipeline.__file__) :]))
        return attend(*arguments)

    monkeypatch.setattr(cmft, "transfer_and_rank", watched)
    colorize(shot(frames="1"), out, settings=SMALL)
    assert seen and all(len({*rooms, cmft.__file__}) <= 5 for rooms in seen), seen
