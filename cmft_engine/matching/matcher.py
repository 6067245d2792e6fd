"""From drawings to votes: references are taken in once, then every target drawing is matched against them.

Arrays in, arrays out; the tensors stay inside. What the votes decide is in `image.snap`.
Shapes: H W plate size, h w work size, n target regions, m reference regions, K palette colours.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn.utils import convert_conv2d_weight_memory_format

from . import region_inputs
from .assignment import cycle_of, join_chances, split_chances
from .attention_mass import match_mass, near_places
from .decide import MIXED_SHARE, Votes, chances
from .descriptors import Descriptors, count_colors, shares_of
from .framing import Framing, frame_drawing, work_scale
from .network.encoders import fold_batch_norms
from .network.inputs import as_batch, line_channels
from .network.network import LineFeatures, Match, ReferenceFeatures, join_references
from .network.region_network import RegionTensors, score_pairs
from .network.region_pool import RegionCells, cell_shares, pool, region_cells, sent
from .network.weights import Checkpoint
from .region_flow import is_lost, move_again, trust_in
from .region_inputs import Motion, RegionSide, find_motions, look_up, pair_features, region_side
from .region_warp import Laid, Painted, carry_regions, spread, to_plate
from .temporal import Around, Witness, weigh_in

MAX_REGIONS = 512  # of a drawing, the largest; the rest is decided by pixels alone
TARGET_LIMIT = 1.6  # a target may be this much longer than the work size before it is scaled down

Floats = NDArray[np.float32]
Labels = NDArray[np.int32]


@dataclass(frozen=True)
class CutDrawing:
    """A drawing and its regions at plate size.

    ink: bool (H, W). labels: int32 (H, W), 0 = ink, 1..count. grown: the same without zeros.
    """

    ink: NDArray[np.bool_]
    labels: Labels
    grown: Labels
    count: int


@dataclass(frozen=True)
class PaintedDrawing:
    """A reference: its drawing, the palette index of every pixel (H, W) without -1, and display RGB (H, W, 3)."""

    drawing: CutDrawing
    index: Labels
    rgb: Floats


@dataclass(frozen=True)
class _Seen:
    """A drawing at the work size: its regions, where they lie in the plate, and what the line encoder sees in it.

    side, cells and tensors hold the regions that the region network is asked about; kept: their rows among all of the
    drawing's. area: (n,) work pixels of all.
    """

    side: RegionSide
    framing: Framing
    line: torch.Tensor
    features: LineFeatures
    cells: RegionCells
    kept: NDArray[np.intp]
    area: Floats
    tensors: RegionTensors


@dataclass(frozen=True)
class _Known:
    """A reference as the matcher keeps it: the drawing, its features, palette shares of its regions (m, K).

    index: palette index of every plate pixel, as float32 for `look_up`. cells: (M, m) share of its kept regions in
    every cell at 1/8.
    """

    seen: _Seen
    index: Floats
    features: ReferenceFeatures
    shares: Floats
    cells: torch.Tensor

    @property
    def side(self) -> RegionSide:
        """The drawing's regions at the work size."""
        return self.seen.side

    @property
    def framing(self) -> Framing:
        """Where the work picture lies in the plate."""
        return self.seen.framing


def frame_regions(drawing: CutDrawing, scale: float, work_size: int) -> tuple[RegionSide, Framing]:
    """Bring a drawing's regions to the work size, in use and in training alike.

    scale: work pixels a plate pixel, from the references.
    """
    framing = frame_drawing(drawing.ink, scale, limit=round(work_size * TARGET_LIMIT))
    side = region_side(
        framing.sample(drawing.labels).astype(np.int32),
        framing.sample(drawing.grown).astype(np.int32),
        framing.sample_ink(drawing.ink),
        count=drawing.count,
    )
    return side, framing


