"""What the node does besides colouring, by the engine's own commands. Main thread only; each returns when done."""

from typing import Any, Optional, Sequence

import bpy

from cmft_engine.protocol.host import tools
from cmft_engine.protocol.host.sequences import Plates

from .engine import engine_command
from .nodes import NodeInstance, cache_folder, editable, own_identity, take_layout
from .places import stored_path
from .preferences import written_command
from .prep import Renderer
from .references import references_of
from .results import refresh
from .shot_job import line_plates, prepare, settings_of, write_job
from .signature import signature

_REGIONS, _PALETTE = "regions", "palette"  # folders in the node's own, for pictures and for what is rendered


def export_job(instance: NodeInstance) -> tools.Exported:
    """Render what is no file, write the job file and the farm's bundle, and return them with their command lines.

    Raises InputError, SettingsError, EngineError.
    """
    take_layout(editable(instance).group)
    own_identity(instance.group)
    request = prepare(instance, inputs="inputs." + signature(instance))  # later runs must not change what a farm reads
    if request.rendering is not None:
        Renderer(request.rendering).render(lambda _: None)
    return tools.export(write_job(request).job_file, lambda: engine_command(written_command()), instance.name)


def draw_regions(instance: NodeInstance, frames: Sequence[int]) -> Plates:
    """Draw what the lines enclose at frames of the scene, and return the pictures. Raises as `export_job`."""
    take_layout(editable(instance).group)
    engine, folder = engine_command(written_command()), cache_folder(instance.group) / _REGIONS
    lines = line_plates(instance, frames, folder)
    return tools.draw_regions(engine, lines, frames, settings_of(instance.group.cmft), folder=folder,
                              name=instance.name)


def extract_palette(instance: NodeInstance, path: str, *, overwrite: bool) -> str:
    """Write the paints of the references as a palette, set it on the node, and return what the engine says.

    path: .json or .gpl. Raises as `export_job`.
    """
    take_layout(editable(instance).group)
    engine, out = engine_command(written_command()), str(bpy.path.abspath(path))
    references = references_of(instance, cache_folder(instance.group) / _PALETTE)
    said = tools.extract_palette(engine, references, settings_of(instance.group.cmft), out=out, overwrite=overwrite,
                                 name=instance.name)
    instance.group.cmft.palette = stored_path(out)
    refresh(instance)
    return said


def show_picture(context: Any, path: str) -> Any:
    """Load a picture anew, and show it in an Image editor where there is a window; return it.

    Without an Image editor in sight a new window gets one.
    """
    known = [one for one in bpy.data.images if bpy.path.abspath(one.filepath) == path]
    image = bpy.data.images.load(path, check_existing=False)
    for old in known:  # a window would go on to show its pixels
        name = old.name
        old.user_remap(image)
        bpy.data.images.remove(old)
        image.name = name
    if not bpy.app.background:
        _editor(context).image = image
    return image


def _editor(context: Any) -> Any:
    """Return the space of an Image editor."""
    manager = context.window_manager
    found: Optional[Any] = next((area for window in manager.windows for area in window.screen.areas
                                 if area.type == "IMAGE_EDITOR"), None)
    if found is None:
        bpy.ops.wm.window_new()
        found = manager.windows[-1].screen.areas[0]
        found.type = "IMAGE_EDITOR"
    return found.spaces.active
