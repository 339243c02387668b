"""What a drill draws by chance: jobs of several kinds and sizes, and faults in an order."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from gigawatt.live.settings import Settings

KINDS = ("plain", "stubborn", "escaping", "flooding", "leaving", "faulty")
"""Jobs that work; ignore SIGTERM; fork into a session of their own; flood their log; of which every second
rank ends with 0 halfway; whose ranks fail in their first run."""
_KIND_SHARES = (0.5, 0.1, 0.1, 0.1, 0.1, 0.1)
KILLS = ("rank", "keeper", "agent", "controller", "watchers")
"""What is killed; watchers: the controller, all agents and all keepers at one instant."""
_KILL_SHARES = (0.4, 0.2, 0.2, 0.15, 0.05)
PARTITION = "partition"
OTHERS = ("frozen agent", PARTITION, "full disk", "clock jump", "second controller")
_SIZES, _SIZE_SHARES = (1, 2, 4, 8, 12), (0.3, 0.25, 0.2, 0.15, 0.1)


IMPATIENT = Settings(
    nodes=4, gpus_per_node=8, policy="priority", grace_s=0.5, patience_s=30.0, silence_s=1.0,
    quarantine_after=1_000_000, log_most_bytes=200_000,
)  # fmt: skip
"""A cluster that preempts, waits for nobody long, and never takes a node out for good."""


@dataclass(frozen=True, slots=True)
class Plan:
    """How much a drill does."""

    kills: int = 200
    """SIGKILLs of ranks, keepers, agents, the controller, or all that watch."""
    jobs: int = 300
    seed: int = 0
    limit_s: float = 3600.0
    """The drill is given up after so long; assumed: several times what it takes."""
    settings: Settings = IMPATIENT

    @property
    def others_every(self) -> int:
        """One fault of another kind behind so many kills: each kind comes once where there are five kills.

        >>> Plan(kills=20).others_every, Plan(kills=200).others_every
        (4, 5)
        """
        return max(min(self.kills // len(self.others), 5), 1)

    @property
    def others(self) -> tuple[str, ...]:
        """Faults beside kills; the door of a partition fits sockets of one machine, not Ray's agents."""
        return OTHERS if self.settings.engine == "embedded" else tuple(o for o in OTHERS if o != PARTITION)


@dataclass(frozen=True, slots=True)
class DrilledJob:
    """A job as it was drawn."""

    kind: str
    gpus: int
    steps: int
    step_s: float
    priority: int

    def body(self, folder: Path) -> dict[str, Any]:
        """What is submitted."""
        program = Path(__file__).with_name("rank.py")
        words = ["-I", "-S", str(program), self.kind, str(self.steps), f"{self.step_s:.3f}"]
        return {
            "tenant": f"of-{self.kind}",
            "gpus": self.gpus,
            "command": [sys.executable, *words],
            "cwd": str(folder),
            "priority": self.priority,
            "restarts": 1_000_000,
            "estimate_s": 2.0 * self.steps * self.step_s,
        }


def draw_job(rng: np.random.Generator, most_gpus: int) -> DrilledJob:
    """Draw a job: 4 to 12 steps of 20 to 100 ms, up to 12 GPUs.

    >>> draw_job(np.random.default_rng(3), 32).gpus in _SIZES
    True
    """
    return DrilledJob(
        kind=str(rng.choice(KINDS, p=_KIND_SHARES)),
        gpus=min(int(rng.choice(_SIZES, p=_SIZE_SHARES)), most_gpus),
        steps=int(rng.integers(4, 13)),
        step_s=float(rng.uniform(0.02, 0.1)),
        priority=int(rng.integers(0, 3)),
    )


def draw_faults(
    rng: np.random.Generator, kills: int, others_every: int, others: Sequence[str] = OTHERS
) -> list[str]:
    """Draw kills by their shares, and one fault of another kind behind every few of them, each as often.

    >>> faults = draw_faults(np.random.default_rng(1), 20, 4)
    >>> sum(fault in KILLS for fault in faults), sorted(set(faults) - set(KILLS)) == sorted(OTHERS)
    (20, True)
    """
    kinds = [
        kind for kind, share in zip(KILLS, _KILL_SHARES, strict=True) for _ in range(round(share * kills))
    ]
    kinds += ["rank"] * max(kills - len(kinds), 0)
    drawn = [str(kind) for kind in rng.permutation(kinds[:kills])]
    faults: list[str] = []
    for number, kind in enumerate(drawn, 1):
        faults.append(kind)
        if number % others_every == 0:
            faults.append(others[(number // others_every - 1) % len(others)])
    return faults
