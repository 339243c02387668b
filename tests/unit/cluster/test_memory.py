"""Long arrays in memory of their own are as numpy's."""

from __future__ import annotations

import numpy as np
import pytest

from gigawatt.cluster._memory import zeros
from gigawatt.cluster.state import JOB


@pytest.mark.parametrize("filled", [True, False])
@pytest.mark.parametrize(
    ("shape", "kind"), [((3,), np.int64), ((2, 400_000), np.float64), ((100_000,), JOB), ((0,), JOB)]
)
def test_zeros_are_those_of_numpy(shape: tuple[int, ...], kind: object, filled: bool) -> None:
    given = zeros(shape, kind, filled=filled)
    plain = np.zeros(shape, dtype=kind)
    assert given.dtype == plain.dtype
    assert given.flags.c_contiguous
    assert given.flags.writeable
    assert np.array_equal(given, plain)
    given[-1:] = plain[-1:]


def test_a_view_keeps_the_memory_alive() -> None:
    last = zeros((2, 400_000), filled=True)[1, -3:]
    last[:] = 7.0
    assert last.tolist() == [7.0, 7.0, 7.0]
