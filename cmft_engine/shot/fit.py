"""Whether a painting shows the drawing of its line plate, and if not, which shift, scale or frame explains it.

Compares borders: those of the line plate's ink must be borders of the painting too. Shapes: H W plate size.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

Mask = NDArray[np.bool_]
Floats = NDArray[np.float32]
Places = NDArray[np.intp]

BORDER = 0.08  # neighbouring pixels of a painting that differ so much in any channel are a border
NEAR_PX = 1  # a border counts as found within so many pixels
LOOSE_PX, LOOSE_RATIO = 4, 1 / 200  # paint may keep so far off its line; the latter a share of the longer side
SEARCH_PX, REFINE_PX = 256, 2048  # longest side of the pictures in which a move is looked for, and made exact
SCALES = tuple(1.01 ** step for step in range(-70, 71))  # one half to two
DOUBTFUL = 0.95  # with a larger share of its lines found nothing is looked for
BETTER, GOOD = 0.1, 0.6  # an explanation finds so much more of the lines, and so much of them
STRANGE = 0.35  # with a smaller share found, and no explanation, it is another drawing
FAR_PX = 4.0  # a line's border that lies farther from the painting's counts as so far when a move is made exact
WHOLE_PX2 = 0.02  # a move by whole pixels is taken if it costs no more than so many square pixels of distance
LEAST_PX = 100  # line plates with less border tell nothing
NEIGHBOURS = 8  # frames beside a reference's own whose lines are compared with it


class Move(NamedTuple):
    """How a painting must be moved to lie on its line plate: first scaled about the top left corner, then shifted."""

    scale: float = 1.0
    x: float = 0.0
    y: float = 0.0

    def columns(self, x: Places) -> Places:
        """Return the column of the painting that lies nearest to each column of the moved picture, maybe outside."""
        return np.asarray(np.floor((x - self.x) / self.scale + 0.5).astype(np.intp))

    def rows(self, y: Places) -> Places:
        """Return the row of the painting that lies nearest to each row of the moved picture, maybe outside."""
        return np.asarray(np.floor((y - self.y) / self.scale + 0.5).astype(np.intp))

    def with_scale(self, scale: float, place: Sequence[float]) -> Move:
        """Return the move with another scale that leaves a place (x, y) of the moved picture where it is."""
        x, y = place
        ratio = scale / self.scale
        return Move(scale, x - ratio * (x - self.x), y - ratio * (y - self.y))

    @property
    def words(self) -> str:
        """The move as a person does it."""
        shift = [f"{abs(round(value)):d} px {ways[value > 0]}" for value, ways in (
            (self.x, ("left", "right")), (self.y, ("up", "down"))) if round(value)]
        scaled = [f"scaled to {self.scale:.1%} from its top left corner"] if abs(self.scale - 1) > 0.002 else []
        return " and ".join([*scaled, *([f"moved by {' and '.join(shift)}"] if shift else [])])


def explain(painting: Mask, lines: Mask, others: Iterable[tuple[int, Callable[[], Mask]]], *, name: str,
            remedy: str) -> str:
    """Return what is wrong with how a painting lies on its line plate, as a sentence with the remedy; "" for nothing.

    painting, lines: borders (H, W); others: the frames that may be meant, each with how its line plate's borders are
    had; name: of the painting; remedy: the command line that moves it,
    a line of its own.
    """
    share = share_found(lines, painting)
    if share >= DOUBTFUL or lines.sum() < LEAST_PX:
        return ""
    seen = f"{name}: {share:.0%} of the lines of its line plate are found in it"
    known = ((borders(), frame) for frame, borders in others)
    by_frame = max(((share_found(borders, painting), frame) for borders, frame in known
                    if borders.shape == lines.shape and borders.sum() >= LEAST_PX), default=(0.0, 0))
    kept = share_kept(painting, lines)
    least = max(share + BETTER, GOOD if kept < DOUBTFUL else DOUBTFUL)
    move = Move() if by_frame[0] >= max(least, DOUBTFUL) else find_move(lines, painting)
    then = apply_move(painting, move)
    moved = share_found(lines, then)
    if by_frame[0] >= max(least, moved):
        return f"{seen}, and {by_frame[0]:.0%} of those of frame {by_frame[1]}; correct its frame"
    if move.words and (moved >= least or share_kept(then, lines) >= DOUBTFUL > kept):
        return (f"{seen} as it lies, and {moved:.0%} when it is {move.words}; move it so with cmft register, or paint "
                f"over the line plate itself\n{remedy}")
    if share < STRANGE and kept < GOOD:
        return f"{seen}; is it another drawing? Correct its frame, or give it line art of its own"
    return ""


def borders_of_painting(rgb: Floats) -> Mask:
    """Return where a picture (H, W, 3) in display RGB has borders."""
    kernel, found = _square(1), np.zeros(rgb.shape[:2], np.bool_)
    for channel in range(rgb.shape[2]):
        values = (np.clip(rgb[..., channel], 0, 1) * 255 + 0.5).astype(np.uint8)
        found |= cv2.dilate(values, kernel) - cv2.erode(values, kernel) > BORDER * 255
    return found


def borders_of_lines(coverage: Floats) -> Mask:
    """Return where a line plate's ink (coverage (H, W) in [0, 1]) begins and ends."""
    ink = (coverage > 0.5 * coverage.max(initial=0)).astype(np.uint8)
    return np.asarray(cv2.dilate(ink, _square(1)) > ink)


