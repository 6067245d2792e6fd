"""The steps of `selfcheck.py`: what each does in a Nuke without a window, and what it expects then."""

import os
import shutil
import threading
import time
import webbrowser
from pathlib import Path
from typing import Any, Callable, List, NamedTuple, Set, Tuple, cast

import nuke

SHOT = Path(__file__).resolve().parents[1] / "examples" / "shot"
FIRST, LAST = 1001, 1003
IN_A_WINDOW = frozenset({"review"})  # buttons that open one
PATIENCE_S = 30.0  # until a run has begun, or a report is read


class Skipped(Exception):
    """A step cannot be walked here; the words say why."""


class Scene(NamedTuple):
    """What the steps work on: a folder, the script in it, the engine's command, and which buttons were pressed."""

    folder: Path
    script: Path
    engine: str
    pressed: Set[str]

    @property
    def node(self) -> nuke.Group:
        """The CMFT node."""
        return cast(nuke.Group, nuke.toNode("CMFT1"))


def expect(is_true: object, otherwise: str) -> None:
    """Raise with a sentence when something is not as it should be."""
    if not is_true:
        raise AssertionError(otherwise)


def state_is(scene: Scene, wanted: str) -> None:
    """Expect a state of the node."""
    from cmft_nuke import api

    found = api.status(scene.node)
    expect(found.state == wanted, "the node is {}, not {}: {}".format(found.state, wanted, found.text))


def render(scene: Scene, frame: int, name: str = "out") -> str:
    """Render a Write below the node at a frame; return what Nuke says against it, "" when it wrote the file."""
    path = (scene.folder / "{}.%04d.exr".format(name)).as_posix()
    write = nuke.nodes.Write(file=path, file_type="exr", channels="rgba")
    write.setInput(0, scene.node)
    try:
        nuke.execute(write, frame, frame, 1)
    except RuntimeError as error:
        return str(error) or "it raised without a word"
    finally:
        nuke.delete(write)
    expect(os.path.isfile(path % frame), "Nuke wrote no {}".format(path % frame))
    return ""


def press(scene: Scene, button: str, answer: str = "") -> str:
    """Press a button of the node, with an answer where it asks for a file; return what is told, or opened."""
    from cmft_nuke import buttons

    told: List[str] = []
    instead: Tuple[Tuple[Any, str, Callable[..., Any]], ...] = (
        (buttons, "tell", told.append), (webbrowser, "open", told.append), (nuke, "activeViewer", lambda: None),
        (nuke, "getFilename", lambda *_, **__: answer), (nuke, "ask", lambda _: True))
    before = [getattr(owner, name, None) for owner, name, _ in instead]
    try:
        for owner, name, new in instead:
            setattr(owner, name, new)
        cast(nuke.Script_Knob, scene.node[button]).execute()
    finally:
        for (owner, name, _), old in zip(instead, before):  # noqa: B905, an argument of later Pythons
            setattr(owner, name, old)
    scene.pressed.add(button)
    return "\n".join(told)


def silent(scene: Scene, button: str, answer: str = "") -> None:
    """Press a button that has nothing to say when all goes well."""
    said = press(scene, button, answer)
    expect(not said, "{} says: {}".format(button, said))


def labelled(words: str) -> bool:
    """Say whether there is a Read with these words in its label."""
    return any(words in str(read["label"].value()) for read in nuke.allNodes("Read"))


def build(scene: Scene) -> None:
    """Make the Reads and the node, and save."""
    from cmft_nuke import api

    for name in ("line", "ref"):
        read = nuke.nodes.Read(file=(scene.folder / (name + ".%04d.png")).as_posix(), name=name)
        last = LAST if name == "line" else FIRST
        for knob, number in (("first", FIRST), ("last", last), ("origfirst", FIRST), ("origlast", last)):
            read[knob].setValue(number)
    node = api.create(nuke.toNode("line"), nuke.toNode("ref"))
    node["engine"].setValue(scene.engine)
    nuke.scriptSaveAs(scene.script.as_posix(), 1)
    inputs = [node.input(index) for index in range(3)]
    names = [found and found.name() for found in inputs]
    expect(names == ["line", "ref", None], "the inputs are {}, not line, ref and nothing".format(names))
    expect({"confidence", "unknown", "flats", "CryptoPalette00"} <= set(nuke.layers()), "a layer is not declared")


