"""What `run` starts: reads cases in a process with bounded memory, and tells each on stdout before and after it.

python -m benchmarks.fuzz.child FIRST NUMBER MEMORY_MB [KIND ...]
"""

from __future__ import annotations

import json
import resource
import sys
import traceback

from .cases import read_case
from .seeds import KINDS


def main(arguments: list[str]) -> None:
    """Read so many cases from the first on; a case that raises is told and the next begins."""
    first, number, memory = map(int, arguments[:3])
    kinds = tuple(arguments[3:]) or KINDS
    resource.setrlimit(resource.RLIMIT_AS, (memory << 20, memory << 20))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    for seed in range(first, first + number):
        print(json.dumps({"seed": seed}), flush=True)
        try:
            told = {"seed": seed, "result": read_case(seed, kinds)}
        except BaseException as error:
            last = traceback.extract_tb(error.__traceback__)[-1]
            told = {"seed": seed, "problem": "memory" if isinstance(error, MemoryError) else "traceback",
                    "said": f"{type(error).__name__}: {error}"[:300], "where": f"{last.filename}:{last.lineno}"}
        print(json.dumps(told), flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
