"""Files are whole or not there; temporary names can neither be guessed nor planted."""

import errno
import os
import stat

import pytest

from cmft_engine.protocol import text_file
from cmft_engine.protocol.owner import this_owner
from cmft_engine.protocol.text_file import (
    make_temporary,
    parse_json,
    remove_leftovers,
    write_new,
    write_remedy,
    write_text,
)


def test_temporary_names_are_random_and_the_owner_s(tmp_path):
    """Each is another, keeps the suffix, is hidden, names this process, and is made with the usual rights."""
    made = {make_temporary(tmp_path / "a.exr") for _ in range(20)}
    assert len(made) == 20
    assert all(path.name.startswith(f".cmft-{this_owner().short}-") and path.suffix == ".exr" for path in made)
    (tmp_path / "usual").touch()
    usual = stat.S_IMODE((tmp_path / "usual").stat().st_mode)
    assert {stat.S_IMODE(path.stat().st_mode) for path in made} == {usual}


def test_what_stands_there_is_left_alone(tmp_path, monkeypatch):
    """A link or a file of the temporary name, if somebody could guess it, is neither followed nor opened."""
    tokens = iter(["00000000", "11111111", "22222222"])
    monkeypatch.setattr(text_file.secrets, "token_hex", lambda _: next(tokens))
    aim = tmp_path / "mine"
    planted = [tmp_path / f".cmft-{this_owner().short}-{token}.tmp.json" for token in ("00000000", "11111111")]
    planted[0].symlink_to(aim)
    planted[1].write_text("mine")
    write_text(tmp_path / "a.json", "ours")
    assert not aim.exists() and planted[1].read_text() == "mine" and (tmp_path / "a.json").read_text() == "ours"


def test_a_link_is_replaced(tmp_path):
    """What a link points to stays."""
    (tmp_path / "mine").write_text("mine")
    (tmp_path / "a.json").symlink_to(tmp_path / "mine")
    write_text(tmp_path / "a.json", "ours")
    assert (tmp_path / "mine").read_text() == "mine" and not (tmp_path / "a.json").is_symlink()


def test_nothing_is_left_of_a_write_that_fails(tmp_path):
    """A file that cannot be renamed leaves what was there as it was, and no temporary one."""
    (tmp_path / "a.json").mkdir()
    with pytest.raises(OSError):
        write_text(tmp_path / "a.json", "after")
    assert os.listdir(tmp_path) == ["a.json"] and (tmp_path / "a.json").is_dir()


@pytest.mark.parametrize("name", ["a" * 250 + ".json", "線" * 83 + ".jsonx", "a." + "b" * 253, "." + "c" * 254])
def test_names_as_long_as_a_file_system_takes(tmp_path, name):
    """The temporary name has room whatever is long, and is found again when its process is gone."""
    write_text(tmp_path / name, "ours")
    assert os.listdir(tmp_path) == [name]
    left = make_temporary(tmp_path / name)
    left.rename(tmp_path / left.name.replace(this_owner().short, this_owner()._replace(mark="0badcafe").short))
    remove_leftovers(tmp_path)
    assert os.listdir(tmp_path) == [name]


@pytest.mark.parametrize(("error", "remedy"), [
    (OSError(errno.ENOSPC, "No space"), "free disk space"), (OSError(errno.ENAMETOOLONG, "too long"), "a shorter name"),
    (OSError(errno.EEXIST, "File exists"), "a file stands where a folder should be"),
    (OSError("4 channels not supported"), "another format"), (OSError("odd"), "free disk space, allow writing there"),
])
def test_remedies_fit_the_reason(error, remedy):
    """By the system's number, else by what the library says."""
    assert remedy in write_remedy(error, "a.json")


def test_leftovers_of_the_gone_alone(tmp_path):
    """Files of a process that is gone are removed; of this one, of other machines and of other names they stay."""
    gone = this_owner()._replace(mark="0badcafe")
    elsewhere = this_owner()._replace(machine="0badcafe")
    ours = make_temporary(tmp_path / "a.exr")
    names = {owner: ours.name.replace(this_owner().short, owner.short) for owner in (gone, elsewhere)}
    for name in (*names.values(), ".cmft-notes.tmp.exr", ".cmft-state", "b.tmp.exr"):
        (tmp_path / name).touch()
    before = set(os.listdir(tmp_path))
    remove_leftovers(tmp_path)
    assert before - set(os.listdir(tmp_path)) == {names[gone]}
    remove_leftovers(tmp_path / "nowhere")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
def test_a_pipe_is_no_file(tmp_path):
    """Nobody waits for a pipe that nobody writes to, nor reads a device."""
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path / "pipe", "/dev/zero"):
        with pytest.raises(OSError, match="it is no plain file"):
            text_file.read_bytes(path)


def test_what_is_wrong_with_a_text_is_told():
    """Letters of another encoding and endless numbers are told as such, without the names of libraries."""
    with pytest.raises(ValueError, match=r"^it holds a number of thousands of digits$"):
        text_file.parse_json('{"a": ' + "9" * 5000 + "}")


def test_bytes_that_are_no_text(tmp_path):
    """The byte and the remedy are named."""
    (tmp_path / "a.json").write_bytes('{"é'.encode("latin-1"))
    with pytest.raises(UnicodeDecodeError) as caught:
        text_file.read_text(tmp_path / "a.json")
    assert str(caught.value) == "it is no text in UTF-8 from byte 3 on; save it as UTF-8"


def test_what_stands_where_no_file_is(tmp_path):
    """A folder, a link in a circle and nothing are told apart; a circle's real path is the link itself."""
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    assert text_file.what_is_there(tmp_path) == "is a folder"
    assert text_file.what_is_there(tmp_path / "loop") == "is a link that leads nowhere"
    assert text_file.what_is_there(tmp_path / "none") == "does not exist"
    assert text_file.real_path(tmp_path / "loop") == tmp_path.resolve() / "loop"


@pytest.mark.parametrize("text", ['{"a": 1, "b": 2, "a": 1}', '[{"c": {"a": 1, "a": 2}}]', '{"a": 1e400, "a": 0}'])
def test_a_field_that_comes_twice_is_refused(text):
    """Python would take the last one, another reader the first."""
    with pytest.raises(ValueError, match='it has the field "a" twice in one object'):
        parse_json(text)
    assert parse_json('{"a": {"a": [1, {"a": 2}]}}') == {"a": {"a": [1, {"a": 2}]}}


def test_a_new_file_is_whole_or_not_there(tmp_path):
    """One that cannot be written, as on a full disk, leaves nothing; one that is there stays."""
    resource = pytest.importorskip("resource")
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, limits[1]))
    try:
        with pytest.raises(OSError, match="File too large"):
            write_new(tmp_path / "a.lock", "ours")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert os.listdir(tmp_path) == []
    write_new(tmp_path / "a.lock", "ours")
    with pytest.raises(FileExistsError):
        write_new(tmp_path / "a.lock", "theirs")
    assert (tmp_path / "a.lock").read_text() == "ours"
