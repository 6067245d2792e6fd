"""What a node names on disk, kept relative to the script, and found again after a move. Main thread only."""

from pathlib import Path
from typing import Dict, Iterator, cast

import nuke

from cmft_engine.protocol.errors import SettingsError
from cmft_engine.protocol.host.places import found, inside
from cmft_engine.protocol.host.sequences import numbers_on_disk

from .nodes import RESULT, cache_folder, inner, result_pattern, script_folder, text, value

BESIDE = "[file dirname [value root.name]]/"  # works in every Nuke, without the plug-in


def corrections_of(group: nuke.Group) -> Dict[int, str]:
    """Return the corrections' whole paths by frame, whether or not they are there.

    Raises SettingsError for a text that is no list of them.
    """
    read: Dict[int, str] = {}
    for part in filter(None, (part.strip() for part in text(group, "corrections").split(";"))):
        number, _, path = part.partition("=")
        try:
            frame = int(number)
        except ValueError:
            raise SettingsError("corrections", part, "FRAME=FILE with a semicolon between") from None
        path = path.strip()
        read[frame] = path if Path(path).is_absolute() else found(path, [script_folder(), text(group, "place")])
    return read


def store_corrections(group: nuke.Group, corrections: Dict[int, str]) -> None:
    """Store corrections, relative to the script where they lie beside it; touches nothing that is so already."""
    folder = script_folder()
    words = "; ".join("{}={}".format(frame, inside(corrections[frame], folder) or corrections[frame])
                      for frame in sorted(corrections))
    if words != text(group, "corrections"):
        group["corrections"].setValue(words)


def store_palette(group: nuke.Group, path: str) -> None:
    """Store the palette file, relative to the script where it lies beside it; touches nothing that is so already."""
    relative = inside(path, script_folder())
    knob = cast(nuke.File_Knob, group["palette"])
    written = BESIDE + relative if relative else path
    if knob.getText() != written:
        knob.setValue(written)


def _settle_palette(group: nuke.Group) -> None:
    """Find a palette file that lay beside the script where the script is now; an expression is left alone."""
    written, place = cast(nuke.File_Knob, group["palette"]).getText().replace("\\", "/"), text(group, "place")
    is_beside = written.startswith(BESIDE)
    relative = written[len(BESIDE):] if is_beside else inside(written, script_folder()) or inside(written, place)
    if relative and "[" not in relative:
        store_palette(group, found(relative, [script_folder(), place]))


def show_plates(group: nuke.Group, pattern: str) -> None:
    """Let the inner Read name plates, relative to the script where they lie beside it."""
    relative = inside(pattern, script_folder())
    knob = cast(nuke.File_Knob, inner(group, RESULT)["file"])
    written = BESIDE + relative if relative else pattern
    if knob.getText() != written:
        knob.setValue(written)


def settle(group: nuke.Group) -> None:
    """Find plates and corrections after the script was moved or saved elsewhere, and name them from where it is now."""
    pattern = next((found for found in _candidates(group) if numbers_on_disk(found)), "")
    if group.knob("place") is None:  # a node of an older layout is left as it was saved
        if pattern and pattern != result_pattern(group):
            inner(group, RESULT)["file"].setValue(pattern)
        return
    if pattern:
        show_plates(group, pattern)
    if text(group, "corrections"):
        store_corrections(group, corrections_of(group))
    _settle_palette(group)
    if value(group, "place") != script_folder():
        group["place"].setValue(script_folder())


def _candidates(group: nuke.Group) -> Iterator[str]:
    """Yield where the plates that the node shows may be by now."""
    pattern, place = result_pattern(group), text(group, "place")
    if pattern:
        yield pattern
        relative = inside(pattern, script_folder())
        if relative and place:
            yield Path(place, relative).as_posix()
        if value(group, "uid"):
            yield (cache_folder(group) / Path(pattern).parent.name / Path(pattern).name).as_posix()
