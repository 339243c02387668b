"""The arrays of the compiled simulation, and how they are seen from compiled code."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numba.extending import intrinsic
from numpy.typing import NDArray

from gigawatt.cluster._handle import handle_of, in_rows
from gigawatt.cluster._queue import FAST
from gigawatt.cluster._work import WORK

_F, _I, _S = np.float64, np.int64, np.int32

SHARED = np.dtype(
    [
        ("jobs", _I),
        ("exact", _I),  # 1: jobs end when they are expected to, so that the running list knows the next end
        ("alike", _I),  # 1: all jobs have the same checkpoints and limit
        ("picky", _I),  # 1: there are jobs that may not run on every part
        ("timed", _I),  # 1: there are failures, or budgets
        ("next_job", _I),  # the next one to be submitted
        ("runs", _I),
        ("slots", _I),  # of ``work``, ever used
        ("free_slot", _I),  # first of those that are free again, or -1
        ("mail", _I),  # jobs that are to be sent to a part
        ("now_s", _F),
        ("next_submit_s", _F),
        ("until_s", _F),
        ("events", _I), ("decisions", _I), ("refused", _I), ("failures", _I),
        ("which", _I),  # the part that needs something
        ("memory_interval_s", _F), ("memory_write_s", _F), ("memory_load_s", _F),
    ],
    align=True,
)  # fmt: skip
"""Scalars that all parts share, an array of one record."""

SIM = np.dtype(
    [
        ("now_s", _F),
        ("part", _I),
        ("parts", _I),
        ("total_gpus", _I),  # with the spares
        ("absent", _I),  # not in service by their date
        ("pending", _I),  # of a pool: to be taken out of service as they come free
        ("slow_nodes", _I),
        ("next_change", _I), ("next_change_s", _F),
        ("tended", _I),  # 1: there are elastic jobs or reservations
        ("grown", _I),  # GPUs that elastic jobs hold beyond what they asked for
        ("keeps_quotas", _I),  # 1: elastic jobs do not grow past their tenant's quota
        ("reserved", _I),  # reservations to come
        ("stuck", _I),  # 1: to take jobs off was not enough for the first of them
        ("storage_gb_per_s", _F), ("writers", _I),  # bandwidth for checkpoints, and how many jobs use it
        ("write_per_s", _F), ("busy_frac", _F),  # sums over these jobs: writes begun, and their time alone
        ("stretch", _F), ("stretch_at", _I),  # time of a write over that alone, and for how many jobs found
        ("next_storage_s", _F),  # when the times to write are set anew
        ("spare_target", _I),
        ("busy", _I),
        ("busy_serving", _I),
        ("waiting_jobs", _I),
        ("waiting_gpus", _I),
        ("work_gpu_s", _F),  # expected work of what waits here
        ("next_failure", _I),
        ("heap", _I),
        ("step_s", _F),  # of the curves
        ("row", _I), ("row_end_s", _F),  # the present step of the curves, and its end
        ("round_s", _F),  # decisions only at multiples of it; 0: at every event
        ("due", _I),  # 1: something happened since the last decision
        ("horizon_s", _F),  # failures are drawn up to here
        # GPU-seconds by fate
        ("setup", _F), ("writing", _F), ("slowed", _F), ("lost", _F), ("useful", _F), ("user_failed", _F),
        ("unfinished", _F), ("down", _F), ("idle", _F), ("overrun", _F),
        # recovery
        ("mode", _I), ("whole_s", _F), ("swap_s", _F), ("partial_s", _F), ("survives", _I),
        ("quarantine_after", _I), ("quarantine_s", _F),
        # power
        ("power", _I), ("busy_kw", _F), ("idle_kw", _F), ("least_frac", _F), ("exponent", _F),
        ("budget_step", _I), ("speed", _F), ("next_budget_s", _F),
        ("chip_speed", _F),  # of these machines against the chip for which durations are given
        ("free_chunk", _I),
    ],
    align=True,
)  # fmt: skip
"""Scalars of one part of the machines, an array of one record."""

FAIL = np.dtype([("at_s", _F), ("where", _F), ("repair_s", _F), ("cause", _I), ("extra", _I)], align=True)
"""A failure: ``where`` is a place in 0 to 1; ``extra`` is 1 where only a lemon would have failed."""
CAUSE = np.dtype([("span", _I), ("detect_s", _F), ("slow", _F)], align=True)
"""``span``: nodes that it strikes, aligned; 0: the job alone. ``slow``: speed that it leaves; 0: none."""
CHANGE = np.dtype([("at_s", _F), ("kind", _I), ("first", _I), ("last", _I), ("absent", _I)], align=True)
"""Nodes [first, last) that are closed, cleared of jobs, or opened; how many GPUs go or come by date."""
CLOSE, CLEAR, OPEN = 0, 1, 2
NODE = np.dtype(
    [
        ("owner", _I), ("first", _I), ("slow", _F), ("free", _S), ("state", _S), ("fails", _S), ("cured", _S),
        ("closed", _S), ("slowed", _S), ("stand_in", _S),
    ],
    align=True,
)  # fmt: skip
"""A node: the job that holds all of it or -1, its first shared chunk or -1, its speed, GPUs free, state; by
how many drains and dates it is closed, by how many failures slowed; the spare that stands in for it since the
strike that is being handled, or -1."""
CHUNK = np.dtype(
    [("node", _I), ("count", _I), ("gpus", _I), ("job", _I), ("next", _I), ("link", _I)], align=True
)
"""``count`` nodes from ``node``, ``gpus`` held of each; next of the job, next of the node."""
OK, DOWN, SPARE = 0, 1, 2

BUSY_CURVE, DOWN_CURVE, JOBS_CURVE, GPUS_CURVE, POWER_CURVE, STRANDED_CURVE, SERVICE_CURVE = (
    0,
    1,
    2,
    3,
    4,
    5,
    6,
)
N_CURVES = 7

GIVEN = (
    "submit_s", "duration_s", "estimate_s", "deadline_s", "checkpoint_interval_s", "checkpoint_write_s",
    "checkpoint_load_s", "limit_s", "fails_at_frac", "gpus", "min_gpus", "max_gpus", "tenant", "priority",
    "after", "serving", "parts", "reserved_s", "checkpoint_gb",
)  # fmt: skip
"""Columns of the jobs as they were given, in the order of ``Sim.step``."""


class Sim(NamedTuple):
    """Everything that the loop holds of one part of the machines beyond what policies see.

    What is marked as shared is the same array in all parts.
    """

    sim: NDArray[Any]
    heap_s: NDArray[np.float64]
    heap_code: NDArray[np.int64]
    """A job's position; jobs + node for a repair on placed machines, jobs + GPUs in a pool."""
    curves: NDArray[np.float64]
    fails: NDArray[Any]
    causes: NDArray[Any]
    changes: NDArray[Any]
    nodes: NDArray[Any]
    chunks: NDArray[Any]
    bits: NDArray[np.uint64]
    """For each number of free GPUs the set of nodes that have exactly so many, shape (gpus + 1, words)."""
    hit: NDArray[np.int64]
    tier_speed: NDArray[np.float64]
    reserved: NDArray[np.int64]
    """Jobs with a reservation to come, the earliest first; empty where no job has any."""
    shared: NDArray[Any]
    """Shared, as all that follows."""
    work: NDArray[Any]
    """What jobs that wait or run have done, by slot: slots are used again, so that they stay in the cache."""
    mail: NDArray[np.int64]
    follower: NDArray[np.int64]
    """First job that waits for this one's end, or -1; empty where none waits for another."""
    sibling: NDArray[np.int64]
    """Next job that waits for the same one, or -1."""
    blocked: NDArray[np.bool_]
    """Whether a job waits for another one's end."""
    run_job: NDArray[np.int64]
    run_start_s: NDArray[np.float64]
    run_end_s: NDArray[np.float64]
    run_gpus: NDArray[np.int64]
    run_node: NDArray[np.int64]
    """One more than the lowest-numbered node, so that a pool leaves it untouched."""
    run_part: NDArray[np.int64]
    run_end: NDArray[np.int64]
    """How it ended: see schedule.RUN_ENDS."""
    start_s: NDArray[np.float64]
    """By job, written as it goes: the answers."""
    end_s: NDArray[np.float64]
    first_start_s: NDArray[np.float64]
    wait_s: NDArray[np.float64]
    restarts: NDArray[np.int64]
    preemptions: NDArray[np.int64]
    energy_kwh: NDArray[np.float64]
    kept_gpu_s: NDArray[np.float64]
    """GPU time at full speed of the work of jobs that ended; empty for machines of one part."""
    step: NDArray[np.int64]
    """1 for a column with a number for each job, 0 for one with a single number."""
    submit_s: NDArray[np.float64]
    """Columns of the jobs, as given."""
    duration_s: NDArray[np.float64]
    estimate_s: NDArray[np.float64]
    deadline_s: NDArray[np.float64]
    checkpoint_interval_s: NDArray[np.float64]
    checkpoint_write_s: NDArray[np.float64]
    checkpoint_load_s: NDArray[np.float64]
    limit_s: NDArray[np.float64]
    fails_at_frac: NDArray[np.float64]
    gpus: NDArray[np.int64]
    min_gpus: NDArray[np.int64]
    max_gpus: NDArray[np.int64]
    tenant: NDArray[np.int64]
    priority: NDArray[np.int64]
    after: NDArray[np.int64]
    serving: NDArray[np.bool_]
    parts: NDArray[np.int64]
    """Bit p is set where the job may run on part p."""
    reserved_s: NDArray[np.float64]
    checkpoint_gb: NDArray[np.float64]
    table: NDArray[np.uint64]
    """Addresses of the arrays, for compiled code."""


