"""The words of the add-on, spelled once: names in the file and titles of nodes. Imports no `bpy`."""

from cmft_engine.protocol.host.state import WORDS, Wording

LAYOUT_VERSION = 3

GROUP = "CMFT Colorize"
REFERENCE, LINE_ART, REFERENCE_LINES = "Reference", "Line Art", "Reference Lines"
INPUTS = (LINE_ART, REFERENCE, REFERENCE_LINES)
COLOR, ALPHA, CONFIDENCE, FLATS, UNKNOWN, KIND = "Color", "Alpha", "Confidence", "Flats", "Unknown", "Kind"
RESULT = "Result"  # the Image node inside the group
PLATES = "cmft.####.exr"
MATTES = "CryptoPalette"  # the engine's Cryptomatte of the palette

TITLES = {state: "CMFT: {}".format(word) for state, word in WORDS.items()}
WORDING = Wording("Line Art and Reference", "Open Report")

INPUT, SCENE, CUSTOM = "INPUT", "SCENE", "CUSTOM"
RANGES = (
    (INPUT, "Input", "The frames of the image sequence on Line Art; the scene's when it is none"),
    (SCENE, "Scene", "The scene's frame range"),
    (CUSTOM, "Custom", "The frames written below"),
)
ERROR, OLD = "ERROR", "OLD"
ON_STALE = (
    (ERROR, "Error", "The picture is black, and a render says why"),
    (OLD, "Old Result", "The old result; a render warns"),
)
BLACK, HOLD = "BLACK", "HOLD"
OUTSIDE = ((BLACK, "Black", "Nothing"), (HOLD, "Hold", "The first or the last frame"))
