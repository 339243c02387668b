"""Emission limits of a site's permits, to lay beside the rolling year."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from gigawatt.results import Run

SHORT_TON_KG = 907.18474
_FACTORS_KG = {"short_tons": SHORT_TON_KG, "t": 1000.0, "kg": 1.0}


def _limits(part: Any, where: str) -> Iterator[dict[str, Any]]:
    """Yield every NOx limit below a part of the resolved scenario, in kg of a rolling year."""
    if isinstance(part, Mapping):
        for key, value in part.items():
            suffix = next((s for s in _FACTORS_KG if str(key).endswith(f"_{s}")), None)
            limits = str(key).startswith("nox") and suffix is not None
            if limits and isinstance(value, int | float) and not isinstance(value, bool):
                yield {
                    "path": f"{where}.{key}",
                    "kg": float(value) * _FACTORS_KG[str(suffix)],
                    "name": str(part.get("name") or ""),
                    "from": str(part.get("from_") or part.get("from") or ""),
                    "until": str(part.get("until") or ""),
                }
            elif not isinstance(value, str):
                yield from _limits(value, f"{where}.{key}")
    elif isinstance(part, Sequence) and not isinstance(part, str | bytes):
        for i, value in enumerate(part):
            yield from _limits(value, f"{where}.{i}")


def nox_limits(run: Run, site: str) -> list[dict[str, Any]]:
    """Return the NOx limits that the resolved scenario states for a site.

    A field counts whose name begins with ``nox`` and ends in ``_short_tons``, ``_t`` or ``_kg``;
    ``name``, ``from`` and ``until`` are its permit's; ``used`` holds what its own units emitted in the
    year that ends with each day, in short tons to 0.01, and is empty where the run does not know it.
    """
    sites = run.resolved.get("sites", {})
    part = sites.get(site) if isinstance(sites, Mapping) else None
    found = [] if part is None else list(_limits(part, f"sites.{site}"))
    known = run.sites[site].permit_nox_short_tons
    return [{**limit, "used": _rounded(known.get(limit["name"]))} for limit in found]


def _rounded(tons: Any) -> list[float]:
    return [] if tons is None else [round(float(t), 2) for t in tons]
