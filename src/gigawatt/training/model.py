"""A byte-level transformer: pre-norm, causal, learnt positions, output tied to the input."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

BYTES = 256


class Block(nn.Module):
    """Attention over what came before, then a layer on each place by itself."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.norm_attention = nn.LayerNorm(width)
        self.mix = nn.Linear(width, 3 * width)
        self.out = nn.Linear(width, width)
        self.norm_feed = nn.LayerNorm(width)
        self.feed = nn.Sequential(nn.Linear(width, 4 * width), nn.GELU(), nn.Linear(4 * width, width))

    def forward(self, x: Tensor) -> Tensor:
        """Map (batch, places, width) to the same shape."""
        batch, places, width = x.shape
        parts = self.mix(self.norm_attention(x)).view(batch, places, 3, self.heads, width // self.heads)
        query, key, value = parts.permute(2, 0, 3, 1, 4)
        seen = functional.scaled_dot_product_attention(query, key, value, is_causal=True)
        x = x + self.out(seen.transpose(1, 2).reshape(batch, places, width))
        return x + self.feed(self.norm_feed(x))


class ByteTransformer(nn.Module):
    """Predicts the next byte at each place of a window."""

    def __init__(self, *, window: int, width: int, layers: int, heads: int) -> None:
        super().__init__()
        self.bytes = nn.Embedding(BYTES, width)
        self.places = nn.Embedding(window, width)
        self.blocks = nn.ModuleList(Block(width, heads) for _ in range(layers))
        self.norm = nn.LayerNorm(width)
        for weight in (self.bytes.weight, self.places.weight):
            nn.init.normal_(weight, std=width**-0.5)

    def forward(self, rows: Tensor) -> Tensor:
        """Return the cross-entropy in nats, summed over all bytes of rows (batch, window + 1).

        The sum and not the mean: ranks with unequal shares then add up to what one rank alone would have.
        """
        before, after = rows[:, :-1], rows[:, 1:]
        x = self.bytes(before) + self.places.weight[: before.shape[1]]
        for block in self.blocks:
            x = block(x)
        logits = functional.linear(self.norm(x), self.bytes.weight)
        return functional.cross_entropy(logits.flatten(0, 1), after.flatten(), reduction="sum")


def make_model(
    *, window: int, width: int, layers: int, heads: int, seed: int, dtype: torch.dtype
) -> ByteTransformer:
    """Build the model with first weights that the seed gives."""
    torch.manual_seed(seed)
    model = ByteTransformer(window=window, width=width, layers=layers, heads=heads)
    model.to(dtype=dtype)
    return model
