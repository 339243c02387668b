"""What breaks, how far it reaches, how long its repair takes, and how jobs recover."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal, Self

Scope = Literal["job", "gpu", "node", "rack", "switch", "cooling", "feed"]
"""What a failure takes down: the job alone (software), one GPU's node, a node, a rack, the racks behind one
switch (a pod's leaf: a rack here), those on a cooling loop, those on a feed."""

Restart = Literal["whole", "hot-spares", "partial"]
"""What happens to a job that is struck.

``whole``: it returns to the queue and starts anew, and spares fill the gap. ``hot-spares``: it stays, and a
spare takes the place of what broke. ``partial``: it stays, and only the broken part starts anew while the
others wait.
"""


@dataclass(frozen=True, slots=True)
class Cause:
    """One cause of failures, as a Poisson process over the GPUs."""

    name: str
    rate_per_gpu_h: float
    """Failures per GPU-hour of the machines, busy or not, >= 0."""
    scope: Scope = "node"
    repair_median_s: float = 3.0 * 3600.0
    """Median of a log-normal repair time; 0: back at once. Default 3 h: assumed (0.5 to 24 h)."""
    repair_sigma: float = 1.0
    """Standard deviation of the logarithm of the repair time; 0: always the median. Default 1: assumed."""
    detect_s: float = 0.0
    """From the failure to its detection; the job's GPUs are held and do nothing."""
    slow_frac: float = 0.0
    """Speed that it leaves to the nodes that it strikes until they are mended; a straggler slows its whole
    gang. Default 0: it takes them down."""

    def __post_init__(self) -> None:
        if not 0.0 <= self.slow_frac < 1.0 or (self.slow_frac > 0.0 and self.scope == "job"):
            raise ValueError(
                f"slow_frac of {self.name} is {self.slow_frac}; allowed: 0 to 1, for machines that are struck"
            )
        for name in ("rate_per_gpu_h", "repair_median_s", "repair_sigma", "detect_s"):
            if not 0.0 <= getattr(self, name) < float("inf"):
                raise ValueError(
                    f"{name} of {self.name} is {getattr(self, name)}; allowed: finite numbers from 0"
                )


@dataclass(frozen=True, slots=True)
class Recovery:
    """How a job comes back after a failure."""

    restart: Restart = "whole"
    whole_s: float = 600.0
    """Start of the processes and of the communication, before the load of a checkpoint, after a failure.
    Default 10 min: assumed (5 to 25 min)."""
    swap_s: float = 60.0
    """To put a hot spare in place of what broke. Default 60 s: ByteRobust (arXiv 2509.16293) reports warm
    standbys 10.87 times quicker than a requeue."""
    partial_s: float = 15.0
    """To start the broken part alone. Default 15 s: assumed (5 to 60 s)."""
    memory_interval_s: float = float("inf")
    """Useful work between two checkpoints into other nodes' memory. Default inf: none."""
    memory_write_s: float = 0.0
    """Time that the job stands still for one."""
    memory_load_s: float = 0.0
    """Time to load one."""
    memory_survives_gpus: int = 144
    """Largest blast radius that leaves a copy alive; beyond it the stored checkpoint counts.
    Default 144: copies on another pair of 72-GPU racks, assumed."""

    def __post_init__(self) -> None:
        for name in ("whole_s", "swap_s", "partial_s", "memory_write_s", "memory_load_s"):
            if not 0.0 <= getattr(self, name) < float("inf"):
                raise ValueError(f"{name} is {getattr(self, name)}; allowed: finite numbers from 0")
        if not self.memory_interval_s > 0.0:
            raise ValueError(f"memory_interval_s is {self.memory_interval_s}; allowed: above 0, or inf")


@dataclass(frozen=True, slots=True)
class Failures:
    """All causes, the recovery, and what makes machines fail unequally."""

    causes: tuple[Cause, ...]
    recovery: Recovery = Recovery()
    spare_gpus: int = 0
    """GPUs kept out of the queue's reach to replace broken ones; they run out."""
    infant_multiplier: float = 1.0
    """Hazard of a new machine against an old one. Default 1: none."""
    infant_decay_s: float = 30.0 * 86_400.0
    """Time in which the excess falls to 1/e. Default 30 days: assumed."""
    age_s: float = 0.0
    """Age of the machines at the beginning; matters with ``infant_multiplier``."""
    lemon_frac: float = 0.0
    """Share of the nodes that fail more."""
    lemon_multiplier: float = 1.0
    """Hazard of such a node against the others."""
    quarantine_after: int = 0
    """Failures of one node after which it is taken out and mended; 0: never."""
    quarantine_s: float = 7.0 * 86_400.0
    """How long; a lemon comes back like the others. Default 7 days: assumed."""

    def __post_init__(self) -> None:
        if not self.causes:
            raise ValueError("failures need at least one cause; leave them away for none")
        if self.spare_gpus < 0 or self.quarantine_after < 0:
            raise ValueError("spare_gpus and quarantine_after start from 0")
        if self.infant_multiplier < 1.0 or self.lemon_multiplier < 1.0 or not 0.0 <= self.lemon_frac <= 1.0:
            raise ValueError("multipliers start from 1, lemon_frac lies between 0 and 1")
        if not (self.infant_decay_s > 0.0 and self.quarantine_s > 0.0 and self.age_s >= 0.0):
            raise ValueError("infant_decay_s and quarantine_s are above 0, age_s from 0")

    @property
    def rate_per_gpu_h(self) -> float:
        """Failures per GPU-hour, without infant mortality and lemons."""
        return sum(c.rate_per_gpu_h for c in self.causes)

    @classmethod
    def poisson(cls, gpu_hours_between: float = 50_700.0, **options: object) -> Self:
        """One cause that strikes nodes; options are those of :class:`Cause` and of this class.

        Default 50,700 GPU-hours: 419 interruptions of 16,384 GPUs in 54 days (Llama 3 Herd,
        arXiv 2407.21783, Table 5).

        >>> round(1 / Failures.poisson().rate_per_gpu_h)
        50700
        """
        if not gpu_hours_between > 0.0:
            raise ValueError(f"gpu_hours_between is {gpu_hours_between}; allowed: above 0")
        mine = {k: options.pop(k) for k in tuple(options) if k in Cause.__dataclass_fields__}
        cause = replace(Cause("any", 1.0 / gpu_hours_between), **mine)  # type: ignore[arg-type]
        return cls((cause,), **options)  # type: ignore[arg-type]

    @classmethod
    def llama3(cls, **options: object) -> Self:
        """The causes of the Llama 3 training run: 419 unexpected interruptions in 54 days on 16,384 GPUs.

        Counts from Table 5 of arXiv 2407.21783; scopes, repair times and detection times are assumed, the
        latter after ByteRobust (arXiv 2509.16293): 10 s a driver hang, 30 s a network card, 60 s a switch.

        >>> causes = Failures.llama3().causes
        >>> round(sum(c.rate_per_gpu_h for c in causes) * 16_384 * 54 * 24)
        419
        """
        exposure_gpu_h = 16_384 * 54 * 24.0
        causes = tuple(
            Cause(name, count / exposure_gpu_h, scope, repair_h * 3600.0, 1.0, detect_s)
            for name, count, scope, repair_h, detect_s in _LLAMA3
        )
        return cls(causes, **options)  # type: ignore[arg-type]


_LLAMA3: tuple[tuple[str, int, Scope, float, float], ...] = (
    ("faulty GPU", 148, "node", 24.0, 10.0),
    ("GPU memory", 72, "node", 24.0, 10.0),
    ("software", 54, "job", 0.0, 60.0),
    ("network switch or cable", 35, "switch", 4.0, 60.0),
    ("host maintenance", 32, "node", 4.0, 0.0),
    ("GPU SRAM", 19, "node", 24.0, 10.0),
    ("GPU system processor", 17, "node", 4.0, 10.0),
    ("network card", 7, "node", 12.0, 30.0),
    ("collective watchdog", 7, "job", 0.0, 600.0),
    ("silent data corruption", 6, "node", 24.0, 600.0),
    ("GPU thermal interface and sensor", 6, "node", 24.0, 10.0),
    ("disk", 3, "node", 12.0, 10.0),
    ("power supply", 3, "node", 12.0, 2.0),
    ("chassis", 2, "node", 24.0, 10.0),
    ("expansion board", 2, "node", 24.0, 10.0),
    ("dependency", 2, "job", 0.0, 60.0),
    ("CPU", 2, "node", 24.0, 2.0),
    ("system memory", 2, "node", 24.0, 2.0),
)
