"""Bounds on claims from a run of the site: what every side allows, month by month, with its range."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from gigawatt.evidence import Bound, Scope
from gigawatt.kernel.clock import Clock
from gigawatt.kernel.errors import InputError, Problem
from gigawatt.scenario import LoadedScenario, read_scenario, read_text
from gigawatt.scenario.evidence import ranges_that_move
from gigawatt.scenario.models import Scenario
from gigawatt.scenario.positions import Path
from gigawatt.study.bound_sides import MEGAWATTS, RESTS_ON_STATEMENTS, STAGE, Sides, capital_needed, sides_of
from gigawatt.study.run import resolve_loaded

Array = NDArray[np.float64]

MOST_RANGES = 60
"""Ranges of a scenario that are moved to their ends; two builds of a site each."""
_COUNTS = frozenset({"total", "spending"})
"""Money that pays for chips, halls and plant; equity or debt alone is part of it."""


@dataclass(frozen=True, slots=True)
class Spread:
    """What ranges of the scenario take from a side, or add to it, on each day."""

    low: dict[str, Array]
    high: dict[str, Array]
    names: dict[str, list[str]]
    """Side -> the ranges that move it."""


def bounds_from_scenario(
    loaded: LoadedScenario[Scenario],
    subjects: Mapping[str, str],
    raised: Sequence[Bound] = (),
    tell: Callable[[str, float], None] | None = None,
) -> list[Bound]:
    """Turn a scenario's limits into bounds, from every side.

    One bound a site, month and side: the most that firm power, cooling plant, halls (facility megawatts),
    racks, crews, deliveries and installation (GPUs) allowed on any day of the month; and one for each sum of
    capital raised for the subject, divided by the capital that the run needs a GPU. Figures are those of
    ``gigawatt run``. Where the scenario gives ranges, each is moved to its ends with the others in the middle
    (those of one link together), and what they change is added up: between them the bound is a range.

    Deliveries, and what is installed of them, come from the very statements that are audited: such a bound
    can contradict a claim and never support one.

    Parameters
    ----------
    loaded
        The scenario.
    subjects
        Site of the scenario -> subject of the claims.
    raised
        Bounds of a pack; those of the kind 'capital' in USD of a total or of spending are used.
    tell
        Told of each stage.

    Raises
    ------
    InputError
        The scenario is wrong, or has no such site (GW401).

    Examples
    --------
    >>> found = bounds_from_scenario(read_scenario("reference-100mw"), {"campus": "Campus"})
    >>> sorted({bound.kind for bound in found})
    ['chips', 'cooling', 'crew', 'hall', 'power', 'rack', 'time']
    """
    campus = resolve_loaded(loaded)
    found: list[Bound] = []
    for n, (site, subject) in enumerate(subjects.items()):
        if tell is not None:
            tell(f"bounds of {subject}", n / len(subjects))
        middle = sides_of(campus, campus.sites[site])
        spread = _spread(loaded, site, middle)
        source = f"run of {loaded.scenario.name}, seed {loaded.scenario.seed}, site {site}"
        for side in middle.most:
            found += _by_month(campus.clock, side, middle, spread, subject, source)
        mine = [bound for bound in raised if bound.subject.casefold() == subject.casefold()]
        if any(bound.kind == "capital" for bound in mine):
            found += _from_capital(capital_needed(campus, campus.sites[site]), mine, source)
    return found


def _by_month(
    clock: Clock, side: str, middle: Sides, spread: Spread, subject: str, source: str
) -> list[Bound]:
    in_megawatts = side in MEGAWATTS
    scope = (
        Scope(level="facility", stage="energised")
        if in_megawatts
        else Scope.model_validate({"count": "gpu", "stage": STAGE[side]})
    )
    names = spread.names.get(side, [])
    more = " and others" if len(names) > 3 else ""
    moved = f"; ends of {', '.join(names[:3])}{more} added up" if names else ""
    found = []
    for month, (first, until, days) in enumerate(_months(clock)):
        most = middle.most[side][days]
        at = days.start + int(np.argmax(most))
        low = float(np.max(most + spread.low[side][days])) if names else float(np.max(most))
        high = float(np.max(most + spread.high[side][days])) if names else float(np.max(most))
        found.append(
            Bound(
                id=f"{subject} {side} {clock.months[month]}",
                subject=subject,
                kind=side,
                low=max(0.0, low),
                mid=float(np.max(most)),
                high=high,
                dimension="power" if in_megawatts else "chips",
                scope=scope,
                first=first,
                until=until,
                source=source,
                arithmetic=middle.in_words(side, at) + moved,
                modelled=True,
                supports=side not in RESTS_ON_STATEMENTS,
            )
        )
    return found


def _spread(loaded: LoadedScenario[Scenario], site: str, middle: Sides) -> Spread:
    """Move each range that bears on the site to its ends, and add up what that changes."""
    zeros = {side: np.zeros_like(values) for side, values in middle.most.items()}
    spread = Spread(dict(zeros), {side: values.copy() for side, values in zeros.items()}, {})
    groups = [group for group in ranges_that_move(loaded.evidence) if _bears_on(loaded, group, site)]
    for group in groups[:MOST_RANGES]:
        ends = [_at_end(loaded, group, site, end) for end in ("low", "high")]
        for side, values in middle.most.items():
            shifts = [end.most.get(side, np.zeros_like(values)) - values for end in ends]
            if any(np.any(np.abs(shift) > 1e-9) for shift in shifts):
                spread.names.setdefault(side, []).append(", ".join(".".join(map(str, p)) for p in group))
            spread.low[side] = spread.low[side] + np.minimum(0.0, np.minimum(*shifts))
            spread.high[side] = spread.high[side] + np.maximum(0.0, np.maximum(*shifts))
    return spread


def _bears_on(loaded: LoadedScenario[Scenario], group: tuple[Path, ...], site: str) -> bool:
    """Whether a range can change what a side of the site allows: money and other sites cannot."""
    return any(
        "USD" not in str(loaded.evidence[path].low)
        for path in group
        if path[:2] == ("sites", site) or path[0] in {"deliveries", "start"}
    )


def _at_end(loaded: LoadedScenario[Scenario], group: tuple[Path, ...], site: str, end: str) -> Sides:
    moved = [f"{'.'.join(map(str, path))}={getattr(loaded.evidence[path], end)}" for path in group]
    changed = read_text(loaded.text, Scenario, [*loaded.overrides, *moved], file=loaded.file)
    campus = resolve_loaded(changed)
    return sides_of(campus, campus.sites[site])


def _from_capital(needed: tuple[float, str], raised: Sequence[Bound], source: str) -> list[Bound]:
    """GPUs that the capital raised can pay for: capital / (capital that the run needs a GPU)."""
    each, words = needed
    return [
        Bound(
            id=f"{bound.id} over the run's need",
            subject=bound.subject,
            kind="capital",
            low=bound.low / each,
            mid=bound.mid / each,
            high=bound.high / each,
            dimension="chips",
            scope=Scope(count="gpu", stage="delivered"),
            first=bound.first,
            until=bound.until,
            source=f"{bound.source}; {source}",
            arithmetic=f"{bound.mid / 1e9:,.4g} bn USD raised ({bound.id}) / {words}",
            modelled=True,
        )
        for bound in raised
        if bound.kind == "capital" and bound.dimension == "money" and bound.scope.capital in _COUNTS
    ]


def _months(clock: Clock) -> list[tuple[date, date, slice]]:
    of_day = clock.month_of_day
    edges = [int(np.searchsorted(of_day, m)) for m in range(len(clock.months) + 1)]
    return [
        (clock.day_of(first), clock.day_of(last - 1) + timedelta(days=1), slice(first, last))
        for first, last in pairwise(edges)
    ]


def pack_bounds(
    scenario: str,
    sites: Mapping[str, str],
    raised: Sequence[Bound] = (),
    tell: Callable[[str, float], None] | None = None,
) -> list[Bound]:
    """Read a scenario and turn its limits into bounds; as :func:`bounds_from_scenario`.

    Raises
    ------
    InputError
        The scenario is wrong, or has no such site (GW401).
    """
    from difflib import get_close_matches

    loaded = read_scenario(scenario)
    known = list(loaded.scenario.sites)
    unknown = [site for site in sites if site not in known]
    if unknown:
        raise InputError(
            [
                Problem(
                    "GW401",
                    f"model.sites: the scenario {scenario!r} has no site {site!r}",
                    f"write {(get_close_matches(site, known, n=1) or known)[0]!r}",
                    path=f"model.sites.{site}",
                )
                for site in unknown
            ]
        )
    return bounds_from_scenario(loaded, sites, raised, tell)


__all__ = ["bounds_from_scenario", "pack_bounds"]
