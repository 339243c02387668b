"""Names in a scenario that must lead somewhere: sites, chips, tenants, models, water sources, files.

Works on plain data, so that a file whose values are wrong elsewhere still gets
all of these told in the same breath. What has not the shape of a name here is
somebody else's mistake and is passed over.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from difflib import get_close_matches
from os.path import isfile
from pathlib import Path
from typing import Any

from gigawatt import catalog
from gigawatt.kernel.errors import Problem

_HERE = Path()


def reference_problems(data: Any, folder: Path = _HERE) -> list[Problem]:
    """Find every name that leads nowhere (GW4xx), each with the dotted path of its field.

    Parameters
    ----------
    data
        A scenario as plain mappings and lists, keys as in a file.
    folder
        Where the paths of traces and of failures begin: the folder of the scenario's file.
    """
    sites = _mapping(data, "sites")
    problems = list(_top_level(data, list(sites)))
    for path, work in _items(data, "workloads"):
        if work.get("kind") == "jobs":
            from gigawatt.scenario.queue_references import queue_problems

            problems += queue_problems(path, work, folder)
    for name, site in sites.items():
        problems += _site(f"sites.{name}", site)
    return problems


def _top_level(data: Any, sites: list[str]) -> Iterator[Problem]:
    tenants = [t.get("name") for _, t in _items(data, "tenants")]
    for key, what in (
        ("deliveries", "delivery to no site:"),
        ("announcements", "site"),
        ("reported", "site"),
        ("workloads", "site"),
    ):
        for path, item in _items(data, key):
            yield from _unknown(f"{path}.site", "GW401", what, item.get("site"), sites)
    finance = _mapping(data, "finance")
    for i, site in enumerate(finance["sites"] if isinstance(finance.get("sites"), list) else []):
        yield from _unknown(f"finance.sites.{i}", "GW401", "site", site, sites)
    for path, item in _items(finance, "transfer", at="finance.transfer"):
        yield from _unknown(f"{path}.site", "GW401", "site", item.get("site"), sites)
    for path, item in _items(_mapping(data, "money"), "capital_items", at="money.capital_items"):
        yield from _unknown(f"{path}.site", "GW401", "site", item.get("site"), sites)
    for path, item in _items(data, "deliveries"):
        yield from _unknown(f"{path}.chip", "GW402", "chip", item.get("chip"), catalog.names("chip"))
    for path, work in _items(data, "workloads"):
        yield from _unknown(f"{path}.tenant", "GW403", "tenant", work.get("tenant"), tenants)
        yield from _unknown(f"{path}.model", "GW404", "model", work.get("model"), catalog.names("model"))
        profiles = catalog.names("demand_profile")
        yield from _unknown(
            f"{path}.hourly_profile", "GW404", "profile", work.get("hourly_profile"), profiles
        )
        chips = work.get("chips")
        for i, chip in enumerate(chips if isinstance(chips, list) else []):
            yield from _unknown(f"{path}.chips.{i}", "GW402", "chip", chip, catalog.names("chip"))
    named = Counter(w.get("name") for _, w in _items(data, "workloads") if isinstance(w.get("name"), str))
    for name, count in named.items():
        if count > 1:
            text = f"{count} workloads are called {name!r}"
            yield Problem("GW405", text, "give each its own name", path="workloads")


def _site(at: str, site: Any) -> Iterator[Problem]:
    place = _mapping(site, "place")
    yield from _unknown(
        f"{at}.place.climate", "GW404", "climate", place.get("climate"), catalog.names("climate")
    )
    file = place.get("weather_file")
    if isinstance(file, str) and not isfile(file):  # noqa: PTH113 - never raises, whatever the text
        yield Problem(
            "GW406",
            f"weather file {file!r} does not exist",
            "give the path of an EPW or TMY3 file, or leave it out for synthetic weather",
            path=f"{at}.place.weather_file",
        )
    water = [w.get("name") for _, w in _items(site, "water")]
    for path, plant in _items(_mapping(site, "cooling"), "plants", at=f"{at}.cooling.plants"):
        yield from _unknown(f"{path}.water", "GW407", "water source", plant.get("water"), water)
    power = _mapping(site, "power")
    for key, kind, what in (
        ("tariff", "tariff", "tariff"),
        ("region", "grid_region", "grid region"),
        ("fuel", "fuel", "fuel"),
    ):
        yield from _unknown(f"{at}.power.{key}", "GW404", what, power.get(key), catalog.names(kind))
    for path, group in _items(power, "generators", at=f"{at}.power.generators"):
        models = catalog.names("generator")
        yield from _unknown(f"{path}.model", "GW404", "generator model", group.get("model"), models)
        yield from _unknown(f"{path}.fuel", "GW404", "fuel", group.get("fuel"), catalog.names("fuel"))
    for path, store in _items(power, "storage", at=f"{at}.power.storage"):
        models = catalog.names("storage")
        yield from _unknown(f"{path}.model", "GW404", "storage model", store.get("model"), models)


def _unknown(path: str, code: str, what: str, seen: Any, known: Iterable[Any]) -> Iterator[Problem]:
    """Tell a name that is not among the known ones, with the nearest as remedy."""
    names = [name for name in known if isinstance(name, str)]
    if not isinstance(seen, str) or seen in names:
        return
    near = get_close_matches(seen, names, n=1)
    listed = ", ".join(names) if names else "none is declared"
    remedy = f"write {near[0]!r}" if near else f"choose one of: {listed}"
    yield Problem(code, f"{what} {seen!r} does not exist", remedy, path=path)


def _mapping(data: Any, key: str) -> dict[str, Any]:
    value = data.get(key) if isinstance(data, dict) else None
    return value if isinstance(value, dict) else {}


def _items(data: Any, key: str, *, at: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    value = data.get(key) if isinstance(data, dict) else None
    for i, item in enumerate(value if isinstance(value, list) else []):
        if isinstance(item, dict):
            yield f"{at or key}.{i}", item
