"""Which engine ``gigawatt up`` takes: what is said, else what the cluster had before."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.util import find_spec

from gigawatt.kernel.errors import InputError, Problem


def choose_engine(before: Mapping[str, str], engine: str | None, address: str | None) -> tuple[str, str]:
    """Return engine and address; no address: this machine.

    Raises
    ------
    InputError
        GW890: Ray is not installed; GW895: an address without Ray.

    Examples
    --------
    >>> choose_engine({"shape": "4 x 8", "engine": "embedded"}, None, None)
    ('embedded', '')
    """
    kind = engine or before.get("engine", "embedded")
    if kind == "embedded" and address is not None:
        seen = "an address is that of a Ray cluster, and this one is embedded"
        raise InputError(
            Problem("GW895", seen, "add --engine ray, or leave --address away", file="--address")
        )
    at = ""
    if kind == "ray":
        if find_spec("ray") is None:
            seen = "--engine ray needs Ray, which is not installed"
            raise InputError(Problem("GW890", seen, "pip install 'gigawatt[ray]'", file="--engine"))
        at = before.get("address", "") if address is None else address
    return kind, at


def check_counted(address: str, nodes: int | None, gpus_per_node: int | None) -> None:
    """Refuse a power budget for GPUs that nobody has counted yet.

    Raises
    ------
    InputError
        GW896: the nodes are those of a Ray cluster, and it is not said how many.
    """
    if address and not (nodes and gpus_per_node):
        seen = "a power budget needs the number of GPUs, and those of a Ray cluster are not known yet"
        remedy = "give --nodes and --gpus-per-node too"
        raise InputError(Problem("GW896", seen, remedy, file="--power-budget"))
