"""Which node is which, and where its results lie."""

import os
import uuid
from pathlib import Path

CACHE = "cmft"  # the folder beside the host's file
CACHE_VARIABLE = "CMFT_CACHE"  # names one folder for the results of all nodes of every host


def identity(uid: str, *, owner: str, name: str, has_twin: bool) -> str:
    """Return a node's identity: a new node gets one, a pasted copy a new one, a renamed node keeps its own.

    owner: the name of the node that `uid` was given to; has_twin: whether another node has it too.
    """
    return uuid.uuid4().hex[:12] if not uid or (has_twin and owner != name) else uid


def cache_folder(given: str, document: str, host: str, common: str = "") -> Path:
    """Return the folder of all nodes' results: the one that is set, else `cmft` beside the host's file.

    given: what the node sets; common: what the host sets for all nodes, "" for $CMFT_CACHE. A set folder may be
    relative to the file. A file without a name has no place; results go below $CMFT_HOME, or .cmft in the user's home.
    """
    if given:
        return Path(document).parent / given if document else Path(given)
    shared = os.path.expanduser(common or os.environ.get(CACHE_VARIABLE, "").strip())
    if shared and (document or os.path.isabs(shared)):
        return Path(document).parent / shared
    if document:
        return Path(document).parent / CACHE
    return Path(os.environ.get("CMFT_HOME") or Path.home() / ".cmft") / host
