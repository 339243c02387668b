"""Trace, ledger and the run folder: what a run leaves, written and read back."""

from gigawatt.results.columns import BINDINGS, DAILY, HOURLY
from gigawatt.results.ledger import ACCOUNTS, INTERNAL, Entry, Ledger
from gigawatt.results.run import Assumption, Event, Note, Run, SiteTrace, UnitCost, WorkloadTrace

__all__ = [
    "ACCOUNTS",
    "BINDINGS",
    "DAILY",
    "HOURLY",
    "INTERNAL",
    "Assumption",
    "Entry",
    "Event",
    "Ledger",
    "Note",
    "Run",
    "SiteTrace",
    "UnitCost",
    "WorkloadTrace",
]
