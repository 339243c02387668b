"""Lays jobs, machines, failures and power out as the compiled loop's arrays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gigawatt.cluster import _arrays as k
from gigawatt.cluster._handle import sealed
from gigawatt.cluster._memory import keep, used, zeros
from gigawatt.cluster._stream import FailureStream
from gigawatt.cluster._work import WORK
from gigawatt.cluster.failures import Failures, Recovery
from gigawatt.cluster.jobs import Jobs
from gigawatt.cluster.machines import Machines
from gigawatt.cluster.policies.base import Policy
from gigawatt.cluster.power import PowerBudget
from gigawatt.cluster.state import JOB, State, new_state

_MODES = {"whole": 0, "hot-spares": 1, "partial": 2}
_NO_FAILURES = Failures.poisson()


_ANSWERS: dict[type, tuple[str, ...]] = {
    np.float64: ("start_s", "end_s", "first_start_s", "wait_s"),
    np.int64: ("restarts", "preemptions"),
}
_RUNS: dict[type, tuple[str, ...]] = {
    np.float64: ("run_start_s", "run_end_s"),
    np.int64: ("run_job", "run_gpus", "run_end", "run_node", "run_part"),
}


def _rows(names: dict[type, tuple[str, ...]], size: int) -> dict[str, NDArray[Any]]:
    """Arrays cut from one block: the system hands out few large pages instead of many small ones."""
    block = iter(zeros((sum(map(len, names.values())), size), filled=True))
    return {name: next(block).view(kind) for kind, several in names.items() for name in several}


def told(values: NDArray[Any]) -> NDArray[Any]:
    """A column, or the single number that it holds."""
    return values[:1] if values.strides == (0,) else values


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


@dataclass(frozen=True, slots=True)
class Part:
    """One part of the machines, with what breaks and what it draws."""

    machines: Machines
    failures: Failures | None
    power: PowerBudget | None
    quotas_gpus: tuple[float, ...] | None
    stream: FailureStream


class Layout:
    """All arrays of a simulation; arrays that turn out too short are replaced by longer ones."""

    def __init__(self, parts: Sequence[Part], states: list[State], sims: list[k.Sim]) -> None:
        self.parts = tuple(parts)
        self.states = states
        self.sims = sims
        world = k.empty_world(len(states))._replace(shared=sims[0].shared)
        world.states[:] = [state.table.ctypes.data for state in states]
        world.sims[:] = [sim.table.ctypes.data for sim in sims]
        self.world = sealed(world)

    def draw_failures(self) -> None:
        """Draw more failures for the part that has used up its own."""
        p = int(self.world.shared["which"][0])
        self.sims[p] = self.parts[p].stream.extend(self.sims[p])

    def lengthen_runs(self) -> None:
        """Make room for more runs."""
        held = sum(int(state.cluster["n_running"][0]) for state in self.states)
        more = max(self.sims[0].run_job.size, 4 * held + 4096)
        names = [name for several in _RUNS.values() for name in several]
        self._share({name: longer(getattr(self.sims[0], name), more) for name in names})

    def lengthen_curves(self) -> None:
        """Make room for more steps of the curves."""
        self.sims = [sealed(s._replace(curves=longer(s.curves, s.curves.shape[0]))) for s in self.sims]

    def leave_records(self) -> None:
        """Leave the jobs' records to the next simulation; nobody looks at them any more."""
        keep(self.states[0].jobs)

    def _share(self, arrays: dict[str, NDArray[Any]]) -> None:
        self.sims = [sealed(sim._replace(**arrays)) for sim in self.sims]


def _columns(jobs: Jobs, masks: NDArray[np.int64]) -> dict[str, NDArray[Any]]:
    """Columns of the jobs as they were given, and which of them hold a single number."""
    given = {name: getattr(jobs, name) for name in k.GIVEN if name != "parts"}
    sets = jobs.chip_set
    given["parts"] = masks[sets[:1]] if sets.strides == (0,) else masks[sets]
    single = {name: v.strides == (0,) or v.size == 1 for name, v in given.items()}
    columns = {n: np.ascontiguousarray(v[:1] if single[n] else v) for n, v in given.items()}
    columns["step"] = np.array([0 if single[name] else 1 for name in k.GIVEN], dtype=np.int64)
    return columns


def _masks(jobs: Jobs, parts: Sequence[Part]) -> NDArray[np.int64]:
    """For each set of chips the parts that have one of them, as bits."""
    masks = [
        sum(1 << p for p, part in enumerate(parts) if not chips or part.machines.chip in chips)
        for chips in jobs.chip_sets
    ]
    return np.array(masks, dtype=np.int64)


