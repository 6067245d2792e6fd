"""The self-check that anybody with a Nuke can run: in the stand-in it passes, and it tells what fails."""

import pytest

from tests.nuke.host import Host
from tests.protocol import quick_engine

from .conftest import PLUGIN, draw_plate

STEPS = 9


@pytest.fixture
def check(tmp_path):
    """Return a function that runs the self-check in a terminal and returns its exit code and lines."""
    def run(prepare=lambda module: None):
        engine = quick_engine.command(draw_plate(tmp_path / "plate.exr"), tmp_path)
        with Host(gui=False, plugin_path=[str(PLUGIN)]) as host:
            import selfcheck

            prepare(selfcheck)
            code = selfcheck.main(tmp_path / "result.txt", engine)
            assert "written to" in host.log[-1]
        return code, (tmp_path / "result.txt").read_text(encoding="utf-8").splitlines()
    return run


def test_every_step_passes(check):
    """Each step has its line with PASS; the facts of this Nuke stand before, the count after."""
    code, lines = check()
    assert [line.split()[0] for line in lines[4:-1]] == ["PASS"] * STEPS, "\n".join(lines)
    assert code == 0 and lines[-1] == f"{STEPS} of {STEPS} steps are in order"
    assert lines[0].startswith("Nuke ") and lines[1] == "opHashes of a Dot: 0, of a Read: 1"


def test_a_step_that_fails_is_told(check):
    """What Nuke does otherwise is one FAIL line with the reason; the other steps are walked all the same."""
    def spoil(module):
        def outside(scene):
            """Held."""
            module.expect(False, "it is\nno error")
        module.STEPS = tuple(outside if step is module.outside else step for step in module.STEPS)

    code, lines = check(spoil)
    assert code == 1 and lines[-1] == f"{STEPS - 1} of {STEPS} steps are in order"
    assert "FAIL 5 Held. AssertionError: it is no error" in lines
