"""Trace, ledger and the run folder: what a run leaves, written and read back."""

from gigawatt.results.columns import BINDINGS, DAILY, FINANCE, HOURLY, QUEUES
from gigawatt.results.ledger import ACCOUNTS, INTERNAL, Entry, Ledger
from gigawatt.results.run import (
    Assumption,
    DealResult,
    Event,
    Note,
    QueueTrace,
    Run,
    SiteTrace,
    UnitCost,
    WorkloadTrace,
)

_LAZY = {"write_run": "folder", "read_tables": "folder", "read_manifest": "folder", "tables": "tables"}


def __getattr__(name: str) -> object:
    """Load what needs Arrow only when it is asked for."""
    if name in _LAZY:
        from importlib import import_module

        return getattr(import_module(f"gigawatt.results.{_LAZY[name]}"), name)
    raise AttributeError(name)


__all__ = [
    "ACCOUNTS",
    "BINDINGS",
    "DAILY",
    "FINANCE",
    "HOURLY",
    "INTERNAL",
    "QUEUES",
    "Assumption",
    "DealResult",
    "Entry",
    "Event",
    "Ledger",
    "Note",
    "QueueTrace",
    "Run",
    "SiteTrace",
    "UnitCost",
    "WorkloadTrace",
    "read_manifest",
    "read_tables",
    "tables",
    "write_run",
]
