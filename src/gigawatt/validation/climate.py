"""Synthetic weather beside typical years and published design conditions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from gigawatt.climate import Place, place, synthesise
from gigawatt.climate.readers import read_tmy3
from gigawatt.kernel.clock import Clock
from gigawatt.kernel.handover import Weather
from gigawatt.kernel.psychrometrics import wet_bulb_c
from gigawatt.validation.rows import ValidationRow

Array = NDArray[np.float64]

SEEDS = range(20)
YEAR = Clock(date(2025, 1, 1), date(2026, 1, 1))
TWENTY_YEARS = Clock(date(2001, 1, 1), date(2021, 1, 1))


KNOWN_TO_UNDERSTATE = ("memphis",)
"""Places whose typical year is known to lie below the wet bulb of 25 years (25.8 of 26.8 degC): there the
tolerance is lopsided. Where the sign is not known beforehand, a year may differ either way."""


@dataclass(frozen=True, slots=True)
class _Check:
    """One quantity of a year and the difference that is allowed."""

    quantity: str
    measure: Callable[[Weather], float]
    tolerance: float
    low: float | None = None
    relative: bool = False


CHECKS = (
    _Check("annual mean dry bulb, degC", lambda w: float(w.dry_bulb_c.mean()), 0.7),
    _Check("annual mean wet bulb, degC", lambda w: float(w.wet_bulb_c.mean()), 0.7),
    _Check(
        "wet bulb of the 99.6th percentile, degC",
        lambda w: float(np.percentile(w.wet_bulb_c, 99.6)),
        1.5,
        -0.5,
    ),
    _Check(
        "dry bulb of the 99.6th percentile, degC", lambda w: float(np.percentile(w.dry_bulb_c, 99.6)), 1.5
    ),
    _Check(
        "hours with dry bulb + 8 K at most 30 degC, %",
        lambda w: 100.0 * float((w.dry_bulb_c + 8.0 <= 30.0).mean()),
        4.0,
    ),
    _Check(
        "global irradiation, kWh/m2 a year",
        lambda w: float(w.ghi_w_per_m2.sum()) / 1000.0,
        0.07,
        relative=True,
    ),
)


@dataclass(frozen=True, slots=True)
class _Design:
    """Published design conditions of one place [degC]; all read or recalled apart from the model's inputs."""

    name: str
    dry_bulb: tuple[float, float]
    """Exceeded in 0.4 and 1 % of hours."""
    coincident_wet_bulb: float
    """Mean wet bulb at the first of them."""
    wet_bulb: tuple[float, float]
    """Exceeded in 0.4 and 1 % of hours."""
    heating: tuple[float, float]
    """Dry bulb exceeded in 99.6 and 99 % of hours."""
    station: str
    dry_bulb_fitted: bool = False
    """The spread and skewness of the dry bulb were derived from the same table's monthly percentiles."""
    from_memory: bool = False


DESIGNS = (
    _Design("memphis", (35.6, 34.4), 25.2, (26.8, 26.2), (-8.3, -5.7), "723340"),
    _Design("greensboro", (33.4, 32.2), 23.7, (25.0, 24.3), (-8.3, -5.7), "723170"),
    _Design("phoenix", (43.4, 42.3), 21.1, (24.5, 24.0), (3.7, 5.2), "722780", dry_bulb_fitted=True),
    _Design("dublin", (22.0, 20.6), 17.2, (18.2, 17.3), (-1.6, -0.4), "039690", from_memory=True),
    _Design("abu-dhabi", (44.9, 43.3), 23.2, (30.6, 30.0), (11.5, 12.9), "412170", dry_bulb_fitted=True),
    _Design("singapore", (33.2, 32.8), 26.4, (27.7, 27.4), (23.0, 23.5), "486980"),
)


