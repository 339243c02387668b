"""The driver of the simulation: lays the arrays out, calls the compiled loop in slices, reads the answers."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from gigawatt.cluster.failures import Failures
from gigawatt.cluster.jobs import Jobs
from gigawatt.cluster.machines import Machines
from gigawatt.cluster.policies.base import Decide, Policy
from gigawatt.cluster.power import PowerBudget
from gigawatt.cluster.schedule import Schedule
from gigawatt.cluster.state import WHICH, State

if TYPE_CHECKING:
    from gigawatt.cluster._layout import Layout, Part

    T = TypeVar("T")

_SLICE_EVENTS = 100_000
_MOST_PARTS = 60
"""A job's parts are bits of one whole number."""
Progress = Callable[[int, int, float], None]
"""Called now and then with the jobs ended, the jobs in all, and the simulated time in seconds."""


def simulate(
    machines: Machines | Sequence[Machines],
    jobs: Jobs,
    policy: Policy | Decide | str,
    failures: Failures | Sequence[Failures | None] | None = None,
    power: PowerBudget | Sequence[PowerBudget | None] | None = None,
    seed: int = 0,
    *,
    quotas_gpus: tuple[float, ...] | None = None,
    weights: tuple[float, ...] | None = None,
    until_s: float = np.inf,
    curve_step_s: float = 3600.0,
    progress: Progress | None = None,
) -> Schedule:
    """Simulate a cluster event by event until all jobs have ended.

    Parameters
    ----------
    machines
        What there is; several parts (kinds of chip, halls with a budget of their own) as a sequence. A gang
        runs on one part. Each part has its own queue, and the policy decides for one part at a time.
    jobs
        What is to be done.
    policy
        A policy of :mod:`gigawatt.cluster.policies`, its name, or a function of one's own with the interface
        of :mod:`gigawatt.cluster.state`.
    failures
        What breaks, and how jobs recover; one for all parts, or one for each. Default: nothing.
    power
        What is drawn, and the budget; one for each part where there are several budgets. Default: not
        metered.
    seed
        Of the failures; equal seeds give equal schedules.
    quotas_gpus, weights
        By tenant, for the policies that look at them. With several parts a quota is divided among them by
        their GPUs. Default: no quotas, equal weights.
    until_s
        Stop at this time; jobs that have not ended are reported as such. Default: when all have ended, or
        when nothing can happen any more.
    curve_step_s
        Step of the curves over time.
    progress
        Called several times a second; an exception that it raises (or Ctrl-C) stops the simulation cleanly:
        nothing is held outside this call.

    Returns
    -------
    Schedule

    Notes
    -----
    Gangs are rigid unless ``min_gpus`` says otherwise, and start whole. Work advances at one speed for all of
    a gang; communication, stragglers and start-up before the first step of a first run are left out.

    Examples
    --------
    Two jobs of 6 of 8 GPUs run one after the other; a third, small and short, passes the second:

    >>> from gigawatt.cluster import Jobs, Machines, simulate
    >>> jobs = Jobs(submit_s=[0, 1, 2], duration_s=[100, 100, 50], gpus=[6, 6, 2])
    >>> simulate(Machines.pool(8), jobs, "easy").start_s.tolist()
    [0.0, 100.0, 2.0]
    >>> simulate(Machines.pool(8), jobs, "fifo").start_s.tolist()
    [0.0, 100.0, 100.0]
    """
    from gigawatt.cluster._layout import lay_out

    chosen = _policy(policy)
    started = time.perf_counter()
    parts = _parts(machines, failures, power, quotas_gpus, seed)
    layout = lay_out(parts, jobs, chosen, weights, until_s, curve_step_s)
    run, functions, decide = _functions(chosen, layout)
    _loop(run, functions, decide, layout, progress)
    from gigawatt.cluster._read import read

    schedule = read(layout, jobs, chosen.name, started)
    if chosen.function is None:  # one's own may have kept what it saw
        layout.leave_records()
    return schedule


def _policy(given: Policy | Decide | str) -> Policy:
    from gigawatt.cluster import policies

    if isinstance(given, Policy):
        return given
    if isinstance(given, str):
        return policies.named(given)
    return Policy(getattr(given, "__name__", "own"), function=given)


def _each(name: str, given: T | Sequence[T], count: int) -> tuple[T, ...]:
    """One value for each part."""
    if not isinstance(given, Sequence):
        return (given,) * count
    if len(given) != count:
        raise ValueError(f"{name}: {len(given)} are given for {count} parts of the machines")
    return tuple(given)


