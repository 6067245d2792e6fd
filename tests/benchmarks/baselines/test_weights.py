import pytest
import torch

from benchmarks.baselines.lessons import PLAIN_CMFT, TCVC, make_painter
from benchmarks.baselines.weights import load_weights, save_weights, weights_path
from cmft_engine.protocol.errors import WeightsError


def test_weights_are_checked(tmp_path):
    """Missing, damaged, foreign and unfit files are told apart, each with the remedy."""
    path = weights_path(TCVC, tmp_path)
    with pytest.raises(WeightsError, match="no such baseline weights"):
        load_weights(make_painter(TCVC), path)
    path.write_bytes(b"nothing of the kind")
    with pytest.raises(WeightsError, match="damaged"):
        load_weights(make_painter(TCVC), path)
    save_weights(make_painter(TCVC), path, budget={})
    with pytest.raises(WeightsError, match="another network"):
        load_weights(make_painter(PLAIN_CMFT), path)
    from safetensors.torch import save_file

    save_file({"a": torch.zeros(1)}, path)
    with pytest.raises(WeightsError, match="format None"):
        load_weights(make_painter(TCVC), path)
