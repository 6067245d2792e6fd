"""`install.py nuke` and `uninstall nuke`: one line in the user's init.py, no more, and away again without a trace."""

import os
import sys

import pytest

from tests.nuke.host import Host
from tests.test_install import load_installer


@pytest.fixture
def install(tmp_path, monkeypatch):
    """Return install.py's main with a home of its own; the engine counts as set up."""
    module = load_installer()
    monkeypatch.setattr(module.Path, "home", lambda: tmp_path)
    monkeypatch.setattr(module, "engine", lambda: 0)
    return module.main


def test_line_is_added_once_and_said(install, tmp_path, capsys):
    """The first run adds the line and prints it; the second changes nothing."""
    assert install(["nuke"]) == 0
    init = tmp_path / ".nuke" / "init.py"
    text = init.read_text()
    assert text.count("pluginAddPath") == 1 and len(text.splitlines()) == 1
    said = capsys.readouterr().out
    assert str(init) in said and text.strip() in said
    assert install(["nuke"]) == 0 and init.read_text() == text
    assert "nothing to do" in capsys.readouterr().out


@pytest.mark.parametrize("own", ["", "import os\n", "import os\r\n# last line without an end", "print('ü')\n"])
def test_what_was_there_stays(install, tmp_path, own):
    """The user's own lines are kept byte for byte, and all of ours go with uninstall."""
    init = tmp_path / ".nuke" / "init.py"
    init.parent.mkdir()
    init.write_bytes(own.encode())
    install(["nuke"])
    assert init.read_bytes().startswith(own.encode())
    assert install(["uninstall", "nuke"]) == 0
    left = init.read_bytes().decode() if init.exists() else ""
    assert left.rstrip("\n") == own.rstrip("\n")


@pytest.mark.parametrize("arguments", [["nuke", "--dry-run"], ["uninstall", "nuke", "--dry-run"]])
def test_dry_run_touches_nothing(install, tmp_path, capsys, arguments):
    """A dry run says what would be done and does not do it."""
    init = tmp_path / ".nuke" / "init.py"
    if arguments[0] == "uninstall":
        install(["nuke"])
    before = init.read_bytes() if init.exists() else None
    assert install(arguments) == 0
    assert "would be changed" in capsys.readouterr().out
    assert (init.read_bytes() if init.exists() else None) == before
    assert before is not None or not init.parent.exists()


def test_line_of_another_clone_is_replaced(install, tmp_path):
    """After a clone has moved, the old line gives way to the new one."""
    install(["nuke"])
    init = tmp_path / ".nuke" / "init.py"
    init.write_text(init.read_text().replace("pluginAddPath('", "pluginAddPath('/old"))
    install(["nuke"])
    assert init.read_text().count("pluginAddPath") == 1 and "/old" not in init.read_text()


@pytest.mark.skipif(os.name == "nt", reason="links need rights on Windows")
def test_link_stays_a_link(install, tmp_path):
    """An init.py that is a link to a shared file stays one."""
    shared = tmp_path / "shared.py"
    shared.write_text("import os\n")
    (tmp_path / ".nuke").mkdir()
    (tmp_path / ".nuke" / "init.py").symlink_to(shared)
    install(["nuke"])
    assert (tmp_path / ".nuke" / "init.py").is_symlink() and "pluginAddPath" in shared.read_text()


def test_unreadable_file_is_left_alone(install, tmp_path, capsys):
    """A file that is no UTF-8 is not touched; the line to add or remove by hand is told."""
    init = tmp_path / ".nuke" / "init.py"
    init.parent.mkdir()
    init.write_bytes(b"# \xff\n")
    assert install(["nuke"]) == 2
    assert "Add this line to it by hand: import nuke; nuke.pluginAddPath" in capsys.readouterr().err
    assert install(["uninstall", "nuke"]) == 2
    assert "Remove the lines that end with '# CMFT: this line" in capsys.readouterr().err
    assert init.read_bytes() == b"# \xff\n"


def test_folder_that_is_none_is_said(install, tmp_path, capsys):
    """Where .nuke is a file the message says which file cannot be written, and the file stays as it is."""
    (tmp_path / ".nuke").write_text("mine")
    assert install(["nuke"]) == 2
    assert "init.py cannot be written" in capsys.readouterr().err and (tmp_path / ".nuke").read_text() == "mine"


@pytest.mark.parametrize("arguments", [["uninstall"], ["uninstall", "maya"]])
def test_uninstall_wants_a_name(install, arguments, capsys):
    """What to uninstall must be said."""
    assert install(arguments) == 2
    assert "uninstall nuke" in capsys.readouterr().err


def test_the_line_works(install, tmp_path):
    """Nuke reads the line, then the plug-in: the menu is there."""
    install(["nuke"])
    with Host(gui=True, plugin_path=[str(tmp_path / ".nuke")]) as host:
        host.choose("Nodes/CMFT/CMFT")
        assert host.nuke.toNode("CMFT1") is not None
        assert "cmft_nuke" in sys.modules and host.missing_icons == []
