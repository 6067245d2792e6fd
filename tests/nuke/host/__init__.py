"""A strict stand-in for Nuke: loads .nk through Tcl, offers a fake `nuke`, computes pixels on real files."""

from .faults import CancelledError, HostFault, RenderError, ScriptError
from .host import Host

__all__ = ["CancelledError", "Host", "HostFault", "RenderError", "ScriptError"]
