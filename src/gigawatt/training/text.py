"""The bytes that are learnt, and which windows of them belong to a step."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from gigawatt.kernel.errors import InputError, Problem

HELD_OUT_FRAC = 0.1
"""The last part of the text: it is never learnt, and says at the end how well the model does elsewhere."""


@dataclass(frozen=True, slots=True)
class Text:
    """A text cut into windows, in an order that a seed gives."""

    learnt: NDArray[np.uint8]
    held_out: NDArray[np.uint8]
    window: int
    seed: int

    @property
    def windows(self) -> int:
        """How many windows can be learnt: one begins at every byte that has enough bytes behind it."""
        return int(self.learnt.size) - self.window

    def starts(self, step: int, batch: int) -> NDArray[np.int64]:
        """Return where the windows of a step begin, shape (batch,).

        Every pass over the text is a permutation of its windows, drawn from the seed and the number of the
        pass; step s takes the places from (s - 1) * batch on. So the order depends on the step alone:
        neither on the number of ranks nor on what was killed on the way.

        Parameters
        ----------
        step
            Counted from 1.
        batch
            Windows a step over all ranks.

        Examples
        --------
        >>> text = cut(bytes(range(60)), window=4, seed=1)
        >>> seen = [int(i) for step in (1, 2, 3, 4, 5) for i in text.starts(step, 10)]
        >>> sorted(seen) == list(range(50))
        True
        """
        wanted = np.arange((step - 1) * batch, step * batch, dtype=np.int64)
        out = np.empty(batch, dtype=np.int64)
        for number in np.unique(wanted // self.windows):
            order = np.random.default_rng([self.seed, int(number)]).permutation(self.windows)
            mine = wanted // self.windows == number
            out[mine] = order[wanted[mine] % self.windows]
        return out

    def rows(self, starts: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return windows and the byte that follows each, shape (len(starts), window + 1)."""
        return _rows(self.learnt, starts, self.window)

    def held_out_rows(self) -> NDArray[np.int64]:
        """Return the windows of the part that is not learnt, end to end, shape (n, window + 1)."""
        starts = np.arange(0, self.held_out.size - self.window, self.window)
        return _rows(self.held_out, starts, self.window)


def _rows(data: NDArray[np.uint8], starts: NDArray[np.int64], window: int) -> NDArray[np.int64]:
    return np.asarray(data[starts[:, None] + np.arange(window + 1)], dtype=np.int64)


def cut(data: bytes, *, window: int, seed: int, file: str = "text") -> Text:
    """Cut bytes into what is learnt and what is held out.

    Raises
    ------
    InputError
        GW872: it is too short for the window.
    """
    whole = np.frombuffer(data, dtype=np.uint8)
    split = int(whole.size * (1.0 - HELD_OUT_FRAC))
    least = int(np.ceil((window + 1) / HELD_OUT_FRAC)) + 1
    if whole.size < least:
        seen = f"{whole.size:,} bytes are too few for windows of {window:,}; it takes {least:,}"
        raise InputError(Problem("GW872", seen, "give a longer text, or a smaller --window", file=file))
    return Text(whole[:split], whole[split:], window, seed)


def read_text(file: str, *, window: int, seed: int) -> Text:
    """Read a file, or the text that comes with Gigawatt where none is named."""
    if not file:
        data = (files("gigawatt.training") / "supercluster.txt").read_bytes()
        return cut(data, window=window, seed=seed, file="supercluster.txt")
    try:
        return cut(Path(file).read_bytes(), window=window, seed=seed, file=file)
    except OSError as error:
        seen = f"the text cannot be read: {error.strerror}"
        raise InputError(Problem("GW872", seen, "give a file that can be read", file=file)) from None


def shard(batch: int, rank: int, world_size: int) -> slice:
    """Return which windows of a step are a rank's; sizes differ by one at most.

    >>> [shard(10, rank, 4) for rank in range(4)]
    [slice(0, 2, None), slice(2, 5, None), slice(5, 7, None), slice(7, 10, None)]
    """
    return slice(batch * rank // world_size, batch * (rank + 1) // world_size)
