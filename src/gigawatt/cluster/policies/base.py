"""What a policy is to its caller: a name, a function, its options."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from gigawatt.cluster.state import State

Decide = Callable[[State, float], int]
"""A policy's function: reads the state, writes ``state.actions``, returns how many."""


@dataclass(frozen=True, slots=True)
class Policy:
    """A compiled policy by its module, which is imported when it is used, or a function of one's own."""

    name: str
    module: str = ""
    """Module whose ``decide`` is the policy; empty where ``function`` is given."""
    options: tuple[float, ...] = ()
    """What ``state.options`` holds; each policy documents its own."""
    round_s: float = 0.0
    """Decide only at multiples of this time. Default 0: whenever something happens."""
    function: Decide | None = None
    """A function with the interface of :mod:`gigawatt.cluster.state`; in plain Python it runs more slowly."""
    keeps_quotas: bool = False
    """Whether quotas also bound elastic jobs, which else grow into what nobody waits for."""

    def decide(self) -> Any:
        """The function; compiled on first use, then read from the cache."""
        if self.function is not None:
            return self.function
        return import_module(self.module).decide

    def __repr__(self) -> str:
        rounds = f", round_s={self.round_s:g}" if self.round_s else ""
        return f"Policy({self.name!r}, options={self.options}{rounds})"
