import pytest

from benchmarks.baselines import ebsynth
from cmft_engine.protocol.errors import InputError
from tests.benchmarks.small_drawings import draw_face


def test_a_failing_ebsynth_says_so(tmp_path, monkeypatch):
    """Its status and words reach the user instead of a CalledProcessError."""
    path = tmp_path / "ebsynth"
    path.write_text("#!/bin/sh\necho no backend\nexit 2\n", encoding="utf-8")
    path.chmod(0o755)
    monkeypatch.setenv(ebsynth.PROGRAM, str(path))
    with pytest.raises(InputError, match="EbSynth: ended with status 2 and said: no backend"):
        ebsynth.ebsynth(*draw_face(), draw_face(1, 0)[0])