def _parts(
    machines: Machines | Sequence[Machines],
    failures: Failures | Sequence[Failures | None] | None,
    power: PowerBudget | Sequence[PowerBudget | None] | None,
    quotas_gpus: tuple[float, ...] | None,
    seed: int,
) -> tuple[Part, ...]:
    from gigawatt.cluster._layout import Part
    from gigawatt.cluster._stream import FailureStream

    several = (machines,) if isinstance(machines, Machines) else tuple(machines)
    if not 1 <= len(several) <= _MOST_PARTS:
        raise ValueError(f"{len(several)} parts of the machines; allowed: 1 to {_MOST_PARTS}")
    if len(several) > 1 and isinstance(power, PowerBudget) and power.budget_kw is not None:
        raise ValueError("one budget for several parts of the machines; give each part its own")
    breaks, draws = _each("failures", failures, len(several)), _each("power", power, len(several))
    total = sum(m.gpus for m in several)
    return tuple(
        Part(
            m,
            breaks[p],
            draws[p],
            None if quotas_gpus is None else tuple(q * m.gpus / total for q in quotas_gpus),
            FailureStream(m, breaks[p], seed, p),
        )
        for p, m in enumerate(several)
    )


def _functions(policy: Policy, layout: Layout) -> tuple[Any, tuple[Any, ...], Any]:
    """The compiled functions that this run needs: the loop; what it calls; the policy."""
    from gigawatt.cluster import _compile

    loop = "_engine_parts" if len(layout.parts) > 1 else "_engine"
    roles = _roles(layout)
    decides = [policy.module] if policy.function is None else []
    here = [f"{__package__}.{name}" for name in (loop, *filter(None, roles.values()), "_close")]
    first, *others = _compile.load(here[0], [*here[1:], *decides])
    found = {module.__name__.rpartition(".")[2]: module for module in others}
    gangs = found[roles["gangs"]]
    from gigawatt.cluster._roles import nothing

    called = [
        getattr(found[name], role) if name else nothing for role, name in roles.items() if role != "gangs"
    ]
    decide = policy.decide()
    if hasattr(decide, "signatures") and policy.function is not None:
        from gigawatt.cluster._queue import adapted

        decide = adapted(decide)
    return first.run, (gangs.seat, gangs.leave, *called), decide


def _roles(layout: Layout) -> dict[str, str]:
    """Where the loop finds what it calls: gangs' GPUs, failures, budget, changes, care; empty: not needed."""
    states, sims = layout.states, layout.sims
    parts = [part.machines for part in layout.parts]
    struck = {part.machines.placed for part in layout.parts if part.failures is not None}
    strike = {(True,): "_fail_nodes", (False,): "_fail_pool", (False, True): "_fail_mixed", (): ""}
    return {
        "gangs": "_nodes" if any(machines.placed for machines in parts) else "_pool",
        "strike": strike[tuple(sorted(struck))],
        "keep_budget": "_power" if any(state.budget_kw.size for state in states) else "",
        "change": "_changes" if any(machines.changes for machines in parts) else "",
        "tend": "_tend" if any(sim.sim["tended"][0] for sim in sims) else "",
    }


def _loop(
    run: Any, functions: tuple[Any, ...], decide: Any, layout: Layout, progress: Progress | None
) -> None:
    from gigawatt.cluster import _engine as e

    compiled = hasattr(decide, "signatures")
    n = layout.states[0].jobs.size
    lengthen = {
        e.NEED_FAILURES: layout.draw_failures,
        e.NEED_RUNS: layout.lengthen_runs,
        e.NEED_CURVES: layout.lengthen_curves,
    }
    shown = time.perf_counter()
    while True:
        if compiled:
            status = run(decide, *functions, layout.world, _SLICE_EVENTS)
        else:
            status = _slice_in_python(decide, functions, layout)
        if status == e.DONE:
            return
        if status in lengthen:
            lengthen[status]()
        if progress is not None and time.perf_counter() - shown > 0.2:
            shown = time.perf_counter()
            come = int(layout.world.shared["next_job"][0])
            ended = int((layout.states[0].jobs["state"][:come] >= 3).sum())
            progress(ended, n, max(float(sim.sim["now_s"][0]) for sim in layout.sims))


def _slice_in_python(decide: Any, functions: tuple[Any, ...], layout: Layout) -> int:
    """Call a policy that is not compiled, some hundred times."""
    from gigawatt.cluster import _engine as e
    from gigawatt.cluster import _steps

    seat, leave, *others = functions
    advance: Any = _steps.advance
    apply: Any = _steps.apply
    for _ in range(500):
        status = int(advance(leave, *others, layout.world))
        if status != e.DECISION:
            return status
        which = int(layout.world.shared["which"][0])
        state, sim = layout.states[which], layout.sims[which]
        while apply(seat, leave, others[-1], state, sim, _asked(decide, state, float(sim.sim["now_s"][0]))):
            pass
    return int(e.PAUSED)


def _asked(decide: Any, state: State, now_s: float) -> int:
    """How many actions a policy wants, once they are sure to name jobs: compiled code does not look."""
    count, most, jobs = int(decide(state, now_s)), len(state.actions), state.jobs.size
    if not 0 <= count <= most:
        raise ValueError(f"the policy returns {count} actions at {now_s:g} s; allowed: 0 to {most}")
    which = state.actions[:count, WHICH]
    wrong = which[(which < 0) | (which >= jobs)]
    if wrong.size:
        raise ValueError(f"the policy names job {wrong[0]} at {now_s:g} s; allowed: 0 to {jobs - 1}")
    return count
