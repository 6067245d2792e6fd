"""A construction sketch below clear lines is told of, with the threshold that leaves it out."""

import cv2
import numpy as np

from cmft_engine.lineart.faint import faint_note, find_faint_lines
from cmft_engine.lineart.lineart import extract_line_art
from cmft_engine.lineart.regions import label_regions


def drawing(sketch, pale=(200, 226, 252)):
    """Four boxes in clear black lines over a grid of pale ones, display RGB (192, 256, 3)."""
    picture = np.full((192, 256, 3), 255, np.uint8)
    for at in range(0, 256, 12) if sketch else ():
        cv2.line(picture, (at, 0), (at, 191), pale, 2)
        cv2.line(picture, (0, at), (255, at), pale, 2)
    for x in (20, 140):
        for y in (20, 110):
            cv2.rectangle(picture, (x, y), (x + 90, y + 60), (0, 0, 0), 2)
    return picture.astype(np.float32) / 255


def found(picture, **settings):
    lines = extract_line_art(picture, **settings)
    return lines, label_regions(lines).count


def test_sketch_is_told_of_with_a_threshold_that_mends_it():
    """The note names both numbers of regions, and its threshold gives the drawing alone."""
    lines, count = found(drawing(sketch=True))
    faint = find_faint_lines(lines, regions=count)
    assert count > 100 and faint.regions == 5
    assert found(drawing(sketch=True), threshold=faint.threshold)[1] == 5
    assert f"--ink-threshold {faint.threshold:g}" in faint_note(lines, regions=count)
    lines, count = found(drawing(sketch=True), trace_lines=False)
    assert find_faint_lines(lines, regions=count) == faint


def test_clear_lines_and_faint_lines_alone_are_a_drawing():
    """Nothing is said of lines of one strength, however many regions they make, nor of few faint ones."""
    for picture in (drawing(sketch=False), drawing(sketch=True, pale=(0, 0, 0))):
        lines, count = found(picture)
        assert find_faint_lines(lines, regions=count) is None
    few = drawing(sketch=False)
    few[60:62, 20:110] = 0.8
    lines, count = found(few)
    assert faint_note(lines, regions=count) == ""
