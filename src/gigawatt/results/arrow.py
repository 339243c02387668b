"""Arrays to Arrow columns without ``pyarrow.array``, which imports pandas wherever it is installed (1 s)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

_EPOCH = date(1970, 1, 1)


def numbers(values: NDArray[np.float64]) -> pa.Array:
    """Floats, NaN kept as NaN; integers are widened."""
    return _wrapped(np.ascontiguousarray(values, dtype=np.float64), pa.float64())


def strings(values: Iterable[str]) -> pa.Array:
    """Texts."""
    builder = pa.lib.StringBuilder()
    builder.append_values(list(values))
    return builder.finish()


def days(values: Iterable[date] | NDArray[np.datetime64]) -> pa.Array:
    """Calendar days."""
    if isinstance(values, np.ndarray):
        counted = values.astype("datetime64[D]").astype(np.int32)
    else:
        counted = np.array([(day - _EPOCH).days for day in values], dtype=np.int32)
    return _wrapped(np.ascontiguousarray(counted), pa.date32())


def stamps(values: NDArray[np.datetime64]) -> pa.Array:
    """Moments in UTC, to the second."""
    seconds = np.ascontiguousarray(values.astype("datetime64[s]").astype(np.int64))
    return _wrapped(seconds, pa.timestamp("s", tz="UTC"))


def column(values: Any) -> pa.Array:
    """Numbers where ``values`` is an array of them, else texts."""
    if isinstance(values, np.ndarray) and values.dtype.kind in "fiub":
        return numbers(values)
    return strings(str(v) for v in values)


def _wrapped(values: NDArray[Any], of: pa.DataType) -> pa.Array:
    return pa.Array.from_buffers(of, len(values), [None, pa.py_buffer(values)])
