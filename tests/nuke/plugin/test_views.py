"""Scripts with several views: a node colours one of them, and says so when there is none of its name."""

import numpy as np
import pytest

from cmft_engine.protocol.errors import InputError

from .conftest import draw_line, draw_reference, read_exr


@pytest.fixture
def stereo(terminal, shot):
    """A script with a left and a right view, line plates of both on disk."""
    host, node = terminal
    host.session.views = ["left", "right"]
    for view, shade in (("left", 0.0), ("right", 0.25)):
        for frame in (1, 2, 3):
            draw_line(shot / view, frame, shade=shade)
        draw_reference(shot / view, 1)
    for name, plate in (("Line", "line"), ("Ref", "ref")):
        host.nuke.toNode(name)["file"].setValue((shot / "%V" / (plate + ".%04d.exr")).as_posix())
    return host, node


def test_each_view_has_its_plates(stereo, shot):
    """Without a choice the first view is coloured; the chosen one's files are handed on as they are, no bake."""
    _, node = stereo
    from cmft_nuke import shot_job

    for written, view in (("", "left"), ("right", "right"), ("left", "left")):
        node["view"].setValue(written)
        job = shot_job.prepare(node).job
        assert job.lines == (shot / view / "line.%04d.exr").as_posix()
        assert job.references[0].path == (shot / view / "ref.0001.exr").as_posix()


def test_view_is_baked(stereo, shot):
    """What Nuke must write first, it writes of the chosen view alone."""
    host, node = stereo
    from cmft_nuke import shot_job

    (grade,) = host.load("Expression {\n inputs 1\n expr0 r\n name Between\n}\n")
    grade.setInput(0, host.nuke.toNode("Line"))
    node.setInput(0, grade)
    node["view"].setValue("right")
    job = shot_job.prepare(node).job
    found, right = read_exr(job.lines % 2), read_exr(shot / "right" / "line.0002.exr")
    assert "inputs" in job.lines and np.array_equal(found["rgba.red"], right["rgba.red"])


def test_other_view_is_another_picture(stereo):
    """Changing the view makes the result stale; two views never share a folder."""
    _, node = stereo
    from cmft_nuke import shot_job, signature

    node["view"].setValue("left")
    left, folder = signature.signature(node), shot_job.prepare(node).folder
    node["view"].setValue("right")
    assert signature.signature(node) != left and shot_job.prepare(node).folder != folder


def test_unknown_view_is_named(stereo):
    """A view that the script has not is an error that lists those there are."""
    _, node = stereo
    from cmft_nuke import api

    node["view"].setValue("centre")
    with pytest.raises(InputError, match="no view centre; it has left, right"):
        api.export_job(node)
