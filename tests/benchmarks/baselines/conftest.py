import pytest

from benchmarks.baselines.material import Pool
from tests.training.cubes import write_cubes


@pytest.fixture(scope="session")
def pool(tmp_path_factory):
    """Two pairs of one cube and of puppets."""
    return Pool(write_cubes(tmp_path_factory.mktemp("characters")), 2)
