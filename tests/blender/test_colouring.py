"""A shot coloured by the real engine from a real Blender: out of the node come the engine's plates, exactly."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from cmft_engine.protocol.host.state import INCOMPLETE
from tests import drawings
from tests.blender.conftest import FRAMES, SOURCE, channels, same, same_pixels, single, write_shot
from tests.protocol import quick_engine


def test_shot_is_coloured(colored):
    """Colorize returns when all is done, says how far it is on stdout, and the node says ready."""
    said = colored.said
    assert said["result"] == ["FINISHED"] and said["state"] == 1 and said["label"] == "CMFT: ready"
    assert (said["first"], said["last"]) == (1001, 1003)
    assert "CMFT: 100% frame 1003, 3 of 3" in said["stdout"]
    assert said["plates"]["stored"].startswith("//cmft")


@pytest.mark.parametrize("frame", FRAMES)
def test_pixels_are_the_engine_s(colored, frame):
    """Color, Alpha and Confidence, and the render below, are the plates to the bit."""
    same_pixels(colored.out, colored.plate(frame), frame)


@pytest.mark.parametrize("frame", FRAMES)
def test_colours_are_the_painted_ones(colored, frame):
    """What is downstream is coloured right, in the painter's colours, wherever there is no ink."""
    drawing = drawings.figure(2 * FRAMES.index(frame))
    wanted = drawing.painted()
    found = np.dstack([channels(colored.out / f"Color{frame}.exr")[name] for name in "RGB"])
    display = np.where(found <= 0.0031308, found * 12.92, 1.055 * np.maximum(found, 1e-9) ** (1 / 2.4) - 0.055)
    bare = drawing.labels > 0
    assert np.abs(display - wanted)[bare].max() < 1 / 255


def test_before_and_after_the_range(blender, colored):
    """Before the first frame and after the last one there is nothing: no frame shows its neighbour."""
    for frame in (1000, 1004):
        nothing(blender, colored.out, frame)


def test_held_outside_of_the_range(blender, colored, addon, tmp_path):
    """Who chooses so sees the first and the last frame held, with and without the add-on; a missing one is none."""
    blend = colored.copy(tmp_path)
    said = blender.run("colouring.hold", tmp_path / "run", **addon, blend=blend, out=tmp_path / "out")
    assert {**said["black"], "path": ""} == {**colored.said["plates"], "path": ""}  # as the choice was and is again
    blender.run("colouring.render_file", tmp_path / "bare", blend=blend, out=tmp_path / "bare", first=999, last=1005)
    for out in (tmp_path / "out", tmp_path / "bare"):
        for frame, shown in ((999, 1001), (1001, 1001), (1002, 1002), (1003, 1003), (1005, 1003)):
            for key, found in channels(out / f"Color{frame:04d}.exr").items():
                same(found, channels(colored.plate(shown))[key])


def nothing(blender, out, frame):
    """Assert that a frame without a plate is transparent black; Blender 4.2 shows it magenta, as any missing image.

    A File Output need not even write such a frame.
    """
    empty = (1, 0, 1, 1) if blender.name == "4.2" else (0, 0, 0, 0)
    size = (drawings.SIDE, drawings.SIDE)
    for name in ("main", "Color"):
        if name == "main" or (out / f"{name}{frame}.exr").exists():
            found = channels(out / f"{name}{frame}.exr")
            for channel, value in zip("RGBA", empty, strict=True):
                same(found[channel], np.full(size, value, np.float32))
    for name in ("Alpha", "Confidence"):
        if (out / f"{name}{frame}.exr").exists():
            same(single(out / f"{name}{frame}.exr"), np.zeros(size, np.float32))


def test_scene_that_starts_at_one(blender, quick, shot, tmp_path):
    """Plates 1001 to 1003 shown at the frames 1 to 3 of the scene are coloured under their own numbers."""
    said = blender.run("colouring.colour", tmp_path / "run", **quick, shot=shot, blend=tmp_path / "shot.blend",
                       out=tmp_path / "out", start=1)
    assert (said["first"], said["last"]) == (1, 3) and "frame 3, 3 of 3" in said["stdout"]
    folder = tmp_path / said["plates"]["stored"][2:].rpartition("/")[0]
    job = json.loads((folder / "job.json").read_text())
    assert job["frames"] == "1001-1003" and job["references"][0]["frame"] == 1001
    for frame in FRAMES:
        drawn = channels(tmp_path / "out" / f"Color{frame - 1000:04d}.exr")
        for name in "RGBA":
            same(drawn[name], channels(folder / f"cmft.{frame}.exr")[name])


