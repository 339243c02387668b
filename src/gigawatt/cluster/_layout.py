"""Lays jobs, machines, failures and power out as the compiled loop's arrays."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from gigawatt.cluster import _core as k
from gigawatt.cluster._handle import sealed
from gigawatt.cluster.failures import Failures, Recovery
from gigawatt.cluster.jobs import Jobs
from gigawatt.cluster.machines import Machines
from gigawatt.cluster.policies.base import Policy
from gigawatt.cluster.power import PowerBudget
from gigawatt.cluster.state import State, new_state

_MODES = {"whole": 0, "hot-spares": 1, "partial": 2}
_NO_FAILURES = Failures.poisson()


def longer(array: NDArray[Any], more: int) -> NDArray[Any]:
    """The array with so many rows of zeros behind it."""
    return np.concatenate([array, np.zeros((more, *array.shape[1:]), dtype=array.dtype)])


def span_nodes(machines: Machines, scope: str) -> int:
    """Nodes that a failure of this scope takes down; 0: the job alone."""
    rack = machines.nodes_per_rack
    return {
        "job": 0,
        "gpu": 1,
        "node": 1,
        "rack": rack,
        "switch": rack,
        "cooling": rack * machines.loop_racks,
        "feed": rack * machines.feed_racks,
    }[scope]


class FailureStream:
    """Draws failures block by block, so that no end of the simulation needs to be known."""

    def __init__(self, machines: Machines, failures: Failures | None, seed: int) -> None:
        self.failures = failures
        self.horizon_s = np.inf if failures is None else 0.0
        self._rng = np.random.default_rng(seed)
        self._gpus = machines.gpus
        self.lemons = np.zeros(0, dtype=np.int64)
        if failures is None:
            return
        if not machines.placed and (failures.lemon_frac > 0.0 or failures.quarantine_after > 0):
            raise ValueError("lemons and quarantine need nodes; take Machines.of instead of Machines.pool")
        self._rates = np.array([c.rate_per_gpu_h for c in failures.causes]) * self._gpus / 3600.0
        self._medians_s = np.array([c.repair_median_s for c in failures.causes])
        self._sigmas = np.array([c.repair_sigma for c in failures.causes])
        count = round(failures.lemon_frac * machines.nodes)
        self.lemons = np.sort(self._rng.choice(machines.nodes, size=count, replace=False))
        self._nodes = machines.nodes

    def extend(self, sim: k.Sim) -> k.Sim:
        """Draw the next block; what has been handled is dropped."""
        f = self.failures
        if f is None:
            return sim
        excess = f.lemon_multiplier - 1.0
        share = self.lemons.size / self._nodes
        base = float(self._rates.sum())
        most = base * f.infant_multiplier * (1.0 + excess * share)
        span_s = max(20_000.0 / most, 3600.0) if most > 0.0 else np.inf
        if not np.isfinite(span_s):
            self.horizon_s = np.inf
            return sim
        count = int(self._rng.poisson(most * span_s))
        at_s = self.horizon_s + np.sort(self._rng.random(count)) * span_s
        age_s = f.age_s + at_s
        hazard = 1.0 + (f.infant_multiplier - 1.0) * np.exp(-age_s / f.infant_decay_s)
        kept = self._rng.random(count) * f.infant_multiplier < hazard
        at_s = at_s[kept]
        count = at_s.size
        block = np.zeros(count, dtype=k.FAIL)
        block["at_s"] = at_s
        block["cause"] = np.searchsorted(
            np.cumsum(self._rates) / base, self._rng.random(count), side="right"
        ).clip(max=self._rates.size - 1)
        extra = self._rng.random(count) < excess * share / (1.0 + excess * share)
        where = self._rng.random(count)
        if self.lemons.size:
            chosen = self.lemons[self._rng.integers(self.lemons.size, size=count)]
            where = np.where(extra, (chosen + 0.5) / self._nodes, where)
        block["where"] = where
        block["extra"] = extra
        sigma = self._sigmas[block["cause"]]
        block["repair_s"] = self._medians_s[block["cause"]] * np.exp(sigma * self._rng.standard_normal(count))
        self.horizon_s += span_s
        done = int(sim.sim["next_failure"][0])
        sim.sim["next_failure"] = 0
        return sealed(sim._replace(fails=np.concatenate([sim.fails[done:], block])))


_BLOCK = 2048
"""Jobs laid out at a time, so that their records stay in the processor's cache."""
_SEEN = (
    "submit_s",
    "estimate_s",
    "deadline_s",
    "gpus",
    "min_gpus",
    "max_gpus",
    "tenant",
    "priority",
    "serving",
)