def share_found(lines: Mask, painting: Mask, *, near_px: int = NEAR_PX) -> float:
    """Return how much of the lines' borders a painting shows, in [0, 1]; 1 where there are no lines."""
    near = cv2.dilate(painting.astype(np.uint8), _square(near_px)) > 0
    return float(near[lines].mean()) if lines.any() else 1.0


def share_kept(painting: Mask, lines: Mask) -> float:
    """Return how much of a painting's borders lies on a line or nearby, in [0, 1]; 0 for a painting without borders.

    Two paints that meet under an inkless line do so in its middle, and a quick fill stops short of it: neither is a
    painting that must be moved.
    """
    loose = _loose_px(lines)
    ink = cv2.morphologyEx(lines.astype(np.uint8), cv2.MORPH_CLOSE, _square(2 * loose))
    near = cv2.dilate(ink, _square(loose)) > 0
    return float(near[painting].mean()) if painting.any() else 0.0


def _loose_px(lines: Mask) -> int:
    """How far paint may keep off its line."""
    longest: int = max(lines.shape)
    return max(LOOSE_PX, round(longest * LOOSE_RATIO))


def find_move(lines: Mask, painting: Mask) -> Move:
    """Return the move that lays a painting's borders best on the lines': roughly, to 0.1 per cent, and to the pixel.

    Paint that keeps off its lines is not scaled up to them, only shifted where it lies elsewhere; a painting whose
    borders already lie on lines or nearby stays as it is, unless the lines are found with a move, or clearly more of
    them with a shift.
    """
    rough = _best_move(lines, painting, SCALES, longest=SEARCH_PX)
    near = [round(rough.scale, 3) + step / 1000 for step in range(-5, 6)]
    move = _without_swelling(lines, painting,
                             _exact_move(lines, painting, _best_move(lines, painting, near, longest=REFINE_PX)))
    found = share_found(lines, apply_move(painting, move))
    is_found = found >= GOOD or (move.scale == 1 and found >= share_found(lines, painting) + BETTER)
    return move if is_found or share_kept(painting, lines) < DOUBTFUL else Move()


def _without_swelling(lines: Mask, painting: Mask, move: Move) -> Move:
    """Return a move without its scale where that brings paint to lines which it may keep off.

    A painting in another scale is far off somewhere, and its borders then lie beside lines; or the lines are found in
    it when it is scaled back.
    """
    rows, columns = np.nonzero(lines)
    if move.scale == 1 or not len(rows):
        return move
    shift = move.with_scale(1.0, (float(columns.mean()), float(rows.mean())))
    shift = Move(1.0, float(round(shift.x)), float(round(shift.y)))
    far = max(np.abs(move.columns(columns) - shift.columns(columns)).max(),
              np.abs(move.rows(rows) - shift.rows(rows)).max())
    shifts = [shift] if far <= _loose_px(lines) else []
    if STRANGE <= share_found(lines, apply_move(painting, move)) < GOOD:
        best = _best_move(lines, painting, [1.0], longest=REFINE_PX)
        best = Move(1.0, float(round(best.x)), float(round(best.y)))
        is_better = share_found(lines, apply_move(painting, best)) >= share_found(lines, painting) + BETTER
        shifts += [best] if is_better else []
    kept = (one for one in shifts if share_kept(apply_move(painting, one), lines) >= DOUBTFUL)
    return next(kept, move)