@pytest.mark.parametrize("with_addon", [False, True], ids=["without", "with"])
def test_moved_project(blender, colored, addon, tmp_path, with_addon):
    """A project in another place renders the same pixels, the add-on installed or not; with it, it is ready."""
    blend = colored.copy(tmp_path)
    more = {"addon": SOURCE, "root": addon["root"]} if with_addon else {}
    said = blender.run("colouring.render_file", tmp_path / "run", blend=blend, out=tmp_path / "out", first=1001,
                       last=1003, **more)
    assert said["has_addon"] == with_addon and said["is_group"] == "CompositorNodeGroup"
    assert str(tmp_path) in said["plates"]["path"]
    assert not with_addon or said["state"]["state"] == 1
    for frame in FRAMES:
        same_pixels(tmp_path / "out", colored.plate(frame), frame)


def test_saved_without_the_addon(blender, colored, addon, tmp_path):
    """A file that was saved where the add-on is missing keeps what the node knew."""
    blend = colored.copy(tmp_path)
    blender.run("colouring.save_file", tmp_path / "bare", blend=blend)
    said = blender.run("colouring.render_file", tmp_path / "run", blend=blend, out=tmp_path / "out", first=1002,
                       last=1002, addon=SOURCE, root=addon["root"])
    assert {key: said["state"][key] for key in ("state", "uid", "first", "last")} == {
        key: colored.said[key] for key in ("state", "uid", "first", "last")}
    same_pixels(tmp_path / "out", colored.plate(1002), 1002)


def test_missing_result_plate(blender, colored, tmp_path):
    """Where a coloured plate is missing there are no colours; the frames around it are right."""
    blend = colored.copy(tmp_path)
    (blend.parent / colored.plate(1002).relative_to(colored.folder)).unlink()
    blender.run("colouring.render_file", tmp_path / "run", blend=blend, out=tmp_path / "out", first=1001, last=1003)
    nothing(blender, tmp_path / "out", 1002)
    for frame in (1001, 1003):
        same_pixels(tmp_path / "out", colored.plate(frame), frame)


def test_missing_result_plate_is_told(blender, colored, addon, tmp_path):
    """The node says how many of how many, and a render names the frame."""
    blend = colored.copy(tmp_path)
    (blend.parent / colored.plate(1002).relative_to(colored.folder)).unlink()
    said = blender.run("colouring.render_file", tmp_path / "run", blend=blend, out=tmp_path / "out", first=1001,
                       last=1003, addon=SOURCE, root=addon["root"])
    assert said["state"]["state"] == INCOMPLETE and said["state"]["label"] == "CMFT: incomplete"
    assert said["state"]["status"] == "2 of 3 frames coloured; missing: 1002; press Colorize"
    assert "CMFT: CMFT Colorize: frame 1002 is not coloured, its picture is empty" in said["stderr"]
    assert "frame 1001 is not" not in said["stderr"]


@pytest.mark.parametrize("choice", ["ERROR", "OLD"])
def test_render_of_a_stale_result(blender, colored, addon, tmp_path, choice):
    """A setting has changed: a render is black or the old result, as chosen, and says so; changed back, all is good."""
    blend = colored.copy(tmp_path)
    said = blender.run("colouring.stale_render", tmp_path / "run", **addon, blend=blend, out=tmp_path / "out",
                       choice=choice)
    shows = "the picture is black" if choice == "ERROR" else "the old result is rendered"
    assert "stale: an input or a setting has changed" in said["stderr"] and shows in said["stderr"]
    assert said["muted"] == (choice == "ERROR") and not said["muted_after"]
    wanted, found, back = (channels(path) for path in (colored.plate(1002), *(
        tmp_path / "out" / f"{name}1002.exr" for name in ("main", "back"))))
    for name in "RGB":
        same(found[name], 0 * wanted[name] if choice == "ERROR" else wanted[name])
        same(back[name], wanted[name])


@pytest.mark.usefixtures("usual")
def test_missing_line_plate(blender, quick, tmp_path):
    """A gap in the line art is passed over; by the scene's range it is asked for, and what the engine says is told."""
    shot = write_shot(tmp_path / "shot")
    (shot / "lines.1002.png").unlink()
    said = blender.run("colouring.gaps", tmp_path / "run", **quick, shot=shot, blend=tmp_path / "shot.blend",
                       options=tmp_path / "options.json", fails="lines.1002.png is missing; draw it")
    assert said["plates"] == ["cmft.1001.exr", "cmft.1003.exr"] and said["input"]["state"] == 1
    assert said["frames"] == "1001-1003" and "lines.1002.png is missing; draw it" in said["scene"]
    assert said["after"]["state"] == INCOMPLETE  # the older result is shown and still fits


def test_cancel_and_resume(blender, quick, shot, tmp_path):
    """Cancel stops an engine that says nothing more and keeps what is finished; Colorize goes on from there."""
    quick_engine.set_options(tmp_path, speaks=1)
    said = blender.run("colouring.cancel_and_resume", tmp_path / "run", **quick, shot=shot,
                       blend=tmp_path / "shot.blend", options=tmp_path / "options.json")
    assert "cancelled; the frames that were finished stay" in said["refused"]
    assert "CMFT Colorize is being coloured; wait, or press Cancel first" in said["busy"]
    assert "it is not being coloured" in said["idle"]
    assert said["cancelled"]["status"].startswith("cancelled: 1 of 3 frames done")
    assert list(said["before"]) == ["cmft.1001.exr"]
    assert list(said["after"]) == [f"cmft.{frame}.exr" for frame in FRAMES]
    assert said["after"]["cmft.1001.exr"] == said["before"]["cmft.1001.exr"]
    assert said["resumed"]["state"] == 1 and (said["resumed"]["first"], said["resumed"]["last"]) == (1001, 1003)


