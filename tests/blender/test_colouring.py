"""A shot coloured by the real engine from a real Blender: out of the node come the engine's plates, exactly."""

import pytest

from tests.blender.conftest import FRAMES, same_pixels


def test_shot_is_coloured(colored):
    """Colorize returns when all is done, says how far it is on stdout, and the node says ready."""
    said = colored.said
    assert said["result"] == ["FINISHED"] and said["state"] == 1 and said["label"] == "CMFT: ready"
    assert (said["first"], said["last"]) == (1001, 1003)
    assert "CMFT: 100% frame 1003, 3 of 3" in said["stdout"]
    assert said["plates"]["stored"].startswith("//cmft")


@pytest.mark.parametrize("frame", FRAMES)
def test_pixels_are_the_engine_s(colored, frame):
    """Color, Alpha and Confidence, and the render below, are the plates to the bit."""
    same_pixels(colored.out, colored.plate(frame), frame)
