"""The bundled Colossus campus beside Epoch AI's estimates of its facility power.

Modelled here: installed GPUs (inputs) times the provisioned power of their system, times the PUE of the
cooling plant of that date at the design hour (hottest of 20 years). Supply is ignored; what the documented
supply could carry is a table of its own. Nothing is fitted to the published figures, and no constant belongs
to a site.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from gigawatt.results import BINDINGS
from gigawatt.scenario.campus import Campus
from gigawatt.study.build import SiteBuild, build_site
from gigawatt.validation.rows import ValidationRow

EPOCH = "Epoch AI, Frontier Data Centers, August 2026 (CC BY 4.0); an estimate, not a meter"
COUNTS = "chip counts are inputs, from the same public sources"
NAIVE_PUE = 1.30
"""Epoch AI's median peak PUE of all its sites, August 2026."""
MEAN_TOLERANCE = 0.07
WORST_TOLERANCE = 0.13

PUBLISHED: tuple[tuple[str, date, float], ...] = (
    ("colossus-1", date(2024, 8, 11), 45.0),
    ("colossus-1", date(2024, 9, 2), 181.0),
    ("colossus-1", date(2025, 2, 17), 361.0),
    ("colossus-1", date(2025, 7, 22), 442.0),
    ("colossus-1", date(2026, 2, 11), 425.0),
    ("colossus-2", date(2025, 10, 19), 323.0),
    ("colossus-2", date(2026, 4, 6), 661.0),
    ("colossus-2", date(2026, 7, 1), 1276.0),
)
"""Site, day, facility megawatts."""

REPORTED: tuple[tuple[str, date, float, str], ...] = (
    ("colossus-1", date(2024, 9, 30), 100_000.0, "compute-atlas; Musk: online on 2024-09-02"),
    ("colossus-1", date(2025, 2, 28), 200_000.0, "techjuice; muskwatch"),
    ("colossus-1", date(2025, 7, 31), 230_000.0, "SemiAnalysis; Epoch AI"),
)
"""Site, day, GPUs said to be online, source."""


@dataclass(frozen=True, slots=True)
class SupplyRow:
    """What the documented supply carries on a day, beside what was reported."""

    site: str
    date: str
    reported_gpus: float
    energised_gpus: float
    installed_gpus: float
    binding: str
    needed_facility_mw: float
    firm_power_mw: float
    measured_facility_mw: float
    """What the reported GPUs draw in training at the plant's PUE of the design hour."""
    explanation: str
    source: str


@cache
def campus_and_builds() -> tuple[Campus, dict[str, SiteBuild]]:
    """Resolve the bundled campus and build its sites, once."""
    from gigawatt.scenario import read_scenario
    from gigawatt.scenario.resolve import resolve

    campus = resolve(read_scenario("colossus").scenario)
    return campus, {name: build_site(campus, site) for name, site in campus.sites.items()}


def _naive_mw(build: SiteBuild, day: int) -> float:
    """Server's data-sheet maximum for each GPU times one PUE for all."""
    kw = np.array([s.system_kw_per_gpu for s in build.systems])
    return float(build.built.installed[day] @ kw) * 1e-3 * NAIVE_PUE


def facility_rows(campus: Campus, builds: dict[str, SiteBuild]) -> list[ValidationRow]:
    """Compare facility megawatts at Epoch's dates."""
    out = []
    for site, day, published in PUBLISHED:
        build, at = builds[site], campus.clock.day_index(day)
        out.append(
            ValidationRow(
                model="campus",
                group=f"facility power, {site}",
                quantity="facility power provisioned, MW",
                published=published,
                modelled=float(build.energised.installed_facility_mw[at]),
                tolerance=WORST_TOLERANCE,
                relative=True,
                source=EPOCH,
                baseline=_naive_mw(build, at),
                note=f"{day}; PUE at the design hour {build.pue_design[at]:.3f}; {COUNTS}",
            )
        )
    return out


