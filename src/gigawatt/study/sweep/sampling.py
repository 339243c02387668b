"""Where each draw stands in each range: a Latin hypercube."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def latin_hypercube(names: Sequence[str], draws: int, seed: int) -> Array:
    """Draw shares in [0, 1), shape (draws, names).

    Each column is cut into as many equal parts as there are draws, with one draw in each, somewhere in it, in
    an order of its own: so every range is covered evenly, and columns are independent. A column follows from
    the seed and its name: another range more or less changes no other column.

    Reference: M. D. McKay, R. J. Beckman, W. J. Conover (1979), Technometrics 21(2), 239-245,
    doi:10.1080/00401706.1979.10489755.

    Examples
    --------
    >>> shares = latin_hypercube(["gas", "water"], 4, seed=1)
    >>> sorted(int(4 * share) for share in shares[:, 0])
    [0, 1, 2, 3]
    >>> bool((shares[:, 1] == latin_hypercube(["water"], 4, seed=1)[:, 0]).all())
    True
    """
    columns = np.empty((draws, len(names)))
    for i, name in enumerate(names):
        own = int.from_bytes(hashlib.sha256(name.encode("utf-8")).digest()[:8], "big")
        rng = np.random.default_rng([seed, own])
        columns[:, i] = (rng.permutation(draws) + rng.random(draws)) / draws
    return columns
