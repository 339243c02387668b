"""Columns of a table beyond what every trace has: kinds of chip, elastic ranges, deadlines, reservations."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gigawatt.cluster.readers.mapping import ColumnMap
from gigawatt.cluster.readers.rows import Rows
from gigawatt.cluster.readers.text import refuse
from gigawatt.cluster.readers.trace import Floats

MOST_SETS = 1000
"""Sets of chips that a trace may name."""
TRUE, FALSE = ("1", "true", "yes"), ("0", "false", "no", "")


def read_extras(
    rows: Rows, chosen: ColumnMap, path: Path, *, submit_s: Floats, stamped: bool, gpus: Floats
) -> dict[str, NDArray[Any]]:
    """Read what is there, one entry a row, in the file's order; times are on the file's own clock.

    Empty words mean that nothing was said: a rigid gang, no deadline, no reservation, no limit, any chip.

    Raises
    ------
    InputError
        GW604: times that are stamps in one column and numbers in the other.
    """
    has, scale = chosen.columns, chosen.scale
    found: dict[str, NDArray[Any]] = {}
    for name, low, high, what in (
        ("min_gpus", 1.0, gpus, f"at most {has['gpus']}"),
        ("max_gpus", gpus, float(rows.limits.max_gpus), f"at least {has['gpus']}"),
    ):
        if name in has:
            column = has[name]
            read = rows.numbers(column, low=1, high=rows.limits.max_gpus, whole=True, optional=True)
            with np.errstate(invalid="ignore"):
                rows.mark((read < low) | (read > high), what, column)
            found[name] = np.where(np.isnan(read), gpus, read)
    for name in ("deadline", "reserved"):
        if name in has:
            read, alike = rows.times(has[name], scale[name], optional=True)
            if alike != stamped and not np.isnan(read).all():
                seen = f"{has[name]} and {has['submit']} are not both time stamps, nor both numbers"
                raise refuse("GW604", seen, "write the two alike", path)
            if name == "reserved":
                with np.errstate(invalid="ignore"):
                    rows.mark(read < submit_s, f"a time from {has['submit']} on", has[name])
            found[f"{name}_s"] = np.where(np.isnan(read), np.inf, read)
    if "limit" in has:
        most = rows.limits.max_time_s
        read = rows.numbers(has["limit"], low=0.0, high=most, optional=True, scale=scale["limit"])
        found["limit_s"] = np.where(read > 0.0, read, np.inf)
    if "serving" in has:
        found["serving"] = booleans(rows, has["serving"])
    if "chips" in has:
        found["chips"] = np.array(rows.names(has["chips"]).to_pylist(), dtype=object)
    return found


def booleans(rows: Rows, column: str) -> NDArray[np.bool_]:
    """Read true and false in the words that people use; an empty word is false."""
    import pyarrow as pa
    import pyarrow.compute as pc

    words = pc.utf8_lower(rows.names(column))
    true = np.asarray(pc.is_in(words, value_set=pa.array(TRUE)), dtype=bool)
    false = np.asarray(pc.is_in(words, value_set=pa.array(FALSE)), dtype=bool)
    rows.mark(~true & ~false, "true or false", column)
    return true


def chip_sets(words: NDArray[Any]) -> tuple[NDArray[np.int64], tuple[tuple[str, ...], ...]]:
    """Number the sets of chips that jobs ask for, written as ``h100|gb200``; none asks for any.

    >>> index, sets = chip_sets(np.array(["h100", "", "gb200|h100"], dtype=object))
    >>> index.tolist(), sets
    ([1, 0, 2], ((), ('h100',), ('gb200', 'h100')))
    """
    told: dict[tuple[str, ...], int] = {(): 0}
    index = np.zeros(words.size, dtype=np.int64)
    for i, word in enumerate(words):
        chips = tuple(sorted({chip.strip() for chip in str(word).split("|") if chip.strip()}))
        index[i] = told.setdefault(chips, len(told))
    return index, tuple(told)
