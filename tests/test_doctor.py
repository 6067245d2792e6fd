"""The doctor: it finds what is missing or damaged, and its self-test goes through the real pipeline."""

import re

import pytest

from cmft_engine import doctor
from cmft_engine.protocol.errors import PlateError
from cmft_engine.protocol.settings import Settings


def test_versions_name_every_package() -> None:
    """All libraries that colouring needs are named with a version."""
    text = doctor.check_versions()
    assert text.startswith("cmft 0.1.0, Python 3.")
    assert all(name.lower() in text.lower() for name in ("torch", "numpy", "opencv", "OpenImageIO", "scipy"))


def test_missing_package_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """A library that is not there is a finding with a remedy."""
    monkeypatch.setattr(doctor, "MODULES", ("numpy", "no_such_module"))
    with pytest.raises(ImportError, match=r"no_such_module; run python3 install\.py"):
        doctor.check_versions()


def test_device_is_named() -> None:
    """The device is named for people."""
    assert doctor.check_device(Settings(device="cpu")).startswith("CPU, ")


def test_weights_are_loaded() -> None:
    """The bundled checkpoint loads and has a checksum."""
    assert re.match(r"cmft, \d+\.\d MB, sha256 [0-9a-f]{16}$", doctor.check_weights())


def test_every_check_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    """A finding does not hide the ones after it."""
    def fails(settings: Settings) -> str:
        raise PlateError("the disk is full; free some space")

    monkeypatch.setattr(doctor, "MODULES", ("no_such_module",))
    monkeypatch.setattr(doctor, "check_colouring", fails)
    found = {check.name: check for check in doctor.examine(Settings())}
    assert list(found) == ["versions", "device", "weights", "self-test"]
    assert not found["versions"].ok and found["self-test"].detail == "the disk is full; free some space"


def test_self_test_colours_exactly() -> None:
    """The small drawing gets exactly the painted colour on the CPU."""
    assert "coloured exactly, on CPU, " in doctor.check_colouring(Settings(device="cpu"))
