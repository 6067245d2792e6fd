"""What a run writes about itself."""

from pathlib import Path

import cv2
import numpy as np

from cmft_training.learn.journal import Journal


def test_rows_are_kept_with_their_step(tmp_path: Path) -> None:
    """New rows follow those of earlier calls; a silent journal keeps them too and writes nothing."""
    for silent in (False, True):
        folder = tmp_path / str(silent)
        journal = Journal(folder, rows=[{"step": 1.0}], step=1, silent=silent)
        journal.add(2, {"loss": 0.5}, group="training")
        journal.show(2, np.zeros((4, 6, 3), np.uint8))
        journal.close()
        assert journal.rows == [{"step": 1.0}, {"step": 2, "loss": 0.5}]
        assert folder.exists() is not silent


def test_a_sheet_is_a_picture_of_its_step(tmp_path: Path) -> None:
    """Its colours come back from the file, red as red, and nothing temporary stays."""
    sheet = np.zeros((4, 6, 3), np.uint8)
    sheet[..., 0] = 200
    journal = Journal(tmp_path, rows=[], step=0, silent=False)
    journal.show(7, sheet)
    journal.close()
    (path,) = (tmp_path / "pictures").iterdir()
    assert path.name == "step_0000007.png"
    assert np.array_equal(cv2.imread(str(path))[..., ::-1], sheet)