def _chain(jobs: Jobs) -> dict[str, NDArray[Any]]:
    """Links between jobs that wait for one another's end; empty where none does."""
    waits = np.flatnonzero(told(jobs.after) >= 0)
    n = len(jobs) if waits.size else 0
    follower, sibling = np.full(n, -1, dtype=np.int64), np.full(n, -1, dtype=np.int64)
    blocked = np.zeros(n, dtype=np.bool_)
    for j in waits[::-1]:
        first = int(jobs.after[j])
        sibling[j] = follower[first]
        follower[first] = j
        blocked[j] = True
    return {"follower": follower, "sibling": sibling, "blocked": blocked}


def _shared(jobs: Jobs, parts: Sequence[Part], recovery: Recovery, until_s: float) -> dict[str, NDArray[Any]]:
    """The arrays that all parts share."""
    n = len(jobs)
    shared = np.zeros(1, dtype=k.SHARED)
    as_expected = jobs.estimate_s is jobs.duration_s or np.array_equal(jobs.estimate_s, jobs.duration_s)
    unbroken = np.isinf(told(jobs.limit_s)).all() and (told(jobs.fails_at_frac) >= 1.0).all()
    shared["timed"] = any(p.failures is not None or p.power is not None or p.machines.changes for p in parts)
    private = ("checkpoint_interval_s", "checkpoint_write_s", "checkpoint_load_s", "limit_s")
    several = any(getattr(jobs, name).strides != (0,) for name in private)
    shared["alike"] = not several and not any(p.machines.storage_gb_per_s < np.inf for p in parts)
    shared["exact"] = as_expected and unbroken
    shared["jobs"], shared["free_slot"], shared["until_s"] = n, -1, until_s
    for name in ("memory_interval_s", "memory_write_s", "memory_load_s"):
        shared[name] = getattr(recovery, name)
    shared["next_submit_s"] = jobs.submit_s[0] if n else np.inf
    power = any(part.power is not None for part in parts)
    made: dict[str, NDArray[Any]] = {"shared": shared, "work": zeros((n,), WORK, filled=False)}
    made |= _rows(_ANSWERS, n) | _rows(_RUNS, n + 4096)
    made["reserved"] = np.zeros(n if np.isfinite(told(jobs.reserved_s)).any() else 0, dtype=np.int64)
    made["kept_gpu_s"] = np.zeros(n if len(parts) > 1 else 0)
    made["energy_kwh"] = np.zeros(n if power else 0)
    # Each job stands in the mail at most once.
    made["mail"] = zeros((n,), np.int64, filled=False)
    masks = _masks(jobs, parts)
    shared["picky"] = (masks != (1 << len(parts)) - 1).any()
    return made | _chain(jobs) | _columns(jobs, masks)


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
    nodes["slow"] = 1.0
    # The last nodes that are in service at the beginning.
    first = machines.in_service[0][1] // per if machines.in_service else n
    kept = slice(max(first - spares // per, 0), first)
    nodes["free"] = per
    nodes["state"][kept] = k.SPARE
    bits = np.zeros((per + 1, n // 64 + 1), dtype=np.uint64)
    full = np.zeros(bits.shape[1] * 64, dtype=np.uint8)
    full[:n] = nodes["state"] == k.OK
    bits[per] = np.packbits(full, bitorder="little").view("<u8")
    ready = np.flatnonzero(full)
    state.room[:] = ready.size
    counts = [
        np.bincount(ready // int(s[size][0]), minlength=-(-n // int(s[size][0])))
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


def _changes(machines: Machines) -> NDArray[Any]:
    """What comes into service and goes out of it, in the order of time; closed before it is cleared."""
    per = machines.gpus_per_node
    rows: list[tuple[float, int, int, int, int]] = []
    before = machines.nodes
    for at_s, gpus in machines.in_service:
        nodes = gpus // per
        if nodes < before:
            rows.append((at_s, k.CLOSE, nodes, before, (before - nodes) * per))
            rows.append((at_s, k.CLEAR, nodes, before, 0))
        elif nodes > before:
            rows.append((at_s, k.OPEN, before, nodes, -(nodes - before) * per))
        before = nodes
    for drain in machines.drains:
        which = (drain.first_node, drain.first_node + drain.nodes, 0)
        rows.append((drain.from_s, k.CLOSE, *which))
        if drain.from_s + drain.grace_s < drain.until_s:
            rows.append((drain.from_s + drain.grace_s, k.CLEAR, *which))
        rows.append((drain.until_s, k.OPEN, *which))
    return np.array(sorted(rows, key=lambda row: row[0]), dtype=k.CHANGE)


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
    s["chip_speed"] = machines.chip_speed
    s["exponent"] = 1.0
    s["budget_step"] = -1
    s["next_budget_s"] = np.inf
    if power is not None:
        s["power"] = 1
        s["busy_kw"], s["idle_kw"] = power.busy_kw_per_gpu, power.idle_kw_per_gpu
        s["least_frac"], s["exponent"] = power.least_speed_frac, power.exponent
        if power.budget_kw is not None:
            s["next_budget_s"] = 0.0


def _part(
    which: int, part: Part, jobs: Jobs, policy: Policy, weights: tuple[float, ...] | None, curve_step_s: float
) -> tuple[State, k.Sim]:
    """State and simulation of one part of the machines, at time 0; what is shared is still to come."""
    machines, failures, power = part.machines, part.failures, part.power
    per = machines.gpus_per_node
    spares = 0 if failures is None else failures.spare_gpus
    if spares >= machines.most_gpus or (machines.placed and spares % per):
        raise ValueError(f"{spares} spare GPUs: allowed are whole nodes of {per}, fewer than all machines")
    state = new_state(
        len(jobs),
        machines.gpus,
        gpus_per_node=per,
        placed=machines.placed,
        tenants=len(jobs.tenants),
        options=policy.options or (0.0,),
        budget_kw=None if power is None else power.budget_kw,
    )
    first = machines.in_service[0][1] if machines.in_service else machines.gpus
    state.cluster["gpus"] = machines.most_gpus - spares
    state.cluster["spares"] = min(spares, first)
    state.cluster["free"] = machines.gpus - min(spares, first)
    if power is not None:
        state.cluster["step_s"] = power.step_s
    for name, given in (("quota_gpus", part.quotas_gpus), ("weight", weights)):
        if given is not None:
            if len(given) != len(jobs.tenants) or not all(x > 0.0 for x in given):
                raise ValueError(f"{name}: one number above 0 for each of {len(jobs.tenants)} tenants")
            state.tenants[name] = given
    sim = k.empty_sim()
    _scalars(sim, machines, failures, power)
    s = sim.sim
    s["part"], s["spare_target"] = which, spares
    s["step_s"], s["row_end_s"], s["round_s"] = curve_step_s, curve_step_s, policy.round_s
    s["keeps_quotas"] = policy.keeps_quotas
    s["horizon_s"] = part.stream.horizon_s
    s["storage_gb_per_s"] = machines.storage_gb_per_s
    s["next_storage_s"] = 0.0 if np.isfinite(machines.storage_gb_per_s) else np.inf
    s["tended"] = bool(
        (told(jobs.max_gpus) > told(jobs.min_gpus)).any() or np.isfinite(told(jobs.reserved_s)).any()
    )
    if machines.placed:
        state, sim = _machines(state, sim, machines, spares, part.stream.lemons)
    else:
        sim = sim._replace(nodes=np.zeros(0, dtype=k.NODE), bits=np.zeros((1, 0), dtype=np.uint64))
    most = state.running.size
    causes = np.zeros(0 if failures is None else len(failures.causes), dtype=k.CAUSE)
    for i, cause in enumerate(() if failures is None else failures.causes):
        causes[i] = (span_nodes(machines, cause.scope), cause.detect_s, cause.slow_frac)
        if cause.slow_frac > 0.0 and not machines.placed:
            raise ValueError(f"{cause.name} slows nodes; take Machines.of instead of Machines.pool")
    changes = _changes(machines)
    s["next_change_s"] = changes["at_s"][0] if changes.size else np.inf
    room = 4 * (most + (machines.nodes if failures is not None else 0)) + 2048
    sim = sim._replace(
        heap_s=np.zeros(room),
        heap_code=np.zeros(room, dtype=np.int64),
        curves=np.zeros((2048, k.N_CURVES)),
        causes=causes,
        changes=changes,
        fails=np.zeros(0, dtype=k.FAIL),
        hit=np.zeros(most + 1, dtype=np.int64),
    )
    return state, sim


def lay_out(
    parts: Sequence[Part],
    jobs: Jobs,
    policy: Policy,
    weights: tuple[float, ...] | None,
    until_s: float,
    curve_step_s: float,
) -> Layout:
    """All arrays, at time 0."""
    recoveries = {p.failures.recovery for p in parts if p.failures is not None}
    memory = {(r.memory_interval_s, r.memory_write_s, r.memory_load_s) for r in recoveries}
    if len(memory) > 1:
        raise ValueError("checkpoints in memory differ between parts; they belong to the jobs and must agree")
    recovery = next(iter(recoveries)) if recoveries else _NO_FAILURES.recovery
    shared = _shared(jobs, parts, recovery, until_s)
    # A policy of one's own may look at jobs that are still to be submitted.
    records = used((len(jobs),), JOB) if policy.function is None else zeros((len(jobs),), JOB, filled=True)
    states, sims = [], []
    for which, part in enumerate(parts):
        state, sim = _part(which, part, jobs, policy, weights, curve_step_s)
        sim.sim["parts"] = len(parts)
        mine = shared | {"reserved": shared["reserved"].copy()}
        states.append(sealed(state._replace(jobs=records)))
        sims.append(sealed(sim._replace(**mine)))
    return Layout(parts, states, sims)
