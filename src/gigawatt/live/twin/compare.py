"""Predicted beside measured: order of starts, waits, completion times, goodput."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gigawatt.cluster.jobs import Floats
from gigawatt.cluster.schedule import Schedule
from gigawatt.live.twin.predict import Prediction
from gigawatt.live.twin.record import Measured

_BLOCK = 512
WITHIN_FRAC = 0.1
"""Errors of completion times are counted that are at most so large."""


def compare(measured: Measured, prediction: Prediction) -> dict[str, Any]:
    """Lay a prediction beside what was measured.

    Returns
    -------
    dict
        ``durations``; ``starts``: how many jobs started, of how many pairs of them the order is that of the
        prediction, whether all are, how often the policy ordered a start, and how many of these orders the
        prediction has at the very same instant; ``wait_s``, ``jct_s``: mean measured and predicted, mean and
        largest difference; ``jct_error_frac``: of the finished jobs, median, 90th percentile and largest of
        the difference over the measured time, and ``within_10_percent``: the share at most 10 %;
        ``makespan_s`` (of the jobs that ended in both), ``goodput_frac``, ``utilisation_frac``: measured and
        predicted.
    """
    was, says = measured.schedule, prediction.schedule
    agreeing, pairs = same_order(was.first_start_s, says.first_start_s)
    return {
        "durations": prediction.durations,
        "policy": says.policy,
        "starts": {
            "count": int((~np.isnan(was.first_start_s)).sum()),
            "pairs": pairs,
            "pairs_in_order": agreeing,
            "in_order": agreeing == pairs,
            "orders": len(measured.orders),
            "orders_at_the_same_instant": _same_instants(measured, says),
        },
        "wait_s": _pair(was.wait_s, says.wait_s, ~np.isnan(was.first_start_s)),
        "jct_s": _pair(was.jct_s, says.jct_s, was.finished & says.ended),
        "jct_error_frac": _errors(was, says),
        "makespan_s": _makespans(was, says),
        "goodput_frac": {"measured": _goodput(was), "predicted": _goodput(says)},
        "utilisation_frac": {"measured": was.utilisation_frac, "predicted": says.utilisation_frac},
    }


def _makespans(was: Schedule, says: Schedule) -> dict[str, float | None]:
    both = was.ended & says.ended
    if not both.any():
        return {"measured": None, "predicted": None}
    first_s = float(was.jobs.submit_s[0])
    return {
        "measured": float(was.end_s[both].max()) - first_s,
        "predicted": float(says.end_s[both].max()) - first_s,
    }


def _same_instants(measured: Measured, says: Schedule) -> int:
    predicted = Counter(zip(says.runs.start_s.tolist(), says.runs.job.tolist(), strict=True))
    return (Counter(measured.orders) & predicted).total()


def same_order(measured_s: Floats, predicted_s: Floats) -> tuple[int, int]:
    """Count pairs of jobs that both started, and those of them that did so in the same order.

    Jobs that start at one instant are in no order: they agree with any.

    Examples
    --------
    >>> same_order(np.array([0.0, 1.0, 2.0]), np.array([5.0, 7.0, 6.0]))
    (2, 3)
    """
    both = ~np.isnan(measured_s) & ~np.isnan(predicted_s)
    a, b = measured_s[both], predicted_s[both]
    n = a.size
    against = 0
    for first in range(0, n, _BLOCK):
        one = slice(first, first + _BLOCK)
        wrong = (a[one, None] < a) & (b[one, None] > b)
        against += int(wrong.sum())
    pairs = n * (n - 1) // 2
    return pairs - against, pairs


def rows(measured: Measured, predictions: list[Prediction]) -> list[dict[str, Any]]:
    """One row a job: when it started and how long it took, measured and predicted; None: it did not."""
    was = measured.schedule
    found = []
    for i in range(len(was.jobs)):
        row: dict[str, Any] = {
            "id": int(was.jobs.ids[i]),
            "tenant": was.jobs.tenants[int(was.jobs.tenant[i])],
            "gpus": int(was.jobs.gpus[i]),
            "start_s": _or_none(was.first_start_s[i]),
            "wait_s": _or_none(was.wait_s[i]),
            "jct_s": _or_none(was.jct_s[i]),
        }
        for prediction in predictions:
            says = prediction.schedule
            row[prediction.durations] = {
                "start_s": _or_none(says.first_start_s[i]),
                "wait_s": _or_none(says.wait_s[i]),
                "jct_s": _or_none(says.jct_s[i]),
            }
        found.append(row)
    return found


def _or_none(value: float) -> float | None:
    return None if np.isnan(value) else float(value)


def _goodput(schedule: Schedule) -> float | None:
    held = schedule.fates.total - schedule.fates.down - schedule.fates.idle
    return schedule.goodput_frac if held > 0.0 else None


def _pair(measured: Floats, predicted: Floats, which: NDArray[np.bool_]) -> dict[str, float | None]:
    which = which & ~np.isnan(measured) & ~np.isnan(predicted)
    names = ("measured", "predicted", "mean_difference", "largest_difference")
    if not which.any():
        return dict.fromkeys(names)
    a, b = measured[which], predicted[which]
    difference = np.abs(b - a)
    values = (a.mean(), b.mean(), difference.mean(), difference.max())
    return {name: float(value) for name, value in zip(names, values, strict=True)}


def _errors(was: Schedule, says: Schedule) -> dict[str, float | int | None]:
    which = was.finished & says.ended
    names = ("jobs", "median", "p90", "largest", "within_10_percent")
    if not which.any():
        return {**dict.fromkeys(names), "jobs": 0}
    errors = np.abs(says.jct_s - was.jct_s)[which] / was.jct_s[which]
    return {
        "jobs": int(which.sum()),
        "median": float(np.median(errors)),
        "p90": float(np.percentile(errors, 90)),
        "largest": float(errors.max()),
        "within_10_percent": float((errors <= WITHIN_FRAC).mean()),
    }
