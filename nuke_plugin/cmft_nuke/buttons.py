"""What happens when a button of the node is pressed: an action of `api`, its errors told in a sentence."""

import os
import threading
import webbrowser
from functools import partial
from typing import Callable, Dict, List, Sequence

import nuke

from cmft_engine.protocol.errors import Cancelled, CmftError
from cmft_engine.protocol.host.correct import Swatch
from cmft_engine.protocol.job import frames_text

from . import api, fixes
from . import upgrade as upgrading
from .nodes import as_cmft, one_undo, text
from .panel.look import show_frame
from .shot_job import frames_in
from .troubleshoot import findings


def press(action: str, node: nuke.Node) -> None:
    """Do what a button is for; an error becomes a message."""
    group = as_cmft(node)
    try:
        ACTIONS[action](group)
    except Cancelled:
        return  # by the person who is looking at the screen
    except CmftError as error:
        tell("{}: {}".format(group.name(), error) if group.fullName() not in str(error) else str(error))


def tell(words: str) -> None:
    """Show a sentence: in a window when there is one."""
    if nuke.GUI:
        nuke.message(words)
    else:
        nuke.tprint(words)


def colorize(group: nuke.Group) -> None:
    """Colour the range."""
    api.colorize(group)


def colorize_frame(group: nuke.Group) -> None:
    """Colour the current frame."""
    api.colorize(group, int(nuke.frame()))


def cancel(group: nuke.Group) -> None:
    """Stop the engine."""
    if not api.cancel(group):
        tell("{} is not being coloured.".format(group.name()))


def add_reference(group: nuke.Group) -> None:
    """Add the current frame to the reference frames."""
    frames = set(frames_in(group, "reference_frames")) if text(group, "reference_frames") else set()
    with one_undo("CMFT: add reference frame"):
        group["reference_frames"].setValue(frames_text(sorted(frames | {int(nuke.frame())})))


def add_correction(group: nuke.Group) -> None:
    """Make the current frame a reference, from the selected node or from a file that is asked for."""
    with group.parent():  # Nuke runs a button's code inside of the Group
        selected = [node for node in nuke.selectedNodes() if node != group]
    if len(selected) == 1:
        api.add_correction(group, selected[0])
        return
    path = nuke.getFilename("The repainted frame {}".format(int(nuke.frame())), "*.exr *.png *.tif *.tiff")
    if path:
        api.add_correction(group, path)


def open_report(group: nuke.Group) -> None:
    """Open the report in the browser."""
    webbrowser.open(api.report(group).resolve().as_uri())


def regions(group: nuke.Group) -> None:
    """Draw the regions of the current frame and show them in the Viewer."""
    show_frame(api.regions(group), int(nuke.frame()))


def sample_point(group: nuke.Group) -> None:
    """Put the point where the Viewer was sampled."""
    fixes.set_point(group, fixes.sampled_point(group))


def fix_region(group: nuke.Group) -> None:
    """Correct the region at the point; where no colour is written, it is asked for."""
    if text(group, "fix_color") or not nuke.GUI:
        api.fix_region(group)
        return
    color = _asked_color(fixes.swatches_of(group))
    if color:
        api.fix_region(group, color=color)


def _asked_color(swatches: Sequence[Swatch]) -> str:
    """Ask for a colour, in a menu where Nuke has Qt; "" for none."""
    try:
        from .panel import colors
    except ImportError:
        colors = None  # type: ignore[assignment]
    if colors is not None and colors.has_window():
        return colors.ask_color(swatches)
    chosen = nuke.choice("CMFT", "The colour of the region", [swatch.name for swatch in swatches])
    return "" if chosen is None else swatches[int(chosen)].name


def undo_fix(group: nuke.Group) -> None:
    """Take the latest correction back."""
    api.undo_fix(group)


def review(group: nuke.Group) -> None:
    """Open the review window."""
    api.review(group)


def extract_palette(group: nuke.Group) -> None:
    """Ask for a file, write the references' palette into it, and say what was found."""
    path = nuke.getFilename("Write the references' palette to", "*.json *.gpl", type="save")
    if path and (not os.path.exists(path) or nuke.ask("{} exists. Replace it?".format(path))):
        tell(api.extract_palette(group, path, overwrite=True))


def swap_palette(group: nuke.Group) -> None:
    """Ask for a palette and make a Read of the result in it."""
    path = nuke.getFilename("The palette to show the result in", "*.json *.gpl")
    if path:
        api.swap_palette(group, path)


def freeze(group: nuke.Group) -> None:
    """Make a plain Read that takes the node's place."""
    api.freeze(group)


def export_job(group: nuke.Group) -> None:
    """Write the job file and say the command line."""
    tell(api.export_job(group).words)


def upgrade(group: nuke.Group) -> None:
    """Give an older node today's layout, once Nuke has left the code of the button of the node that goes."""
    if not upgrading.is_outdated(group):
        api.upgrade(group)  # says what is wrong with one of a later version
        tell("{} is of this version already.".format(group.name()))
    elif nuke.GUI:
        threading.Thread(target=_ask_upgrade, args=(group.fullName(),), name="cmft-upgrade", daemon=True).start()
    else:
        api.upgrade(group)


def _ask_upgrade(name: str) -> None:
    nuke.executeInMainThread(_upgrade_named, args=(name,))


def _upgrade_named(name: str) -> None:
    group = nuke.toNode(name)
    if group is not None:
        _told(lambda: api.upgrade(group))


def upgrade_all() -> None:
    """Upgrade every node that needs it and say which; for the menu."""
    names: List[str] = []
    for group in upgrading.outdated():
        name = group.fullName()
        if _told(partial(api.upgrade, group)):
            names.append(name)
    if names:
        tell("Upgraded: {}.".format(", ".join(names)))
    elif not upgrading.outdated():
        tell("All CMFT nodes are of this version.")


def _told(action: Callable[[], object]) -> bool:
    """Do something; an error becomes a message and False."""
    try:
        action()
    except CmftError as error:
        tell(str(error))
        return False
    return True


def troubleshoot(group: nuke.Group) -> None:
    """Say what is in order and what is not."""
    tell("\n".join("{} {}: {}".format("ok  " if found.ok else "LOOK", found.name, found.detail)
                   for found in findings(group)))


ACTIONS: Dict[str, Callable[[nuke.Group], None]] = {  # by the knob's name, which saved scripts hold
    "colour": colorize,
    "colour_frame": colorize_frame,
    "cancel": cancel,
    "add_reference": add_reference,
    "add_correction": add_correction,
    "open_report": open_report,
    "freeze": freeze,
    "regions": regions,
    "sample_point": sample_point,
    "fix_region": fix_region,
    "undo_fix": undo_fix,
    "review": review,
    "extract_palette": extract_palette,
    "swap_palette": swap_palette,
    "export_job": export_job,
    "troubleshoot": troubleshoot,
    "upgrade": upgrade,
}