def rows(shared: Path | None) -> list[ValidationRow]:
    """Compare; Memphis' year needs the shared folder, Greensboro's the test extra (pvlib's data)."""
    found = []
    if shared is not None and (memphis := shared / "weather" / "memphis_tmy3_compact.csv").is_file():
        found += _year_rows(
            "memphis", _read_compact(memphis), "TMY3 of Memphis, 723340 (NREL, months of 1977-2004)"
        )
    if (greensboro := _greensboro_path()) is not None:
        measured = read_tmy3(greensboro).weather
        found += _year_rows("greensboro", measured, "TMY3 of Greensboro, 723170 (NREL), bundled with pvlib")
    for design in DESIGNS:
        found += _design_rows(design)
    return found + _degree_day_rows()


def _greensboro_path() -> Path | None:
    spec = find_spec("pvlib")
    if spec is None or spec.origin is None:
        return None
    path = Path(spec.origin).parent / "data" / "723170TYA.CSV"
    return path if path.is_file() else None


def _read_compact(path: Path) -> Weather:
    table = np.genfromtxt(path, delimiter=",", names=True)
    return Weather(
        dry_bulb_c=table["dry_bulb_c"],
        dew_point_c=table["dew_point_c"],
        wet_bulb_c=table["wet_bulb_c"],
        pressure_pa=table["pressure_pa"],
        ghi_w_per_m2=table["ghi_wh_m2"],
    )


def without_weather(where: Place) -> Weather:
    """Make the naive year: every hour at its month's normal dry bulb, dew point and radiation."""
    month = YEAR.calendar_month() - 1
    dry = np.asarray(where.dry_bulb_c)[month]
    dew = np.asarray(where.dew_point_c)[month]
    pressure = np.asarray(where.station_pressure_pa)[month]
    ghi = np.asarray(where.ghi_kwh_per_m2_day)[month] * 1000.0 / 24.0
    return Weather(dry, dew, wet_bulb_c(dry, dew, pressure), pressure, ghi)


def _year_rows(name: str, measured: Weather, source: str) -> list[ValidationRow]:
    """The worst of twenty seeds, each quantity by itself."""
    where = place(name)
    years = [synthesise(where, YEAR, np.random.default_rng(seed)) for seed in SEEDS]
    naive = without_weather(where)
    found = []
    for check in CHECKS:
        published = check.measure(measured)
        candidates = [
            ValidationRow(
                model="climate",
                group=f"{where.title}, typical year, worst of 20 seeds",
                quantity=check.quantity,
                published=published,
                modelled=check.measure(year),
                tolerance=check.tolerance,
                relative=check.relative,
                source=source,
                baseline=check.measure(naive),
                low=check.low if name in KNOWN_TO_UNDERSTATE else None,
                note=_YEAR_NOTES.get((name, check.quantity), ""),
            )
            for year in years
        ]
        found.append(max(candidates, key=_excess))
    return found


_BY_CONSTRUCTION = "the normals themselves: the naive year has the same"
_YEAR_NOTES = {
    **{(name, CHECKS[at].quantity): _BY_CONSTRUCTION for name in ("memphis", "greensboro") for at in (0, 5)},
    (
        "memphis",
        CHECKS[2].quantity,
    ): "a typical year understates extremes: the 0.4 % wet bulb of 25 years is 26.8",
    (
        "greensboro",
        CHECKS[2].quantity,
    ): "this year (25.5) lies above the 0.4 % wet bulb of 25 years, 25.0; the model makes 24.7. "
    "It is beyond -0.5 K, the bound that Memphis has",
}


def _excess(row: ValidationRow) -> float:
    """How far a row is outside its tolerance; negative inside."""
    seen = row.error_frac if row.relative else row.error
    lowest = -row.tolerance if row.low is None else row.low
    return max(seen - row.tolerance, lowest - seen)


@cache
def _twenty_years(name: str) -> Weather:
    return synthesise(place(name), TWENTY_YEARS, np.random.default_rng(0))


