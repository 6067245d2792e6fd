"""Places in the picture: where a click in an Image editor or on the backdrop is, and how a region comes into view."""

from typing import Any, Iterator, NamedTuple, Optional, Tuple

import bpy

Point = Tuple[float, float]
VIEWER = "Viewer Node"  # the image that a Viewer node shows


class Click(NamedTuple):
    """A click on a picture: px from the lower left corner, and the picture's width and height, px."""

    point: Point
    size: Tuple[int, int]


def click_at(context: Any, x: int, y: int) -> Optional[Click]:
    """Return the place in the picture under a place of the window; None where there is no picture."""
    for area in context.window.screen.areas:
        region = next((one for one in area.regions if one.type == "WINDOW"), None)
        if region is None or not (0 <= x - region.x < region.width and 0 <= y - region.y < region.height):
            continue
        if any(_holds(one, x, y) for one in area.regions if one.type != "WINDOW" and one.width > 1 and one.height > 1):
            return None  # a sidebar lies over the picture
        inside, space = (x - region.x, y - region.y), area.spaces.active
        if area.type == "IMAGE_EDITOR" and space.image is not None and 0 not in space.image.size[:]:
            width, height = space.image.size[:]
            u, v = region.view2d.region_to_view(*inside)
            return Click((u * width, v * height), (width, height))
        viewer = bpy.data.images.get(VIEWER)
        if area.type == "NODE_EDITOR" and space.show_backdrop and viewer is not None and 0 not in viewer.size[:]:
            size = (int(viewer.size[0]), int(viewer.size[1]))
            return Click(on_backdrop(inside, (region.width, region.height), space.backdrop_offset[:],
                                     space.backdrop_zoom, size), size)
    return None


def _holds(region: Any, x: int, y: int) -> bool:
    return bool(0 <= x - region.x < region.width and 0 <= y - region.y < region.height)


def on_backdrop(at: Point, region: Tuple[int, int], offset: Point, zoom: float, size: Tuple[int, int]) -> Point:
    """Return the place in a picture of a place in a node editor, which draws it around its middle, moved and zoomed."""
    x, y = ((at[axis] - region[axis] / 2 - offset[axis]) / zoom + size[axis] / 2 for axis in (0, 1))
    return x, y


def go_to_track(values: Any, context: Any) -> None:
    """Go to the frame of the selected track, and bring its region into the middle of the Image editors."""
    if not 0 <= values.track_index < len(values.tracks):
        return
    track = values.tracks[values.track_index]
    context.scene.frame_set(track.frame)
    if track.at[0] >= 0 and not bpy.app.background:
        for window, area in _editors(context):
            _center(window, area, track.at)


def _editors(context: Any) -> Iterator[Tuple[Any, Any]]:
    for window in context.window_manager.windows:
        for area in window.screen.areas:
            if area.type == "IMAGE_EDITOR" and area.spaces.active.image is not None:
                yield window, area


def _center(window: Any, area: Any, at: Any) -> None:
    """Move an Image editor's view so that a pixel, counted from the top left, is in its middle."""
    space = area.spaces.active
    width, height = space.image.size[:]
    region = next((one for one in area.regions if one.type == "WINDOW"), None)
    if region is None or not (width and height) or not (at[0] < width and at[1] < height):
        return
    space.cursor_location = (at[0] + 0.5) / width, 1 - (at[1] + 0.5) / height
    with bpy.context.temp_override(window=window, area=area, region=region):
        if bpy.ops.image.view_center_cursor.poll():
            bpy.ops.image.view_center_cursor()
