"""Pack columns of numbers into a few kilobytes of text that the page decodes.

Each column is rounded to a step, differenced, folded to unsigned integers and cut into byte planes;
the planes are compressed together (gzip) and written in base64. The page undoes it with the browser's
own ``DecompressionStream``. The step is stated beside the data that the page offers.
"""

from __future__ import annotations

import base64
import gzip
import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

MISSING = -(2**30)
"""Stands for NaN among the rounded values."""
_LARGEST = 2**29


@dataclass(frozen=True, slots=True)
class Column:
    """One series to pack."""

    name: str
    unit: str
    values: NDArray[np.float64]
    step: float
    """Values are rounded to a multiple of it."""


def nice_step(largest: float, levels: int) -> float:
    """Return the 1-2-5 step that gives a range at least ``levels`` levels.

    >>> nice_step(442.0, 1000), nice_step(1276.0, 1000), nice_step(0.0, 1000)
    (0.2, 1.0, 1.0)
    """
    if not math.isfinite(largest) or largest <= 0.0:
        return 1.0
    raw = largest / levels
    power = math.floor(math.log10(raw))
    for mantissa in (5.0, 2.0, 1.0):
        step = float(f"{mantissa:g}e{power}")
        if step <= raw:
            return step
    return float(f"5e{power - 1}")


def _folded(column: Column) -> tuple[NDArray[np.uint32], float]:
    values = np.asarray(column.values, dtype=np.float64)
    known = np.isfinite(values)
    largest = float(np.abs(values[known]).max(initial=0.0))
    step = max(column.step, nice_step(largest, _LARGEST)) if largest / column.step > _LARGEST else column.step
    whole = np.full(values.shape, MISSING, dtype=np.int64)
    whole[known] = np.rint(values[known] / step).astype(np.int64)
    change = np.diff(whole, prepend=0)
    return ((change << 1) ^ (change >> 63)).astype(np.uint32), step


def pack(columns: Iterable[Column]) -> dict[str, Any]:
    """Pack columns of one length; the result is plain data for JSON.

    >>> p = pack([Column("grid_mw", "MW", np.array([1.0, 2.04, np.nan]), 0.1)])
    >>> p["rows"], p["columns"]
    (3, [{'name': 'grid_mw', 'unit': 'MW', 'step': 0.1, 'bytes': 4}])
    """
    heads: list[dict[str, Any]] = []
    planes: list[bytes] = []
    rows = 0
    for column in columns:
        folded, step = _folded(column)
        rows = len(folded)
        width = max(1, (int(folded.max(initial=0)).bit_length() + 7) // 8)
        planes.extend(((folded >> (8 * place)) & 0xFF).astype(np.uint8).tobytes() for place in range(width))
        heads.append({"name": column.name, "unit": column.unit, "step": step, "bytes": width})
    packed = gzip.compress(b"".join(planes), compresslevel=6, mtime=0)
    return {"rows": rows, "columns": heads, "data": base64.b64encode(packed).decode("ascii")}


def unpack(packed: dict[str, Any]) -> dict[str, NDArray[np.float64]]:
    """Read packed columns back; what the page does, for tests and for other readers.

    >>> unpack(pack([Column("pue", "", np.array([1.25, 1.31]), 0.01)]))["pue"]
    array([1.25, 1.31])
    """
    raw = gzip.decompress(base64.b64decode(packed["data"]))
    rows, at, out = int(packed["rows"]), 0, {}
    for head in packed["columns"]:
        folded = np.zeros(rows, dtype=np.uint32)
        for place in range(head["bytes"]):
            plane = np.frombuffer(raw, dtype=np.uint8, count=rows, offset=at).astype(np.uint32)
            folded |= plane << np.uint32(8 * place)
            at += rows
        wide = folded.astype(np.int64)
        whole = np.cumsum((wide >> 1) ^ -(wide & 1))
        out[str(head["name"])] = np.where(whole == MISSING, np.nan, whole * float(head["step"]))
    return out
