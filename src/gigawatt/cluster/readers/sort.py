"""From rows of a file, in its order, to a :class:`Trace`, in order of time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np

from gigawatt.cluster.readers.extras import MOST_SETS, chip_sets
from gigawatt.cluster.readers.rows import Rows
from gigawatt.cluster.readers.text import refuse
from gigawatt.cluster.readers.trace import Bools, Floats, Ints, Trace

NO_TIME = "ran for no time"
NO_TENANT = "(none)"
DEFAULT_PRIORITY = 100


@dataclass(slots=True)
class Columns:
    """What a format's reader found, one entry a row, still in the file's order."""

    submit_s: Floats
    stamped: bool
    duration_s: Floats
    gpus: Floats
    tenant: Any = None
    """Arrow strings; None where the file names no tenants."""
    estimate_s: Floats | None = None
    priority: Floats | None = None
    failed: Bools | None = None
    tokens: Floats | None = None
    names: Any = None
    """Arrow strings."""
    after_name: Any = None
    """Arrow strings: the name of the job that must end before; empty for none."""
    more: Mapping[str, Any] = field(default_factory=dict)
    """Further columns of the jobs; times on the file's clock; ``chips`` as words."""
    leave_out: Mapping[str, Bools] = field(default_factory=dict)
    notes: Sequence[str] = ()


def finish(rows: Rows, columns: Columns, *, path: Path, form: str, skip_malformed: bool) -> Trace:
    """Refuse or drop malformed rows, leave out what is no job, sort by time and then by position.

    Raises
    ------
    InputError
        GW605: rows are malformed and are not to be skipped. GW606: no job is left.
    """
    if not skip_malformed:
        rows.refuse_malformed()
    keep = rows.good
    left_out: dict[str, int] = {}
    with np.errstate(invalid="ignore"):
        reasons = {**columns.leave_out, NO_TIME: columns.duration_s <= 0.0}
    for reason, mask in reasons.items():
        out = keep & mask
        if out.any():
            left_out[reason] = int(out.sum())
            keep &= ~mask
    chosen = np.flatnonzero(keep)
    if not len(chosen):
        told = "".join(f"; {count:,} rows left out: {reason}" for reason, count in left_out.items())
        seen = f"there is no job in it ({rows.malformed:,} of {rows.total:,} rows malformed{told})"
        raise refuse("GW606", seen, "check the format and the columns", path)
    order = chosen[np.argsort(columns.submit_s[chosen], kind="stable")]
    names = None if columns.names is None else tuple(columns.names.take(order).to_pylist())
    tenant, tenants = _tenants(columns.tenant, order, rows.limits.max_tenants, path)
    start_s = float(columns.submit_s[order[0]])
    count = len(order)
    return Trace(
        source=path.name,
        form=form,
        submit_s=_frozen(columns.submit_s[order] - start_s),
        duration_s=_frozen(columns.duration_s[order]),
        gpus=_frozen(columns.gpus[order].astype(np.int64)),
        tenant=_frozen(tenant),
        tenants=tenants,
        estimate_s=_frozen(_or(columns.estimate_s, order, np.nan)),
        priority=_frozen(_or(columns.priority, order, DEFAULT_PRIORITY).astype(np.int64)),
        failed=_frozen(np.zeros(count, dtype=bool) if columns.failed is None else columns.failed[order]),
        after=_frozen(_after(columns, order, names)),
        tokens=_tokens(columns.tokens, order),
        **_more(columns.more, order, start_s, MOST_SETS, path),
        names=names,
        start_s=start_s,
        stamped=columns.stamped,
        rows=rows.total,
        malformed=rows.malformed,
        problems=rows.problems(),
        left_out=left_out,
        notes=tuple(columns.notes),
    )


def _or(values: Floats | None, order: Ints, missing: float) -> Floats:
    if values is None:
        return np.full(len(order), float(missing))
    chosen = values[order]
    return np.where(np.isnan(chosen), missing, chosen)


def _tokens(values: Floats | None, order: Ints) -> Floats | None:
    """The jobs' tokens; None where no job has any."""
    if values is None or np.isnan(values[order]).all():
        return None
    frozen: Floats = _frozen(values[order])
    return frozen


def _more(given: Mapping[str, Any], order: Ints, start_s: float, most: int, path: Path) -> dict[str, Any]:
    """Further columns in the order of the jobs: times from the first submission on, chips by number."""
    more = {name: values[order] for name, values in given.items()}
    for name in ("deadline_s", "reserved_s"):
        if name in more:
            more[name] = more[name] - start_s
    for name in ("min_gpus", "max_gpus"):
        if name in more:
            more[name] = more[name].astype(np.int64)
    if "chips" not in more:
        return {"more": MappingProxyType({name: _frozen(values) for name, values in more.items()})}
    more["chip_set"], sets = chip_sets(more.pop("chips"))
    if len(sets) > most:
        seen = f"there are {len(sets):,} sets of chips; {most:,} are allowed"
        raise refuse("GW607", seen, "map chips to a column with fewer values", path)
    return {
        "more": MappingProxyType({name: _frozen(values) for name, values in more.items()}),
        "chip_sets": sets,
    }


def _tenants(words: Any, order: Ints, most: int, path: Path) -> tuple[Ints, tuple[str, ...]]:
    if words is None:
        return np.zeros(len(order), dtype=np.int64), ("all",)
    import pyarrow as pa

    coded = words.take(pa.array(order)).dictionary_encode()
    listed = coded.dictionary.to_pylist()
    if len(listed) > most:
        seen = f"there are {len(listed):,} tenants; {most:,} are allowed"
        raise refuse("GW607", seen, "map the tenant to a column with fewer values", path)
    ranked = sorted(range(len(listed)), key=listed.__getitem__)
    place = np.empty(len(listed), dtype=np.int64)
    place[ranked] = np.arange(len(listed))
    return place[np.asarray(coded.indices, dtype=np.int64)], tuple(listed[i] for i in ranked)


def _after(columns: Columns, order: Ints, names: tuple[str, ...] | None) -> Ints:
    """Positions of the jobs that must end before; an unknown, later or own name counts as none."""
    none = np.full(len(order), -1, dtype=np.int64)
    if columns.after_name is None or names is None:
        return none
    wanted = columns.after_name.take(order).to_pylist()
    place = {name: index for index, name in reversed(list(enumerate(names)))}
    for index, name in enumerate(wanted):
        before = place.get(name, -1) if name else -1
        if 0 <= before < index:
            none[index] = before
    return none


def _frozen(array: Any) -> Any:
    array.setflags(write=False)
    return array
