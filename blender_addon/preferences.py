"""The add-on's preferences: how the engine is started and what it said when it was tested, and the cache."""

from typing import Any

import bpy
from bpy.props import BoolProperty, StringProperty


class CMFT_AP_preferences(bpy.types.AddonPreferences):
    """Engine command and its test, and one cache folder for all nodes."""

    bl_idname = __package__

    __annotations__ = {
        "engine": StringProperty(name="Engine Command", description="Starts the engine; empty takes the one that "
                                 "install.py has set up. For another machine: ssh HOST cmft"),
        "keep_engine": BoolProperty(name="Keep Engine", default=True, description="Keeps one engine for the .blend, "
                                    "with what it has read and matched, so that the next frame comes quickly; it ends "
                                    "with the .blend, or after ten minutes without work. Off: a process for each run"),
        "cache": StringProperty(name="Cache Folder", subtype="DIR_PATH", description="Folder for the results of all "
                                "nodes that name none of their own; empty takes CMFT_CACHE of the environment, else a "
                                "folder cmft beside each file"),
        "found": StringProperty(name="Last test", options={"SKIP_SAVE"}),
    }

    def draw(self, context: Any) -> None:
        """Show the command, the button, and the last test's lines."""
        self.layout.prop(self, "engine")
        self.layout.prop(self, "keep_engine")
        self.layout.prop(self, "cache")
        self.layout.operator("cmft.test_engine", icon="CHECKMARK")
        column = self.layout.column(align=True)
        for line in self.found.splitlines():
            column.label(text=line[:160])


def preferences() -> Any:
    """Return the add-on's preferences, None when it was registered without being enabled."""
    addon = bpy.context.preferences.addons.get(__package__)
    return None if addon is None else addon.preferences


def keeps_engine() -> bool:
    """Say whether one engine stays for the file."""
    found = preferences()
    return found is None or bool(found.keep_engine)


def written_command() -> str:
    """Return the engine command of the preferences, "" for the usual one."""
    found = preferences()
    return "" if found is None else str(found.engine)


def common_cache() -> str:
    """Return the cache folder of all nodes that have none of their own, "" when none is set."""
    found = preferences()
    return "" if found is None else str(found.cache).strip()
