"""What ``gigawatt validate live`` compares: by group, how many figures, and the error that is allowed.

Its figures are measured when it is run, on clusters that it brings up (``gigawatt.live.validating``), and
differ each time; the README's table names the comparisons without them.
"""

from __future__ import annotations

POLICIES = {
    "fifo": "FIFO",
    "easy": "EASY",
    "fair": "fair share",
    "priority": "priority with preemption",
}
"""Policies under which the same jobs run, and what they are called."""
JOBS, GPUS, DAY_S = 50, 32, 60
ALLOWED_FRAC = 0.1
"""Of each job's completion time, of their mean and of the makespan, predicted from what was known at
submission: estimates, and how long starts took for probes that ran before."""


def group_of(policy: str) -> str:
    """Name the figures of a policy.

    >>> group_of("fifo")
    'FIFO: 50 jobs on 32 virtual GPUs, simulation beside a live cluster'
    """
    return f"{POLICIES[policy]}: {JOBS} jobs on {GPUS} virtual GPUs, simulation beside a live cluster"


POWER = f"a power budget: one day of a scenario in {DAY_S} s, live gangs' draw beside it"
GROUPS = (
    *(
        (group_of(policy), 4, f"order exact; each job, mean and makespan {ALLOWED_FRAC:.0%}")
        for policy in POLICIES
    ),
    (POWER, 1, "never above"),
)
"""Group, figures, what is allowed."""
