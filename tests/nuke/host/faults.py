"""What can go wrong in the stand-in host. Imports nothing of it."""

from __future__ import annotations


class HostFault(AssertionError):
    """Code under test broke a rule of Nuke, such as one that makes the real program hang.

    It is raised at once and kept in `Host.faults`, so that `except Exception` in a plug-in cannot hide it.
    """


class ScriptError(RuntimeError):
    """A script or a part of one that Nuke would refuse, load wrongly or that this host does not know."""


class RenderError(RuntimeError):
    """A frame cannot be evaluated; the message begins with the node's full name."""


class CancelledError(Exception):
    """The user cancelled a render; `nuke.CancelledError`."""