def not_coloured(scene: Scene) -> None:
    """A node without a result renders an error that says so."""
    state_is(scene, "not coloured")
    said = render(scene, FIRST)
    expect("not coloured" in said, "the render says: {}".format(said or "nothing, it went through"))


def one_frame(scene: Scene) -> None:
    """Colorize this frame colours one of the range: the node counts, that frame renders, another is an error."""
    nuke.frame(FIRST)
    silent(scene, "colour_frame")
    state_is(scene, "incomplete")
    expect(not render(scene, FIRST), "the coloured frame does not render")
    expect("not coloured" in render(scene, LAST), "the frame that is not coloured renders")


def whole(scene: Scene) -> None:
    """Colorize colours the rest, and every frame renders."""
    silent(scene, "colour")
    state_is(scene, "ready")
    for frame in range(FIRST, LAST + 1):
        said = render(scene, frame)
        expect(not said, "frame {}: {}".format(frame, said))


def outside(scene: Scene) -> None:
    """A frame outside of the range is an error, held or black, as chosen."""
    expect("not coloured" in render(scene, LAST + 1), "it is no error")
    for choice in ("hold", "black"):
        scene.node["outside"].setValue(choice)
        said = render(scene, LAST + 1, choice)
        expect(not said, "{}: {}".format(choice, said))
    scene.node["outside"].setValue("error")


def stale(scene: Scene) -> None:
    """A changed setting, and a changed knob above a Dot, are seen; changed back all is ready."""
    gap = scene.node["gap_px"].value()
    scene.node["gap_px"].setValue(gap + 1)
    state_is(scene, "stale")
    expect("stale" in render(scene, FIRST), "a stale result renders")
    scene.node["gap_px"].setValue(gap)
    state_is(scene, "ready")
    line = cast(nuke.Node, nuke.toNode("line"))
    dot = nuke.nodes.Dot()
    dot.setInput(0, line)
    scene.node.setInput(0, dot)
    state_is(scene, "ready")
    line["premultiplied"].setValue(True)
    state_is(scene, "stale")
    line["premultiplied"].setValue(False)
    state_is(scene, "ready")


def deleted_plate(scene: Scene) -> None:
    """A plate that goes is counted, and comes back."""
    from cmft_nuke.nodes import result_pattern

    plate = result_pattern(scene.node) % LAST
    os.rename(plate, plate + ".away")
    state_is(scene, "incomplete")
    expect("not coloured" in render(scene, LAST), "the frame without a plate renders")
    os.rename(plate + ".away", plate)
    state_is(scene, "ready")


def knobs(scene: Scene) -> None:
    """Every knob takes another value, the plug-in sees it, and with the old one the node is ready again."""
    from cmft_nuke import api, watch
    from cmft_nuke.knobs import CHOICE, FILE, INTEGER, KNOBS, NUMBER, SWITCH, TEXT

    from cmft_engine.protocol.errors import CmftError

    for known in KNOBS:
        if known.kind not in (CHOICE, FILE, INTEGER, NUMBER, SWITCH, TEXT) or "+INVISIBLE" in known.flags:
            continue
        knob = cast(Any, scene.node[known.name])
        before = knob.toScript()
        try:
            if known.kind == CHOICE:
                knob.setValue(next(one for one in known.items if one != knob.value()))
            elif known.kind == SWITCH:
                knob.setValue(not knob.value())
            else:
                knob.setValue("1001" if known.kind in (FILE, TEXT) else knob.value() + 1)
            watch.knob_changed(scene.node, knob)
            api.status(scene.node)
        except CmftError:
            pass  # a sentence for the person, which some values deserve
        finally:
            knob.fromScript(before)
        watch.knob_changed(scene.node, knob)
    state_is(scene, "ready")