@pytest.mark.usefixtures("usual")
def test_one_frame_then_all(blender, quick, shot, tmp_path):
    """One frame can be tried; the rest follows into the same folder, through a new Image so that windows see it."""
    said = blender.run("colouring.one_frame", tmp_path / "run", **quick, shot=shot, blend=tmp_path / "shot.blend")
    assert said["one"]["state"] == INCOMPLETE and said["all"]["state"] == 1
    assert said["one"]["status"] == ("1002 coloured; no region to check; 1 of 3 frames coloured; missing: 1001 1003; "
                                     "press Colorize")
    for key in ("one", "all"):
        assert (said[key]["first"], said[key]["last"]) == (1001, 1003)
        assert said[key]["job"]["frames"] == "1001-1003"  # the engine is told which of them
    folders = {said[key]["plates"]["path"].rpartition("/")[0] for key in ("one", "all")}
    assert len(folders) == 1 and said["kept"]


@pytest.mark.usefixtures("usual")
def test_corrections_and_sheets(blender, colored, quick, tmp_path):
    """A repainted frame and a sheet join the reference in the job: a new folder, and a new Image."""
    blend = colored.copy(tmp_path)
    repainted = drawings.write(drawings.figure(4).painted(), tmp_path / "repainted.png")
    sheet = shutil.copy(blend.parent / "shot" / "painted.1001.png", tmp_path / "sheet.png")
    said = blender.run("colouring.recolour", tmp_path / "run", **quick, blend=blend,
                       corrections=[[1003, str(repainted)]], sheets=[str(sheet)])
    assert said["stale"]["state"] == 2 and said["state"]["state"] == 1
    assert said["listed"] == [[1001, "", False], [1003, str(repainted), False], [1, str(sheet), True]]
    job = json.loads(Path(said["job"]).read_text())
    assert [one["frame"] for one in job["references"]] == [1001, 1003, None]
    assert said["before"].rpartition("/")[0] != said["plates"]["path"].rpartition("/")[0]
    assert len(said["images"]) == 1  # the old one is gone
    assert [one["path"] for one in job["references"]][1:] == [str(repainted), str(sheet)]


def test_palette_is_a_cryptomatte(blender, colored, addon, tmp_path):
    """Blender's own Cryptomatte node gives each palette colour's matte, exactly what the engine wrote."""
    names = [color["name"] for color in json.loads(
        (colored.plate(1002).parent / "report.json").read_text())["palette"]["colors"]]
    said = blender.run("colouring.mattes", tmp_path / "run", addon=SOURCE, root=addon["root"], blend=colored.blend,
                       out=tmp_path / "out", names=[*names, "ink"])
    assert said["layer"] == "CryptoPalette" and said["picked"] == "ink"
    found = [single(tmp_path / "out" / f"matte{number}_1002.exr") for number in range(len(names) + 1)]
    crypto = {name: pixels for name, pixels in channels(colored.plate(1002)).items() if name.startswith("Crypto")}
    for number, name in enumerate([*names, "ink"]):
        same(found[number], coverage(crypto, name))
    assert np.array_equal(found[-1] > 0.5, drawings.figure(2).labels == 0)


def test_mattes_of_a_shot_that_begins_at_one(blender, colored, addon, shot, tmp_path):
    """Blender 5.2 lists no layers of a sequence with the frame 0; the Cryptomatte node has its layer all the same."""
    engine = quick_engine.command(colored.plate(1002), tmp_path)
    said = blender.run("colouring.early_mattes", tmp_path / "run", **{**addon, "engine": engine}, shot=shot,
                       blend=tmp_path / "shot.blend", out=tmp_path / "out")
    assert said["layer"] == said["opened"] == "CryptoPalette"
    for frame in (1, 3):
        assert (single(tmp_path / "out" / f"matte{frame:04d}.exr") > 0).any()


def coverage(crypto, name):
    """Return a matte by the public specification: the coverages of the ranks whose number is the name's hash."""
    import mmh3

    bits = mmh3.hash(name, signed=False)
    exponent = bits >> 23 & 255
    bits ^= (1 << 23) if exponent in (0, 255) else 0
    number = np.array([bits], np.uint32).view(np.float32)[0]
    total = np.zeros_like(next(iter(crypto.values())))
    for layer in sorted({key.rpartition(".")[0] for key in crypto}):
        for rank, cover in ("RG", "BA"):
            total += np.where(crypto[f"{layer}.{rank}"] == number, crypto[f"{layer}.{cover}"], np.float32(0))
    return total
