"""Figures of one coloured drawing against the painter's, as the tables of this project define them.

Reads no file and knows no method.
"""

from dataclasses import dataclass, replace

import numpy as np
from skimage.color import deltaE_ciede2000, rgb2lab
from skimage.metrics import peak_signal_noise_ratio, structural_similarity

from .pictures import ink_free_mask, label_inked_regions, majority_colors, pack_colors, unpack_colors

SAME_COLOR_DELTA_E = 2.0  # CIEDE2000 difference that no one sees on neighbouring fields
REGION_MIN_PX = 10  # regions with fewer ink-free pixels are not counted
COLOR_MIN_PX = 20  # colours with fewer pixels have no intersection over union
PALETTE_STEP_LAB = 2.5  # colours nearer than this in Lab are one entry of the scored palette
PALETTE_MAX_CANDIDATES = 3000
PALETTE_MAX_COLORS = 400  # painterly truths with more have no mean IoU
IDENTICAL_PSNR = 99.0


@dataclass(frozen=True)
class Score:
    """One drawing's figures; ratios in [0, 1], NaN where nothing could be counted.

    `foreground` and `palette_exact` count pixels, `region` counts each region once, `mean_iou` each colour once.
    """

    psnr: float  # dB over the whole picture, ink included
    ssim: float
    foreground: float  # ink-free pixels that are not paper, within SAME_COLOR_DELTA_E of the truth
    region: float  # inked regions whose commonest colour is within SAME_COLOR_DELTA_E of the truth's
    mean_iou: float
    palette_exact: float  # ink-free pixels whose RGB is bit-identical to a colour of the reference
    regions: int  # how many regions were counted


def score(prediction: np.ndarray, truth: np.ndarray, *, line: np.ndarray, reference_flats: np.ndarray) -> Score:
    """Compare a coloured drawing with the truth; all pictures uint8 RGB (H, W, 3).

    `line` is the target's line plate, `reference_flats` the reference painting with its ink filled over.
    """
    clean = ink_free_mask(line)
    predicted, true = pack_colors(prediction), pack_colors(truth)
    foreground = foreground_mask(truth, line=line)
    regions = judge_regions(prediction, truth, labels=label_inked_regions(line)[0], valid=clean)
    return Score(
        psnr=_psnr(prediction, truth),
        ssim=float(structural_similarity(truth, prediction, channel_axis=2, data_range=255)),
        foreground=mean_of(same_color(predicted[foreground], true[foreground])),
        region=mean_of(regions.right),
        mean_iou=_mean_iou(predicted[clean], true[clean], pack_colors(reference_flats)[clean]),
        palette_exact=mean_of(np.isin(predicted[clean], np.unique(pack_colors(reference_flats)))),
        regions=len(regions.label),
    )


def score_refusal(truth: np.ndarray, *, line: np.ndarray, reference_flats: np.ndarray) -> Score:
    """Return the figures of a method that gave no picture: white paper's PSNR and SSIM, and nothing else right.

    What cannot be counted stays NaN; the arrays are those of `score`.
    """
    paper = score(np.full_like(truth, 255), truth, line=line, reference_flats=reference_flats)
    counted = ("foreground", "region", "mean_iou", "palette_exact")
    return replace(paper, **{name: 0.0 * getattr(paper, name) for name in counted})


def wrong_pixels(prediction: np.ndarray, truth: np.ndarray, *, line: np.ndarray) -> np.ndarray:
    """Return bool (H, W): ink-free pixels whose colour a viewer tells from the truth's."""
    clean = ink_free_mask(line)
    wrong = np.zeros(clean.shape, bool)
    wrong[clean] = ~same_color(pack_colors(prediction)[clean], pack_colors(truth)[clean])
    return wrong


def foreground_mask(truth: np.ndarray, *, line: np.ndarray) -> np.ndarray:
    """Return bool (H, W): ink-free pixels that the truth paints in another colour than the paper's."""
    true = pack_colors(truth)
    return np.asarray(ink_free_mask(line) & (true != paper_color(true)))


@dataclass(frozen=True)
class JudgedRegions:
    """N regions that are large enough to count, as arrays along N.

    label: their labels. area: how many pixels of them were looked at. predicted, true: their commonest packed colours
    there. right: whether a viewer takes the two for the same.
    """

    label: np.ndarray
    area: np.ndarray
    predicted: np.ndarray
    true: np.ndarray
    right: np.ndarray


