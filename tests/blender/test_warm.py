"""A file in a real Blender keeps one real engine, which ends with the file."""

from cmft_engine.protocol.host.state import READY


def test_a_file_keeps_one_engine(blender, addon, shot, tmp_path):
    """Runs share it; with Keep Engine off it is not asked; it is gone when a file is opened."""
    said = blender.run("warm.facts", tmp_path / "run", **addon, shot=shot, blend=tmp_path / "shot.blend")
    found = {name: said[name] for name in ("ready", "shared", "switched off", "closed")}
    assert found == {"ready": True, "shared": READY, "switched off": READY, "closed": True}
