"""Characters become clips that the seed alone decides."""

import json
from pathlib import Path

import numpy as np
import pytest

from cmft_engine.protocol.errors import InputError
from cmft_training.synthetic import characters
from cmft_training.synthetic.characters import Camera, CharacterSet, Look, is_validation, split_parts
from cmft_training.synthetic.extract_characters import quantize_positions

CUBE = np.array([(x, y, z) for x in (0, 1) for y in (0, 1) for z in (0, 1)], np.float32)
CUBE_FACES = np.array(
    [(0, 1, 3), (0, 3, 2), (4, 6, 7), (4, 7, 5), (0, 4, 5), (0, 5, 1), (2, 3, 7), (2, 7, 6), (0, 2, 6), (0, 6, 4),
     (1, 5, 7), (1, 7, 3)], np.int32
)  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two cubes of two materials, the second one rising, as one character of ten drawings and two runs."""
    vertices = np.concatenate([CUBE, CUBE + np.array([2, 0, 0], np.float32)])
    moved = np.tile(vertices, (2, 10, 1, 1))
    moved[:, :, 8:, 2] += np.linspace(0, 2, 10, dtype=np.float32)[None, :, None]
    packed, scale = quantize_positions(moved)
    faces = np.concatenate([CUBE_FACES, CUBE_FACES + 8])
    material = np.repeat([0, 1], 12).astype(np.uint8)
    color = np.array([(200, 30, 30), (30, 30, 200)], np.uint8)
    for name in ("pack__Cubes", "quaternius_dinosaurs_pack__Cubes"):
        np.savez(tmp_path / f"{name}.npz", V=packed, scale=scale, F=faces, M=material, colours=color)
    return tmp_path


def test_same_seed_same_clip(folder: Path) -> None:
    """Two sets and equal seeds give equal drawings; another seed gives others."""
    clips = [CharacterSet(folder).random_clip(np.random.default_rng(s), size=48, n_drawings=3) for s in (1, 1, 2)]
    same = [np.array_equal(a.line, b.line) for a, b in zip(clips[0].drawings, clips[1].drawings, strict=True)]
    assert all(same)
    assert not np.array_equal(clips[0].drawings[0].line, clips[2].drawings[0].line)


def test_parts_belong_to_the_colour_table(folder: Path) -> None:
    """Every part on a drawing has a group, and every group a colour."""
    for shadow in (0.0, 1.0):
        chars = CharacterSet(folder, look=Look(shadow=shadow))
        clip = chars.random_clip(np.random.default_rng(0), size=64, n_drawings=2, stride=5)
        assert len(clip.group) == 3 + 2 * int(shadow)
        assert max(int(d.part.max()) for d in clip.drawings) < len(clip.group)
        assert int(clip.group.max()) + 1 == len(clip.color)
        assert clip.group[0] == 0
        assert tuple(clip.color[0]) == (255, 255, 255)


def test_drawings_apart_show_the_character(folder: Path) -> None:
    """Target and references have ink and the same groups, inside a run, beyond it, and whole for a sheet."""
    clip = CharacterSet(folder).drawings_apart(np.random.default_rng(4), size=64, gaps=[9, 1, 48, None])
    assert len(clip.drawings) == 5
    for drawing in clip.drawings:
        assert drawing.line.shape == drawing.part.shape == (64, 64)
        assert drawing.line.min() < 128
        assert set(np.unique(clip.group[drawing.part])) - {0} <= {1, 2, 3, 4}


@pytest.mark.parametrize("gap", [1, 4, 9])
def test_a_gap_is_that_many_drawings(folder: Path, gap: int) -> None:
    """The cube that rises two of its sides in nine steps has moved by the gap; the other one has not."""
    still = Look(fill=(0.8, 0.8), shadow=0, turn=0, pitch=0, roll=0, perspective=0, moving_camera=0)
    for seed in range(6):
        rng = np.random.default_rng(seed)
        clip = CharacterSet(folder, look=still).drawings_apart(rng, size=128, gaps=[gap])
        top, other = ([int(np.flatnonzero((d.part == part).any(1))[0]) for d in clip.drawings] for part in (2, 1))
        side = np.ptp(np.flatnonzero((clip.drawings[0].part == 1).any(0))) + 1
        assert abs(top[0] - top[1]) == pytest.approx(gap * 2 / 9 * side, abs=2)
        assert abs(other[0] - other[1]) <= 1


def test_several_gaps_stay_in_one_run() -> None:
    """Each reference is its gap away from the target, on a side where the run goes on."""
    for seed in range(40):
        first, steps = characters._steps(np.random.default_rng(seed), [9, 3, 1, 5], 10)
        assert [abs(step) for step in steps] == [9, 3, 1, 5]
        assert all(0 <= first + step < 10 for step in steps)


def test_fill_is_the_share_of_the_frame(folder: Path) -> None:
    """A clip of fill 0.5 spans half of the frame, in whichever direction it is larger."""
    chars = CharacterSet(folder, look=Look(fill=(0.5, 0.5), shadow=0.0))
    clip = chars.random_clip(np.random.default_rng(3), size=128, n_drawings=10)
    seen = np.any([d.part > 0 for d in clip.drawings], axis=0)
    spans = [np.ptp(np.flatnonzero(seen.any(axis=axis))) + 1 for axis in (0, 1)]
    assert max(spans) == pytest.approx(64, abs=2)


def test_split_keeps_whole_packs_out(folder: Path) -> None:
    """A validation pack is seen by the validation split alone."""
    assert CharacterSet(folder).names == ("pack__Cubes",)
    assert CharacterSet(folder, "validation").names == ("quaternius_dinosaurs_pack__Cubes",)


def test_split_table_names_packs_and_characters() -> None:
    """At least two packs are validation only, and their characters are not listed twice."""
    table = json.loads((Path(characters.__file__).parents[1] / "split.json").read_text(encoding="utf-8"))["validation"]
    assert len(table["packs"]) >= 2
    assert not [name for name in table["characters"] if name.split("__")[0] in table["packs"]]
    assert is_validation(table["characters"][0])


def test_wrong_requests_say_what_to_do(folder: Path, tmp_path: Path) -> None:
    """Too long a clip, an unknown split, an empty folder and a damaged file are input errors."""
    rng = np.random.default_rng(0)
    with pytest.raises(InputError, match="3 drawings 5 apart do not fit in runs of 10"):
        CharacterSet(folder).random_clip(rng, size=32, n_drawings=3, stride=5)
    with pytest.raises(InputError, match="use train or validation"):
        CharacterSet(folder, "test")
    with pytest.raises(InputError, match="run extract_characters first"):
        CharacterSet(tmp_path / "nothing")
    (folder / "pack__Cubes.npz").write_bytes(b"damaged")
    with pytest.raises(InputError, match=r"pack__Cubes\.npz: not an extracted character"):
        CharacterSet(folder).random_clip(rng, size=32, n_drawings=1)


def test_islands_of_one_material_are_parts() -> None:
    """Two cubes of one material are two parts of one group; crumbs of that material form one more part."""
    crumbs = np.array([(16, 17, 18), (19, 20, 21)], np.int32)
    faces = np.concatenate([CUBE_FACES, CUBE_FACES + 8, crumbs])
    part, group = split_parts(faces, np.zeros(len(faces), np.uint8))
    assert len(set(part[:12])) == len(set(part[12:24])) == len(set(part[24:])) == 1
    assert len(set(part)) == 3
    assert group.tolist() == [0, 1, 1, 1]


def test_touching_materials_are_different_parts() -> None:
    """One mesh painted in two materials gives two parts with the groups of the materials."""
    material = np.repeat([0, 1], 6).astype(np.uint8)
    part, group = split_parts(CUBE_FACES, material)
    assert group[part].tolist() == (material + 1).tolist()


def test_camera_looks_from_the_front() -> None:
    """Unturned, x points right, z up and y away from the viewer; mirrored, x points left."""
    point = np.array([(1.0, 2.0, 3.0)], np.float32)
    for mirrored, x in ((False, 1.0), (True, -1.0)):
        camera = Camera((0, 0, 0), (0, 0, 0), float("inf"), mirrored)
        assert np.allclose(camera.view(point, progress=0.0, size=1.0), [(x, -3.0, 2.0)])
