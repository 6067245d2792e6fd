"""What init.py and menu.py do when Nuke starts: find the protocol, add the menu and the callbacks. Nothing else.

Imports only what Python and Nuke have loaded anyway; everything heavier waits for the first button.
"""

import importlib
import importlib.machinery
import importlib.util
import os
import sys

import nuke

from .places import ENGINE_PACKAGE, FOLDER

ICON = "CMFT.png"
PANEL = "__import__('cmft_nuke.panel', fromlist=['make']).make"  # Nuke evaluates it when the panel is opened
PANEL_ID = "cmft.panel"  # stands in saved workspaces
INCOMPLETE = ("CMFT is not complete: the folder cmft_engine is not beside nuke_plugin. Keep the folders of the clone "
              "together, or run python3 install.py nuke in it again.")


def find_protocol() -> bool:
    """Let `cmft_engine.protocol` be imported from the clone, without its other folders on Python's path.

    Returns False when the plug-in was copied away from its clone: colouring is then off, rendering works.
    """
    source = os.path.join(ENGINE_PACKAGE, "__init__.py")
    if "cmft_engine" in sys.modules:
        return True
    if not os.path.isfile(source):
        return importlib.util.find_spec("cmft_engine") is not None
    loader = importlib.machinery.SourceFileLoader("cmft_engine", source)
    spec = importlib.util.spec_from_file_location(
        "cmft_engine", source, loader=loader, submodule_search_locations=[ENGINE_PACKAGE])
    assert spec is not None  # a loader was given
    module = importlib.util.module_from_spec(spec)
    sys.modules["cmft_engine"] = module
    loader.exec_module(module)  # defines names alone; what it names is loaded when used
    return True


def add_path() -> None:
    """Let Nuke find the icon."""
    nuke.pluginAddPath(os.path.join(FOLDER, "icons").replace("\\", "/"), addToSysPath=False)


def add_menu() -> None:
    """Add CMFT to the Nodes menu, and so to what Tab finds."""
    menu = nuke.menu("Nodes").addMenu("CMFT", icon=ICON)
    menu.addCommand("CMFT", create, icon=ICON)
    menu.addCommand("Upgrade nodes", upgrade)


def add_callbacks() -> None:
    """Let the nodes notice that they are stale: when a script is saved or rendered, and when Nuke is idle."""
    if not find_protocol():
        return  # without it nothing can be compared
    nuke.addOnScriptLoad(on_load)
    nuke.addOnScriptSave(on_save)
    nuke.addOnScriptClose(on_close)
    nuke.addBeforeRender(before_render)
    nuke.addUpdateUI(on_idle, nodeClass="Group")


def add_panel() -> None:
    """Let the panel be opened from Windows, Custom, CMFT and from saved workspaces; Qt is imported only then."""
    if find_protocol():
        panels = importlib.import_module("nukescripts.panels")
        panels.registerWidgetAsPanel(PANEL, "CMFT", PANEL_ID)


def create() -> None:
    """Make a CMFT node at the cursor, connected to the selection, and open its panel."""
    try:
        from . import api
    except ImportError:
        nuke.message(INCOMPLETE)
    else:
        api.create_at_selection()


def upgrade() -> None:
    """Give the script's nodes that an older CMFT has saved the layout of this one, and say which."""
    try:
        from . import buttons
    except ImportError:
        nuke.message(INCOMPLETE)
    else:
        buttons.upgrade_all()


def on_load() -> None:
    """Find results that were moved together with the script."""
    from . import watch

    watch.settle_all()


def on_save() -> None:
    """Store the true state in the script, so that a farm renders no stale picture, and paths from where it is."""
    from . import watch

    watch.settle_all()


def on_close() -> None:
    """End the engine that stays for the script."""
    runner = sys.modules.get("cmft_nuke.runner")
    if runner is not None:  # else nothing was coloured
        runner.close_engine()


def before_render() -> None:
    """Store the true state before a Write reads it, and warn of what is not ready."""
    from . import watch

    watch.before_render()


def on_idle() -> None:
    """Look at the node that Nuke has just updated."""
    if "cmft_version" in nuke.thisNode().knobs():
        from . import watch

        watch.notice(nuke.thisNode())
