from pathlib import Path

import pytest

from cmft_engine.protocol.errors import InputError
from cmft_training.learn.losses import LossWeights
from tests.training.runs import PIXELS, run

pytestmark = pytest.mark.usefixtures("unchanged_process")


def test_gradients_that_are_not_finite_stop_training(
    tmp_path: Path, characters: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They never reach the weights, and a row of them ends the run with the remedy."""
    monkeypatch.setattr("cmft_training.learn.learner.MAX_SKIPPED", 1)
    monkeypatch.setattr(LossWeights, "total", lambda self, terms: sum(terms.values()) * float("nan"))
    with pytest.raises(InputError, match=r"step 1: no finite gradient .* lower the stage's rate"):
        run(PIXELS, tmp_path, characters)
