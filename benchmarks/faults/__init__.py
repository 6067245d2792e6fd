"""Faults as they happen in a studio, each brought about for real: kills, bad files, two runs at once, no memory."""
