"""Small JPEG pictures for the report, in memory. Touches no files."""

import cv2
import numpy as np

WIDTH, HEIGHT = 288, 192
_QUALITY = 82
_DIM = 0.62
_HATCH_PX = 7  # from stroke to stroke
_CONTEXT_PX = 48  # at least this much of the drawing around a region
_LINE, _HALO = (255, 176, 32), (16, 16, 16)  # RGB: amber on near black is seen on any paint

Box = tuple[int, int, int, int]


def outline_thumbnail(rgb: np.ndarray, bbox: Box, labels: np.ndarray | None = None, label: int = 0) -> bytes:
    """Return a JPEG of a region in its surroundings, at most 288x192, with the region outlined
    and the rest dimmed.

    `rgb` is display RGB (H, W, 3) in [0, 1]; `bbox` is x0, y0, x1, y1 in px, x1 and y1 outside; `labels`, int (H, W),
    give the outline of the region with `label`; without them the box is drawn.
    """
    x0, y0, x1, y1 = _view(bbox, rgb.shape[1], rgb.shape[0])
    picture = _to_bytes(_fit(rgb[y0:y1, x0:x1]))
    if labels is None:
        inside = np.zeros((y1 - y0, x1 - x0), np.uint8)
        inside[max(bbox[1] - y0, 0):bbox[3] - y0, max(bbox[0] - x0, 0):bbox[2] - x0] = 1
    else:
        inside = (labels[y0:y1, x0:x1] == label).astype(np.uint8)
    return _encode(_outlined(picture, inside))


def frame_thumbnail(rgb: np.ndarray, unknown: np.ndarray | None = None) -> bytes:
    """Return a JPEG of a whole frame, at most 288x192, from display RGB (H, W, 3) in [0, 1].

    `unknown`, bool (H, W), is hatched: what no reference shows.
    """
    picture = _to_bytes(_fit(rgb))
    return _encode(picture if unknown is None else _hatched(picture, unknown))


def _hatched(picture: np.ndarray, marked: np.ndarray) -> np.ndarray:
    """Return the picture (h, w, 3) with strokes across the part that `marked` (H, W) names."""
    size = picture.shape[1], picture.shape[0]
    inside = cv2.resize(marked.astype(np.float32), size, interpolation=cv2.INTER_AREA) > 0.25
    y, x = np.mgrid[: size[1], : size[0]]
    place = (x + y) % _HATCH_PX
    stroke = inside & (place < 2)
    hatched = picture.copy()
    hatched[stroke], hatched[inside & (place == 2)] = _LINE, _HALO
    return hatched


def _view(bbox: Box, width: int, height: int) -> Box:
    """Return the part of the frame to show: the box with its surroundings, in the thumbnail's shape if it fits."""
    x0, y0, x1, y1 = bbox
    wide = max(x1 - x0 + 2 * max(_CONTEXT_PX, (x1 - x0) // 3), (y1 - y0 + 2 * _CONTEXT_PX) * WIDTH // HEIGHT)
    wide, tall = min(wide, width), min(max(wide * HEIGHT // WIDTH, y1 - y0 + 2 * _CONTEXT_PX), height)
    left = min(max((x0 + x1 - wide) // 2, 0), width - wide)
    top = min(max((y0 + y1 - tall) // 2, 0), height - tall)
    return left, top, left + wide, top + tall


def _to_bytes(rgb: np.ndarray) -> np.ndarray:
    return np.ascontiguousarray(np.rint(np.clip(np.nan_to_num(rgb), 0, 1) * 255).astype(np.uint8))


def _fit(picture: np.ndarray) -> np.ndarray:
    """Return the picture (h, w, 3) scaled into the thumbnail's size, enlarged at most four times."""
    height, width = picture.shape[:2]
    scale = min(WIDTH / width, HEIGHT / height, 4.0)
    size = max(round(width * scale), 1), max(round(height * scale), 1)
    return np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC))


def _outlined(picture: np.ndarray, inside: np.ndarray) -> np.ndarray:
    """Return the picture, dimmed around the part where `inside` (h, w) is 1, with that part's border drawn."""
    size = picture.shape[1], picture.shape[0]
    coverage = cv2.resize(inside.astype(np.float32), size, interpolation=cv2.INTER_AREA)
    shape = (coverage > min(0.5, float(coverage.max()) / 2)).astype(np.uint8)  # a speck must not get lost
    dimmed = np.where(shape[..., None] > 0, picture, (picture * _DIM).astype(np.uint8))
    contours, _ = cv2.findContours(cv2.dilate(shape, np.ones((5, 5), np.uint8)), cv2.RETR_CCOMP,
                                   cv2.CHAIN_APPROX_NONE)
    for color, thickness in ((_HALO, 4), (_LINE, 2)):
        cv2.drawContours(dimmed, contours, -1, color, thickness, cv2.LINE_AA)
    return np.asarray(dimmed)


def _encode(picture: np.ndarray) -> bytes:
    done, data = cv2.imencode(".jpg", cv2.cvtColor(picture, cv2.COLOR_RGB2BGR), [cv2.IMWRITE_JPEG_QUALITY, _QUALITY])
    assert done  # a small 8-bit picture always encodes
    return bytes(data)
