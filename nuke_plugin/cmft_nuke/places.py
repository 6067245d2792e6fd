"""Where the plug-in lies. Imports nothing else of it, so that everything else may ask."""

import os

FOLDER = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))  # nuke_plugin
CLONE = os.path.dirname(FOLDER)
ENGINE_PACKAGE = os.path.join(CLONE, "cmft_engine")