def judge_regions(
    prediction: np.ndarray, truth: np.ndarray, *, labels: np.ndarray, valid: np.ndarray, min_px: float = REGION_MIN_PX
) -> JudgedRegions:
    """Judge the regions with at least `min_px` valid pixels; labels: int (H, W), 0 = ink; valid: bool (H, W)."""
    count = int(labels.max()) + 1
    predicted, true = (majority_colors(labels, count, picture, valid) for picture in (prediction, truth))
    pixels = np.bincount(labels[valid], minlength=count)
    pixels[0] = 0
    label = np.flatnonzero((pixels >= min_px) & (predicted >= 0) & (true >= 0))
    right = same_color(predicted[label], true[label])
    return JudgedRegions(label, pixels[label], predicted[label], true[label], right)


def _psnr(prediction: np.ndarray, truth: np.ndarray) -> float:
    if np.array_equal(prediction, truth):
        return IDENTICAL_PSNR
    return float(peak_signal_noise_ratio(truth, prediction, data_range=255))


def mean_of(hits: np.ndarray) -> float:
    """Return the mean of bools or ratios, NaN when there is none."""
    return float(hits.mean()) if hits.size else float("nan")


def _lab(packed: np.ndarray) -> np.ndarray:
    """Return packed colours (N,) as CIE Lab, float64 (N, 3)."""
    return np.asarray(rgb2lab(unpack_colors(packed)[None].astype(np.float64) / 255)[0])


def same_color(predicted: np.ndarray, true: np.ndarray) -> np.ndarray:
    """Return bool (N,): packed colours that a viewer takes for the same. Each distinct pair is measured once."""
    pairs, inverse = np.unique((predicted << 24) | true, return_inverse=True)
    difference = deltaE_ciede2000(_lab(pairs >> 24), _lab(pairs & 0xFFFFFF))
    return np.asarray((difference <= SAME_COLOR_DELTA_E)[inverse.ravel()])


def paper_color(packed: np.ndarray) -> int:
    """Return the commonest colour on the picture's rim, from packed colours (H, W)."""
    rim = np.concatenate([packed[0], packed[-1], packed[:, 0], packed[:, -1]])
    colors, pixels = np.unique(rim, return_counts=True)
    return int(colors[pixels.argmax()])


def scored_palette(true: np.ndarray, reference: np.ndarray) -> np.ndarray:
    """Return the packed colours of truth and reference, commonest first, each PALETTE_STEP_LAB from all before."""
    colors, pixels = np.unique(np.concatenate([true, reference]), return_counts=True)
    order = np.argsort(-pixels)
    colors = colors[order][pixels[order] >= COLOR_MIN_PX][:PALETTE_MAX_CANDIDATES]
    lab = _lab(colors)
    kept: list[int] = []
    for i in range(len(colors)):
        if not kept or ((lab[kept] - lab[i]) ** 2).sum(axis=1).min() > PALETTE_STEP_LAB**2:
            kept.append(i)
    return np.sort(colors[kept])


def _nearest_entry(colors: np.ndarray, palette: np.ndarray) -> np.ndarray:
    """Return for each packed colour (N,) the index of the nearest palette entry in Lab."""
    lab_palette, lab = _lab(palette), _lab(colors)
    nearest = np.empty(len(colors), np.int64)
    for start in range(0, len(colors), 4096):
        part = slice(start, start + 4096)
        nearest[part] = ((lab[part, None] - lab_palette[None]) ** 2).sum(axis=-1).argmin(axis=1)
    return nearest


def _mean_iou(predicted: np.ndarray, true: np.ndarray, reference: np.ndarray) -> float:
    """Mean over the truth's colours of intersection over union, every pixel snapped to the scored palette."""
    palette = scored_palette(true, reference)
    if not 0 < len(palette) <= PALETTE_MAX_COLORS:
        return float("nan")
    colors, inverse = np.unique(np.concatenate([predicted, true]), return_inverse=True)
    entries = _nearest_entry(colors, palette)[inverse.ravel()]
    predicted_entry, true_entry = entries[: len(predicted)], entries[len(predicted) :]
    size = len(palette)
    confusion = np.bincount(true_entry * size + predicted_entry, minlength=size * size).reshape(size, size)
    true_px, both_px = confusion.sum(axis=1), np.diagonal(confusion)
    union_px = true_px + confusion.sum(axis=0) - both_px
    counted = true_px >= COLOR_MIN_PX
    return mean_of(both_px[counted] / union_px[counted])
