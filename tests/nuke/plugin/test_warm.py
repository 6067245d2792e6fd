"""A script in a window keeps one real engine, which ends with the script."""

from cmft_engine.protocol import warm
from cmft_engine.protocol.host.state import READY

from .conftest import finish


def color_frame(host, node, frame):
    """Press Colorize this frame, and return the engine that the script keeps then."""
    from cmft_nuke import runner

    host.nuke.frame(frame)
    host.press(node, "colour_frame")
    finish(host, node)
    assert runner.ended(node["uid"].value()).outcome.error is None
    return runner._engines._engine


def test_a_script_keeps_one_engine(window, monkeypatch):
    """Presses share it, the whole range too; with Keep engine off it is not asked; it is gone with the script."""
    from cmft_nuke import runner

    host, node = window
    engine = color_frame(host, node, 2)
    assert engine.is_alive and engine.ready_at is not None
    node["edges"].setValue("hard")
    assert color_frame(host, node, 3) is engine
    host.press(node, "colour")
    finish(host, node)
    assert node["state"].value() == READY and runner._engines._engine is engine
    with monkeypatch.context() as patch:
        patch.setattr(warm.Engines, "take", None)
        node["keep_engine"].setValue(False)
        assert color_frame(host, node, 2) is engine
    host.nuke.scriptClear()
    assert runner._engines._engine is None and engine._process.poll() is not None
