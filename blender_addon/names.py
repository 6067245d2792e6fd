"""The words of the add-on, spelled once: names in the file, states, and how frames are written. Imports no `bpy`."""


LAYOUT_VERSION = 1

GROUP = "CMFT Colorize"
REFERENCE, LINE_ART = "Reference", "Line Art"
COLOR, ALPHA, CONFIDENCE = "Color", "Alpha", "Confidence"
RESULT = "Result"  # the Image node inside the group
PLATES = "cmft.####.exr"
CACHE = "cmft"  # the folder beside the .blend file
MATTES = "CryptoPalette"  # the engine's Cryptomatte of the palette

# Values of the stored property "state".
NOT_COLOURED, READY, STALE, ENGINE_MISSING = 0, 1, 2, 3
TITLES = {NOT_COLOURED: "CMFT: not coloured", READY: "CMFT: ready", STALE: "CMFT: stale",
          ENGINE_MISSING: "CMFT: engine missing"}
NOT_YET = "not coloured yet: connect Line Art and Reference, press Colorize"
STALE_TEXT = "stale: an input or a setting has changed since it was coloured; press Colorize"

INPUT, SCENE, CUSTOM = "INPUT", "SCENE", "CUSTOM"
RANGES = (
    (INPUT, "Input", "The frames of the image sequence on Line Art; the scene's when it is none"),
    (SCENE, "Scene", "The scene's frame range"),
    (CUSTOM, "Custom", "The frames written below"),
)
