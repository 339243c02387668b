"""What a policy sees and what it answers: the interface between policies and whoever drives them.

A policy is a function ``decide(state, now_s) -> int``. It reads the arrays of a :class:`State`, writes rows
into ``state.actions`` and returns how many. It keeps no memory of its own but ``jobs["rank"]``, the order of
``state.queue`` and ``state.scratch``, and knows nothing of its caller: the simulation calls it in virtual
time, a controller of real machines in wall-clock time.

The caller keeps these promises:

- newcomers (submitted, preempted, struck by a failure) are appended to the queue: they stand in
  ``queue[fresh:tail]``; all that wait stand in ``queue[head:tail]``,
  in the order in which the policy left them;
- ``running[:n_running]`` is sorted by expected end (``ends_s``), the latest first, equal ends by falling
  position;
- ``freed`` is 1 where, since the last call, GPUs came free, machines came back or a job returned to the
  queue;
- before each call ``n_actions`` and ``again`` are 0 and ``plan_free``, ``plan_kw`` are what can be given out.

And acts on the answer, row by row: a start that does not fit (GPUs, placement, power) is refused and the job
keeps its place; a gang gets all of its GPUs or none. Where ``placed`` is 1 the effect of a start on the
machines is not known to the policy: it starts one job a call and sets ``again``. In the simulation a policy
in plain Python that returns more actions than there are rows, or names a job that does not exist, raises
ValueError; of a compiled one this is not looked at.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from gigawatt.cluster._memory import zeros

_F, _I, _S = np.float64, np.int64, np.int32

JOB = np.dtype(
    [
        ("submit_s", _F),  # when it was submitted
        ("estimate_s", _F),  # what its user says that it takes on its GPUs
        ("left_s", _F),  # expected time to its end from the beginning of the present run, or from a start now
        ("end_s", _F),  # expected end of the present run
        ("since_s", _F),  # beginning of the present run, or of the present wait
        ("service_gpu_s", _F),  # GPU-seconds held before the present run
        ("deadline_s", _F),
        ("rank", _F),  # for the policy's use
        ("gpus", _S),  # its gang
        ("held", _S),  # GPUs that it holds now
        ("min_gpus", _S),
        ("max_gpus", _S),
        ("tenant", _S),
        ("priority", _S),  # smaller numbers first
        ("slot", _S),  # for the caller's use
        ("part", np.int16),  # of the machines, in whose queue it stands or where it runs
        ("serving", np.int8),  # 1 serving, 2 begun by reservation: never preempted
        ("state", np.int8),  # see schedule.STATES
    ],
    align=True,
)
"""A job; its position in the array is its number, in the order of submission. Filled at submission."""

CLUSTER = np.dtype(
    [
        ("gpus", _I),  # of the machines, spares left out
        ("free", _I),  # working, not held, not spare
        ("down", _I),
        ("spares", _I),
        ("gpus_per_node", _I),
        ("placed", _I),  # 0: one pool
        ("n_running", _I),
        ("head", _I),
        ("fresh", _I),
        ("tail", _I),
        ("freed", _I),
        ("n_actions", _I),
        ("again", _I),  # the policy asks to be called once more after its actions
        ("plan_free", _I),  # what is free after the actions written so far
        ("plan_exact", _I),  # 0 after a preemption was written: where GPUs come free is not known
        ("plan_kw", _F),
        ("power_room_kw", _F),  # inf without a budget
        ("job_kw_per_gpu", _F),  # what a GPU draws beyond idling, at the present speed
        ("serving_kw_per_gpu", _F),
        ("hold_s", _F),  # from here on GPUs are kept for a reservation; inf: none
        ("hold_gpus", _I),  # how many
        ("plan_hold", _I),  # how many may still be given to jobs that are expected to run into it
        ("now_s", _F),  # the time of the call
        ("wake_s", _F),  # the policy asks to be called at this time
        ("step_s", _F),  # step of ``budget_kw``
        ("base_kw", _F),  # what the machines draw when all idle
        ("nodes", _I),
        ("rack_nodes", _I),  # nodes in a rack, pod, hall
        ("pod_nodes", _I),
        ("hall_nodes", _I),
    ],
    align=True,
)
"""The machines and the queue's bounds, an array of one record."""

