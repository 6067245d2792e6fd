"""The systems of the table: which methods it shows, and which of them a run can run."""

from __future__ import annotations

from benchmarks.methods.method import Choices
from benchmarks.methods.registry import (
    ANALOGY,
    ANALOGY_VGG,
    COPY,
    EBSYNTH,
    FLOW,
    METHODS,
    OURS,
    PIX2PIX_LINE,
    PIX2PIX_REFERENCE,
    PLAIN,
    PLAIN_SHIPPED,
    REGIONS,
    RULES_AND_FLOW,
    TCVC,
)

SHOWN = (
    OURS,
    COPY,
    FLOW,
    REGIONS,
    RULES_AND_FLOW,
    EBSYNTH,
    ANALOGY,
    ANALOGY_VGG,
    PLAIN_SHIPPED,
    PLAIN,
    TCVC,
    PIX2PIX_REFERENCE,
    PIX2PIX_LINE,
)
SEEDS = {  # what the paper compares, worst first: Deep Image Analogy < Pix2Pix ≈ TCVC < CMFT
    "Deep Image Analogy": ANALOGY,
    "Pix2Pix": PIX2PIX_REFERENCE,
    "TCVC": TCVC,
    "CMFT": PLAIN,
}


def available_systems(choices: Choices) -> list[str]:
    """Return the systems that can be run, ours first, the further programs last."""
    available = [name for name in SHOWN if METHODS[name].is_available(choices)]
    return available + [program.name for program in choices.programs]
