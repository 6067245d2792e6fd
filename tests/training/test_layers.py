"""Imports of the training point one way, at the top of files and within functions."""

import pytest

from tests.training.layers import circle, upward

LAYERS = [{"synthetic"}, {"data"}, {"learn"}, {"release"}]


def test_imports_point_down():
    """synthetic < data < learn < release: what draws knows no batch, what makes batches no loss."""
    assert upward("cmft_training", LAYERS) == []


def test_no_module_needs_itself_through_others():
    """Every file can be read without those that read it."""
    assert circle("cmft_training") == []


def test_an_import_upward_is_found():
    """With the layers turned round, nearly everything points up; a folder without a layer is an error."""
    found = upward("cmft_training", LAYERS[::-1])
    assert "cmft_training.release.release imports cmft_training.learn.state" in found
    assert "cmft_training.data.sheets imports cmft_training.synthetic.drawing" in found
    with pytest.raises(KeyError, match="release"):
        upward("cmft_training", LAYERS[:3])
