"""The per-frame path of the engine as one TorchScript model, for hosts that run a network but no engine.

Paint mode with one reference, without regions and flow: pictures in, a picture out, knobs as attributes. Scripted, so
written in TorchScript's subset, and only with operators that torch 1.12 has; `F.interpolate` and fused attention
would lock older hosts out. Its weights are those of `model.network`.
Shapes: H W plate size, h w work size, N M cells at 1/8 of target and reference, k candidates.
"""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ..matching.network.cmft import center_normalize, gather_cells, key_columns, null_key, query_columns, to_cells
from ..matching.network.encoders import SelfAttention, drawing_positions
from ..matching.network.network import CANDIDATES, VALUE, Network
from .pictures import chamfer, fill_unknown, line_picture, linear_light, nearest_rows, sure_numbers
from .windows import WorkWindow, drawing_window, plate_picture, work_ink, work_scale

CHANNELS = 12  # RGBA of the line art, of the painted reference, and of the reference's line art
CHUNK = 1024  # target cells handled at once; bounds memory, changes no result
DISTANCE_PX = 16.0  # as in matching/network/inputs.py
SOFT_INK = 0.02  # as in references.py
TARGET_LIMIT = 1.6  # as in matching/matcher.py
UNDER_INK_PX = 12  # paint grows this far, in work pixels, under the ink of the painted drawing


def attend(query: Tensor, key: Tensor, value: Tensor, chunk: int = CHUNK) -> Tensor:
    """Carry values (..., M, D) by the softmax of query (..., N, d) times key (..., M, d): (..., N, D)."""
    parts: list[Tensor] = []
    for start in range(0, query.shape[-2], chunk):
        match = torch.matmul(query[..., start : start + chunk, :], key.transpose(-1, -2))
        parts.append(torch.matmul(match.float().softmax(-1).to(value.dtype), value))
    return torch.cat(parts, -2)


def twice(x: Tensor) -> Tensor:
    """Double a map's size, each value four times."""
    batch, channels, height, width = x.shape
    wide = x[:, :, :, None, :, None].expand(batch, channels, height, 2, width, 2)
    return wide.reshape(batch, channels, height * 2, width * 2)


def ungroup(x: Tensor, height: int, width: int, size: int) -> Tensor:
    """Undo `to_cells`: (1, h*w, size*size, C) back to (1, C, h*size, w*size)."""
    channels = x.shape[3]
    x = x.view(1, height, width, size, size, channels).permute(0, 5, 1, 3, 2, 4)
    return x.reshape(1, channels, height * size, width * size)


