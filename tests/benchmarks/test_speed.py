from benchmarks.speed import Measurement, render, write_material
from cmft_engine.evaluation.clips import read_rgb8


def test_speed_is_printed_with_ratios_and_shares_of_stages():
    """A peer's row says how many times as long ours takes; each stage has seconds and a share."""
    text = render(
        [
            Measurement("ours", "512x512", 0.8, 0.8, 0.7, {"read": 0.2, "network": 0.4}),
            Measurement("flow warp", "512x512", 0.2, 0.1, 0.2, {}),
        ]
    )
    assert "| 512x512 | flow warp | 0.20 | 0.10 | 8.0 times as long | 0.20 GB |" in text
    assert "| 512x512 | 0.20 s, 25 % | 0.40 s, 50 % | 0.20 s, 25 % |" in text


def test_material_is_a_shot_of_the_asked_size(tmp_path):
    """Puppets side by side fill an oblong plate: one painting, one reference line, three targets."""
    write_material("80x36", tmp_path)
    names = sorted(path.name for path in tmp_path.iterdir())
    assert names == ["line.0000.png", "line.0001.png", "line.0005.png", "line.0009.png", "painted.png"]
    assert {read_rgb8(tmp_path / name).shape for name in names} == {(36, 80, 3)}
