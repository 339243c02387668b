"""Closed forms, published failure counts and logged runs beside the cluster simulation."""

from __future__ import annotations

from pathlib import Path

from gigawatt.validation.cluster_failures import failure_rows
from gigawatt.validation.cluster_logs import log_rows
from gigawatt.validation.cluster_queues import queue_rows
from gigawatt.validation.cluster_shared import shared_rows
from gigawatt.validation.rows import ValidationRow


def rows(shared: Path | None) -> list[ValidationRow]:
    """Compare the cluster room with closed forms, published counts and logged runs.

    Parameters
    ----------
    shared
        Folder of the measured data; None leaves out the rows that need it.
    """
    found = [*queue_rows(), *failure_rows(), *shared_rows()]
    if shared is not None:
        found += log_rows(shared)
    return found
