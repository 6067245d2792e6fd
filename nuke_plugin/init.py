"""Nuke reads this in every mode: it makes `cmft_nuke` work. Rendering needs none of it."""

from cmft_nuke import startup

PROTOCOL_FOUND = startup.find_protocol()
