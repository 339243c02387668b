"""Read a pack of claims: a bundled one, or a YAML file, with every mistake at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from functools import cache
from importlib.resources import files
from pathlib import Path as FilePath
from typing import Any

from gigawatt.evidence import ClaimPack
from gigawatt.kernel.errors import InputError, Problem
from gigawatt.scenario.read import LoadedScenario, read_text
from gigawatt.scenario.yaml_text import read_bytes

_LINKS = ("for", "disputes", "part_of")


@cache
def pack_names() -> tuple[str, ...]:
    """Name the packs that come with Gigawatt.

    >>> "articles" in pack_names()
    True
    """
    folder = files("gigawatt.evidence") / "packs"
    return tuple(sorted(f.name.removesuffix(".yaml") for f in folder.iterdir() if f.name.endswith(".yaml")))


def read_pack(
    source: str, overrides: Sequence[str] = (), *, beside: Mapping[str, str] | None = None
) -> LoadedScenario[ClaimPack]:
    """Read a pack: a bundled name such as ``"articles"``, or the path of a YAML file.

    Parameters
    ----------
    source
        Name or path.
    overrides
        ``path=value`` texts, applied before validation.
    beside
        Claim id -> pack, of packs read before: their claims may be named, and their ids not used again.

    Raises
    ------
    InputError
        GW2xx while reading, GW3xx while validating, GW408 and GW409 for names that lead nowhere or stand
        twice;
        every mistake, with its place.
    """
    raw, file = _open(source)
    taken = beside or {}
    return read_text(raw, ClaimPack, overrides, file=file, check=lambda data: pack_problems(data, taken))


def _open(source: str) -> tuple[bytes, str]:
    if source in pack_names():
        return (files("gigawatt.evidence") / "packs" / f"{source}.yaml").read_bytes(), f"{source}.yaml"
    path = FilePath(source)
    if any(mark in source for mark in "/\\.") or path.exists():
        return read_bytes(path, source), source
    close = get_close_matches(source, pack_names(), n=1)
    listed = ", ".join(pack_names())
    remedy = f"write {close[0]!r}" if close else "give the path of a YAML file, or the name of a bundled pack"
    raise InputError(
        Problem("GW216", f"no file and no bundled pack is called {source!r}; bundled: {listed}", remedy)
    )


def pack_problems(data: Any, taken: Mapping[str, str]) -> list[Problem]:
    """Find names that lead nowhere and ids that stand twice, in a pack's plain data."""
    if not isinstance(data, dict):
        return []
    sources = data.get("sources") if isinstance(data.get("sources"), dict) else {}
    claims = _mappings(data.get("claims"))
    bounds = _mappings(data.get("bounds"))
    ids = {c["id"] for _, c in claims if isinstance(c.get("id"), str)} | set(taken)
    problems = [*_twice("claims", claims, taken), *_twice("bounds", bounds, {})]
    for part, items in (("claims", claims), ("bounds", bounds)):
        for i, item in items:
            name = item.get("source")
            if isinstance(name, str) and name not in (sources or {}):
                problems.append(_unknown("source", name, list(sources or {}), f"{part}.{i}.source"))
    for i, claim in claims:
        for key in _LINKS:
            value = claim.get(key)
            named = [value] if isinstance(value, str) else value if isinstance(value, list) else []
            for n, name in enumerate(named):
                where = f"claims.{i}.{key}" + (f".{n}" if isinstance(value, list) else "")
                if isinstance(name, str) and name not in ids:
                    problems.append(_unknown("claim", name, sorted(ids), where))
                elif isinstance(name, str) and name == claim.get("id"):
                    seen, remedy = (
                        f"claim {name!r} names itself under {key}",
                        "name another claim, or remove it",
                    )
                    problems.append(Problem("GW408", seen, remedy, path=where))
    return problems


def _mappings(value: Any) -> list[tuple[int, dict[str, Any]]]:
    if not isinstance(value, list):
        return []
    return [(i, item) for i, item in enumerate(value) if isinstance(item, dict)]


def _twice(part: str, items: list[tuple[int, dict[str, Any]]], taken: Mapping[str, str]) -> list[Problem]:
    seen = dict(taken)
    problems = []
    for i, item in items:
        name = item.get("id")
        if not isinstance(name, str):
            continue
        if name in seen:
            text = f"the id {name!r} stands twice; first in {seen[name]}"
            problems.append(Problem("GW409", text, "give each its own id", path=f"{part}.{i}.id"))
        else:
            seen[name] = f"{part}.{i}"
    return problems


def _unknown(what: str, name: str, known: list[str], where: str) -> Problem:
    close = get_close_matches(name, known, n=1)
    remedy = f"write {close[0]!r}" if close else f"add it, or name one of {', '.join(known[:20])}"
    return Problem("GW408", f"there is no {what} {name!r}", remedy, path=where)
