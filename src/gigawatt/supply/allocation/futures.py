r"""Futures of readiness: power, cooling, racks and crews of each site are late apart, or partly together.

What is ready at even odds on one day (P50) and with nine chances in ten on another (P90) takes a log-normal
time through both, counted from the day on which the dates were known:

.. math:: T = T_{50} \exp(\sigma z), \quad \sigma = \ln(T_{90} / T_{50}) / z_{0.9}, \quad z_{0.9} = 1.2816

The steps of one resource at one site share one z: it is one delay. Resources and sites draw theirs apart;
with a common cause a share :math:`\rho` of the variance is the same for all,
:math:`z = \sqrt\rho z_0 + \sqrt{1-\rho} z_i`. The draws are a Latin hypercube (McKay, Beckman and Conover,
Technometrics 21, 1979): each resource meets every N-th part of its distribution once, so that N draws give
the median and the P90 themselves.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from statistics import NormalDist

import numpy as np

from gigawatt.supply.allocation.inputs import CrewStep, PowerStep, RackStep, ReadinessTerms
from gigawatt.supply.allocation.problem import UNLIMITED, AllocationProblem, Floats, Readiness

Z90 = NormalDist().inv_cdf(0.9)
LEAST_DAYS = 30.0
"""What is still to be ready takes a month at even odds, at least (assumed)."""
RESOURCES = ("power", "cooling", "racks", "crews")
MOST_STATES = 200_000
"""Distinct futures x sites x chips x periods that are planned at once without being asked."""
LARGE_STATES = 25_000
"""The same for a problem that would exceed it: its linear program takes some seconds."""
LEAST_FUTURES = 8

Step = PowerStep | RackStep | CrewStep


@dataclass(frozen=True, slots=True)
class Futures:
    """Distinct futures, each with its probability."""

    ready: tuple[Readiness, ...]
    weight: Floats
    """Shape (futures,); they add up to 1."""
    drawn: int
    """Draws, before equal ones were laid together."""


def draw_futures(problem: AllocationProblem, count: int | None = None) -> Futures:
    """Draw futures of readiness, with the seed of the problem's terms; equal ones are laid together.

    Parameters
    ----------
    problem
        The allotment.
    count
        Number of draws. Default: the terms' ``scenarios``; of a problem too large for them fewer, at least 8.

    Examples
    --------
    >>> from gigawatt.supply import AllocationInput, lay_out
    >>> one = lay_out(AllocationInput.model_validate({
    ...     "name": "one", "start": "2024-01-01", "end": "2024-12-31", "period": "month",
    ...     "chips": [{"name": "h100", "it_power": "1.4 kW", "gpus_per_rack": 32, "value": "2 USD/GPU-h"}],
    ...     "tenants": [{"name": "A"}],
    ...     "sites": [{"name": "a", "tenant": "A", "power": [
    ...         {"from": "2024-06-01", "from_p90": "2024-10-01", "it_power": "20 MW"}]}],
    ...     "supply": [{"chip": "h100", "date": "2024-01-01", "gpus": 12000}],
    ...     "bookings": [{"tenant": "A", "chip": "h100", "gpus": 12000, "ordered": "2023-12-01",
    ...                   "due": "2024-01-01"}],
    ... }))
    >>> futures = draw_futures(one)
    >>> by_june, by_october = (sum(w for r, w in zip(futures.ready, futures.weight) if r.mw[0, t] > 0)
    ...                        for t in (5, 9))
    >>> round(float(by_june), 2), round(float(by_october), 2)
    (0.5, 0.9)
    """
    drawn = count or _affordable(problem)
    terms = problem.terms
    starts = np.array([day.toordinal() for day in problem.starts])
    known = (terms.known or problem.starts[0]).toordinal()
    common = _normal(drawn, terms.seed, "", "common cause")
    mw, racks, crews = [], [], []
    for site in problem.written:
        z = {name: _mixed(common, _normal(drawn, terms.seed, site.name, name), terms) for name in RESOURCES}
        power = _on_periods(site.power, [s.it_power_mw for s in site.power], z["power"], known, starts, 0.0)
        cooling = _on_periods(
            site.cooling, [s.it_power_mw for s in site.cooling], z["cooling"], known, starts, UNLIMITED
        )
        mw.append(np.minimum(power, cooling))
        counts = [float(s.racks) for s in site.racks]
        racks.append(_on_periods(site.racks, counts, z["racks"], known, starts, UNLIMITED))
        rates = [s.crews * s.rate_gpus_per_day for s in site.crews]
        rate = _on_periods(site.crews, rates, z["crews"], known, starts, UNLIMITED)
        crews.append(_whole_gpus(rate * problem.days) if site.crews else rate)
    return _distinct(np.array(mw), np.array(racks), np.array(crews))


def _affordable(problem: AllocationProblem) -> int:
    states = len(problem.sites) * len(problem.chips) * problem.periods
    if states * problem.terms.scenarios <= MOST_STATES:
        return problem.terms.scenarios
    return min(problem.terms.scenarios, max(LEAST_FUTURES, LARGE_STATES // states))


def _normal(count: int, seed: int, site: str, resource: str) -> Floats:
    """Draw standard normals, one from each of equal parts of the distribution, in a random order."""
    rng = np.random.default_rng([seed, zlib.crc32(f"{site}\0{resource}".encode())])
    middles = [NormalDist().inv_cdf((i + 0.5) / count) for i in range(count)]
    return rng.permutation(np.array(middles))


def _mixed(common: Floats, own: Floats, terms: ReadinessTerms) -> Floats:
    share = terms.common_cause_frac
    mixed: Floats = np.sqrt(share) * common + np.sqrt(1.0 - share) * own
    return mixed


def _on_periods(
    steps: Sequence[Step], values: Sequence[float], z: Floats, known: int, starts: Floats, otherwise: float
) -> Floats:
    """Lay steps on periods in every future, shape (futures, periods); ``otherwise`` where none is written."""
    periods = len(starts) - 1
    if not steps:
        return np.full((len(z), periods), otherwise)
    order = sorted(range(len(steps)), key=lambda i: steps[i].from_)
    days = np.stack([ready_day(steps[i].from_, steps[i].from_p90, z, known) for i in order], axis=1)
    days = np.maximum.accumulate(days, axis=1)  # a later step is not ready before an earlier one
    at = np.searchsorted(starts[:-1], days, side="left")
    out = np.zeros((len(z), periods))
    for k, i in enumerate(order):
        out = np.where(np.arange(periods) >= at[:, k, None], values[i], out)
    return out


def ready_day(p50: date, p90: date | None, z: Floats, known: int) -> Floats:
    """Ordinal of the day of readiness for standard normals z: log-normal through P50 and P90.

    A date without P90 holds. Where the P50 is less than a month after ``known`` (or before it), the time is
    counted from a month before the P50.
    """
    first = float(p50.toordinal())
    if p90 is None or p90 <= p50:
        return np.full(len(z), first)
    middle = max(first - known, LEAST_DAYS)
    spread = np.log((middle + (p90 - p50).days) / middle) / Z90
    late: Floats = np.ceil(first - middle + middle * np.exp(spread * z) - 1e-9)
    return late


def _whole_gpus(gpus: Floats) -> Floats:
    finished: Floats = np.diff(np.floor(gpus.cumsum(axis=1) + 1e-9), prepend=0.0, axis=1)
    return finished


def _distinct(mw: Floats, racks: Floats, crews: Floats) -> Futures:
    """Lay equal futures together; the arrays have the shape (sites, futures, periods)."""
    drawn = mw.shape[1]
    found: dict[bytes, tuple[Readiness, int]] = {}
    for n in range(drawn):
        parts = tuple(np.ascontiguousarray(each[:, n]) for each in (mw, racks, crews))
        key = b"".join(part.tobytes() for part in parts)
        ready, times = found.get(key, (Readiness(*parts), 0))
        found[key] = (ready, times + 1)
    distinct = tuple(each for each, _ in found.values())
    return Futures(distinct, np.array([times for _, times in found.values()]) / drawn, drawn)
