from dataclasses import replace

import pytest

from benchmarks.speed import bf16 as speed_bf16


@pytest.mark.usefixtures("few_targets")
def test_bf16_is_measured_beside_fp32(tmp_path):
    """Every mode colours the same regions, takes time for both parts, and is told with what it changes."""
    found = speed_bf16.outcomes("96x64", tmp_path)
    assert {len(one.color) for one in found.values()} == {len(found["fp32"].color)}
    assert all(one.lines > 0 and one.match > 0 for one in found.values())
    changed = {**found, "fp32": replace(found["fp32"], color=found["line encoder in bf16"].color + 1)}
    n = len(found["fp32"].color)
    assert f"| {n} of {n} |" in speed_bf16.page(changed).splitlines()[3]
    assert "0 of" in speed_bf16.page(found).splitlines()[2]