class LiveAttention(nn.Module):
    """A trained `SelfAttention` in operators that torch 1.12 has."""

    def __init__(self, trained: SelfAttention) -> None:
        super().__init__()
        self.heads = trained.heads
        self.norm, self.qkv, self.out = trained.norm, trained.qkv, trained.out
        self.norm_mlp, self.mlp = trained.norm_mlp, trained.mlp

    def forward(self, x: Tensor) -> Tensor:
        """Mix tokens (1, N, C) with each other."""
        batch, count, channels = x.shape
        qkv = self.qkv(self.norm(x)).view(batch, count, 3, self.heads, channels // self.heads).permute(2, 0, 3, 1, 4)
        mixed = attend(qkv[0] * float(channels // self.heads) ** -0.5, qkv[1], qkv[2])
        x = x + self.out(mixed.transpose(1, 2).reshape(batch, count, channels))
        out: Tensor = x + self.mlp(self.norm_mlp(x))
        return out


class LiveLines(nn.Module):
    """`Network.lines`: line art (1, 2, h, w) to maps at 1/2 and 1/4, and tokens and positions at 1/8."""

    def __init__(self, trained: Network) -> None:
        super().__init__()
        self.line, self.match, semantic = trained.line, trained.match_eighth, trained.semantic
        self.down, self.position, self.up = semantic.down, semantic.position, semantic.up
        layers = [layer for layer in semantic.attention if isinstance(layer, SelfAttention)]
        self.attention = nn.Sequential(*[LiveAttention(layer) for layer in layers])

    def forward(self, line: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """Return half, quarter, tokens (1, N, 64) and positions (1, N, 2)."""
        half, quarter, eighth = self.line(line)
        position = drawing_positions(line[:, :1], 8).to(line.dtype)
        x = self.down(eighth)
        height, width = x.shape[2], x.shape[3]
        p = F.avg_pool2d(position, [2, 2])
        p = torch.cat([p, p.square()], 1).flatten(2).transpose(1, 2)
        tokens = self.attention(x.flatten(2).transpose(1, 2) + self.position(p))
        x = tokens.transpose(1, 2).reshape(1, tokens.shape[2], height, width)
        feature = self.match(torch.cat([eighth, twice(self.up(x))], 1))
        tokens = center_normalize(feature.flatten(2).transpose(1, 2))
        return half, quarter, tokens, position.flatten(2).transpose(1, 2)


class LiveNetwork(nn.Module):
    """`Network` for one reference and one target, from the same weights: the decoder's RGB alone."""

    def __init__(self, trained: Network) -> None:
        super().__init__()
        self.lines = LiveLines(trained)
        self.color, self.backbone = trained.color, trained.backbone
        self.match_quarter, self.match_half = trained.match_quarter, trained.match_half
        self.estimate_quarter, self.estimate_half = trained.estimate_quarter, trained.estimate_half
        self.truth_quarter, self.truth_half = trained.truth_quarter, trained.truth_half
        self.value_eighth, self.value_quarter, self.value_half = trained.value[0], trained.value[1], trained.value[2]
        self.decode_eighth, self.decode_quarter = trained.decode_eighth, trained.decode_quarter
        self.decode_half, self.out = trained.decode_half, trained.out
        self.temperature = nn.Parameter(torch.exp(-trained.log_inverse_temperature.clamp(0.0, 4.0)))
        self.inverse_sigma = nn.Parameter(trained.log_inverse_sigma.exp())
        self.null_logit = trained.null_logit
        self.candidates, self.carried, self.chunk = CANDIDATES, VALUE[0] + 3, CHUNK

    def forward(self, line: Tensor, reference_line: Tensor, color: Tensor) -> Tensor:
        """Colour a target (1, 2, h, w) from a reference's lines (1, 2, h, w) and paint (1, 3, h, w): (1, 3, h, w)."""
        height, width = line.shape[2] // 8, line.shape[3] // 8
        half, quarter, tokens, position = self.lines(line)
        their_half, their_quarter, their_tokens, their_position = self.lines(reference_line)
        painted_half, painted_quarter, painted_eighth = self.color(torch.cat([color, reference_line], 1))
        back_half, back_quarter, back_eighth = self.backbone(line)
        query = query_columns(tokens, position, temperature=self.temperature[0], inverse_sigma=self.inverse_sigma)
        key = key_columns(their_tokens, their_position, inverse_sigma=self.inverse_sigma)
        index = self.best_cells(query, key)
        value = torch.cat([self.value_eighth(painted_eighth), F.avg_pool2d(color, [8, 8])], 1)
        moved = self.global_match(query, key, value.flatten(2).transpose(1, 2))
        carried = ungroup(moved[:, :, None], height, width, 1)
        estimate = self.decode_eighth(torch.cat([carried, back_eighth], 1))
        value = torch.cat([self.value_quarter(painted_quarter), F.avg_pool2d(color, [4, 4])], 1)
        carried = self.match_below(self.match_quarter(quarter) + self.estimate_quarter(estimate),
                                   self.match_quarter(their_quarter) + self.truth_quarter(painted_quarter),
                                   value, index, 2)
        estimate = self.decode_quarter(torch.cat([carried, back_quarter, estimate], 1))
        value = torch.cat([self.value_half(painted_half), F.avg_pool2d(color, [2, 2])], 1)
        carried = self.match_below(self.match_half(half) + self.estimate_half(estimate),
                                   self.match_half(their_half) + self.truth_half(painted_half), value, index, 4)
        full = self.decode_half(torch.cat([carried, back_half, estimate], 1))
        base = twice(carried[:, -3:])
        out: Tensor = base + self.out(torch.cat([full, base, line], 1))
        return out

    def best_cells(self, query: Tensor, key: Tensor) -> Tensor:
        """Find the most similar reference cells of every target cell: (1, N, k)."""
        parts: list[Tensor] = []
        for start in range(0, query.shape[1], self.chunk):
            match = torch.matmul(query[:, start : start + self.chunk], key.transpose(1, 2))
            parts.append(match.topk(min(self.candidates, key.shape[1]), -1)[1])
        return torch.cat(parts, 1)

    def global_match(self, query: Tensor, key: Tensor, value: Tensor) -> Tensor:
        """Carry values (1, M, 67) by the match at 1/8, "not in the reference" left out: (1, N, 67)."""
        key = torch.cat([key, null_key(key, self.null_logit)], 1)
        value = torch.cat([value, torch.ones_like(value[:, :, :1])], 2)
        moved = attend(query, key, torch.cat([value, torch.zeros_like(value[:, :1])], 1))
        return moved[:, :, : self.carried] / moved[:, :, self.carried :].clamp(min=1e-4)

    def match_below(self, query: Tensor, key: Tensor, value: Tensor, index: Tensor, size: int) -> Tensor:
        """Match the children of every cell, size by size, with those below its candidates; the carried map."""
        height, width = query.shape[2] // size, query.shape[3] // size
        rows = center_normalize(to_cells(query, size)) / self.temperature[size // 2]
        keys, values = center_normalize(to_cells(key, size)), to_cells(value, size)
        parts: list[Tensor] = []
        for start in range(0, rows.shape[1], self.chunk):
            near = index[:, start : start + self.chunk]
            part = rows[:, start : start + self.chunk]
            parts.append(attend(part, gather_cells(keys, near), gather_cells(values, near)))
        return ungroup(torch.cat(parts, 1), height, width, size)


class LiveModel(nn.Module):
    """The whole path: three premultiplied RGBA pictures, packed as (1, 12, H, W), to RGBA (1, 4, H, W).

    They are the line art, the painted reference, and the reference's own line art.

    The attributes are knobs. work_size: longest side of the drawing as the network sees it, in px. ink_threshold:
    coverage from which a pixel is a line. linear: 1 when the pictures are linear light, 0 for display sRGB.
    ink_over: 1 lays the lines over the colours.
    """

    def __init__(self, trained: Network) -> None:
        super().__init__()
        self.network = LiveNetwork(trained)
        self.work_size: int = 512
        self.ink_threshold: float = 0.3
        self.linear: int = 1
        self.ink_over: int = 1
        self.soft_ink, self.under_ink_px, self.distance_px = SOFT_INK, UNDER_INK_PX, DISTANCE_PX
        self.target_limit = TARGET_LIMIT

    def forward(self, packed: Tensor) -> Tensor:
        """Colour one frame; values outside of [0, 1] are cut, what is no number counts as 0."""
        height, width = packed.shape[2], packed.shape[3]
        packed = sure_numbers(packed)
        shown, coverage = line_picture(packed[:, :4], self.linear)
        ink = (coverage >= self.ink_threshold).to(packed.dtype)
        _, their_coverage = line_picture(packed[:, 8:], self.linear)
        their_ink = (their_coverage >= self.ink_threshold).to(packed.dtype)
        painted, _ = line_picture(packed[:, 4:8], self.linear)
        size = min(max(self.work_size, 128), 2048)
        scale = work_scale(their_ink, size)
        limit = int(round(size * self.target_limit))
        window, theirs = drawing_window(ink, scale, limit), drawing_window(their_ink, scale, limit)
        known = (their_coverage <= self.soft_ink).to(packed.dtype)
        color = fill_unknown(self.sample(painted, theirs), self.sample(known, theirs), self.under_ink_px)
        rgb = self.network(self.channels(ink, window), self.channels(their_ink, theirs), color)
        rgb = plate_picture(rgb, window, height, width).clamp(0.0, 1.0)
        if self.ink_over != 0:
            rgb = rgb * shown
        if self.linear != 0:
            rgb = linear_light(rgb)
        return torch.cat([rgb, torch.ones_like(rgb[:, :1])], 1).contiguous()

    def channels(self, ink: Tensor, window: WorkWindow) -> Tensor:
        """Return what the network reads of ink (1, 1, H, W): ink and distance to it, (1, 2, h, w)."""
        work = work_ink(ink, window)
        return torch.cat([work, chamfer(work, self.distance_px) / self.distance_px], 1)

    def sample(self, picture: Tensor, window: WorkWindow) -> Tensor:
        """Take the nearest plate pixel for every work pixel: (1, 3, h, w)."""
        rows = torch.tensor(nearest_rows(window.y, window.height, window.scale, picture.shape[2]))
        columns = torch.tensor(nearest_rows(window.x, window.width, window.scale, picture.shape[3]))
        picture = picture.index_select(2, rows.to(picture.device))
        return picture.index_select(3, columns.to(picture.device))
