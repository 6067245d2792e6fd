"""Pictures of regions are kept beside the plates."""

from cmft_engine.pipeline.pictures import read_pictures, write_pictures


def test_pictures(tmp_path):
    """They come back by their region; a damaged file has none."""
    write_pictures(tmp_path, 3, {0: b"whole", 12: b"region"})
    assert read_pictures(tmp_path, 3) == {0: b"whole", 12: b"region"} and read_pictures(tmp_path, 4) == {}
    (tmp_path / "3.zip").write_bytes(b"PK")
    assert read_pictures(tmp_path, 3) == {}
