"""The jobs of a cluster: one frozen value of equal-length arrays."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


def _column(name: str, given: ArrayLike | None, default: Any, dtype: type, count: int) -> NDArray[Any]:
    """One column; a default is one number seen ``count`` times, which takes no memory."""
    values: NDArray[Any] = np.asarray(default if given is None else given, dtype=dtype)
    if values.ndim == 0:
        return np.broadcast_to(values, (count,))
    if values.shape != (count,):
        raise ValueError(f"{name} has the shape {values.shape}, submit_s has {count} jobs")
    return values


def _refuse(name: str, wrong: Bools, values: NDArray[Any], allowed: str) -> None:
    if wrong.any():
        first = int(wrong.argmax())
        raise ValueError(f"{name} of job {first} is {values[first]}; allowed: {allowed}")


@dataclass(frozen=True, slots=True, init=False, eq=False)
class Jobs:
    """Jobs sorted by submit time, then by the position in which they were given.

    Every array has the shape (jobs,). A plain trace needs the first four or five; a single number stands for
    all jobs. Positions (in ``after`` and in results) count from 0 in the sorted order.

    Examples
    --------
    >>> jobs = Jobs(submit_s=[60, 0], duration_s=[10, 20], gpus=[8, 16])
    >>> jobs.submit_s.tolist(), jobs.gpus.tolist(), jobs.ids.tolist()
    ([0.0, 60.0], [16, 8], [1, 0])
    >>> float(jobs.gpu_hours)
    0.1111111111111111
    """

    submit_s: Floats
    """When the job enters the queue, seconds from the beginning of the simulation, >= 0."""
    duration_s: Floats
    """True service time on the GPUs asked for, without checkpoints, restarts and slow-downs, > 0."""
    estimate_s: Floats
    """What its user says that it takes. Policies see this, never the duration."""
    gpus: Ints
    """GPUs of its gang, >= 1."""
    tokens: Floats
    """Tokens that its whole work consists of. Default NaN: not told."""
    tenant: Ints
    """Index into ``tenants``."""
    priority: Ints
    """Smaller numbers first, as with workloads. Default 100: room on both sides."""
    min_gpus: Ints
    """Fewest GPUs an elastic job can run on. Default: ``gpus`` (a rigid gang)."""
    max_gpus: Ints
    """Most GPUs an elastic job can use. Default: ``gpus``."""
    checkpoint_interval_s: Floats
    """Useful work between two checkpoints. Default inf: none, a failure loses everything."""
    checkpoint_write_s: Floats
    """Time that the job stands still to write one."""
    checkpoint_load_s: Floats
    """Time to load one at each start after the first."""
    deadline_s: Floats
    """When it should have ended; reported, and used by policies that look at it. Default inf."""
    limit_s: Floats
    """Wall-clock time over all its runs after which it is ended. Default inf."""
    after: Ints
    """Position of the job that must have ended before this one may start. Default -1: none."""
    serving: Bools
    """It must not be preempted, slowed or paused."""
    fails_at_frac: Floats
    """Share of its work after which it ends by its user's fault; 1: at its end. Default inf: never."""
    reserved_s: Floats
    """An advance reservation: its GPUs are kept free for it from this time on, and it starts then, whatever
    else has to be taken off. Default inf: none, it queues."""
    checkpoint_gb: Floats
    """Size of its checkpoint, for a storage that jobs share. Default 0: it is in nobody's way."""
    chip_set: Ints
    """Index into ``chip_sets``: the kinds of chip on which it may run."""
    ids: NDArray[Any]
    """Names or numbers that came with the trace. Default: the position in the order given."""
    tenants: tuple[str, ...]
    """Names of the tenants."""
    chip_sets: tuple[tuple[str, ...], ...]
    """Sets of kinds of chip; an empty one is any kind. Default: one that is empty."""

    def __init__(
        self,
        submit_s: ArrayLike,
        duration_s: ArrayLike,
        estimate_s: ArrayLike | None = None,
        gpus: ArrayLike = 1,
        tenant: ArrayLike = 0,
        *,
        priority: ArrayLike = 100,
        min_gpus: ArrayLike | None = None,
        max_gpus: ArrayLike | None = None,
        tokens: ArrayLike = np.nan,
        checkpoint_interval_s: ArrayLike = np.inf,
        checkpoint_write_s: ArrayLike = 0.0,
        checkpoint_load_s: ArrayLike = 0.0,
        deadline_s: ArrayLike = np.inf,
        limit_s: ArrayLike = np.inf,
        after: ArrayLike = -1,
        serving: ArrayLike = False,
        fails_at_frac: ArrayLike = np.inf,
        reserved_s: ArrayLike = np.inf,
        checkpoint_gb: ArrayLike = 0.0,
        chip_set: ArrayLike = 0,
        ids: ArrayLike | None = None,
        tenants: tuple[str, ...] = ("all",),
        chip_sets: tuple[tuple[str, ...], ...] = ((),),
    ) -> None:
        submit = np.atleast_1d(np.asarray(submit_s, dtype=np.float64))
        if submit.ndim != 1:
            raise ValueError(f"submit_s has {submit.ndim} dimensions; allowed: one")
        n = submit.size
        given: dict[str, tuple[ArrayLike | None, Any, type]] = {
            "duration_s": (duration_s, None, np.float64),
            "estimate_s": (estimate_s, duration_s, np.float64),
            "gpus": (gpus, None, np.int64),
            "tenant": (tenant, None, np.int64),
            "priority": (priority, None, np.int64),
            "min_gpus": (min_gpus, gpus, np.int64),
            "max_gpus": (max_gpus, gpus, np.int64),
            "tokens": (tokens, None, np.float64),
            "checkpoint_interval_s": (checkpoint_interval_s, None, np.float64),
            "checkpoint_write_s": (checkpoint_write_s, None, np.float64),
            "checkpoint_load_s": (checkpoint_load_s, None, np.float64),
            "deadline_s": (deadline_s, None, np.float64),
            "limit_s": (limit_s, None, np.float64),
            "after": (after, None, np.int64),
            "serving": (serving, None, np.bool_),
            "fails_at_frac": (fails_at_frac, None, np.float64),
            "reserved_s": (reserved_s, None, np.float64),
            "checkpoint_gb": (checkpoint_gb, None, np.float64),
            "chip_set": (chip_set, None, np.int64),
        }
        columns: dict[str, NDArray[Any]] = {"submit_s": submit}
        columns |= {
            name: _column(name, value, other, kind, n) for name, (value, other, kind) in given.items()
        }
        columns["ids"] = np.arange(n) if ids is None else np.asarray(ids)
        if columns["ids"].shape != (n,):
            raise ValueError(f"ids has the shape {columns['ids'].shape}, submit_s has {n} jobs")
        _check(columns, len(tenants), len(chip_sets))
        if (np.diff(submit) < 0.0).any():
            columns = _sorted(columns)
        for name, values in columns.items():
            kept = values.view()
            kept.flags.writeable = False
            object.__setattr__(self, name, kept)
        object.__setattr__(self, "tenants", tuple(tenants))
        object.__setattr__(self, "chip_sets", tuple(tuple(chips) for chips in chip_sets))

    @classmethod
    def from_tokens(
        cls,
        submit_s: ArrayLike,
        tokens: ArrayLike,
        gpus: ArrayLike,
        tokens_per_gpu_s: ArrayLike,
        **columns: Any,
    ) -> Self:
        r"""Jobs whose work is given in tokens.

        .. math:: d = \frac{n}{g\,v}

        Parameters
        ----------
        submit_s
            As above.
        tokens
            Tokens n that the job works off, finite, > 0.
        gpus
            GPUs g of its gang, >= 1.
        tokens_per_gpu_s
            Tokens v that one of its GPUs works off in a second at full speed, finite, > 0: a measured
            throughput over its GPUs, or MFU times a GPU's peak FLOP/s over the FLOPs of a token.
        **columns
            Any other column but ``duration_s``.

        Notes
        -----
        The rate is that of the gang as asked for: how it falls with the number of GPUs is left out. A
        checkpoint, a restart or a slow-down takes time and no tokens.

        Examples
        --------
        15e12 tokens on 16,384 GPUs at 400 tokens/s each take 26.5 days:

        >>> jobs = Jobs.from_tokens(0.0, 15e12, 16_384, 400.0)
        >>> round(float(jobs.duration_s[0]) / 86_400, 1), float(jobs.tokens[0])
        (26.5, 15000000000000.0)
        """
        if "duration_s" in columns:
            raise ValueError("duration_s follows from tokens, gpus and tokens_per_gpu_s; leave it away")
        n, g, v = (np.asarray(a, dtype=np.float64) for a in (tokens, gpus, tokens_per_gpu_s))
        for name, values in (("tokens", n), ("tokens_per_gpu_s", v)):
            ok = np.atleast_1d(np.isfinite(values) & (values > 0.0))
            _refuse(name, ~ok, np.atleast_1d(values), "finite numbers above 0")
        _refuse("gpus", np.atleast_1d(~(g >= 1.0)), np.atleast_1d(g), "whole numbers from 1")
        return cls(submit_s, n / (g * v), gpus=gpus, tokens=tokens, **columns)

    def __len__(self) -> int:
        return self.submit_s.size

    def __repr__(self) -> str:
        if not len(self):
            return "Jobs(none)"
        return (
            f"Jobs({len(self):,} of {len(self.tenants)} tenants, {self.gpu_hours:,.0f} GPU-hours, "
            f"{int(self.gpus.min())} to {int(self.gpus.max()):,} GPUs, "
            f"{(self.submit_s[-1] - self.submit_s[0]) / 86_400:.1f} days of arrivals)"
        )

    @property
    def gpu_hours(self) -> float:
        """Work of all jobs, in GPU-hours."""
        return float(self.duration_s @ self.gpus) / 3600.0


