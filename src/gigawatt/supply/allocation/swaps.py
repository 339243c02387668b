"""Exchanges that make no one worse: one tenant's idle chips go to another first, and come back in time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from gigawatt.supply.allocation.energise import by_tenant, energise, energise_tenant
from gigawatt.supply.allocation.policies.fcfs import first_come
from gigawatt.supply.allocation.problem import AllocationProblem, Counts

MOST_TRIED = 400
MOST_FOUND = 25


@dataclass(frozen=True, slots=True)
class Swap:
    """Chips that one tenant lets another have first."""

    chip: str
    gpus: int
    gives: str
    """Tenant whose delivery goes to the other on ``on``."""
    takes: str
    """Tenant that hands over a later delivery of its own on ``made_good``."""
    on: str
    made_good: str
    gain_gpu_months: float
    """Useful GPU-months that it makes; nobody loses any."""
    consented: bool
    """Whether both said that they consent to swaps."""

    def as_data(self) -> dict[str, Any]:
        """Plain data."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class _Offer:
    most: float
    """GPU-months that it could gain at best."""
    gives: int
    takes: int
    chip: int
    gpus: int
    early: int
    late: int


def find_swaps(problem: AllocationProblem, delivered: Counts | None = None) -> tuple[list[Swap], Counts]:
    """Find exchanges that make more and harm nobody, one after another, the most promising first.

    A swap moves a lot that its owner cannot switch on yet to a tenant that can, and repays it with a later
    delivery of that tenant before the owner could have switched it on. It is kept if the owner energises
    no chip later in any period, the other no fewer chips in any period, and the other gains.

    Parameters
    ----------
    problem
        The allotment.
    delivered
        Cumulative GPUs to start from, (tenant, chip, period); first come, first served where left out.

    Returns
    -------
    The swaps (at most 25), and the deliveries with all of them made.

    Notes
    -----
    Pairs only: no chains over three tenants. Of each pair and period the largest exchange is tried; the
    search ends after 400 simulated trials.
    """
    now = (first_come(problem) if delivered is None else delivered).copy()
    on = by_tenant(problem, energise(problem, now))
    found: list[Swap] = []
    tried = 0
    refused: set[tuple[int, int, int, int, int]] = set()
    while tried < MOST_TRIED and len(found) < MOST_FOUND:
        offers = sorted(_offers(problem, now, on), key=lambda o: (-o.most, o.early, o.gives, o.takes, o.chip))
        kept = None
        for offer in offers:
            key = (offer.gives, offer.takes, offer.chip, offer.early, offer.late)
            if key in refused or tried >= MOST_TRIED:
                continue
            tried += 1
            after = _made(now, offer)
            kept = _judge(problem, after, on, offer)
            if kept is not None:
                now = after
                break
            refused.add(key)
        if kept is None:
            break
        swap, on = kept
        found.append(swap)
    return found, now


def _offers(problem: AllocationProblem, delivered: Counts, on: Counts) -> Iterator[_Offer]:
    arrives = np.diff(delivered, axis=2, prepend=0)
    waits = delivered - on
    until = np.append(0.0, problem.months.cumsum())
    for gives, chip in np.argwhere(waits.any(axis=2)):
        lot = int(problem.lot[chip])
        for early in np.flatnonzero(arrives[gives, chip] >= lot):
            spare = np.minimum.accumulate(waits[gives, chip, early:])[:-1]
            for takes in range(len(problem.tenants)):
                if takes == gives or not spare.size:
                    continue
                gpus = np.minimum(
                    np.minimum(spare, arrives[gives, chip, early]), arrives[takes, chip, early + 1 :]
                )
                gpus = gpus // lot * lot
                most = gpus * (until[early + 1 : -1] - until[early])
                best = int(np.argmax(most))
                if most[best] > 0:
                    late = int(early) + 1 + best
                    yield _Offer(
                        float(most[best]), int(gives), takes, int(chip), int(gpus[best]), int(early), late
                    )


def _made(delivered: Counts, offer: _Offer) -> Counts:
    after = delivered.copy()
    between = slice(offer.early, offer.late)
    after[offer.gives, offer.chip, between] -= offer.gpus
    after[offer.takes, offer.chip, between] += offer.gpus
    return after


def _judge(
    problem: AllocationProblem, after: Counts, on: Counts, offer: _Offer
) -> tuple[Swap, Counts] | None:
    gives = energise_tenant(problem, offer.gives, after[offer.gives]).sum(axis=0)
    takes = energise_tenant(problem, offer.takes, after[offer.takes]).sum(axis=0)
    before = on[offer.takes].sum(axis=0)
    gain = float(((takes.sum(axis=0) - before) * problem.months).sum())
    harmed = (gives < on[offer.gives]).any() or (takes.sum(axis=0) < before).any()
    if harmed or gain <= 0:
        return None
    changed = on.copy()
    changed[offer.gives], changed[offer.takes] = gives, takes
    swap = Swap(
        chip=problem.chips[offer.chip],
        gpus=offer.gpus,
        gives=problem.tenants[offer.gives],
        takes=problem.tenants[offer.takes],
        on=problem.starts[offer.early].isoformat(),
        made_good=problem.starts[offer.late].isoformat(),
        gain_gpu_months=gain,
        consented=bool(problem.consents[offer.gives] and problem.consents[offer.takes]),
    )
    return swap, changed
