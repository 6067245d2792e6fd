"""The self-check that anybody with a Nuke can run: in the stand-in it passes, and it tells what fails."""

import pytest

from tests.nuke.host import Host
from tests.protocol import quick_engine

from .conftest import PLUGIN, draw_plate, engine_command


def run(folder, engine, prepare=lambda steps: None):
    """Run the self-check in a terminal, and return its exit code, its lines and the buttons that there are."""
    with Host(gui=False, plugin_path=[str(PLUGIN)]) as host:
        import selfcheck
        import selfcheck_steps

        prepare(selfcheck_steps)
        code = selfcheck.main(folder / "result.txt", engine)
        assert "written to" in host.log[-1]
    return code, (folder / "result.txt").read_text(encoding="utf-8").splitlines()


def only(*names):
    """Return what leaves these steps alone."""
    def prepare(steps):
        steps.STEPS = tuple(step for step in steps.STEPS if step.__name__ in names)
    return prepare


@pytest.fixture
def quick(tmp_path):
    """Return the command of an engine that copies a plate."""
    return quick_engine.command(draw_plate(tmp_path / "plate.exr"), tmp_path)


def test_every_step_passes(tmp_path):
    """With the real engine each step has its line with PASS, what needs a window SKIP with the reason; the facts of
    this Nuke stand before, the count after. Every button is walked, for the last step names one that is not."""
    code, lines = run(tmp_path, engine_command(tmp_path))
    words = [line.split()[0] for line in lines[4:-1]]
    assert words.count("SKIP") == 1 and set(words) == {"PASS", "SKIP"}, "\n".join(lines)
    assert "SKIP 21 " in lines[-3] and lines[-3].endswith("these need a Nuke with a window")
    assert code == 0 and lines[-1] == "21 of 22 steps are in order, 1 skipped"
    assert lines[0].startswith("Nuke ") and lines[1] == "opHashes of a Dot: 0, of a Read: 1"


def test_a_step_that_fails_is_told(tmp_path, quick):
    """What Nuke does otherwise is one FAIL line with the reason; the other steps are walked all the same."""
    def spoil(steps):
        def outside(scene):
            """Held."""
            steps.expect(False, "it is\nno error")
        only("build", "not_coloured", "outside", "whole")(steps)
        steps.STEPS = tuple(outside if step is steps.outside else step for step in steps.STEPS)

    code, lines = run(tmp_path, quick, spoil)
    assert code == 1 and lines[-1] == "3 of 4 steps are in order, 0 skipped"
    assert "FAIL 4 Held. AssertionError: it is no error" in lines


def test_a_button_that_raises_is_told(tmp_path, quick):
    """A button whose code raises, or has something to say where it should not, fails its step."""
    def spoil(steps):
        from cmft_nuke import buttons

        only("build", "whole", "reference", "region_view")(steps)
        buttons.ACTIONS.update(add_reference=lambda group: group.no_such_thing,
                               regions=lambda group: buttons.tell("no"))

    code, lines = run(tmp_path, quick, spoil)
    assert code == 1 and lines[-1] == "2 of 4 steps are in order, 0 skipped"
    assert any(line.startswith("FAIL 3 ") and "AttributeError" in line for line in lines)
    assert any(line.startswith("FAIL 4 ") and line.endswith("regions says: no") for line in lines)


def test_a_new_button_must_be_walked(tmp_path, quick):
    """A button that no step presses is named."""
    def spoil(steps):
        from cmft_nuke import buttons

        only("build", "every_button")(steps)
        buttons.ACTIONS["polish"] = lambda group: None

    code, lines = run(tmp_path, quick, spoil)
    assert code == 1 and lines[-2].startswith("FAIL 2 ") and "polish" in lines[-2]
