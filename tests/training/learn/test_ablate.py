import json
from pathlib import Path

import pytest

from cmft_engine.protocol.errors import InputError
from cmft_training.learn.ablate import Flip, Result, load_ablation, slug, table
from cmft_training.learn.ablate import main as ablate_main
from cmft_training.learn.config import load_config
from tests.training.runs import PIXELS

pytestmark = pytest.mark.usefixtures("unchanged_process")


def test_shipped_ablation_rows_fit() -> None:
    """Every row is a configuration that loads, and all but the first change something."""
    ablation = load_ablation("ablation")
    base, *others = (load_config(ablation.config, [*ablation.change, *flip.change]) for flip in ablation.rows)
    assert len(others) > 15
    assert all(other != base for other in others)
    assert len({slug(flip.name) for flip in ablation.rows}) == len(ablation.rows)


def test_an_ablation_writes_its_table(tmp_path: Path, characters: Path) -> None:
    """Rows are trained one after another, the second time taken from their folders, and compared with the first."""
    changes = json.dumps([*PIXELS, f"data.characters={characters}", "schedule.steps=1"])
    rows = '[{ name = "Base" }, { name = "1/8 alone", change = ["network.levels=1"] }]'
    (tmp_path / "rows.toml").write_text(f'config = "smoke"\nchange = {changes}\nrows = {rows}\n')
    arguments = ["--config", str(tmp_path / "rows.toml"), "--folder", str(tmp_path), "--out", str(tmp_path / "a.md")]
    assert ablate_main(arguments) == 0
    first = (tmp_path / "a.md").read_text()
    assert ablate_main(arguments) == 0
    assert (tmp_path / "a.md").read_text() == first
    assert "| Base | " in first
    assert (tmp_path / "1-8-alone" / "state").is_dir()


def test_the_table_counts_from_the_first_row() -> None:
    """Differences are points of the mixed pairs, cells at 1/2 and regions; what was not measured is a dash."""
    figures = {"plain right8": 0.5, "plain right2": 0.4, "plain l1": 0.1, "mixed right8": 0.3, "mixed l1": 0.2}
    results = [Result(Flip(name), {**figures, "mixed right2": right}, 9, 20.0, 2_500_000)
               for name, right in (("base", 0.5), ("less", 0.468))]  # fmt: skip
    for result, color in zip(results, (0.7, 0.75), strict=True):
        result.figures["mixed color"] = color
    lines = table(results, budget="9 steps").splitlines()
    assert lines[-2].endswith("| 50.0 | 0.2000 | 70.0 | – | +0.0 | +0.0 | 9 | 20 | 2.50 M |")
    assert lines[-1].startswith("| less | 50.0 | 40.0 | 0.1000 | – | – | 30.0 | 46.8 | 0.2000 | 75.0 | – | -3.2 | +5.0")


def test_rows_need_names_of_their_own(tmp_path: Path) -> None:
    """Two rows of one name would share a folder."""
    path = tmp_path / "rows.toml"
    path.write_text('rows = [{ name = "A b" }, { name = "a-b" }]\n')
    with pytest.raises(InputError, match="name every row"):
        load_ablation(str(path))
