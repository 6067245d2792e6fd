"""Checkpoints: one safetensors file with both networks, checked before use. Downloads nothing."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import nn

from ...protocol.errors import WeightsError
from ..calibration import UNCALIBRATED, UNFITTED, Calibration, Fitted
from .network import Network
from .region_network import RegionNetwork

DEFAULT = Path(__file__).resolve().parents[2] / "weights" / "cmft.safetensors"
FORMAT = "cmft-2"
CALIBRATED = {"single": "alone", "temporal": "around"}  # the kinds of `Calibration`, by their names in the file
_REINSTALL = "reinstall CMFT, or name a whole checkpoint"


@dataclass(frozen=True)
class Checkpoint:
    """Both networks in evaluation mode, the calibration of their votes, and where they came from."""

    network: Network
    regions: RegionNetwork
    calibration: Calibration
    name: str
    sha256: str


def load_checkpoint(path: Path = DEFAULT) -> Checkpoint:
    """Read a checkpoint and verify it.

    The default one is compared with the checksum beside it. Raises WeightsError when the file is missing,
    damaged, of another format, or does not hold exactly the tensors of the networks.
    """
    digest = checksum(path)
    expected = path.with_suffix(".sha256")
    if expected.exists() and expected.read_text(encoding="ascii", errors="replace").split()[:1] != [digest]:
        raise WeightsError(f"{path}: checksum differs from {expected.name}; the file is damaged: {_REINSTALL}")
    try:
        with safe_open(path, framework="pt") as file:
            name = (file.metadata() or {}).get("format", "unknown")
            if name != FORMAT:
                raise WeightsError(f"{path}: format {name!r}, but this engine reads {FORMAT!r}; {_REINSTALL}")
            tensors = {key: file.get_tensor(key) for key in file.keys()}  # noqa: SIM118  # not a dict
    except SafetensorError as error:
        raise WeightsError(f"{path}: not a safetensors file ({error}); {_REINSTALL}") from error
    prefix = "regions."
    network = Network()
    regions = RegionNetwork.fitting({key[len(prefix):]: value for key, value in tensors.items()
                                     if key.startswith(prefix)})
    single, temporal = (_take_weights(tensors, CALIBRATED[kind], path) for kind in ("single", "temporal"))
    _fill(nn.ModuleDict({"network": network, "regions": regions}), tensors, path)
    return Checkpoint(network.eval(), regions.eval(), Calibration(single, temporal), path.stem, digest)


def _take_weights(tensors: dict[str, torch.Tensor], kind: str, path: Path) -> Fitted:
    """Take the weights of a kind out of a checkpoint's tensors. Raises WeightsError."""
    taken = [tensors.pop(f"{name}.{kind}", torch.empty(0)).float().numpy() for name in ("confidence", "fusion")]
    wanted = UNFITTED.confidence, UNFITTED.fusion
    if any(a.shape != b.shape or not np.isfinite(a).all() for a, b in zip(taken, wanted, strict=True)):
        raise WeightsError(f"{path}: the checkpoint lacks the calibration of its votes ({kind}); {_REINSTALL}")
    return Fitted(*taken)


def save_checkpoint(
    network: Network, regions: RegionNetwork, path: Path, *, calibration: Calibration = UNCALIBRATED
) -> str:
    """Write both networks as fp16, the calibration, and the checksum beside them; returns the checksum.

    Raises WeightsError when they cannot be written; a checkpoint that was there stays whole.
    """
    tensors: dict[str, torch.Tensor] = {
        f"{name}.{stored}": torch.tensor(getattr(getattr(calibration, kind), name))  # a copy: they may be one
        for kind, stored in CALIBRATED.items()
        for name in ("confidence", "fusion")
    }
    for prefix, module in (("network.", network), ("regions.", regions)):
        for key, value in module.state_dict().items():
            tensors[prefix + key] = (value.half() if value.dtype == torch.float32 else value).contiguous()
    temporary = path.with_name(f".{path.name}.tmp")
    try:
        save_file(tensors, temporary, metadata={"format": FORMAT})
        os.replace(temporary, path)
        digest = checksum(path)
        path.with_suffix(".sha256").write_text(f"{digest}  {path.name}\n", encoding="ascii")
    except (OSError, SafetensorError) as error:
        raise WeightsError(
            f"{path}: the checkpoint cannot be written ({error}); free disk space, or choose another place"
        ) from error
    finally:
        temporary.unlink(missing_ok=True)
    return digest


def checksum(path: Path) -> str:
    """SHA-256 of a checkpoint as hex. Raises WeightsError when it cannot be read."""
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError as error:
        raise WeightsError(f"{path}: the checkpoint cannot be read ({error.strerror}); {_REINSTALL}") from error


def _fill(module: nn.Module, tensors: dict[str, torch.Tensor], path: Path) -> None:
    """Load strictly: every tensor there, none too many, all of the right shape."""
    wanted = module.state_dict()
    missing = sorted(wanted.keys() - tensors.keys())
    unknown = sorted(tensors.keys() - wanted.keys())
    misshapen = sorted(k for k in wanted.keys() & tensors.keys() if wanted[k].shape != tensors[k].shape)
    for what, names in (("lacks", missing), ("has unknown", unknown), ("has misshapen", misshapen)):
        if names:
            raise WeightsError(f"{path}: the checkpoint {what} {', '.join(names[:3])} ({len(names)}); {_REINSTALL}")
    module.load_state_dict({key: value.to(wanted[key].dtype) for key, value in tensors.items()})
