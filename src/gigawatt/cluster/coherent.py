"""One coherent job on all machines: what each way of recovering, and of cutting it up, leaves of its time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from math import inf, sqrt

import numpy as np

from gigawatt.cluster.failures import Failures, Recovery
from gigawatt.cluster.jobs import Jobs
from gigawatt.cluster.machines import Machines
from gigawatt.cluster.schedule import Schedule
from gigawatt.cluster.simulate import simulate


@dataclass(frozen=True, slots=True)
class CoherentCase:
    """One way of running the work, and what became of the GPUs' time; shares of what the jobs' GPUs offer."""

    name: str
    jobs: int
    gpus_per_job: int
    checkpoint_interval_s: float
    useful_frac: float
    """Work that counts, over all GPUs of the jobs and all of the time."""
    checkpoint_frac: float
    lost_frac: float
    restart_frac: float
    waiting_frac: float
    """The job stands in the queue for want of GPUs."""
    interruptions: int


def young_interval_s(mtbf_s: float, write_s: float) -> float:
    r"""Young's first-order optimum of the work between checkpoints, :math:`\sqrt{2 \delta M}`.

    References
    ----------
    Young, J. W., Communications of the ACM 17 (1974) 530-531.

    Examples
    --------
    >>> round(young_interval_s(180.0, 10.0))
    60
    """
    return sqrt(2.0 * write_s * mtbf_s)


def compare_coherent(
    gpus: int = 1_000_080,
    gpus_per_node: int = 72,
    gpu_hours_between: float = 50_000.0,
    days: float = 2.0,
    stored_write_s: float = 60.0,
    load_s: float = 120.0,
    memory_write_s: float = 1.0,
    memory_load_s: float = 5.0,
    detect_s: float = 10.0,
    spare_frac: float = 0.02,
    recovery: Recovery | None = None,
    repair_median_s: float = 3.0 * 3600.0,
    splits: tuple[int, ...] = (8, 64),
    seed: int = 0,
    progress: Callable[[str, float], None] | None = None,
) -> tuple[CoherentCase, ...]:
    """Compare ways of training on all machines at once.

    Every case has the same machines, failures, spares and seed. ``spare_frac`` of the nodes are spares; what
    is left is one job, or several equal ones that know nothing of each other. Checkpoints come at Young's
    interval for the job's own rate of failures.

    Parameters
    ----------
    gpus, gpus_per_node
        The machines.
    gpu_hours_between
        GPU-hours between failures.
    days
        Simulated time.
    stored_write_s, load_s
        To write a checkpoint to storage, and to load one. Default 60 and 120 s: assumed (10 to 300 s).
    memory_write_s, memory_load_s
        The same in other nodes' memory. Default 1 and 5 s: assumed; ByteRobust (arXiv 2509.16293) reports
        checkpoints at every step for less than 0.9 %.
    detect_s
        From a failure to its detection. Default 10 s: ByteRobust, a hang of a GPU driver.
    spare_frac
        Share of the nodes kept as spares.
    recovery
        Times of a whole restart, a swap and a partial restart. Default: those of :class:`Recovery`.
    repair_median_s
        Median repair time.
    splits
        Into how many jobs the work is cut in the last cases.
    seed
        Of the failures.
    progress
        Told of each case and the share that is done, 0 to 1.

    Raises
    ------
    ValueError
        A duration below 0, machines that are not whole nodes, splits into nothing.

    Examples
    --------
    >>> whole, spares, memory, partial, eight = compare_coherent(7200, days=20, splits=(8,))
    >>> whole.useful_frac < spares.useful_frac < memory.useful_frac < partial.useful_frac
    True
    """
    if not (gpu_hours_between > 0.0 and days > 0.0 and 0.0 <= spare_frac < 1.0):
        raise ValueError("allowed: gpu_hours_between and days above 0, spare_frac from 0, below 1")
    base = recovery or Recovery()
    nodes = gpus // gpus_per_node
    spare_nodes = round(spare_frac * nodes)
    machines = Machines.of(gpus, gpus_per_node)
    work_gpus = (nodes - spare_nodes) * gpus_per_node
    failures = Failures.poisson(
        gpu_hours_between, detect_s=detect_s, repair_median_s=repair_median_s,
        spare_gpus=spare_nodes * gpus_per_node,
    )  # fmt: skip

    done = 0

    def case(name: str, count: int, how: Recovery) -> CoherentCase:
        nonlocal done
        if progress is not None:
            progress(name, done / (4 + len(splits)))
        done += 1
        each = work_gpus // count // gpus_per_node * gpus_per_node
        if each == 0:
            raise ValueError(f"{work_gpus:,} GPUs in nodes of {gpus_per_node} are too few for {count} jobs")
        mtbf_s = gpu_hours_between * 3600.0 / each
        memory = how.memory_interval_s < inf
        interval_s = young_interval_s(mtbf_s, stored_write_s)
        if memory:
            short_s = young_interval_s(mtbf_s, memory_write_s)
            how = replace(how, memory_interval_s=short_s, memory_write_s=memory_write_s,
                          memory_load_s=memory_load_s)  # fmt: skip
            interval_s = max(3600.0, short_s)
        jobs = Jobs(
            np.zeros(count), 1e12, gpus=each,
            checkpoint_interval_s=interval_s, checkpoint_write_s=stored_write_s, checkpoint_load_s=load_s,
        )  # fmt: skip
        schedule = simulate(
            machines, jobs, "fifo", replace(failures, recovery=how), seed=seed, until_s=days * 86_400.0
        )
        return _case(name, schedule, count, each, short_s if memory else interval_s, days)

    spares = replace(base, restart="hot-spares")
    partial = replace(base, restart="partial", memory_interval_s=60.0)
    cases = [
        case("whole restart", 1, replace(base, restart="whole")),
        case("hot spares", 1, spares),
        case("hot spares, checkpoints in memory", 1, replace(spares, memory_interval_s=60.0)),
        case("partial restart, checkpoints in memory", 1, partial),
    ]
    cases += [case(f"{n} jobs, hot spares", n, spares) for n in splits]
    return tuple(cases)


def _case(
    name: str, schedule: Schedule, count: int, each: int, interval_s: float, days: float
) -> CoherentCase:
    f = schedule.fates
    offered = count * each * days * 24.0
    useful = f.unfinished / offered
    spent = useful, f.checkpoint / offered, f.lost / offered, f.restart / offered
    return CoherentCase(
        name=name,
        jobs=count,
        gpus_per_job=each,
        checkpoint_interval_s=interval_s,
        useful_frac=useful,
        checkpoint_frac=spent[1],
        lost_frac=spent[2],
        restart_frac=spent[3],
        waiting_frac=1.0 - sum(spent),
        interruptions=int(schedule.restarts.sum()),
    )


def coherent_table(cases: tuple[CoherentCase, ...]) -> str:
    """The comparison as lines of text, shares in percent."""
    titles = ("jobs", "GPUs each", "every", "useful", "writing", "lost", "restart", "queue", "hits")
    widths = (5, 10, 9, 8, 8, 8, 8, 8, 8)
    lines = [" " * 40 + "".join(f"{t:>{w}}" for t, w in zip(titles, widths, strict=True))]
    for c in cases:
        shares = (c.useful_frac, c.checkpoint_frac, c.lost_frac, c.restart_frac, c.waiting_frac)
        cells = (
            f"{c.jobs}",
            f"{c.gpus_per_job:,}",
            f"{c.checkpoint_interval_s:,.0f} s",
            *(f"{abs(round(share, 4)):.1%}" for share in shares),
            f"{c.interruptions:,}",
        )
        lines.append(f"{c.name:<40}" + "".join(f"{x:>{w}}" for x, w in zip(cells, widths, strict=True)))
    return "\n".join(lines)