def _jobs(state: State, work: NDArray[Any], jobs: Jobs, failures: Failures | None) -> None:
    recovery = (failures or _NO_FAILURES).recovery
    for first in range(0, len(jobs), _BLOCK):
        block = slice(first, first + _BLOCK)
        _some_jobs(state.jobs[block], work[block], jobs, block, recovery)
    _chain(work, jobs)


def _some_jobs(seen: NDArray[Any], work: NDArray[Any], jobs: Jobs, block: slice, recovery: Recovery) -> None:
    for name in _SEEN:
        seen[name] = getattr(jobs, name)[block]
    interval_s = jobs.checkpoint_interval_s[block]
    work["duration_s"] = jobs.duration_s[block]
    work["target_s"] = jobs.duration_s[block] * np.minimum(jobs.fails_at_frac[block], 1.0)
    work["load_s"] = jobs.checkpoint_load_s[block]
    work["limit_s"] = jobs.limit_s[block]
    work["after"] = jobs.after[block]
    for name in ("chunk", "follower", "sibling"):
        work[name] = -1
    for name in ("first_s", "last_s", "run_s"):
        work[name] = np.nan
    stored = np.isfinite(interval_s)
    work["stored_write_s"] = np.where(stored, jobs.checkpoint_write_s[block], 0.0)
    if np.isfinite(recovery.memory_interval_s):
        ratio = np.where(stored, interval_s, 0.0) / recovery.memory_interval_s
        work["grid_s"] = recovery.memory_interval_s
        work["write_s"] = recovery.memory_write_s
        work["memory_load_s"] = recovery.memory_load_s
        work["every"] = np.where(stored, np.maximum(np.rint(ratio), 1), 0)
    else:
        work["grid_s"] = interval_s
        work["every"] = stored
    # What a job is expected to take from its first start: its estimate and the checkpoints within.
    estimate_s, grid = jobs.estimate_s[block], work["grid_s"]
    finite = np.where(np.isfinite(grid), grid, 1.0)
    many = np.ceil(estimate_s / finite) - 1
    many = np.maximum(np.where(many * finite >= estimate_s, many - 1, many), 0)
    many = np.where(np.isfinite(grid), many, 0)
    written = np.where(work["every"] > 0, many // np.maximum(work["every"], 1), 0)
    seen["left_s"] = estimate_s + (many * work["write_s"] + written * work["stored_write_s"])


def _chain(work: NDArray[Any], jobs: Jobs) -> None:
    """Link the jobs that wait for one another's end."""
    for j in np.flatnonzero(jobs.after >= 0)[::-1]:
        first = int(jobs.after[j])
        work["sibling"][j] = work["follower"][first]
        work["follower"][first] = j


def _machines(
    state: State, sim: k.Sim, machines: Machines, spares: int, lemons: NDArray[np.int64]
) -> tuple[State, k.Sim]:
    """Sets of nodes by free GPUs; the last nodes are the spares."""
    n, per = machines.nodes, machines.gpus_per_node
    s = state.cluster
    s["nodes"] = n
    s["rack_nodes"] = min(machines.nodes_per_rack, n)
    s["pod_nodes"] = min(machines.nodes_per_rack * machines.racks_per_pod, n)
    s["hall_nodes"] = min(machines.nodes_per_rack * machines.racks_per_pod * machines.pods_per_hall, n)
    nodes = np.zeros(n, dtype=k.NODE)
    nodes["owner"] = nodes["first"] = -1
    nodes["cured"] = 1
    nodes["cured"][lemons] = 0
    ready = n - spares // per
    nodes["free"] = per
    nodes["state"][ready:] = k.SPARE
    bits = np.zeros((per + 1, n // 64 + 1), dtype=np.uint64)
    full = np.zeros(bits.shape[1] * 64, dtype=np.uint8)
    full[:ready] = 1
    bits[per] = np.packbits(full, bitorder="little").view("<u8")
    state.room[:] = ready
    counts = [
        np.bincount(np.arange(ready) // int(s[size][0]), minlength=-(-n // int(s[size][0])))
        for size in ("rack_nodes", "pod_nodes", "hall_nodes")
    ]
    chunks = np.zeros(min(n * per, n + 4 * state.jobs.size) + 2, dtype=k.CHUNK)
    chunks["next"] = np.arange(1, chunks.size + 1)
    state = state._replace(whole=np.concatenate(counts).astype(np.int64))
    return state, sim._replace(
        nodes=nodes,
        bits=bits,
        chunks=chunks,
        tier_speed=np.array(machines.tier_speed_frac),
    )


def _scalars(sim: k.Sim, machines: Machines, failures: Failures | None, power: PowerBudget | None) -> None:
    s = sim.sim
    f = failures or _NO_FAILURES
    r = f.recovery
    s["total_gpus"] = machines.gpus
    s["mode"] = _MODES[r.restart]
    s["whole_s"], s["swap_s"], s["partial_s"] = r.whole_s, r.swap_s, r.partial_s
    s["survives"] = r.memory_survives_gpus
    s["quarantine_after"], s["quarantine_s"] = f.quarantine_after, f.quarantine_s
    s["speed"] = 1.0
    s["exponent"] = 1.0
    s["budget_step"] = -1
    s["next_budget_s"] = np.inf
    if power is not None:
        s["power"] = 1
        s["busy_kw"], s["idle_kw"] = power.busy_kw_per_gpu, power.idle_kw_per_gpu
        s["least_frac"], s["exponent"] = power.least_speed_frac, power.exponent
        if power.budget_kw is not None:
            s["next_budget_s"] = 0.0


def lay_out(
    machines: Machines,
    jobs: Jobs,
    policy: Policy,
    failures: Failures | None,
    power: PowerBudget | None,
    quotas_gpus: tuple[float, ...] | None,
    weights: tuple[float, ...] | None,
    until_s: float,
    curve_step_s: float,
    lemons: NDArray[np.int64],
) -> tuple[State, k.Sim]:
    """All arrays, at time 0."""
    n, per = len(jobs), machines.gpus_per_node
    spares = 0 if failures is None else failures.spare_gpus
    if spares >= machines.gpus or (machines.placed and spares % per):
        raise ValueError(f"{spares} spare GPUs: allowed are whole nodes of {per}, fewer than all machines")
    state = new_state(
        n,
        machines.gpus,
        gpus_per_node=per,
        placed=machines.placed,
        tenants=len(jobs.tenants),
        options=policy.options or (0.0,),
        budget_kw=None if power is None else power.budget_kw,
    )
    state.cluster["gpus"] = state.cluster["free"] = machines.gpus - spares
    state.cluster["spares"] = spares
    if power is not None:
        state.cluster["step_s"] = power.step_s
    for name, given in (("quota_gpus", quotas_gpus), ("weight", weights)):
        if given is not None:
            if len(given) != len(jobs.tenants) or not all(x > 0.0 for x in given):
                raise ValueError(f"{name}: one number above 0 for each of {len(jobs.tenants)} tenants")
            state.tenants[name] = given
    sim = k.new_sim(n)
    _scalars(sim, machines, failures, power)
    sim.sim["spare_target"] = spares
    sim.sim["step_s"], sim.sim["until_s"], sim.sim["round_s"] = curve_step_s, until_s, policy.round_s
    _jobs(state, sim.work, jobs, failures)
    if machines.placed:
        state, sim = _machines(state, sim, machines, spares, lemons)
    most = state.running.size
    causes = np.zeros(0 if failures is None else len(failures.causes), dtype=k.CAUSE)
    for i, cause in enumerate(() if failures is None else failures.causes):
        causes[i] = (span_nodes(machines, cause.scope), cause.detect_s)
    room = most + (machines.nodes if failures is not None else 0)
    sim = sim._replace(
        heap_s=np.zeros(4 * room + 2048),
        heap_code=np.zeros(4 * room + 2048, dtype=np.int64),
        run_s=np.zeros((n + 4096, 2)),
        run_of=np.zeros((n + 4096, 3), dtype=np.int64),
        curves=np.zeros((2048, k.N_CURVES)),
        causes=causes,
        hit=np.zeros(most + 1, dtype=np.int64),
    )
    return sealed(state), sealed(sim)
