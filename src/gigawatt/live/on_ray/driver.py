"""A process as a user of a Ray cluster."""

from __future__ import annotations

import socket

import ray

from gigawatt.kernel.errors import InputError, Problem

_KNOCK_S = 5.0


def connect(address: str, namespace: str) -> None:
    """Become a user of the Ray cluster at an address.

    Raises
    ------
    InputError
        GW891: none answers there, or it does not take us.
    """
    host, _, port = address.rpartition(":")
    try:
        if port.isdecimal():
            socket.create_connection((host.strip("[]"), int(port)), _KNOCK_S).close()
        ray.init(
            address=address, namespace=namespace, log_to_driver=False, configure_logging=False,
        )  # fmt: skip
    except (OSError, OverflowError, ray.exceptions.RayError, RuntimeError, ValueError) as error:
        why = str(error).partition("\n")[0] or type(error).__name__
        seen = f"no Ray cluster takes us at {address}: {why}"
        remedy = (
            "ray status tells whether one runs; it and this machine need one version of Ray and of Python"
        )
        raise InputError(Problem("GW891", seen, remedy, file="--address")) from None