def _design_rows(design: _Design) -> list[ValidationRow]:
    """Percentiles of twenty synthetic years beside the published ones."""
    where = place(design.name)
    made, naive = _twenty_years(design.name), without_weather(where)
    how = "from memory" if design.from_memory else "read"
    source = f"ASHRAE Handbook of Fundamentals 2009, climatic design data, station {design.station} ({how})"

    def row(
        quantity: str, published: float, measure: Callable[[Weather], float], tolerance: float, fitted: bool
    ) -> ValidationRow:
        return ValidationRow(
            model="climate",
            group=f"{where.title}, design conditions, twenty years",
            quantity=quantity,
            published=published,
            modelled=measure(made),
            tolerance=tolerance,
            relative=False,
            source=source,
            baseline=measure(naive),
            fitted=fitted,
        )

    def dry(percent: float) -> Callable[[Weather], float]:
        return lambda w: float(np.percentile(w.dry_bulb_c, 100.0 - percent))

    def wet(percent: float) -> Callable[[Weather], float]:
        return lambda w: float(np.percentile(w.wet_bulb_c, 100.0 - percent))

    def wet_at_dry(w: Weather) -> float:
        near = np.abs(w.dry_bulb_c - np.percentile(w.dry_bulb_c, 99.6)) <= 0.5
        return float(w.wet_bulb_c[near].mean())

    return [
        row(
            "dry bulb exceeded in 0.4 % of hours, degC",
            design.dry_bulb[0],
            dry(0.4),
            1.0,
            design.dry_bulb_fitted,
        ),
        row(
            "dry bulb exceeded in 1 % of hours, degC",
            design.dry_bulb[1],
            dry(1.0),
            1.0,
            design.dry_bulb_fitted,
        ),
        row(
            "mean wet bulb at the 0.4 % dry bulb, degC",
            design.coincident_wet_bulb,
            wet_at_dry,
            1.5,
            fitted=False,
        ),
        row("wet bulb exceeded in 0.4 % of hours, degC", design.wet_bulb[0], wet(0.4), 0.8, fitted=False),
        row("wet bulb exceeded in 1 % of hours, degC", design.wet_bulb[1], wet(1.0), 0.8, fitted=False),
        row("dry bulb exceeded in 99.6 % of hours, degC", design.heating[0], dry(99.6), 1.5, fitted=False),
        row("dry bulb exceeded in 99 % of hours, degC", design.heating[1], dry(99.0), 1.5, fitted=False),
    ]


def _degree_day_rows() -> list[ValidationRow]:
    """Heating and cooling degree-days of Memphis, base 65 degF, from twenty years of daily means."""
    base_c = (65.0 - 32.0) / 1.8
    source = "NOAA U.S. Climate Normals 1991-2020, in memphisweather.blog's annual report for 2022 (read)"

    def heating(daily_c: Array) -> float:
        return float(np.maximum(base_c - daily_c, 0.0).mean() * 365.25)

    def cooling(daily_c: Array) -> float:
        return float(np.maximum(daily_c - base_c, 0.0).mean() * 365.25)

    daily = TWENTY_YEARS.daily_mean(_twenty_years("memphis").dry_bulb_c)
    naive = YEAR.daily_mean(without_weather(place("memphis")).dry_bulb_c)
    note = (
        "the normals behind the model are of 1981-2010, 0.2 K cooler; "
        "NOAA's daily mean is that of the two thermometers"
    )
    published = (("heating", 2875.0 / 1.8, heating), ("cooling", 2314.0 / 1.8, cooling))
    return [
        ValidationRow(
            model="climate",
            group=f"{place('memphis').title}, degree-days",
            quantity=f"{kind} degree-days, base 18.3 degC, K d a year",
            published=normal,
            modelled=measure(daily),
            tolerance=0.08,
            relative=True,
            source=source,
            baseline=measure(naive),
            note=note,
        )
        for kind, normal, measure in published
    ]
