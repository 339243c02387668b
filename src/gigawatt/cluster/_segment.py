"""Compiled: the steps of a running job for those who seldom need them, compiled once and called.

The loop itself has them inlined; inlined into every failure, drain and resize as well, they would be compiled
a dozen times.
"""

from __future__ import annotations

from gigawatt.cluster import _core
from gigawatt.cluster._arrays import Sim
from gigawatt.cluster._queue import part
from gigawatt.cluster.state import State

_close, _open, _end = _core.close_segment, _core.open_segment, _core.end_run


@part
def close_segment(state: State, sm: Sim, j: int) -> None:
    """Book what a running job did since its segment began."""
    _close(state, sm, j)


@part
def open_segment(state: State, sm: Sim, j: int) -> None:
    """Set when a running job will end, and when it is expected to."""
    _open(state, sm, j)


@part
def end_run(state: State, sm: Sim, j: int, node: int) -> None:
    """Stop counting a job as running; its GPUs are still to be given back."""
    _end(state, sm, j, node)
