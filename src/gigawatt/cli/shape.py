"""The shape of a cluster that ``gigawatt up`` brings up: virtual nodes, or the real GPUs of this machine."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from gigawatt.cli.outcome import refuse
from gigawatt.kernel.errors import InputError

DRIVER = Path("/proc/driver/nvidia/version")
"""There where NVIDIA's driver is loaded."""


@dataclass(frozen=True, slots=True)
class Shape:
    """Nodes and GPUs of a cluster."""

    nodes: int
    gpus_per_node: int
    devices: tuple[str, ...] = ()
    """Names of real GPUs; empty: they are virtual."""
    words: str = "virtual GPUs"
    hint: str = ""
    """What the user should know."""


def choose_shape(
    folder: Path, nodes: int | None, gpus_per_node: int | None, *, real: bool | None, address: str = ""
) -> Shape:
    """Return a cluster's shape: as it was before, else as told, else the GPUs that are found.

    Parameters
    ----------
    folder
        Of the cluster's state.
    nodes, gpus_per_node
        What was asked for; None: nothing was.
    real
        Whether real GPUs must or must not be used; None: where they are found, and no shape is told.
    address
        Of a Ray cluster, whose nodes are taken: then ``nodes`` and ``gpus_per_node`` are the most, 0 all.

    Raises
    ------
    InputError
        GW861, GW862, GW863: real GPUs are wanted, and cannot be found; GW864: with a shape of virtual ones.
    """
    from gigawatt.live.outside import client
    from gigawatt.live.settings import REAL

    if address:
        return Shape(nodes or 0, gpus_per_node or 0, words=f"Ray at {address}")
    before = client.shape_of(folder)
    told = nodes is not None or gpus_per_node is not None
    if real and told:
        seen = "--real takes the GPUs of this machine as they are"
        raise refuse("GW864", seen, "leave --nodes and --gpus-per-node away, or --real", "--real")
    was_real = before is not None and before[2] == REAL
    must = real or (was_real and real is None and not told)
    if must:
        return _real()
    if before is None and not told and real is None:
        try:
            return _real()
        except InputError as error:
            hint = str(error.problems[0].message) if DRIVER.exists() else ""
            remedy = f"; {error.problems[0].remedy}" if hint else ""
            return Shape(1, 8, hint=f"{hint}{remedy}")
    known = (1, 8) if before is None else before
    return Shape(nodes or known[0], gpus_per_node or known[1])


def _real() -> Shape:
    from gigawatt.live.nodes.gpus import find_gpus, in_words

    found = find_gpus()
    return Shape(1, len(found), tuple(gpu.uuid for gpu in found), in_words(found))