def _check(c: dict[str, NDArray[Any]], tenants: int, chip_sets: int) -> None:
    n = c["submit_s"].size
    for name in ("submit_s", "checkpoint_write_s", "checkpoint_load_s", "checkpoint_gb"):
        _refuse(name, ~(np.isfinite(c[name]) & (c[name] >= 0.0)), c[name], "finite numbers from 0")
    for name in ("duration_s", "estimate_s"):
        _refuse(name, ~(np.isfinite(c[name]) & (c[name] > 0.0)), c[name], "finite numbers above 0")
    wrong_tokens = ~(np.isnan(c["tokens"]) | (np.isfinite(c["tokens"]) & (c["tokens"] > 0.0)))
    _refuse("tokens", wrong_tokens, c["tokens"], "finite numbers above 0, or NaN where not told")
    for name in ("checkpoint_interval_s", "limit_s", "fails_at_frac"):
        _refuse(name, ~(c[name] > 0.0), c[name], "numbers above 0, or inf for none")
    _refuse("deadline_s", np.isnan(c["deadline_s"]), c["deadline_s"], "a time, or inf for none")
    _refuse("gpus", (c["gpus"] < 1) | (c["gpus"] >= 2**31), c["gpus"], "whole numbers from 1")
    _refuse("min_gpus", (c["min_gpus"] < 1) | (c["min_gpus"] > c["gpus"]), c["min_gpus"], "1 to gpus")
    _refuse("max_gpus", c["max_gpus"] < c["gpus"], c["max_gpus"], "gpus and more")
    _refuse("tenant", (c["tenant"] < 0) | (c["tenant"] >= tenants), c["tenant"], f"0 to {tenants - 1}")
    early = ~(c["reserved_s"] >= c["submit_s"])
    _refuse("reserved_s", early, c["reserved_s"], "a time from its submission on, or inf for none")
    _refuse("priority", np.abs(c["priority"]) >= 2**31, c["priority"], "whole numbers of 32 bits")
    wrong = (c["chip_set"] < 0) | (c["chip_set"] >= chip_sets)
    _refuse("chip_set", wrong, c["chip_set"], f"0 to {chip_sets - 1}")
    after = c["after"]
    _refuse(
        "after", (after < -1) | (after >= n) | (after == np.arange(n)), after, "-1, or another job's position"
    )
    if (after >= 0).any():
        _refuse_circles(after)


def _refuse_circles(after: Ints) -> None:
    """Jump twice as far each time: what has not arrived at 'none' after log2(n) jumps goes in a circle."""
    to = np.append(after, -1)
    for _ in range(int(after.size).bit_length() + 1):
        to = to[to]
    _refuse("after", to[:-1] >= 0, after, "dependencies that do not go in a circle")


def _sorted(c: dict[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
    order = np.argsort(c["submit_s"], kind="stable")
    columns = {name: v if v.strides == (0,) else v[order] for name, v in c.items()}
    if (c["after"] >= 0).any():
        place = np.empty(order.size + 1, dtype=np.int64)
        place[order] = np.arange(order.size)
        place[-1] = -1
        columns["after"] = place[columns["after"]]
    return columns
