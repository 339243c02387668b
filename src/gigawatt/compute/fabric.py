"""The power of the network that joins GPUs, from its switches, links and optics."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Fabric:
    """A non-blocking fat tree (folded Clos) of one kind of switch."""

    radix: int
    """Ports of a switch at the endpoint's speed."""
    switch_kw: float
    """Power of a switch without optics."""
    switch_optic_kw: float
    """Power of the transceiver at one switch port (half of a twin-port module)."""
    endpoint_optic_kw: float
    """Power of the transceiver at the endpoint."""
    ports_per_gpu: float
    """Endpoints a GPU brings: one for each plane or rail, and its share of the host's own port."""


def fabric_tiers(endpoints: float, radix: int) -> int:
    """Fewest tiers of a non-blocking fat tree that joins so many endpoints.

    A tree of t tiers joins at most 2 (k/2)^t endpoints: k, k²/2, k³/4, ...

    >>> fabric_tiers(8_192, 128), fabric_tiers(8_193, 128), fabric_tiers(524_289, 128)
    (2, 3, 4)
    """
    if endpoints <= 0 or radix < 4:
        raise ValueError(f"a fabric needs endpoints and a radix of at least 4, not {endpoints:g} and {radix}")
    tiers = 1
    while endpoints > 2.0 * (radix / 2.0) ** tiers:
        tiers += 1
    return tiers


def fabric_power_kw_per_gpu(fabric: Fabric, gpus: float) -> float:
    """Power of the scale-out network for each GPU, in kW, outside the computers' own boxes.

    A non-blocking tree of t tiers over N endpoints has (2t-1) N/k switches and t N links. A link between
    switches has two transceivers at switch ports; a link to an endpoint has one there and one at the
    endpoint.

    Parameters
    ----------
    fabric
        Switch, optics and ports a GPU.
    gpus
        GPUs joined, > 0. Planes (``ports_per_gpu`` > 1) are trees of their own: the tiers follow from
        the number of GPUs, the count of switches from the ports.

    Notes
    -----
    Valid for full bisection. Copper in place of optics on the first hop, oversubscribed upper tiers and
    optical circuit switches draw less. Network cards draw within the computer's own maximum.

    References
    ----------
    Al-Fares et al., SIGCOMM 2008, doi:10.1145/1402958.1402967. The counts of switches agree with a
    published bill of materials at radix 64: 96 for 2,048 endpoints, 2,560 for 32,768.

    Examples
    --------
    >>> sn5600 = Fabric(radix=128, switch_kw=0.94, switch_optic_kw=0.008, endpoint_optic_kw=0.009,
    ...                 ports_per_gpu=1.125)
    >>> round(fabric_power_kw_per_gpu(sn5600, 100_000), 4)
    0.0964
    """
    tiers = fabric_tiers(gpus, fabric.radix)
    switches_per_port = (1.0 if tiers == 1 else 2.0 * tiers - 1.0) / fabric.radix
    optics_kw = (2.0 * tiers - 1.0) * fabric.switch_optic_kw + fabric.endpoint_optic_kw
    return fabric.ports_per_gpu * (switches_per_port * fabric.switch_kw + optics_kw)
