"""CMFT in Nuke: a Group whose picture the engine paints in a process of its own.

    from cmft_nuke import api
    node = api.create(line=nuke.toNode("Read1"), ref=nuke.toNode("Read2"))
    api.colorize(node)

Standard library, `nuke` and `cmft_engine.protocol` only: no torch, numpy or Qt ever enters Nuke's Python.
"""