class Matcher:
    """Matches drawings against references; slow to build, cheap to call."""

    def __init__(
        self,
        checkpoint: Checkpoint,
        references: Sequence[PaintedDrawing],
        *,
        n_colors: int,
        work_size: int,
        device: torch.device,
        paints: bool = False,
        around: int = 1,
    ) -> None:
        """Take the references in; paints: whether votes hold the decoder's RGB; around: as in the settings."""
        self.paints = paints
        self.network = fold_batch_norms(checkpoint.network).to(device)
        convert_conv2d_weight_memory_format(self.network, torch.channels_last)  # else each convolution reorders
        self.regions = checkpoint.regions.to(device)
        self.calibration = checkpoint.calibration
        self.device = device
        self.work_size = work_size
        self.n_colors = n_colors
        self.scale = min((work_scale(r.drawing.ink, work_size) for r in references), default=1.0)
        self.known = [self._take_in(reference) for reference in references]
        self._join = lru_cache(maxsize=4)(self._join_uncached)
        self._around = Around(self.regions, device, around=around)

    @torch.inference_mode()
    def _take_in(self, reference: PaintedDrawing) -> _Known:
        drawing = reference.drawing
        seen = self._see(drawing)
        rgb = seen.framing.sample(reference.rgb).astype(np.float32)
        features = self.network.encode_reference(
            seen.line, as_batch(rgb.transpose(2, 0, 1), self.device), seen.features
        )
        painted = shares_of(count_colors(drawing.labels, reference.index, (drawing.count, self.n_colors)))
        return _Known(seen, reference.index.astype(np.float32), features, painted, cell_shares(seen.cells))

    def _see(self, drawing: CutDrawing) -> _Seen:
        side, framing = frame_regions(drawing, self.scale, self.work_size)
        kept, area = _largest(side), side.descriptors.area
        side = _keep(side, kept)
        line = as_batch(line_channels(side.ink), self.device)
        features = self.network.lines(line)
        cells = region_cells(side.grown, count=side.count, device=self.device)
        tensors = region_inputs.as_tensors(side.descriptors, pool(features, cells))
        return _Seen(side, framing, line, features, cells, kept, area, tensors)

    def _join_uncached(self, use: tuple[int, ...]) -> ReferenceFeatures:
        return join_references([self.known[i].features for i in use])

    def match(self, drawing: CutDrawing, use: Sequence[int] | None = None) -> Votes:
        """Vote on every region and pixel of a drawing by itself.

        use: which references, nearest in time first and each once; all of them by default.
        """
        return self.study(drawing, use)[0]

    @torch.inference_mode()
    def study(self, drawing: CutDrawing, use: Sequence[int] | None = None) -> tuple[Votes, Witness]:
        """Vote as `match` does, and make the drawing a witness for those around it."""
        chosen = tuple(range(len(self.known)) if use is None else use)
        seen = self._see(drawing)
        side, framing = seen.side, seen.framing
        shares = self.known[chosen[0]].cells[None] if len(chosen) == 1 else None  # one reference's ride along
        found = self.network.match(seen.line, self._join(chosen), shares, seen.features)
        sides = [self.known[i].side for i in chosen]
        mass = match_mass(found, side, sides)
        weights = [self._sent(seen, self.known[i], found.coarse) for i in chosen]
        motions = [find_motions(side, self.known[i].side) for i in chosen]
        vote, chance = self._vote(seen, chosen, list(zip(motions, mass, weights, strict=True)))
        if is_lost(vote["trust"], seen.area):
            alone = split_chances(chance, [reference.count for reference in sides])
            motions = [move_again(side, *rest) for rest in zip(sides, alone, motions, strict=True)]
            vote, chance = self._vote(seen, chosen, list(zip(motions, mass, weights, strict=True)))
        nearest = self.known[chosen[0]]
        size = drawing.labels.shape
        by_flow = self._carry(motions[0][0], nearest, framing, size)
        by_match = _up(self._best(found, side, chosen), framing, size)
        flow, match = (
            shares_of(count_colors(drawing.labels, carried, (drawing.count, self.n_colors)))
            for carried in (by_flow, by_match)
        )
        votes = Votes(
            **vote,
            flow=flow,
            match=match,
            area=seen.area,
            by_flow=by_flow,
            by_match=by_match,
            laid=np.zeros((0, *size), np.int32),
            rgb=_up_rgb(self.network.paint(seen.line, found), framing, size) if self.paints else None,
        )
        parts = np.split(chance, np.cumsum([known.count for known in sides])[:-1], axis=1)
        witness = Witness(
            side,
            framing,
            seen.kept,
            seen.tensors,
            chances(votes, self.calibration.alone.fusion)[seen.kept],
            dict(zip(chosen, parts, strict=True)),
        )
        rows = _mixed(votes, witness)
        return replace(votes, laid=self._lay(drawing, witness, rows, chance[rows])), witness

    def hear(
        self, drawing: CutDrawing, votes: Votes, own: Witness, around: Sequence[Witness], *, places: int
    ) -> Votes:
        """Return votes on a drawing with what the drawings around it say of the regions that theirs match.

        votes, own: of the drawing, from `study`. places: how many drawings could have been asked, so that few say less.
        """
        colors, parts = self._around.ask(own, around, places=places)
        said, color, laid = np.zeros_like(votes.color), votes.color.copy(), votes.laid
        said[own.kept] = colors
        rows = _mixed(votes, own)
        if rows.size:
            found = np.concatenate([*own.found.values()], 1)[rows]
            heard = weigh_in(found, parts[rows])
            color[own.kept[rows]] = heard @ self._painted(own.found)
            moved = heard.argmax(1) != found.argmax(1)
            if moved.any():
                anew = self._lay(drawing, own, rows[moved], heard[moved])
                laid = np.where(anew >= 0, anew, laid)
        return replace(votes, color=color, laid=laid, around=said)

    def _painted(self, use: Iterable[int]) -> Floats:
        """Palette shares (R, K) of the kept regions of these references, one reference after another."""
        return np.concatenate([self.known[i].shares[self.known[i].seen.kept] for i in use])

    def _vote(
        self,
        seen: _Seen,
        chosen: tuple[int, ...],
        cues: list[tuple[tuple[Motion, Motion], NDArray[np.float64], torch.Tensor]],
    ) -> tuple[dict[str, Floats], Floats]:
        """What the region network says, as the fields of `Votes`, and the chance of every pair of kept regions.

        cues: of each chosen reference, the motions, the match weight at 1/2 and what `_sent` says. The second result is
        (kept, R), the references' kept regions one reference after another.
        """
        kept, n = seen.kept, len(seen.area)
        shape = {"color": (n, self.n_colors), "before": (n, self.n_colors)}
        names = ("color", "before", "mixture", "known", "cycle", "trust")
        vote: dict[str, Floats] = {name: np.zeros(shape.get(name, n), np.float32) for name in names}
        if not kept.size:
            return vote, np.zeros((0, sum(self.known[i].side.count for i in chosen)), np.float32)
        rounds: list[tuple[torch.Tensor, torch.Tensor]] = []
        sizes, pairs = [], []
        for i, (motion, mass, weight) in zip(chosen, cues, strict=True):
            reference = self.known[i]
            pair = pair_features(seen.side, reference.side, motion, mass)
            rounds.append(score_pairs(self.regions, seen.tensors, reference.seen.tensors, pair, weight))
            sizes.append(reference.side.descriptors.area)
            pairs.append(pair)
        painted = self._painted(chosen)
        area = seen.side.descriptors.area
        before, chance = (join_chances([logits[i] for logits in rounds], area, sizes) for i in (0, 1))
        vote["color"][kept], vote["before"][kept] = chance[:, :-1] @ painted, before[:, :-1] @ painted
        vote["mixture"][kept] = chance[:, :-1] @ (1 - painted.max(1))
        vote["known"][kept] = 1 - chance[:, -1]
        match = torch.cat([last[:, :-1] for _, last in rounds], 1).cpu().numpy()
        vote["cycle"][kept] = cycle_of(match, vote["color"][kept], painted)
        nearest = chance[:, : len(sizes[0])]
        vote["trust"][kept] = trust_in(nearest, pairs[0])
        return vote, chance[:, :-1]

    def _lay(self, drawing: CutDrawing, own: Witness, rows: NDArray[np.intp], chance: Floats) -> Labels:
        """Carry palette indices into some kept regions of mixed colours; see `carry_regions`.

        chance: (rows, R) that they match the kept regions of own's references.
        """
        use = [self.known[i] for i in own.found]
        ends = np.cumsum([known.side.count for known in use])
        laid = []
        for row, chances_of_it in zip(rows.tolist(), chance, strict=True):
            best = int(chances_of_it.argmax())
            position = int(np.searchsorted(ends, best, side="right"))
            known = use[position]
            label = int(best - ends[position]) + known.side.count + 1
            painted = Painted(known.side.grown, known.framing, known.index)
            laid.append(Laid(row + 1, int(own.kept[row]) + 1, painted, label))
        return carry_regions(drawing.grown, own.side.grown, own.framing, laid)

    def _sent(self, target: _Seen, reference: _Known, arrived: torch.Tensor | None) -> torch.Tensor:
        """Match weight that two drawings' kept regions send each other at 1/8: a batch of one.

        arrived: (1, N, m) what the reference's shares of cells became, None where they were carried nowhere yet.
        """
        if arrived is None:
            arrived = self.network.attend(target.features, reference.seen.features, reference.cells[None])
        return sent(arrived[0], target.cells, reference.seen.cells)[None]

    def _best(self, found: Match, side: RegionSide, chosen: tuple[int, ...]) -> Labels:
        """Palette index of the best match of each half cell: (h/2, w/2)."""
        near = near_places(found, [self.known[i].side for i in chosen])
        best = found.weights[1][0].argmax(-1).cpu().numpy()  # (N, 16)
        owner, x, y = (np.take_along_axis(a, best, axis=1) for a in (near.owner, near.x, near.y))
        out = np.zeros(best.shape, np.int32)
        for position, i in enumerate(chosen):
            mine, known = owner == position, self.known[i]
            rows, columns = (
                known.framing.rows(known.index.shape[0]), known.framing.columns(known.index.shape[1])
            )
            out[mine] = known.index[rows[y[mine]], columns[x[mine]]]
        height, width = side.ink.shape[0] // 8, side.ink.shape[1] // 8
        return out.reshape(height, width, 4, 4).transpose(0, 2, 1, 3).reshape(height * 4, width * 4)

    def _carry(self, motion: Motion, reference: _Known, framing: Framing, size: tuple[int, int]) -> Labels:
        """Palette index (H, W) that flow carries to each plate pixel, sampled at the reference's full size."""
        places = to_plate(np.dstack([motion.flow_x, motion.flow_y]), reference.framing)
        return look_up(reference.index, _up_smooth(places, framing, size))


