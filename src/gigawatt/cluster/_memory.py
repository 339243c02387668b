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
_MOST = 1 << 26
"""Bytes up to which memory is kept for the next simulation."""
_kept: list[NDArray[np.uint8]] = []


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


def used(shape: tuple[int, ...], dtype: DTypeLike) -> NDArray[Any]:
    """An array for one who writes each row before reading it: memory that was kept, with what stands there.

    The system clears fresh memory and hands it out page by page: for the records of 200,000 jobs that was a
    twentieth of their simulation.
    """
    kind = np.dtype(dtype)
    size = int(np.prod(shape)) * kind.itemsize
    try:
        block = _kept.pop()  # at once, so that no other thread gets it too
    except IndexError:
        return zeros(shape, kind, filled=True)
    return block[:size].view(kind).reshape(shape) if block.size >= size else zeros(shape, kind, filled=True)


def keep(array: NDArray[Any]) -> None:
    """Keep the memory of an array that nobody reads any more for the next call of :func:`used`."""
    if _LEAST <= array.nbytes <= _MOST:
        _kept[:] = [array.reshape(-1).view(np.uint8)]
