import sys

import numpy as np
import pytest

from benchmarks.baselines import program
from benchmarks.baselines.program import Program
from cmft_engine.protocol.errors import InputError
from tests.benchmarks.small_drawings import draw_face

LINE, PAINTING = draw_face()
COPY = f"{sys.executable} -c 'import shutil, sys; shutil.copy(*sys.argv[1:3])' {{reference}} {{out}} {{target_line}}"


def fails(code: str) -> str:
    """Return the message when a program of this Python code is asked to colour."""
    command = f"{sys.executable} -c \"{code}\" {{target_line}} {{out}}"
    with pytest.raises(InputError) as error:
        Program("peer", command)(LINE, PAINTING, LINE)
    return str(error.value)


def test_a_program_is_given_pictures_and_its_picture_comes_back():
    """One that copies the reference gives the reference, bit for bit."""
    assert np.array_equal(Program.parse(f"copy={COPY}")(LINE, PAINTING, LINE), PAINTING)


def test_a_failing_program_is_named_with_what_it_said():
    """Status and last words are in the message; so is a picture that is missing or of another size."""
    message = fails("import sys; print('no licence'); sys.exit(3)")
    assert "peer" in message and "status 3" in message and "no licence" in message
    assert "wrote no out.png" in fails("pass")
    small = "import cv2, numpy, sys; cv2.imwrite(sys.argv[2], numpy.zeros((8, 9, 3), 'u1'))"
    assert "wrote 9x8 px instead of 96x96" in fails(small)


def test_a_program_that_is_not_there_or_hangs_is_reported(monkeypatch):
    """Neither ends in a traceback."""
    with pytest.raises(InputError, match="cannot be started"):
        Program("peer", "no-such-program {target_line} {out}")(LINE, PAINTING, LINE)
    monkeypatch.setattr(program, "TIMEOUT_S", 0.2)
    assert "not ready after 0.2 s" in fails("import time; time.sleep(60)")


@pytest.mark.parametrize(("text", "lacks"), [("x={out}", "target_line"), ("x={target_line}", "out"), ("a b", "target")])
def test_a_command_line_without_its_places_is_refused(text, lacks):
    """The message names what is missing and shows how to write it."""
    with pytest.raises(InputError, match=lacks):
        Program.parse(text)
