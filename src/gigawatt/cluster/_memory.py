"""Memory for long arrays: fresh from the system, in pages that suit how they are written."""

from __future__ import annotations

import mmap
from contextlib import suppress
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

_PAGE = 1 << 21
_LEAST = 1 << 20
"""Bytes from which on an array gets pages of its own."""


def zeros(shape: tuple[int, ...], dtype: DTypeLike = np.float64, *, filled: bool) -> NDArray[Any]:
    """An array of zeros, as numpy's; ``filled`` where it will be written from its first row to its last.

    numpy takes what was freed before, and then writes zeros also where nothing will ever be; and it asks for
    large pages wherever an array happens to lie, so that up to five hundred small ones, a fault each, come
    before the first boundary and after the last. Together that was a tenth of a simulation of 200,000 jobs.
    """
    kind = np.dtype(dtype)
    size = int(np.prod(shape)) * kind.itemsize
    if size < _LEAST or not hasattr(mmap, "MADV_HUGEPAGE"):
        return np.zeros(shape, dtype=kind)
    block = mmap.mmap(-1, size + 2 * _PAGE, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
    whole = np.frombuffer(block, dtype=np.uint8)
    first = -whole.ctypes.data % _PAGE
    if filled:
        with suppress(OSError):  # a kernel without them
            block.madvise(mmap.MADV_HUGEPAGE)
    return whole[first : first + size].view(kind).reshape(shape)
