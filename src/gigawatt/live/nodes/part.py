"""The part of a gang that runs on one node, and the environment of its ranks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

MARK = "GIGAWATT_MARK"
"""Variable by which processes of a node are found that lost all who watched them."""
PREPARED, GOING, DONE = "prepared", "running", "done"
"""Phases of a part: its keeper waits for the word; its ranks were started; nothing of it is left."""


@dataclass(frozen=True, slots=True)
class Part:
    """Ranks of one run of one job on one node."""

    job: int
    attempt: int
    command: tuple[str, ...]
    cwd: str
    first_rank: int
    slots: tuple[int, ...]
    """Numbers of the node's GPUs, one rank each."""
    world_size: int
    node_rank: int
    nodes: int
    """How many nodes the gang is on."""
    port: int
    checkpoint_dir: str
    log_dir: str
    log_most_bytes: int
    mark: str
    """What marks the processes of this node of this cluster."""
    restarts: int = 0
    array_index: int | None = None
    devices: tuple[str, ...] = ()
    """Names of the slots' real GPUs, in the slots' order; empty: they are virtual."""
    master: str = "127.0.0.1"
    """Where rank 0 is reached."""

    @classmethod
    def from_data(cls, data: dict[str, Any]) -> Self:
        """Build from what :func:`dataclasses.asdict` gave, also after JSON."""
        lists = ("command", "slots", "devices")
        return cls(**{**data, **{name: tuple(data[name]) for name in lists if name in data}})


def rank_environment(part: Part, local_rank: int, base: Mapping[str, str]) -> dict[str, str]:
    """Return a rank's environment: torchrun's variables for one worker a GPU, and Gigawatt's own.

    Names and meanings after PyTorch's documentation of torchrun (Environment Variables). Of real GPUs a rank
    sees all those of its part, and takes that of its LOCAL_RANK, as under torchrun.

    >>> part = Part(7, 1, ("true",), "/", 8, (0, 1), 10, 1, 2, 29500, "/tmp/c", "logs", 1000, "x")
    >>> env = rank_environment(part, 1, {})
    >>> env["RANK"], env["LOCAL_RANK"], env["WORLD_SIZE"], env["NODE_RANK"], env["GIGAWATT_GPU"]
    ('9', '1', '10', '1', '1')
    """
    world = str(part.world_size)
    env = {
        **base,
        "RANK": str(part.first_rank + local_rank),
        "LOCAL_RANK": str(local_rank),
        "WORLD_SIZE": world,
        "LOCAL_WORLD_SIZE": str(len(part.slots)),
        "NODE_RANK": str(part.node_rank),
        "GROUP_RANK": str(part.node_rank),
        "GROUP_WORLD_SIZE": str(part.nodes),
        "ROLE_RANK": str(part.first_rank + local_rank),
        "ROLE_WORLD_SIZE": world,
        "MASTER_ADDR": part.master,
        "MASTER_PORT": str(part.port),
        "TORCHELASTIC_RESTART_COUNT": str(part.restarts),
        "TORCHELASTIC_RUN_ID": f"gigawatt-{part.job}",
        "GIGAWATT_JOB": str(part.job),
        "GIGAWATT_ATTEMPT": str(part.attempt),
        "GIGAWATT_GPU": str(part.slots[local_rank]),
        "GIGAWATT_CHECKPOINT_DIR": part.checkpoint_dir,
        MARK: part.mark,
    }
    if part.devices:
        # All of the gang's on this node: what a script for torchrun takes by LOCAL_RANK is then its own.
        env["CUDA_VISIBLE_DEVICES"] = ",".join(part.devices)
        env["GIGAWATT_DEVICE"] = part.devices[local_rank]
    if part.array_index is not None:
        env["GIGAWATT_ARRAY_INDEX"] = str(part.array_index)
    return env
