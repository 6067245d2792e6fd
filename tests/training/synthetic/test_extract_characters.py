import numpy as np

from cmft_training.synthetic.extract_characters import choose_runs, quantize_positions, weld


def test_runs_wrap_cycles_and_skip_short_actions() -> None:
    """A short walk cycle wraps around, a long action runs on, and a short jump is left out."""
    lengths = {"Walk": (0.0, 12.0), "Jump": (0.0, 8.0), "Death": (0.0, 60.0)}
    runs = choose_runs(lengths, seed=1)
    assert {run.animation for run in runs} == {"Walk", "Death"}
    assert all(len(run.frames) == 10 for run in runs)
    assert all(max(run.frames) < 12 for run in runs if run.animation == "Walk")
    assert choose_runs({"Jump": (0.0, 9.0)}, seed=1)[0].frames[-1] == 9.0


def test_weld_joins_vertices_that_move_together() -> None:
    """Doubles that stay together become one vertex; doubles that part stay two."""
    rest = np.zeros((3, 3), np.float32)
    moved = np.zeros((2, 3, 3), np.float32)
    moved[1, 2] = 1.0
    kept, remap = weld(rest, moved, np.zeros(3, np.int32))
    assert len(kept) == 2
    assert remap[0] == remap[1] != remap[2]


def test_positions_survive_packing() -> None:
    """Packed positions come back within a fifty-thousandth of the character's size."""
    vertices = np.random.default_rng(0).normal(size=(2, 3, 50, 3)).astype(np.float32)
    packed, scale = quantize_positions(vertices)
    assert np.abs(packed * scale[0] + scale[1] - vertices).max() < np.ptp(vertices) / 5e4
