"""Runs inside of a Blender that `install.py` started: installs the add-on's zip, or takes the add-on away.

    blender --background --python into_blender.py -- install ZIP
    blender --background --python into_blender.py -- uninstall
"""

import os
import shutil
import sys
import traceback

import bpy

# isort: split
import addon_utils  # to be found only once bpy is there

ID = "cmft"
REPOSITORY = "user_default"
HAS_EXTENSIONS = bpy.app.version >= (4, 2, 0)
MODULE = "bl_ext.{}.{}".format(REPOSITORY, ID) if HAS_EXTENSIONS else ID


def folder() -> str:
    """Return the folder that holds the add-on once it is installed."""
    if not HAS_EXTENSIONS:
        return os.path.join(bpy.utils.user_resource("SCRIPTS", path="addons"), ID)
    found = next(one for one in bpy.context.preferences.extensions.repos if one.module == REPOSITORY)
    return os.path.join(found.directory, ID)


def install(package: str) -> str:
    """Install and enable the zip; an older one is replaced."""
    if HAS_EXTENSIONS:
        bpy.ops.extensions.package_install_files(filepath=package, repo=REPOSITORY, enable_on_install=True)
    else:
        bpy.ops.preferences.addon_install(filepath=package, overwrite=True)
        bpy.ops.preferences.addon_enable(module=MODULE)
    if addon_utils.check(MODULE) != (True, True):
        raise RuntimeError("the add-on is not enabled; the reason is above")
    bpy.ops.wm.save_userpref()
    return "CMFT is installed in {}".format(folder())


def uninstall() -> str:
    """Disable the add-on and delete its folder."""
    place = folder()
    if not os.path.isdir(place):
        return "There is nothing to do: no CMFT in {}".format(place)
    addon_utils.disable(MODULE, default_set=True)
    shutil.rmtree(place)
    bpy.ops.wm.save_userpref()
    return "CMFT is removed from {}".format(place)


if __name__ == "__main__":
    code = 1
    try:
        action, *further = sys.argv[sys.argv.index("--") + 1:]
        sys.stdout.write((install(*further) if action == "install" else uninstall()) + "\n")
        code = 0
    finally:
        if code:
            traceback.print_exc()
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)  # some versions of Blender hang at their own exit