def supply_rows(campus: Campus, builds: dict[str, SiteBuild]) -> list[SupplyRow]:
    """Lay what documented supply carries beside what was reported, and explain the difference."""
    out = []
    for site, day, reported, source in REPORTED:
        build, at = builds[site], campus.clock.day_index(day)
        e = build.energised
        installed = build.built.installed[at]
        kw = np.array([s.measured_kw_per_gpu("training") for s in build.systems])
        share = reported / max(float(installed.sum()), 1.0)
        measured = float(installed @ kw) * 1e-3 * share * float(build.pue_design[at])
        row = SupplyRow(
            site=site,
            date=day.isoformat(),
            reported_gpus=reported,
            energised_gpus=float(e.gpus[at].sum()),
            installed_gpus=float(installed.sum()),
            binding=BINDINGS[int(e.binding[at])],
            needed_facility_mw=float(e.installed_facility_mw[at]),
            firm_power_mw=float(e.firm_power_mw[at]),
            measured_facility_mw=measured,
            explanation=_explain(reported, float(e.gpus[at].sum()), float(e.firm_power_mw[at]), measured),
            source=source,
        )
        out.append(row)
    return out


def _explain(reported: float, energised: float, firm_mw: float, measured_mw: float) -> str:
    if energised >= reported * 0.99:
        return "the documented supply carries all that was reported"
    base = (
        f"documented firm power of {firm_mw:,.0f} MW carries {energised:,.0f} GPUs at their provisioned "
        f"power on the hottest hour of 20 years; the reported {reported:,.0f} would draw about "
        f"{measured_mw:,.0f} MW in training"
    )
    gap = measured_mw - firm_mw
    if gap <= 0.0:
        return f"{base}, which the documented supply covers: they ran below their rating"
    return (
        f"{base}: {gap:,.0f} MW more than is documented for that day, so some ran on units that pictures "
        "show only later, below their rating, or not all at once"
    )


def rows(shared: Path | None) -> list[ValidationRow]:  # noqa: ARG001 - one signature for all models
    """Return the campus's rows; they need no measured data beside the repository."""
    campus, builds = campus_and_builds()
    return facility_rows(campus, builds)


def report() -> dict[str, Any]:
    """Return what ``gigawatt validate campus --json`` prints."""
    campus, builds = campus_and_builds()
    found = facility_rows(campus, builds)
    errors = [abs(r.error_frac) for r in found]
    naive = [abs((r.baseline or 0.0) / r.published - 1.0) for r in found]
    september = campus.clock.month_of_day == campus.clock.months.index("2025-09")
    binding = np.bincount(builds["colossus-1"].energised.binding[september], minlength=len(BINDINGS))
    checks = {
        "mape_at_most_7_percent": float(np.mean(errors)) <= MEAN_TOLERANCE,
        "none_above_13_percent": max(errors) <= WORST_TOLERANCE,
        "better_than_naive": float(np.mean(errors)) < float(np.mean(naive)),
        "cooling_binds_at_colossus_1_in_2025_09": BINDINGS[int(binding.argmax())] == "cooling",
    }
    return {
        "rows": [
            {
                "site": site,
                "date": day.isoformat(),
                "quantity": r.quantity,
                "published": r.published,
                "modelled": r.modelled,
                "error_frac": r.error_frac,
                "naive": r.baseline,
                "naive_error_frac": (r.baseline or 0.0) / r.published - 1.0,
                "source": r.source,
                "note": r.note,
                "holds": r.holds,
            }
            for (site, day, _), r in zip(PUBLISHED, found, strict=True)
        ],
        "mape": float(np.mean(errors)),
        "worst": max(errors),
        "naive_mape": float(np.mean(naive)),
        "supply": [
            {name: getattr(row, name) for name in SupplyRow.__dataclass_fields__}
            for row in supply_rows(campus, builds)
        ],
        "checks": checks,
    }
