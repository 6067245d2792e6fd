"""Builds the add-on's zip: the extension, with the engine's protocol inside. Needs no Blender.

    python3 -m blender_addon.package [FOLDER]

The protocol is copied in when the zip is built and imported from there, so that the add-on needs no path of Python's.
"""

import json
import os
import re
import sys
import zipfile
from pathlib import Path
from typing import Dict, Optional

ADDON = Path(__file__).resolve().parent
CLONE = ADDON.parent
ID = "cmft"
HOME_FILE = "engine.json"  # `engine.py` reads it
NOT_SHIPPED = ("package.py", "into_blender.py")
_IMPORT = re.compile(r"^(\s*)from cmft_engine\b", re.MULTILINE)
_OTHER_IMPORT = re.compile(r"^\s*import cmft_engine\b", re.MULTILINE)
_DATE = (2026, 1, 1, 0, 0, 0)  # the same files make the same zip


def version() -> str:
    """Return the version that the manifest gives."""
    text = (ADDON / "blender_manifest.toml").read_text(encoding="utf-8")
    found = re.search(r'^version = "([^"]+)"', text, re.MULTILINE)
    assert found is not None  # a test looks at it
    return found.group(1)


def contents(engine_python: Optional[str] = None) -> Dict[str, str]:
    """Return the text of every file of the zip by its place; `engine_python` is what starts the engine here."""
    files = {path.name: _vendored(path) for path in sorted(ADDON.glob("*.py")) if path.name not in NOT_SHIPPED}
    files["blender_manifest.toml"] = (ADDON / "blender_manifest.toml").read_text(encoding="utf-8")
    files["LICENSE"] = (CLONE / "LICENSE").read_text(encoding="utf-8")
    engine = CLONE / "cmft_engine"
    for path in [engine / "__init__.py", *sorted((engine / "protocol").rglob("*.py"))]:
        files[path.relative_to(CLONE).as_posix()] = path.read_text(encoding="utf-8")
    if engine_python is not None:
        files[HOME_FILE] = json.dumps({"python": engine_python}) + "\n"
    return files


def _vendored(path: Path) -> str:
    """Return a module's text with the protocol imported from inside of the add-on."""
    text = path.read_text(encoding="utf-8")
    if _OTHER_IMPORT.search(text):
        raise ValueError("{}: write `from cmft_engine… import`, which can be made relative".format(path))
    return _IMPORT.sub(r"\1from .cmft_engine", text)


def build(folder: Path, engine_python: Optional[str] = None) -> Path:
    """Write the zip into a folder, whole or not at all, and return its path."""
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / "{}-{}.zip".format(ID, version())
    temporary = target.with_name(".{}.{}.tmp".format(target.name, os.getpid()))
    try:
        with zipfile.ZipFile(str(temporary), "w", zipfile.ZIP_DEFLATED) as archive:
            for name, text in contents(engine_python).items():
                archive.writestr(zipfile.ZipInfo("{}/{}".format(ID, name), _DATE), text, zipfile.ZIP_DEFLATED)
        os.replace(str(temporary), str(target))
    finally:
        if temporary.exists():
            temporary.unlink()
    return target


if __name__ == "__main__":
    sys.stdout.write("{}\n".format(build(Path(sys.argv[1] if len(sys.argv) > 1 else "dist"))))
