import pytest
import torch
from safetensors.torch import save_file

from benchmarks.baselines.vgg import Vgg19
from benchmarks.baselines.vgg_file import load_vgg
from cmft_engine.protocol.errors import WeightsError


def test_vgg_is_read_from_a_user_s_file(tmp_path):
    """What lies beyond conv5_1 is left out; a file that is none, or another network, is refused with a remedy."""
    network = Vgg19()
    path = tmp_path / "vgg19.pth"
    torch.save({**network.state_dict(), "classifier.0.weight": torch.zeros(1)}, path)
    assert torch.equal(load_vgg(path).features[0].weight, network.features[0].weight)
    save_file(network.state_dict(), tmp_path / "vgg19.safetensors")
    assert load_vgg(tmp_path / "vgg19.safetensors").features[28].weight.shape == (512, 512, 3, 3)
    save_file({"features.0.weight": torch.zeros(1)}, tmp_path / "other.safetensors")
    with pytest.raises(WeightsError, match="lacks layers of VGG-19"):
        load_vgg(tmp_path / "other.safetensors")
    with pytest.raises(WeightsError, match="cannot be read as weights"):
        load_vgg(tmp_path / "none.pth")
