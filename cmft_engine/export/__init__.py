"""Models for other programs: the live route into Nuke. Nothing here colours a shot."""
