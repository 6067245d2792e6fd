"""Nuke reads this when it has a window: menu, icon, panel, and the callbacks that keep the nodes' state true."""

from cmft_nuke import startup

STEPS = [step() for step in (startup.add_path, startup.add_menu, startup.add_callbacks,
                                startup.add_panel)]