def cancelled(scene: Scene) -> None:
    """A run that is cancelled ends and leaves the node not ready; Cancel without a run says that there is none."""
    from cmft_nuke import runner

    gap, uid = scene.node["gap_px"].value(), str(scene.node["uid"].value())
    scene.node["gap_px"].setValue(gap + 1)

    def stop() -> None:
        end = time.monotonic() + PATIENCE_S
        while runner.running(uid) is None and time.monotonic() < end:
            time.sleep(0.01)
        run = runner.running(uid)
        if run is not None:
            run.cancel()

    thread = threading.Thread(target=stop, daemon=True)
    thread.start()
    silent(scene, "colour")
    thread.join()
    from cmft_nuke import api

    state = api.status(scene.node).state
    expect(state != "ready", "the node is ready after a cancel")
    said = press(scene, "cancel")
    expect("is not being coloured" in said, "Cancel says: {}".format(said))
    scene.node["gap_px"].setValue(gap)
    state_is(scene, "ready")


def reference(scene: Scene) -> None:
    """Add current frame puts the frame on the list of reference frames."""
    nuke.frame(FIRST)
    silent(scene, "add_reference")
    held = scene.node["reference_frames"].value()
    scene.node["reference_frames"].setValue("")
    expect(held == str(FIRST), "the list holds {}".format(held))


def region_view(scene: Scene) -> None:
    """Show regions makes a Read of what the lines enclose."""
    silent(scene, "regions")
    expect(labelled("regions of"), "there is no such Read")


def palettes(scene: Scene) -> None:
    """Extract palette writes and sets a palette; Swap palette makes a Read of the result in another one."""
    day, night = scene.folder / "day.json", scene.folder / "night.json"
    said = press(scene, "extract_palette", day.as_posix())
    held = cast(nuke.File_Knob, scene.node["palette"]).getText()
    expect(day.is_file() and held, "there is no palette: {}".format(said))
    silent(scene, "colour")
    state_is(scene, "ready")
    shutil.copy(str(day), str(night))
    said = press(scene, "swap_palette", night.as_posix())
    expect(labelled("in night.json"), "there is no Read of the result in the other palette: {}".format(said))
    scene.node["palette"].setValue("")
    silent(scene, "colour")
    state_is(scene, "ready")


def exported(scene: Scene) -> None:
    """Export job writes the job and the farm's bundle, and says the lines that run them."""
    said = press(scene, "export_job")
    expect(list(scene.folder.rglob("template.json")), "there is no bundle: {}".format(said))
    expect("--job" in said and "openjd" in said, "it says: {}".format(said))


def reported(scene: Scene) -> None:
    """Open report opens the page; the panel's model lists the frames to check; Troubleshoot finds nothing wrong."""
    from cmft_nuke.panel.model import PanelModel

    said = press(scene, "open_report")
    expect(said.startswith("file:") and said.endswith("report.html"), "the browser is asked for: {}".format(said))
    model = PanelModel()
    model.refresh()
    expect(model.row is not None and model.row.state == "ready", "the panel shows: {}".format(model.row))
    end = time.monotonic() + PATIENCE_S
    while not model.review().frames and "no region" not in model.review().words and time.monotonic() < end:
        time.sleep(0.05)
    expect("reading" not in model.review().words, "the report is not read")
    said = press(scene, "troubleshoot")
    expect("ok  " in said, "Troubleshoot says: {}".format(said))


def fixes(scene: Scene) -> None:
    """Sample point, Fix region and Undo fix say in a sentence what is missing: a Viewer, a colour, a correction."""
    scene.node["fix_color"].setValue("no such colour")
    said = {button: press(scene, button) for button in ("sample_point", "fix_region", "undo_fix")}
    scene.node["fix_color"].setValue("")
    silent_ones = sorted(button for button, words in said.items() if not words)
    expect(not silent_ones, "nothing is said by {}".format(", ".join(silent_ones)))
    state_is(scene, "ready")


