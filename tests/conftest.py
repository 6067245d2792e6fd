"""Networks for tests that need any network, but not a good one; and what may be left out where all must run."""

import os
import re

import pytest

os.environ.setdefault("OMP_NUM_THREADS", "1")  # small pictures: threads would only wait for each other


@pytest.fixture(scope="session")
def random_weights(tmp_path_factory):
    """A checkpoint file of random networks, always the same ones."""
    import torch

    from cmft_engine.matching.network.network import Network
    from cmft_engine.matching.network.region_network import RegionNetwork
    from cmft_engine.matching.network.weights import save_checkpoint

    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(7)
        path = tmp_path_factory.mktemp("weights") / "random.safetensors"
        save_checkpoint(Network(), RegionNetwork(), path)
    return path


@pytest.fixture(scope="session")
def random_checkpoint(random_weights):
    """The random networks, loaded."""
    from cmft_engine.matching.network.weights import load_checkpoint

    return load_checkpoint(random_weights)


@pytest.fixture
def any_weights(monkeypatch, random_checkpoint):
    """Let colouring take the random networks instead of the default checkpoint."""
    monkeypatch.setattr("cmft_engine.pipeline.reference_matcher.load_checkpoint", lambda: random_checkpoint)


# What a machine may lack, or what another test looks at: everything else that is skipped is a hole in CI.
EXPECTED_SKIPS = re.compile(
    r"root may write everywhere|can only be mounted by root|needs a real small disk|can be set here"
    r"|Windows|a shell script|the same in every Blender, and slow|no Python \d\.\d+ "
    r"|no library that Qt's Chromium needs"
)


def pytest_addoption(parser):
    parser.addoption("--no-unexpected-skips", action="store_true",
                     help="fail when a test is skipped for a reason that conftest.py does not expect")


def pytest_sessionfinish(session, exitstatus):
    """Turn a run with unexpected skips into a failed one."""
    if session.config.getoption("--no-unexpected-skips") and exitstatus == 0 and unexpected_skips(session.config):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter, config):
    """Name the unexpected skips."""
    if config.getoption("--no-unexpected-skips"):
        for name, reason in unexpected_skips(config):
            terminalreporter.write_line(f"UNEXPECTED SKIP {name}: {reason}", red=True)


def unexpected_skips(config):
    """Return the tests that were skipped so far without a reason that is expected, each with its reason."""
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    reports = [] if reporter is None else reporter.stats.get("skipped", [])
    reasons = [(report.nodeid, report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr))
               for report in reports]
    return [(name, reason) for name, reason in reasons if not EXPECTED_SKIPS.search(reason)]
