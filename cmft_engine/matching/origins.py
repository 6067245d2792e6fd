"""Of which region of the paintings each region is, settled over the whole shot, and where it shows another's colours.

An origin is a region of a painting, and what is on its track in other paintings. Arrays alone; the networks do not
run. Shapes: N regions of all drawings, M matches, P origins, K palette colours.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from .chains import Edges, Field, to_one, track_means, with_field
from .max_product import settle_few

LEAST_MATCH = 0.02  # of a chance that is kept
LEAST_CHANCE = 1e-4  # of an origin that a region was not matched with
OWN_POWER = 0.5  # of what a region finds by itself: all drawings err alike
MESSAGE_POWER = 1.0  # of what it is told
PAINTED_ODDS = 1.0  # of the origin that a sure chain brings from a painting
COLOR_SHARE = 0.03  # of an origin's colours that is no accident

Floats = NDArray[np.float32]
Ints = NDArray[np.intp]
Bools = NDArray[np.bool_]


class Matches(NamedTuple):
    """Chances (M,) that regions show what regions of the references show.

    rows: (M,) regions of a drawing, from 0, or nodes of a shot. references: (M,) numbers of the references. columns:
    (M,) which of the reference's regions that the region network is asked about. chance: (M,) in [0, 1].
    """

    rows: Ints
    references: Ints
    columns: Ints
    chance: Floats

    @classmethod
    def of(cls, found: Mapping[int, Floats], kept: Ints, known: Bools) -> Matches:
        """Return the matches of a drawing's kept regions with each reference (kept, r), of those that are known."""
        found_of = [NO_MATCHES]
        for number, chance in found.items():
            rows, columns = np.nonzero((chance > LEAST_MATCH) & known[kept][:, None])
            found_of.append(cls(kept[rows], np.full(len(rows), number), columns, chance[rows, columns]))
        return cls.joined(found_of)

    @classmethod
    def joined(cls, some: Sequence[Matches]) -> Matches:
        """Return all matches of some."""
        rows, references, columns, chance = (np.concatenate(one) for one in zip(*some, strict=True))
        return cls(rows, references, columns, chance.astype(np.float32))


_NONE = np.zeros(0, np.intp)
NO_MATCHES = Matches(_NONE, _NONE, _NONE, np.zeros(0, np.float32))


class Origins(NamedTuple):
    """The origin of every region.

    origin: (N,) its number, one for a whole track. sure: (N,) the mean belief of its track in it, in [0, 1], 0 for a
    region that was not matched itself. painted: (N,) the region of this origin in the painting nearest in time, the
    earlier of two, -1 where none is.
    """

    origin: Ints
    sure: Floats
    painted: Ints


def settle_origins(matches: Matches, edges: Edges, field: Field, painted: Bools, track: Ints) -> Origins:
    """Return the origin of every region (N,) as the whole shot has it.

    matches: of all regions, those of a painting with itself alone. field: what spreads from the paintings. painted:
    (N,) their regions. track: (N,) the track of every region.
    """
    of_match, of_painted, count = _numbered(matches, painted, track)
    n = len(painted)
    if not count:
        return Origins(np.zeros(n, np.intp), np.zeros(n, np.float32), np.full(n, -1))
    chance = np.full((n, count), LEAST_CHANCE, np.float32)
    np.add.at(chance, (matches.rows, of_match), matches.chance)
    own = to_one(np.power(chance, np.float32(OWN_POWER), out=chance))
    known = np.flatnonzero(of_painted >= 0)
    own[known] = 0
    own[known, of_painted[known]] = 1
    brought = np.where(field.source >= 0, of_painted[np.maximum(field.source, 0)], -1)
    settled = settle_few(with_field(own, field.strength, brought, PAINTED_ODDS), edges, power=MESSAGE_POWER)
    belief = track_means(settled, track)
    origin = belief.argmax(1)
    sure = np.where(np.bincount(matches.rows, minlength=n) > 0, belief[np.arange(n), origin], 0).astype(np.float32)
    return Origins(origin, sure, _nearest(origin, of_painted, edges.drawing_of))


def _nearest(origin: Ints, of_painted: Ints, drawing_of: Ints) -> Ints:
    """The region of a painting (N,) with the origin of each region, nearest in time; -1 where none is."""
    known = np.flatnonzero(of_painted >= 0)
    span = int(drawing_of.max(initial=0)) + 1
    place = of_painted[known] * span + drawing_of[known]
    order = np.argsort(place, kind="stable")
    known, place, wanted = known[order], place[order], origin * span + drawing_of
    at = np.searchsorted(place, wanted)
    far = np.full((2, len(origin)), span)
    found = np.full((2, len(origin)), -1)
    for side, index in enumerate((at - 1, at)):
        there = (index >= 0) & (index < len(known))
        node = known[np.clip(index, 0, max(len(known) - 1, 0))] if len(known) else found[side]
        there &= of_painted[node] == origin
        found[side, there] = node[there]
        far[side, there] = np.abs(drawing_of[node] - drawing_of)[there]
    nearest: Ints = np.where(far[0] <= far[1], found[0], found[1])
    return nearest


def _numbered(matches: Matches, painted: Bools, track: Ints) -> tuple[Ints, Ints, int]:
    """The origin of each match (M,), and of each region of a painting (N,), -1 for others; how many there are."""
    pairs = np.stack([matches.references, matches.columns])
    region = np.unique(pairs, axis=1, return_inverse=True)[1].ravel()
    count = int(region.max(initial=-1)) + 1
    of_painted = np.full(len(painted), -1)
    own = np.flatnonzero(painted[matches.rows])
    own = own[np.argsort(matches.chance[own], kind="stable")]
    of_painted[matches.rows[own]] = region[own]  # the likeliest comes last
    known = np.flatnonzero(of_painted >= 0)
    links = coo_matrix((np.ones(len(known), np.int8), (of_painted[known], count + track[known])),
                       shape=(count + len(painted),) * 2)
    origin = np.unique(connected_components(links, directed=False)[1][:count], return_inverse=True)[1]
    of_painted[known] = origin[of_painted[known]]
    return origin[region], of_painted, int(origin.max(initial=-1)) + 1


def settled_patterns(origins: Origins, may: Bools, color: Ints, alone: Floats) -> Ints:
    """Return the node (N,) like which a region is to be painted, for its main colour is none of its origin's; else -1.

    may: (N,) regions that may be painted anew. color: (N,) main colours. alone: (N, K) chances by the drawings.
    """
    of_origin = to_one(alone)[np.maximum(origins.painted, 0), color]
    anew = (of_origin < COLOR_SHARE) & (origins.painted >= 0) & (origins.sure > 0) & may
    return np.where(anew, origins.painted, -1)
