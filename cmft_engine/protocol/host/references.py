"""What a host can say of its references before the engine looks at their lines."""

import os
from typing import Iterable, Sequence, Tuple

from .sequences import number_in_name


def still_warnings(path: str, frames: Sequence[int], shot: Iterable[int]) -> Tuple[str, ...]:
    """Return what is odd about one painted picture that is to be the reference of these frames of a shot.

    Its name may say that it belongs to another frame; and one drawing is not that of several frames.
    """
    name, named = os.path.basename(path), number_in_name(path)
    if len(frames) > 1:
        return ("{} is one picture, and {} frames take it as their painting; take the other frames off the list, "
                "connect a sequence, or mark it as a character sheet".format(name, len(frames)),)
    if named is not None and named in set(shot) and frames and frames[0] != named:
        return ("{} is taken as the painting of frame {}, and its name says {}; correct the reference frame, or mark "
                "it as a character sheet".format(name, frames[0], named),)
    return ()