def empty_sim() -> Sim:
    """A tuple with an array of the right kind in each field; the driver replaces them."""
    special: dict[str, Any] = {
        "sim": SIM, "fails": FAIL, "causes": CAUSE, "changes": CHANGE, "nodes": NODE, "chunks": CHUNK,
        "shared": SHARED, "work": WORK, "bits": np.uint64, "table": np.uint64, "blocked": np.bool_,
        "serving": np.bool_,
    }  # fmt: skip
    whole = {
        "heap_code", "hit", "mail", "follower", "sibling", "run_job", "run_gpus", "run_node", "run_part",
        "run_end", "restarts", "preemptions", "step", "gpus", "min_gpus", "max_gpus", "tenant", "priority",
        "after", "parts", "reserved",
    }  # fmt: skip
    shapes = {"curves": (1, N_CURVES), "bits": (1, 0)}
    made = {
        name: np.zeros(shapes.get(name, (1,)), dtype=special.get(name, _I if name in whole else _F))
        for name in Sim._fields
    }
    return Sim(**made)


class World(NamedTuple):
    """All parts of the machines."""

    states: NDArray[np.uint64]
    """Where each part's :class:`State` and :class:`Sim` have their tables."""
    sims: NDArray[np.uint64]
    next_s: NDArray[np.float64]
    """When something happens next in each part."""
    shared: NDArray[Any]
    table: NDArray[np.uint64]


def empty_world(parts: int) -> World:
    """A world of so many parts."""
    return World(
        states=np.zeros(parts, dtype=np.uint64),
        sims=np.zeros(parts, dtype=np.uint64),
        next_s=np.zeros(parts),
        shared=np.zeros(1, dtype=SHARED),
        table=np.zeros(0, dtype=np.uint64),
    )


SIM_TYPE: Any = in_rows(handle_of(empty_sim()))
WORLD: Any = in_rows(handle_of(empty_world(1)))


def _pointer_to(kind: Any) -> Any:
    @intrinsic
    def at(_context: Any, address: Any) -> Any:
        """The handle whose table lies at an address."""

        def generate(context: Any, builder: Any, _signature: Any, given: Any) -> Any:
            return builder.inttoptr(given[0], context.get_value_type(kind))

        return kind(address), generate

    return at


state_at = _pointer_to(FAST)
"""The state whose table lies at an address."""
sim_at = _pointer_to(SIM_TYPE)
