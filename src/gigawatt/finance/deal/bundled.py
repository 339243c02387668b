"""The deals that come with Gigawatt, and how a deal is read by itself."""

from __future__ import annotations

from functools import cache
from importlib.resources import files


@cache
def deal_names() -> tuple[str, ...]:
    """Name the bundled deals.

    >>> "spv-20bn" in deal_names()
    True
    """
    folder = files("gigawatt.finance") / "deals"
    return tuple(sorted(f.name.removesuffix(".yaml") for f in folder.iterdir() if f.name.endswith(".yaml")))


def deal_bytes(name: str) -> bytes:
    """Return the file of a bundled deal."""
    if name not in deal_names():
        raise ValueError(f"no bundled deal is called {name!r}; there are {', '.join(deal_names())}")
    return (files("gigawatt.finance") / "deals" / f"{name}.yaml").read_bytes()
