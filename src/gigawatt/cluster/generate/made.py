"""What all generators end with: a trace, with the load that was asked for."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from gigawatt.cluster.readers.trace import Trace

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def made_trace(
    name: str,
    submit_s: Floats,
    duration_s: Floats,
    size: Ints,
    *,
    gpus: int,
    load_frac: float | None = None,
    tenant: Ints | None = None,
    tenants: tuple[str, ...] = ("all",),
) -> Trace:
    """Lay generated jobs out as a trace; stretch the arrivals where a load is asked for.

    Raises
    ------
    ValueError
        A load is not above 0, or cannot be reached because all jobs come at once.
    """
    submit_s = submit_s - submit_s[0]
    notes: tuple[str, ...] = ("generated jobs, no measurement",)
    if load_frac is not None:
        span_s = float(size @ duration_s) / (gpus * load_frac) if load_frac > 0.0 else np.nan
        if not np.isfinite(span_s) or submit_s[-1] <= 0.0:
            raise ValueError(f"a load of {load_frac} cannot be made from {submit_s.size} jobs")
        submit_s = submit_s * (span_s / submit_s[-1])
        notes = (*notes, f"arrivals stretched to an offered load of {load_frac:g}")
    count = submit_s.size
    return Trace(
        source=name,
        form="generated",
        submit_s=_frozen(submit_s),
        duration_s=_frozen(duration_s),
        gpus=_frozen(size.astype(np.int64)),
        tenant=_frozen(np.zeros(count, dtype=np.int64) if tenant is None else tenant),
        tenants=tenants,
        estimate_s=_frozen(np.full(count, np.nan)),
        priority=_frozen(np.full(count, 100, dtype=np.int64)),
        failed=_frozen(np.zeros(count, dtype=bool)),
        after=_frozen(np.full(count, -1, dtype=np.int64)),
        rows=count,
        notes=notes,
    )


def _frozen(array: Any) -> Any:
    array.setflags(write=False)
    return array
