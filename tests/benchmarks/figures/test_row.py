import pytest

from benchmarks.figures.row import Row
from benchmarks.table.outcome import JSON_KEYS
from tests.benchmarks.made_up import table_row


def test_a_row_comes_back_from_its_file():
    """Every field of the keys and every figure of the score is written by its key, and read again."""
    row = table_row("flow", 20.0)
    values = row.to_dict(JSON_KEYS)
    assert list(values)[:7] == ["set_name", "clip", "system", "mode", "drawing", "seconds", "clicks"]
    assert (values["system"], values["drawing"], values["psnr"]) == ("flow", 1, 20.0)
    assert str(Row.from_dict(values, JSON_KEYS)) == str(row)  # a NaN equals no NaN


def test_other_values_are_no_row():
    """What lacks a field of the file, or a figure of the score, is refused by name."""
    for lacking in ("system", "ssim"):
        values = table_row("flow", 20.0).to_dict(JSON_KEYS)
        del values[lacking]
        with pytest.raises(KeyError, match=lacking):
            Row.from_dict(values, JSON_KEYS)
