from benchmarks.clips.rgb8 import read_rgb8
from benchmarks.speed.material import write_material


def test_material_is_a_shot_of_the_asked_size(tmp_path):
    """Puppets side by side fill an oblong plate: paintings of four drawings, line plates of eight."""
    write_material("80x36", tmp_path)
    names = sorted(path.name for path in tmp_path.iterdir())
    assert names == [*(f"line.{n:04d}.png" for n in (0, 1, 5, 9, 10, 11, 15, 19)),
                     *(f"painted.{n:04d}.png" for n in (0, 1, 5, 9))]
    assert {read_rgb8(tmp_path / name).shape for name in names} == {(36, 80, 3)}