def callbacks(scene: Scene) -> None:
    """What runs at save, load, render, close and when Nuke is idle does not raise, and leaves the node ready."""
    from cmft_nuke import startup, watch

    startup.on_save()
    startup.on_load()
    startup.before_render()
    watch.notice(scene.node)
    startup.on_close()
    state_is(scene, "ready")


def reopened(scene: Scene) -> None:
    """The saved script is ready when it is opened, and names its plates relative to itself."""
    nuke.scriptSave(scene.script.as_posix())
    expect("[file dirname" in scene.script.read_text(encoding="utf-8").replace("\\", ""), "the plates' path is whole")
    nuke.scriptClear()
    nuke.scriptOpen(scene.script.as_posix())
    state_is(scene, "ready")
    expect(not render(scene, FIRST, "reopened"), "it does not render")


def relocated(scene: Scene) -> None:
    """With a correction and all its files in another folder the script is ready; a correction that goes is named."""
    there, picture = scene.folder.with_name("elsewhere"), "corrected.png"
    shutil.copy(str(SHOT / "ref.{}.png".format(FIRST)), str(scene.folder / picture))
    for name in ("line", "ref"):
        knob = cast(nuke.File_Knob, cast(nuke.Node, nuke.toNode(name))["file"])
        knob.setValue("[file dirname [value root.name]]/{}.%04d.png".format(name))
    nuke.frame(FIRST)
    silent(scene, "add_correction", (scene.folder / picture).as_posix())
    silent(scene, "colour")
    state_is(scene, "ready")
    nuke.scriptSave(scene.script.as_posix())
    nuke.scriptClear()
    scene.folder.rename(there)
    try:
        nuke.scriptOpen((there / scene.script.name).as_posix())
        state_is(scene, "ready")
        (there / picture).unlink()
        said = press(scene, "colour")
        expect(str(FIRST) in said and picture in said, "of a correction that is gone: {}".format(said or "-"))
    finally:
        nuke.scriptClear()
        there.rename(scene.folder)
    nuke.scriptOpen(scene.script.as_posix())
    scene.node["corrections"].setValue("")
    silent(scene, "colour")
    state_is(scene, "ready")


def upgraded(scene: Scene) -> None:
    """A node of an older layout takes today's and stays ready; Upgrade on one of today's says so."""
    from cmft_nuke import api, upgrade
    from cmft_nuke.knobs import TEMPLATE_VERSION
    from cmft_nuke.nodes import VERSION_KNOB

    said = press(scene, "upgrade")
    expect("of this version already" in said, "Upgrade says: {}".format(said))
    scene.node[VERSION_KNOB].setValue(TEMPLATE_VERSION - 1)
    api.upgrade(scene.node)
    expect(not upgrade.is_outdated(scene.node), "the layout is still an older one")
    state_is(scene, "ready")


def frozen(scene: Scene) -> None:
    """Freeze to Read makes a Read of the result."""
    silent(scene, "freeze")
    expect(labelled("frozen from"), "there is no such Read")


def windows(scene: Scene) -> None:
    """Viewer, menus, panel, progress bar, drops on wires, Review, the engine that stays."""
    raise Skipped("these need a Nuke with a window")


def every_button(scene: Scene) -> None:
    """Every button of the node was pressed."""
    from cmft_nuke.buttons import ACTIONS

    left = sorted(set(ACTIONS) - scene.pressed - IN_A_WINDOW)
    expect(not left, "not pressed: {}".format(", ".join(left)))


STEPS: Tuple[Callable[[Scene], None], ...] = (
    build, not_coloured, one_frame, whole, outside, stale, deleted_plate, knobs, cancelled, reference, region_view,
    palettes, exported, reported, fixes, callbacks, reopened, relocated, upgraded, frozen, windows, every_button,
)