def _exact_move(lines: Mask, painting: Mask, move: Move) -> Move:
    """Return a move made exact to a fraction of a pixel, by whole pixels where these do as well."""
    if not lines.any() or not painting.any():
        return move
    cost = _distance(lines, painting, move.scale)
    middle = tuple(float(at.mean()) for at in np.nonzero(lines)[::-1])
    best, step, across = (cost(move), move), 2.0, max(lines.shape) / 2
    while step >= 1 / 8:
        move = best[1]
        near = [*(move.with_scale(move.scale + way * step / across, middle) for way in (-1, 1)),
                *(move._replace(x=move.x + way * step) for way in (-1, 1)),
                *(move._replace(y=move.y + way * step) for way in (-1, 1))]
        better = min((cost(one), one) for one in near)
        best, step = (better, step) if better[0] < best[0] else (best, step / 2)
    whole = best[1].with_scale(1.0, middle)
    whole = Move(1.0, float(round(whole.x)), float(round(whole.y)))
    return whole if cost(whole) <= best[0] + WHOLE_PX2 else best[1]


def _distance(lines: Mask, painting: Mask, scale: float) -> Callable[[Move], float]:
    """Return what measures a move: the mean square distance, in px, of the lines' borders from the painting's.

    scale: what moves have, about.
    """
    away = np.minimum(cv2.distanceTransform((~painting).astype(np.uint8), cv2.DIST_L2, 5), FAR_PX / scale)
    y, x = np.nonzero(lines)

    def cost(move: Move) -> float:
        rows, columns = move.rows(y), move.columns(x)
        inside = (columns >= 0) & (columns < away.shape[1]) & (rows >= 0) & (rows < away.shape[0])
        found = np.full(len(x), FAR_PX)
        found[inside] = away[rows[inside], columns[inside]] * move.scale
        return float(np.square(np.minimum(found, FAR_PX)).mean())

    return cost


def _best_move(lines: Mask, painting: Mask, scales: Iterable[float], *, longest: int) -> Move:
    """Return the best move among scales, found in pictures whose longest side is so many pixels."""
    ratio = min(1.0, longest / max(lines.shape))
    target, source = _small(lines, ratio), _small(painting, ratio)
    size = [cv2.getOptimalDFTSize(2 * side) for side in target.shape]
    spectrum = cv2.dft(_padded(target, size))
    best = (-1.0, Move())
    for scale in scales:
        scaled = _scaled(source, scale)
        product = cv2.mulSpectrums(spectrum, cv2.dft(_padded(scaled, size)), 0, conjB=True)
        surface = cv2.idft(product, flags=cv2.DFT_SCALE | cv2.DFT_REAL_OUTPUT)
        y, x = (int(at) for at in np.unravel_index(int(surface.argmax()), surface.shape))
        x, y = (at if at < side else at - whole for at, side, whole in zip((x, y), target.shape[::-1], size[::-1],
                                                                          strict=True))
        likeness = float(surface.max()) / (float(np.linalg.norm(scaled)) or 1.0)
        best = max(best, (likeness, Move(scale, x / ratio, y / ratio)))
    return best[1]


def apply_move(painting: Mask, move: Move) -> Mask:
    """Return a painting's borders moved."""
    matrix = np.array([[move.scale, 0, move.x], [0, move.scale, move.y]], np.float32)
    height, width = painting.shape
    return np.asarray(cv2.warpAffine(painting.astype(np.float32), matrix, (width, height)) > 0.25)


def _square(radius: int) -> NDArray[np.uint8]:
    """A kernel that reaches so many pixels to every side."""
    return np.ones((2 * radius + 1, 2 * radius + 1), np.uint8)


def _padded(picture: Floats, size: Sequence[int]) -> Floats:
    """Return a picture with zeros below and right of it, so that what is shifted out does not come in again."""
    padded = np.zeros(size, np.float32)
    padded[: picture.shape[0], : picture.shape[1]] = picture
    return padded


def _small(mask: Mask, ratio: float) -> Floats:
    size = tuple(max(8, round(side * ratio)) for side in mask.shape[::-1])
    return np.asarray(cv2.resize(mask.astype(np.float32), size, interpolation=cv2.INTER_AREA))


def _scaled(picture: Floats, scale: float) -> Floats:
    height, width = picture.shape
    matrix = np.array([[scale, 0, 0], [0, scale, 0]], np.float32)
    return np.asarray(cv2.warpAffine(picture, matrix, (width, height), flags=cv2.INTER_AREA))
