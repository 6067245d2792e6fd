"""Pages of measured figures in docs/, whose remarks people write."""

from __future__ import annotations

from pathlib import Path

from cmft_engine.protocol.text_file import write_text

REMARKS = "\n## Remarks\n"


def write_page(path: Path, text: str) -> None:
    """Write a page; the remarks at the end of the one that was there stay. Raises OSError."""
    old = path.read_text(encoding="utf-8") if path.exists() else ""
    at = old.find(REMARKS)
    kept = "" if at < 0 else old[at:]
    write_text(path, text.rstrip("\n") + "\n" + kept)
