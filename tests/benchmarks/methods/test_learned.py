import numpy as np
import pytest
import torch

from benchmarks.baselines.weights import save_weights, weights_path
from benchmarks.methods.learned import budget_of, load_trained
from benchmarks.methods.registry import PLAIN
from cmft_engine.protocol.errors import WeightsError
from tests.benchmarks.small_drawings import draw_face

LINE, PAINTING = draw_face()


@pytest.fixture(autouse=True)
def _threads():
    """Leave torch's threads as they were."""
    threads = torch.get_num_threads()
    yield
    torch.set_num_threads(threads)


def test_a_trained_method_colours_with_the_weights_of_its_folder(painters, tmp_path):
    """It has the size and the ink of the target, and its budget is told; without weights both say so."""
    assert budget_of(PLAIN, tmp_path) is None
    with pytest.raises(WeightsError, match="no such baseline weights"):
        load_trained(PLAIN, tmp_path)
    save_weights(painters["plain"], weights_path(PLAIN, tmp_path), budget={"minutes": 3.0})
    assert budget_of(PLAIN, tmp_path) == {"minutes": 3.0}
    colored = load_trained(PLAIN, tmp_path)(LINE, PAINTING, LINE)
    assert colored.shape == LINE.shape
    assert not colored[(LINE == 0).all(axis=2)].any() and np.ptp(colored) > 0
