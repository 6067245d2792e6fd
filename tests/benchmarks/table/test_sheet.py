from benchmarks.table.sheet import CAPTION_PX, COLUMNS, TILE_PX, Exhibit, draw_sheet
from tests.benchmarks.fake_engine import face_clip

CLIP = face_clip(0, 1, 2, 5, 9)


def test_the_sheet_has_a_tile_for_every_picture():
    """Three given and six made are two rows of eight tiles below a caption; nothing at all is a sentence."""
    picture = CLIP.paintings[0]
    made = {f"system {i}": picture for i in range(6)}
    drawn = draw_sheet([Exhibit("toon face", picture, picture, picture, made)])
    assert drawn.shape[0] == CAPTION_PX + 2 * (CAPTION_PX + TILE_PX)
    assert drawn.shape[1] > COLUMNS * TILE_PX
    assert draw_sheet([]).shape[0] == CAPTION_PX
