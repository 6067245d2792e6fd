"""CMFT in Blender: a compositor node group whose picture the engine paints in a process of its own.

    bpy.ops.cmft.add_node()
    bpy.ops.cmft.colorize(node="CMFT Colorize")

Standard library, `bpy` and `cmft_engine.protocol` only: no torch or numpy enters Blender's Python with it.
Imports nothing before `register`, so that the packaging tool can run without Blender.
"""

bl_info = {  # read where extensions do not exist; blender_manifest.toml says the same to the others
    "name": "CMFT Colorize",
    "author": "CMFT contributors",
    "version": (0, 1, 0),
    "blender": (3, 4, 0),
    "location": "Compositor > Add > CMFT Colorize, and Sidebar > CMFT",
    "description": "Colour a shot of line art from one painted frame",
    "category": "Compositing",
}


def register() -> None:
    """Let Blender know classes, menu and handlers."""
    from . import registration

    registration.register()


def unregister() -> None:
    """Take all of it away again, and stop what runs."""
    from . import registration

    registration.unregister()