def _mixed(votes: Votes, own: Witness) -> NDArray[np.intp]:
    """Which kept regions match regions of several colours."""
    return np.flatnonzero(votes.mixture[own.kept] >= MIXED_SHARE)


def _largest(side: RegionSide) -> NDArray[np.intp]:
    """Rows of the largest regions that have pixels at the work size, in label order."""
    order = np.argsort(-side.descriptors.area, kind="stable")[:MAX_REGIONS]
    return np.sort(order[side.descriptors.area[order] > 0])


def _keep(side: RegionSide, kept: NDArray[np.intp]) -> RegionSide:
    """The drawing with these regions alone, numbered anew; the pixels of the others have label 0."""
    number = np.zeros(side.count + 1, np.int32)
    number[kept + 1] = np.arange(1, len(kept) + 1)
    d = side.descriptors
    descriptors = Descriptors(
        d.node[kept], d.raster[kept], d.position[kept], d.area[kept], d.touching[np.ix_(kept, kept)]
    )
    return RegionSide(number[side.labels], number[side.grown], side.ink, len(kept), descriptors)


def _up(picture: Labels, framing: Framing, size: tuple[int, int]) -> Labels:
    """Spread a half-cell picture (h/2, w/2) to plate pixels (H, W) by nearest cell; outside repeats the border."""
    rows, columns = (
        np.clip(((np.arange(n) + 0.5 - start) * framing.scale / 2).astype(np.intp), 0, limit - 1)
        for n, start, limit in zip(size, (framing.y, framing.x), picture.shape, strict=True)
    )
    return picture[np.ix_(rows, columns)]


def _up_smooth(picture: Floats, framing: Framing, size: tuple[int, int]) -> Floats:
    """Spread work-size values (h, w, C) to plate pixels (H, W, C), linear between; outside repeats the border."""
    box, window = ((slice(0, height), slice(0, width)) for height, width in (picture.shape[:2], size))
    return spread(picture, framing, box, window)


def _up_rgb(rgb: torch.Tensor, framing: Framing, size: tuple[int, int]) -> Floats:
    """The decoder's picture at plate size, display RGB (H, W, 3) in [0, 1]."""
    work = np.ascontiguousarray(rgb[0].float().cpu().numpy().transpose(1, 2, 0))
    return _up_smooth(work, framing, size).clip(0, 1)
