"""Correlation matching feature transfer (CMFT): matching in the line domain, values from the colour domain.

After Zhang, Wang, Wen, Li and Liu, "Line Art Correlation Matching Feature Transfer Network for Automatic
Animation Colorization", WACV 2021. The similarity contracts over channels. Features are centred and
normalised, the softmax has a learned temperature (both as in CoCosNet, CVPR 2020), and finer levels look only
below the best cells of the coarsest one, so that no target-by-reference matrix is ever stored.

Pure functions on tensors: no weights, no files, no device choice.
Shapes: B batch, N target cells at 1/8, M reference cells at 1/8, c children of a cell, d matching channels,
D value channels, k candidate cells.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

CHUNK = 2048  # target cells handled at once; bounds memory, changes no result
CPU_CHUNK = 128  # the same on a processor, whose cache holds what so few of them are compared with


def center_normalize(x: Tensor) -> Tensor:
    """Give the features (..., d) zero mean over channels and unit length."""
    x = x - x.mean(-1, keepdim=True)
    return F.normalize(x.float(), dim=-1).to(x.dtype)


def to_cells(x: Tensor, size: int) -> Tensor:
    """Group a map (B, C, h*size, w*size) by coarse cell: (B, h*w, size*size, C)."""
    batch, channels, height, width = x.shape
    h, w = height // size, width // size
    x = x.view(batch, channels, h, size, w, size).permute(0, 2, 4, 3, 5, 1)
    return x.reshape(batch, h * w, size * size, channels)


def from_cells(x: Tensor, height: int, width: int) -> Tensor:
    """Undo `to_cells`: (B, h*w, size*size, C) back to (B, C, h*size, w*size), with h = height, w = width."""
    batch, _, children, channels = x.shape
    size = round(children**0.5)
    x = x.view(batch, height, width, size, size, channels).transpose(2, 3)
    return x.reshape(batch, height * size, width * size, channels).permute(0, 3, 1, 2)


def query_columns(features: Tensor, position: Tensor, *, temperature: Tensor, inverse_sigma: Tensor) -> Tensor:
    """Build queries whose dot product with `key_columns` is cos/temperature - |p_t - p_r|^2 / (2 sigma^2).

    features: (B, N, d) centred and normalised; position: (B, N, 2). Returns (B, N, d + 6): the locality prior
    rides in extra channels, so the attention needs no bias matrix; the last column meets the null key.
    """
    p = position * inverse_sigma
    square = p.square().sum(-1, keepdim=True)
    one, zero = torch.ones_like(square), torch.zeros_like(square)
    return torch.cat([features / temperature, p, one, -0.5 * square, one, zero], -1)


def key_columns(features: Tensor, position: Tensor, *, inverse_sigma: Tensor) -> Tensor:
    """Build the keys (B, M, d + 6) that belong to `query_columns`."""
    p = position * inverse_sigma
    square = p.square().sum(-1, keepdim=True)
    one, zero = torch.ones_like(square), torch.zeros_like(square)
    return torch.cat([features, p, -0.5 * square, one, zero, zero], -1)


def null_key(keys: Tensor, logit: Tensor) -> Tensor:
    """The key (B, 1, d + 6) of "not in the reference", with a learned constant logit."""
    key = torch.zeros_like(keys[:, :1])
    mark = torch.zeros(keys.shape[-1], device=keys.device, dtype=keys.dtype)
    mark[-2] = 1.0
    return key + mark * logit


def transfer(query: Tensor, key: Tensor, value: Tensor) -> Tensor:
    """Carry values (B, M, D) to the target by softmaxed similarity of query (B, N, d) and key (B, M, d).

    One fused attention: memory grows with N + M. Returns (B, N, D).
    """
    width = value.shape[-1]
    common = max(query.shape[-1], width) + 7 & ~7  # the fused kernel wants equal head sizes, multiples of 8
    q, k, v = (F.pad(t, (0, common - t.shape[-1]))[:, None].contiguous() for t in (query, key, value))
    return F.scaled_dot_product_attention(q, k, v, scale=1.0)[:, 0, :, :width]


def best_cells(query: Tensor, key: Tensor, count: int) -> Tensor:
    """Find the `count` most similar reference cells of every target cell: indices (B, N, count)."""
    count = min(count, key.shape[1])
    rows = [
        torch.matmul(part, key.transpose(1, 2)).topk(count, dim=-1).indices
        for part in query.split(_chunk(query), dim=1)
    ]
    return torch.cat(rows, 1)


def transfer_and_rank(query: Tensor, key: Tensor, value: Tensor, count: int) -> tuple[Tensor, Tensor]:
    """Do `transfer`, and `best_cells` among all keys but the last, which is the null key's.

    A processor asked for no gradient compares every pair once for both; elsewhere each compares anew.
    """
    if query.device.type != "cpu" or torch.is_grad_enabled():
        return transfer(query, key, value), best_cells(query.detach(), key[:, :-1].detach(), count)
    count = min(count, key.shape[1] - 1)
    moved, best = [], []
    for rows in query.split(_chunk(query), dim=1):
        similarity = torch.matmul(rows, key.transpose(1, 2))
        best.append(similarity[..., :-1].topk(count, dim=-1).indices)
        moved.append(torch.matmul(similarity.softmax(-1), value))
    return torch.cat(moved, 1), torch.cat(best, 1)


def gather_cells(x: Tensor, index: Tensor) -> Tensor:
    """Take the children of chosen cells: x (B, M, c, C), index (B, N, k) -> (B, N, k*c, C)."""
    batch, _, children, channels = x.shape
    count, k = index.shape[1:]
    row = torch.arange(batch, device=x.device)[:, None, None]
    return x[row, index].reshape(batch, count, k * children, channels)


def transfer_below(query: Tensor, key: Tensor, value: Tensor, index: Tensor) -> tuple[Tensor, Tensor]:
    """Transfer at a finer level: the children of a target cell look at the children of its candidate cells.

    query: (B, N, c, d) already divided by the temperature; key: (B, M, c, d); value: (B, M, c, D);
    index: (B, N, k). Returns the values (B, N, c, D) and the weights (B, N, c, k*c).
    """
    chunk = _chunk(query)
    moved, weights = [], []
    for rows, part in zip(query.split(chunk, 1), index.split(chunk, 1), strict=True):
        near = gather_cells(key, part)  # (B, n, k*c, d)
        weight = torch.matmul(rows, near.transpose(-1, -2)).float().softmax(-1)  # (B, n, c, k*c)
        moved.append(torch.matmul(weight.to(value.dtype), gather_cells(value, part)))
        weights.append(weight)
    return torch.cat(moved, 1), torch.cat(weights, 1)


def _chunk(query: Tensor) -> int:
    return CPU_CHUNK if query.device.type == "cpu" else CHUNK
