"""What a run leaves: traces, ledger, assumptions and notes, in one frozen value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gigawatt.kernel.clock import Clock
from gigawatt.results.columns import BINDINGS
from gigawatt.results.ledger import Ledger

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened on a day."""

    day: date
    site: str
    kind: str
    """delivery, hall, grid, generator, storage, solar, permit, cooling, water, workload, milestone,
    binding, shed, price."""
    text: str
    source: str = ""


@dataclass(frozen=True, slots=True)
class QueueTrace:
    """How the jobs of one workload went, as they were simulated (before any shedding).

    ``columns`` are those of :data:`gigawatt.results.columns.QUEUES`, shape (hours,).
    """

    columns: Mapping[str, Array]
    mean_wait_h: float
    """In the queue, over the jobs that started."""
    oversized_jobs: int
    """That ask for more GPUs than it ever holds; they never start."""


@dataclass(frozen=True, slots=True)
class WorkloadTrace:
    """One workload on one site; hourly arrays have the shape (hours,), daily ones (days,)."""

    name: str
    site: str
    kind: str
    tenant: str
    gpus: Array
    """Daily mean of the GPUs given to it."""
    it_mw: Array
    """Daily mean of its power."""
    tokens: Array
    """Tokens a day; zeros where the workload has none."""
    goodput_frac: Array
    """Daily mean of the share of its GPU time that makes progress."""
    queue: QueueTrace | None = None
    """Of a workload of the kind 'jobs'."""


@dataclass(frozen=True, slots=True)
class SiteTrace:
    """What happened on one site."""

    name: str
    title: str
    hourly: Mapping[str, Array]
    """Columns of :data:`gigawatt.results.columns.HOURLY`, shape (hours,)."""
    daily: Mapping[str, Array]
    """Columns of :data:`gigawatt.results.columns.DAILY`, shape (days,)."""
    binding: NDArray[np.int8]
    """Index into :data:`BINDINGS`, shape (days,)."""
    gpus_by_chip: Mapping[str, Mapping[str, Array]]
    """State ('ordered', 'delivered', 'installed', 'energised') -> chip -> daily array."""
    water_by_source_m3: Mapping[str, Array]
    """Hourly draw by source, shape (hours,)."""
    workloads: tuple[WorkloadTrace, ...]
    permit_nox_short_tons: Mapping[str, Array] = field(default_factory=dict)
    """Permit -> nitrogen oxides of its own units in the year that ends with each day, shape (days,)."""

    def binding_names(self) -> list[str]:
        """Name what binds on each day."""
        return [BINDINGS[i] for i in self.binding]


@dataclass(frozen=True, slots=True)
class Assumption:
    """One number (or choice) that the result rests on."""

    path: str
    """Field of the scenario, or ``catalog.KIND.ROW.FIELD``."""
    value: str
    """As used, with its unit."""
    low: str
    high: str
    """Range as written; empty for a point."""
    origin: str
    """'given', 'catalogue' or 'default'."""
    source: str
    as_of: str
    confidence: str
    note: str


@dataclass(frozen=True, slots=True)
class Note:
    """A doubt or a conflict of sources that the reader must know."""

    kind: str
    """'doubt', 'conflict', 'limit' or 'option'."""
    title: str
    text: str
    source: str = ""
    effect: str = ""
    """What it would change, where a number is known."""


@dataclass(frozen=True, slots=True)
class UnitCost:
    """Cost of one unit of product on one site and year, in USD; components add up to ``total_usd``."""

    site: str
    period: str
    product: str
    """'GPU-hour', or 'million tokens: WORKLOAD'."""
    components_usd: Mapping[str, float]
    """chips, facility, power, operation, finance, idleness."""
    total_usd: float
    basis: str
    """How it is computed, in words."""


@dataclass(frozen=True, slots=True)
class DealResult:
    """The campus's financing in plain values; nothing but ``refused`` where it cannot be closed."""

    refused: str = ""
    """Why the deal cannot be closed, and what would mend it; empty where it closes."""
    figures: Mapping[str, Any] = field(default_factory=dict)
    """Dates, interest during construction, and the figures of ``gigawatt finance --json``."""
    months: tuple[str, ...] = ()
    """From close to the end, 'YYYY-MM'."""
    columns: Mapping[str, Array] = field(default_factory=dict)
    """Columns of :data:`gigawatt.results.columns.FINANCE`, shape (months,)."""
    deal: Mapping[str, Any] = field(default_factory=dict)
    """The deal with the campus's dates and amounts in it, as ``gigawatt finance`` reads it."""


@dataclass(frozen=True, slots=True)
class Run:
    """One run of one scenario, whole."""

    scenario: str
    title: str
    description: str
    version: str
    seed: int
    clock: Clock
    sites: Mapping[str, SiteTrace]
    ledger: Ledger
    monthly: Mapping[str, Mapping[str, Any]]
    """Site -> column -> array (months,) or dict of arrays; the contract's figures."""
    unit_costs: tuple[UnitCost, ...]
    events: tuple[Event, ...]
    assumptions: tuple[Assumption, ...]
    notes: tuple[Note, ...]
    resolved: Mapping[str, Any] = field(default_factory=dict)
    """The scenario with every default explicit, as plain data."""
    scenario_sha256: str = ""
    overrides: tuple[str, ...] = ()
    tenants: Mapping[str, float] = field(default_factory=dict)
    """Tenant -> share of the campus's GPUs that it owns."""
    reported: tuple[tuple[str, date, float, str], ...] = ()
    """(site, day, GPUs, source) as published, to lay beside the model's line."""
    finance: DealResult | None = None
    """Where the scenario has a ``finance`` part."""
