"""Text files that are written whole or not at all. Knows nothing of what is in them."""

import os
from pathlib import Path
from typing import Union


def write_text(path: Union[str, Path], text: str) -> None:
    """Write UTF-8 text under a temporary name beside `path`, then rename it; missing folders are made.

    Raises OSError and then leaves nothing behind; a file that was there stays as it was.
    """
    target = Path(path)
    temporary = target.with_name("{}.{}.tmp".format(target.name, os.getpid()))
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        with open(str(temporary), "w", encoding="utf-8", newline="\n") as stream:
            stream.write(text)
        os.replace(str(temporary), str(target))
    except BaseException:
        if temporary.exists():
            temporary.unlink()
        raise
