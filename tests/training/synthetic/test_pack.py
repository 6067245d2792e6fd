"""Characters travel in a small file and come out as they were, but for a twentieth of a pixel."""

from pathlib import Path

import numpy as np
import pytest

from cmft_engine.protocol.errors import InputError
from cmft_training.synthetic import pack
from cmft_training.synthetic.characters import Character, CharacterSet
from cmft_training.synthetic.pack import BITS, decode_vertices, encode_vertices, prepare_characters, write_pack
from tests.training.cubes import TRAINING, write_cubes


@pytest.fixture
def packed(tmp_path: Path) -> Path:
    """The cubes as a pack, away from their folder."""
    write_pack(write_cubes(tmp_path / "characters"), tmp_path / "sent.zip")
    return tmp_path / "sent.zip"


def test_vertices_move_by_half_a_step_at_most() -> None:
    """Noise over the whole range, and its ends, come back within 2 ** (15 - BITS)."""
    rng = np.random.default_rng(0)
    vertices = rng.integers(-32768, 32768, (2, 5, 300, 3)).astype(np.int16)
    vertices[0, 0, 0], vertices[0, 1, 0] = -32768, 32767
    restored = decode_vertices(encode_vertices(vertices), runs=2)
    assert restored.dtype == np.int16
    error = np.abs(restored.astype(int) - vertices.astype(int)).max()
    assert 0 < error <= 2 ** (15 - BITS)


def test_the_loss_is_small_on_a_drawing() -> None:
    """On a character that spans a 512 px drawing and a tenth more, an axis moves by less than a twentieth of a px."""
    assert 1.1 * 512 * 2 ** (15 - BITS) / 65530 < 0.05


def test_a_pack_holds_the_training_characters_alone(packed: Path) -> None:
    """Unpacked beside itself, it serves as the folder did; validation stays at home."""
    folder = prepare_characters(packed)
    assert folder == packed.with_suffix("")
    assert CharacterSet(folder).names == (TRAINING,)
    with pytest.raises(InputError, match="no validation character"):
        CharacterSet(folder, "validation")
    ours, theirs = (Character.load(f / f"{TRAINING}.npz") for f in (packed.parent / "characters", folder))
    for name in ("scale", "faces", "part", "group", "color"):
        assert np.array_equal(getattr(ours, name), getattr(theirs, name)), name
    assert np.abs(ours.positions(1, 9) - theirs.positions(1, 9)).max() <= 2 ** (15 - BITS) * ours.scale[0].max()


def test_equal_characters_give_equal_packs(packed: Path, tmp_path: Path) -> None:
    """Writing again gives the same bytes, at whatever time of day."""
    write_pack(tmp_path / "characters", tmp_path / "again.zip")
    assert (tmp_path / "again.zip").read_bytes() == packed.read_bytes()


def test_unpacking_happens_once(packed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A second call takes the folder as it is; another pack of the same name replaces it."""
    folder = prepare_characters(packed)
    with monkeypatch.context() as patch:
        patch.setattr(pack, "_unpack", lambda path, folder: pytest.fail("unpacked twice"))
        assert prepare_characters(packed) == folder
    cubes = packed.parent / "characters" / f"{TRAINING}.npz"
    cubes.rename(cubes.with_name("pack__Others.npz"))
    write_pack(packed.parent / "characters", packed)
    assert CharacterSet(prepare_characters(packed)).names == ("pack__Others",)


def test_a_folder_needs_no_unpacking(tmp_path: Path) -> None:
    """A folder of characters is itself."""
    assert prepare_characters(tmp_path) == tmp_path


def test_bad_packs_are_told(packed: Path, tmp_path: Path) -> None:
    """Half a pack, no pack and a folder in the way name the file and a remedy, and leave nothing half done."""
    half = tmp_path / "half.zip"
    half.write_bytes(packed.read_bytes()[:-200])
    with pytest.raises(InputError, match=r"half.zip: not a whole pack .* write it again"):
        prepare_characters(half)
    assert not half.with_suffix("").exists()
    with pytest.raises(InputError, match=r"set data\.characters"):
        prepare_characters(tmp_path / "nowhere")
    packed.with_suffix("").mkdir()
    with pytest.raises(InputError, match="in the way"):
        prepare_characters(packed)


def test_the_command_tells_what_is_missing(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """A folder without characters ends with a message, not a traceback, and writes no pack."""
    assert pack.main([str(tmp_path), str(tmp_path / "out.zip")]) == 2
    assert "run extract_characters first" in caplog.text
    assert not (tmp_path / "out.zip").exists()
