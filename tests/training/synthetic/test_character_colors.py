import numpy as np

from cmft_training.synthetic.character_colors import mended_color, merge_colors


def test_near_texture_colours_merge() -> None:
    """Colours that the eye takes for one become the more frequent one."""
    color = np.array([(200, 0, 0), (200, 0, 0), (203, 2, 1), (0, 0, 200)], np.uint8)
    index, palette = merge_colors(color)
    assert index[0] == index[1] == index[2] != index[3]
    assert palette[index[2]].tolist() == [200, 0, 0]


def test_black_skin_is_mended() -> None:
    """A skin authored nearly black gets a believable tone; other materials and real tones stay."""
    assert min(mended_color("Casual_Male", "Skin", (20, 20, 20))) > 50
    assert mended_color("Casual_Male", "Hair", (20, 20, 20)) == (20, 20, 20)
    assert mended_color("Casual_Male", "Skin", (90, 60, 40)) == (90, 60, 40)
