"""The driver of the simulation: lays the arrays out, calls the compiled loop in slices, reads the answers."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import numpy as np

from gigawatt.cluster.failures import Failures
from gigawatt.cluster.jobs import Jobs
from gigawatt.cluster.machines import Machines
from gigawatt.cluster.policies.base import Decide, Policy
from gigawatt.cluster.power import PowerBudget
from gigawatt.cluster.schedule import Curves, Fates, Runs, Schedule

_SLICE_EVENTS = 100_000
Progress = Callable[[int, int, float], None]
"""Called now and then with the jobs ended, the jobs in all, and the simulated time in seconds."""


def simulate(
    machines: Machines,
    jobs: Jobs,
    policy: Policy | Decide | str,
    failures: Failures | None = None,
    power: PowerBudget | None = None,
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
        What there is.
    jobs
        What is to be done.
    policy
        A policy of :mod:`gigawatt.cluster.policies`, its name, or a function of one's own with the interface
        of :mod:`gigawatt.cluster.state`.
    failures
        What breaks, and how jobs recover. Default: nothing.
    power
        What is drawn, and the budget. Default: not metered.
    seed
        Of the failures; equal seeds give equal schedules.
    quotas_gpus, weights
        By tenant, for the policies that look at them. Default: no quotas, equal weights.
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
    from gigawatt.cluster._layout import FailureStream, lay_out

    chosen = _policy(policy)
    started = time.perf_counter()
    stream = FailureStream(machines, failures, seed)
    state, sim = lay_out(
        machines, jobs, chosen, failures, power, quotas_gpus, weights, until_s, curve_step_s, stream.lemons
    )
    sim = _loop(chosen.decide(), state, sim, stream, progress)
    return _read(machines, jobs, chosen, state, sim, time.perf_counter() - started)


def _policy(given: Policy | Decide | str) -> Policy:
    from gigawatt.cluster import policies

    if isinstance(given, Policy):
        return given
    if isinstance(given, str):
        return policies.named(given)
    return Policy(getattr(given, "__name__", "own"), function=given)


def _parts(state: Any, stream: Any) -> tuple[Any, Any, Any, Any]:
    """The compiled functions that this run needs: take and leave GPUs, failures, budget."""
    from gigawatt.cluster import _pool

    seat: Any = _pool.seat
    leave: Any = _pool.leave
    strike: Any = _pool.nothing
    keep_budget: Any = _pool.nothing
    if state.cluster["placed"][0]:
        from gigawatt.cluster import _nodes

        seat, leave = _nodes.seat, _nodes.leave
    if stream.failures is not None:
        from gigawatt.cluster import _fail

        strike = _fail.strike
    if state.budget_kw.size:
        from gigawatt.cluster import _power

        keep_budget = _power.keep_budget
    return seat, leave, strike, keep_budget


def _loop(decide: Any, state: Any, sim: Any, stream: Any, progress: Progress | None) -> Any:
    from gigawatt.cluster import _engine as e
    from gigawatt.cluster._handle import sealed
    from gigawatt.cluster._layout import longer

    parts = _parts(state, stream)
    compiled = hasattr(decide, "signatures")
    n = state.jobs.size
    shown = time.perf_counter()
    while True:
        if compiled:
            status = e.run(decide, *parts, state, sim, stream.horizon_s, _SLICE_EVENTS)
        else:
            status = _slice_in_python(decide, parts, state, sim, stream.horizon_s)
        if status == e.DONE:
            return sim
        if status == e.NEED_FAILURES:
            sim = stream.extend(sim)
        elif status == e.NEED_RUNS:
            more = max(sim.run_of.shape[0], 4 * int(state.cluster["n_running"][0]) + 4096)
            sim = sealed(sim._replace(run_s=longer(sim.run_s, more), run_of=longer(sim.run_of, more)))
        elif status == e.NEED_CURVES:
            sim = sealed(sim._replace(curves=longer(sim.curves, sim.curves.shape[0])))
        if progress is not None and time.perf_counter() - shown > 0.2:
            shown = time.perf_counter()
            progress(int((state.jobs["state"] >= 3).sum()), n, float(sim.sim["now_s"][0]))


def _slice_in_python(decide: Any, parts: Any, state: Any, sim: Any, horizon_s: float) -> int:
    """Call a policy that is not compiled, some hundred times."""
    from gigawatt.cluster import _engine as e
    from gigawatt.cluster import _steps

    seat, leave, strike, keep_budget = parts
    for _ in range(500):
        status = int(_steps.advance(leave, strike, keep_budget, state, sim, horizon_s))
        if status != e.DECISION:
            return status
        while _steps.apply(seat, leave, state, sim, int(decide(state, float(sim.sim["now_s"][0])))):
            pass
    return int(e.PAUSED)


def _read(machines: Machines, jobs: Jobs, policy: Policy, state: Any, sim: Any, wall_s: float) -> Schedule:
    from gigawatt.cluster import _core as k
    from gigawatt.cluster._pool import book_open_runs

    s = sim.sim[0]
    work = sim.work
    now_s = float(s["now_s"])
    book_open_runs(state, sim)
    count = int(s["runs"])
    steps = min(int(now_s // float(s["step_s"])) + 1, sim.curves.shape[0])
    last_s = np.full(steps, float(s["step_s"]))
    last_s[-1] = max(now_s - (steps - 1) * float(s["step_s"]), 1e-9)
    curves = sim.curves[:steps] / last_s[:, None]
    states = state.jobs["state"].astype(np.int8)
    left = (states == 1) | (states == 2)
    unfinished = float((work["done_s"] * state.jobs["gpus"])[left].sum())
    hour = 3600.0
    fates = Fates(
        useful=float(s["useful"]) / hour,
        user_failed=float(s["user_failed"]) / hour,
        lost=float(s["lost"]) / hour,
        checkpoint=float(s["writing"]) / hour,
        restart=float(s["setup"]) / hour,
        slowed=float(s["slowed"]) / hour,
        unfinished=unfinished / hour,
        down=float(s["down"]) / hour,
        idle=float(s["idle"]) / hour,
    )
    waited = work["waited_s"] + np.where(states == 1, now_s - state.jobs["since_s"], 0.0)
    return Schedule(
        jobs=jobs,
        policy=policy.name,
        gpus=machines.gpus,
        start_s=np.where(np.isnan(work["first_s"]), np.nan, work["run_s"]),
        end_s=work["last_s"].copy(),
        first_start_s=work["first_s"].copy(),
        wait_s=waited,
        restarts=work["restarts"].copy(),
        preemptions=work["preemptions"].copy(),
        state=states,
        fates=fates,
        curves=Curves(
            step_s=float(s["step_s"]),
            busy_gpus=curves[:, k.BUSY_CURVE].copy(),
            down_gpus=curves[:, k.DOWN_CURVE].copy(),
            waiting_jobs=curves[:, k.JOBS_CURVE].copy(),
            waiting_gpus=curves[:, k.GPUS_CURVE].copy(),
            power_kw=curves[:, k.POWER_CURVE].copy(),
            stranded_gpus=curves[:, k.STRANDED_CURVE].copy(),
        ),
        runs=Runs(
            job=sim.run_of[:count, 0].copy(),
            start_s=sim.run_s[:count, 0].copy(),
            end_s=sim.run_s[:count, 1].copy(),
            gpus=sim.run_of[:count, 1].copy(),
            node=sim.run_of[:count, 2].copy(),
        ),
        failures=int(s["failures"]),
        events=int(s["events"]),
        decisions=int(s["decisions"]),
        refused=int(s["refused"]),
        over_budget_kwh=float(s["overrun"]) / hour,
        end_of_simulation_s=now_s,
        wall_s=wall_s,
    )