TENANT = np.dtype(
    [("quota_gpus", _F), ("weight", _F), ("elsewhere_frac", _F), ("held", _I), ("waiting", _I)], align=True
)
"""A tenant: its quota (inf: none), its weight, its largest share on other parts of the machines (in this
part's terms), GPUs held and jobs waiting here."""

START, PREEMPT = 1, 2
KIND, WHICH, AT = 0, 1, 2
"""Columns of an action: what, which job, and for a start its index in the queue (-1: look for it)."""


class State(NamedTuple):
    """All that a policy sees."""

    cluster: NDArray[Any]
    """Shape (1,) of :data:`CLUSTER`."""
    jobs: NDArray[Any]
    """Shape (jobs,) of :data:`JOB`."""
    tenants: NDArray[Any]
    """Shape (tenants,) of :data:`TENANT`."""
    queue: NDArray[np.int64]
    """Positions of the waiting jobs, from ``head`` to ``tail``."""
    running: NDArray[np.int64]
    """Positions of the running jobs, the latest expected end first."""
    ends_s: NDArray[np.float64]
    """Their expected ends; zeros behind them."""
    room: NDArray[np.int64]
    """How many nodes have at least f GPUs free, shape (gpus_per_node + 1,); used where ``placed`` is 1."""
    whole: NDArray[np.int64]
    """Wholly free nodes by rack, then by pod, then by hall; used where ``placed`` is 1."""
    budget_kw: NDArray[np.float64]
    """Power budget by step from time 0, known ahead; empty: none."""
    options: NDArray[np.float64]
    """The policy's options, in the order that it documents."""
    actions: NDArray[np.int64]
    """Shape (most, 3): kind, job, index in the queue."""
    scratch: NDArray[np.float64]
    """Room for the policy's calculations; kept between calls."""
    table: NDArray[np.uint64]
    """Addresses of the arrays, for compiled code; not for policies."""


def new_state(
    jobs: int,
    gpus: int,
    *,
    gpus_per_node: int = 1,
    placed: bool = False,
    tenants: int = 1,
    options: tuple[float, ...] = (),
    budget_kw: NDArray[np.float64] | None = None,
) -> State:
    """Empty arrays for so many jobs on so many free GPUs; compiled code needs them sealed.

    >>> state = new_state(10, 64)
    >>> int(state.cluster["free"][0]), state.jobs.shape
    (64, (10,))
    """
    cluster = np.zeros(1, dtype=CLUSTER)
    cluster["gpus"] = cluster["free"] = gpus
    cluster["gpus_per_node"] = gpus_per_node
    cluster["placed"] = placed
    cluster["power_room_kw"] = cluster["wake_s"] = cluster["hold_s"] = np.inf
    cluster["step_s"] = 3600.0
    for name in ("nodes", "rack_nodes", "pod_nodes", "hall_nodes"):
        cluster[name] = max(gpus // gpus_per_node, 1)
    who = np.zeros(tenants, dtype=TENANT)
    who["quota_gpus"] = np.inf
    who["weight"] = 1.0
    room = np.zeros(gpus_per_node + 1, dtype=_I)
    most = min(jobs, gpus) + 1
    return State(
        cluster=cluster,
        jobs=zeros((jobs,), JOB, filled=True),
        tenants=who,
        queue=zeros((2 * jobs + 2,), _I, filled=False),
        running=np.zeros(most, dtype=_I),
        ends_s=np.zeros(most + 8),
        room=room,
        whole=np.zeros(3, dtype=_I),
        budget_kw=np.zeros(0) if budget_kw is None else np.ascontiguousarray(budget_kw, dtype=_F),
        options=np.array(options, dtype=_F),
        actions=zeros((jobs + most, 3), _I, filled=False),
        scratch=np.zeros(4 * most + 4096 + 2 * tenants),
        table=np.zeros(0, dtype=np.uint64),
    )
