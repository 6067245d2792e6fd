"""From drawings to votes: references are encoded once, then every target drawing is matched against them.

Arrays in, arrays out; the tensors stay inside. What the votes decide is in `decide`.
Shapes: H W plate size, n target regions, R regions of all references used, K palette colours.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn.utils import convert_conv2d_weight_memory_format

from ..image.look_up import look_up
from ..shot.drawing import PaintedDrawing, SegmentedDrawing
from .attention_mass import pixel_attention_mass
from .descriptors import count_colors, shares_of
from .encoded import EncodedDrawing, EncodedReference, Encoder
from .framing import work_scale
from .kept_lines import keeps_any
from .mixed_regions import carry_anew, mixed_rows, place_matches
from .network.encoders import fold_batch_norms
from .network.network import Match, ReferenceFeatures, join_references
from .network.region_pool import attention_mass
from .network.weights import Checkpoint
from .painterly import carry_pixels
from .pixel_votes import carry_by_match, flow_places, painted_rgb
from .region_flow import flow_disagrees
from .region_inputs import find_motions
from .region_votes import PairCues, RegionVotes, painted_shares, vote_on_regions, with_refined_flow
from .region_warp import warp_regions
from .shot_graph import Links
from .temporal import MatchedDrawing, NeighborVoter, reweight_matches
from .votes import TemporalVotes, Votes, color_chances

Floats = NDArray[np.float32]
Labels = NDArray[np.int32]


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
        temporal_radius: int = 1,
    ) -> None:
        """Encode the references; paints: whether votes hold the decoder's RGB; temporal_radius: as in the settings."""
        self.paints, self.n_colors = paints, n_colors
        self.network = fold_batch_norms(checkpoint.network).to(device)
        convert_conv2d_weight_memory_format(self.network, torch.channels_last)  # else each convolution reorders
        self.regions = checkpoint.regions.to(device)
        self.calibration = checkpoint.calibration
        scale = min((work_scale(r.drawing.ink, work_size) for r in references), default=1.0)
        self.encoder = Encoder(self.network, scale=scale, work_size=work_size, device=device)
        self.references = self._encode(references)
        self.is_soft = any(painted.paints is not None for painted in references)
        self.keeps_lines = keeps_any([painted.lines for painted in references])
        self._join = lru_cache(maxsize=4)(self._join_uncached)
        self._neighbors = NeighborVoter(self.regions, device, temporal_radius=temporal_radius)

    @torch.inference_mode()
    def _encode(self, references: Sequence[PaintedDrawing]) -> list[EncodedReference]:
        return [self.encoder.reference(painted, n_colors=self.n_colors) for painted in references]

    def _join_uncached(self, use: tuple[int, ...]) -> ReferenceFeatures:
        return join_references([self.references[i].features for i in use])

    def match(self, drawing: SegmentedDrawing, use: Sequence[int] | None = None) -> Votes:
        """Vote on every region and pixel of a drawing by itself.

        use: which references, nearest in time first and each once; all of them by default.
        """
        return self.match_to_references(drawing, use)[0]

    @torch.inference_mode()
    def match_to_references(
        self, drawing: SegmentedDrawing, use: Sequence[int] | None = None
    ) -> tuple[Votes, MatchedDrawing]:
        """Vote as `match` does, and keep what the neighbouring frames will want to know of the drawing."""
        chosen = tuple(range(len(self.references)) if use is None else use)
        references = [self.references[i] for i in chosen]
        target = self.encoder.drawing(drawing)
        shares = references[0].cell_shares[None] if len(chosen) == 1 else None  # transferred along with its colours
        found = self.network.match(target.line, self._join(chosen), shares, target.features)
        cues = self._pair_cues(target, references, found)
        regions, chance = vote_on_regions(self.regions, target, references, cues)
        if flow_disagrees(regions.flow_agreement, target.area):
            cues = with_refined_flow(target, references, cues, chance)
            regions, chance = vote_on_regions(self.regions, target, references, cues)
        places = [
            flow_places(known.motions[0], reference, target.framing, drawing.size)
            for known, reference in zip(cues, references, strict=True)
        ]
        by_flow = look_up(references[0].index, places[0])
        by_match = carry_by_match(found, target.side, references, target.framing, drawing.size)
        rgb = self.network.paint(target.line, found) if self.paints else None
        votes = self._votes(drawing, target, regions, (by_flow, by_match), rgb)
        parts = np.split(chance, np.cumsum([known.side.count for known in references])[:-1], axis=1)
        matched = MatchedDrawing(
            target.side, target.framing, target.kept, target.tensors,
            color_chances(votes, None, self.calibration.single.fusion)[target.kept],
            dict(zip(chosen, parts, strict=True)),
        )
        rows = mixed_rows(votes, matched, references, chance)
        placed = place_matches(drawing, matched, references, rows, chance[rows])
        carried = None  # in clean flats whose regions have one paint each there is nothing to carry
        if rows.size or self.is_soft:
            carried = carry_pixels(drawing, matched, list(zip(references, places, strict=True)), placed, chance)
        warps = warp_regions([region for _, region in placed], drawing.size)
        return replace(votes, region_warps=warps, carried=carried,
                       places=tuple(places) if self.keeps_lines else None), matched

    def apply_temporal_votes(
        self, drawing: SegmentedDrawing, votes: Votes, own: MatchedDrawing, neighbors: Sequence[MatchedDrawing], *,
        n_neighbors: int,
    ) -> TemporalVotes:
        """Return what the neighbouring frames say of a drawing, by the regions of theirs that correspond.

        votes, own: of the drawing, from `match_to_references`. n_neighbors: how many there could have been, so that few
        count less.
        """
        colors, parts = self._neighbors.collect_votes(own, neighbors, n_neighbors=n_neighbors)
        of_neighbors, color = np.zeros_like(votes.color), votes.color.copy()
        warps, carried = votes.region_warps, votes.carried
        of_neighbors[own.kept] = colors
        references, chance = self._references_of(own), np.concatenate([*own.found.values()], 1)
        rows = mixed_rows(votes, own, references, chance)
        if rows.size:
            found = chance[rows]
            reweighted = reweight_matches(found, parts[rows])
            color[own.kept[rows]] = reweighted @ painted_shares(references)
            moved = reweighted.argmax(1) != found.argmax(1)
            if moved.any():
                placed = place_matches(drawing, own, references, rows[moved], reweighted[moved])
                anew = warp_regions([region for _, region in placed], drawing.size)
                warps = np.where(anew >= 0, anew, warps) if placed else warps
                carried = carry_anew(carried, drawing, own, rows[moved], placed)
        return TemporalVotes(of_neighbors, color, warps, carried)

    def links(self, own: MatchedDrawing, before: MatchedDrawing) -> Links:
        """Return which regions of a drawing and of the one before, both matched, show the same part."""
        return self._neighbors.links(own, before)

    def _references_of(self, matched: MatchedDrawing) -> list[EncodedReference]:
        return [self.references[i] for i in matched.found]

    def _pair_cues(
        self, target: EncodedDrawing, references: Sequence[EncodedReference], found: Match
    ) -> list[PairCues]:
        mass = pixel_attention_mass(found, target.side, [reference.side for reference in references])
        weights = [self._attention_mass(target, reference, found.coarse) for reference in references]
        motions = [find_motions(target.side, reference.side) for reference in references]
        return [PairCues(*cues) for cues in zip(motions, mass, weights, strict=True)]

    def _attention_mass(
        self, target: EncodedDrawing, reference: EncodedReference, transferred: torch.Tensor | None
    ) -> torch.Tensor:
        """Match weight between two drawings' kept regions at 1/8: a batch of one.

        transferred: (1, N, m) what the reference's shares of cells became, None where they were not transferred yet.
        """
        if transferred is None:
            transferred = self.network.attend(
                target.features, reference.drawing.features, reference.cell_shares[None]
            )
        return attention_mass(transferred[0], target.cells, reference.drawing.cells)[None]

    def _votes(
        self, drawing: SegmentedDrawing, target: EncodedDrawing, regions: RegionVotes, carried: tuple[Labels, Labels],
        rgb: torch.Tensor | None,
    ) -> Votes:
        """Gather the votes, without any region warped yet; carried: by flow and by match."""
        flow, match = (
            shares_of(count_colors(drawing.labels, index, (drawing.count, self.n_colors))) for index in carried
        )
        return Votes(
            color=regions.color, before=regions.before, flow=flow, match=match, mixture=regions.mixture,
            known=regions.known, cycle=regions.cycle, flow_agreement=regions.flow_agreement, area=target.area,
            by_flow=carried[0], by_match=carried[1], region_warps=np.zeros((0, *drawing.size), np.int32),
            rgb=None if rgb is None else painted_rgb(rgb, target.framing, drawing.size),
        )
