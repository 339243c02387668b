"""Read a scenario: text, overrides, evidence, models, with every mistake at once."""

from __future__ import annotations

import copy
import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from difflib import get_close_matches
from functools import cache, partial
from importlib.resources import files
from pathlib import Path as FilePath
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from pydantic import BaseModel, ValidationError

from gigawatt.kernel.errors import InputError, Problem
from gigawatt.kernel.units import QuantityError, parse_quantity, suffix_of
from gigawatt.scenario.evidence import Evidence, Taken, problem_at, take_evidence
from gigawatt.scenario.overrides import apply_overrides
from gigawatt.scenario.positions import OVERRIDE_FILE, Path, Position, dotted, find_path, named, nearest
from gigawatt.scenario.problems import Written, describe
from gigawatt.scenario.shapes import canonical, shape_at
from gigawatt.scenario.yaml_reader import Tree, read_yaml
from gigawatt.scenario.yaml_text import decode, read_bytes

if TYPE_CHECKING:
    from gigawatt.scenario.models import Scenario

M = TypeVar("M", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class LoadedScenario(Generic[M]):
    """A scenario that was read: its model, and where each value came from."""

    scenario: M
    data: Any = field(repr=False)
    """Plain values as validated, without their evidence; not to be changed."""
    evidence: Mapping[Path, Evidence] = field(repr=False)
    """By path: of single values, and of mappings (for everything in them).

    Fields stand in the paths without their unit, however the file writes them.
    A value that an override gave has the override as its source.
    """
    positions: Mapping[Path, Position] = field(repr=False)
    file: str
    text_sha256: str
    """Of the file's bytes, overrides apart."""
    text: str = field(repr=False, default="")
    """The file's text."""
    overrides: tuple[str, ...] = ()

    def evidence_of(self, path: Path | str) -> Evidence | None:
        """Return a value's own evidence, or that of the nearest mapping around it.

        >>> class Small(BaseModel):
        ...     name: str
        >>> read_text("{name: try, source: a letter}", Small).evidence_of("name").source
        'a letter'
        """
        written = find_path(self.data, path)[0] if isinstance(path, str) else path
        where = canonical(type(self.scenario), self.data, written)
        if where in self.evidence:
            return self.evidence[where]
        for length in range(len(where) - 1, -1, -1):
            around = self.evidence.get(where[:length])
            if around is not None:
                return around
        return None


Check = Callable[[Any], list[Problem]]
"""Looks at a scenario's plain data for what no single field can tell; its problems name paths only."""


def read(
    source: str | FilePath, model: type[M], overrides: Sequence[str] = (), *, check: Check | None = None
) -> LoadedScenario[M]:
    """Read a scenario file, or one that comes with Gigawatt, as a model.

    Parameters
    ----------
    source
        Path of a YAML file, or the name of a bundled scenario.
    model
        What to validate it as.
    overrides
        ``path=value`` texts, applied in order before validation.
    check
        Looks at the whole scenario; what it finds is told together with the rest.

    Raises
    ------
    InputError
        GW2xx while reading, GW3xx while validating, and what ``check`` finds; every mistake.
    """
    raw, file = _open(source)
    return read_text(raw, model, overrides, file=file, check=check)


def read_text(
    raw: bytes | str,
    model: type[M],
    overrides: Sequence[str] = (),
    *,
    file: str = "scenario.yaml",
    check: Check | None = None,
) -> LoadedScenario[M]:
    """Read a scenario from its text; as :func:`read`.

    Examples
    --------
    >>> class Small(BaseModel):
    ...     name: str
    >>> read_text("name: try", Small, ["name=again"]).scenario
    Small(name='again')
    """
    data_bytes = raw.encode("utf-8", errors="surrogatepass") if isinstance(raw, str) else raw
    text = decode(data_bytes, file)
    tree = read_yaml(text, file)
    if not isinstance(tree.data, dict):
        place = tree.positions[()]
        seen = "a scenario is a mapping of keys; here stands something else"
        raise InputError(
            Problem(
                "GW211", seen, "write 'key: value' lines", file=file, line=place.line, column=place.column
            )
        )
    changed = apply_overrides(tree, overrides, model)
    taken = take_evidence(changed.data, changed.positions, model, file)
    scenario, problems = _validate(taken, model)
    if check is not None:
        told = {problem.path for problem in problems}
        problems += [p for p in (_placed(taken, p) for p in check(taken.data)) if p.path not in told]
    if scenario is None or problems:
        raise InputError(problems)
    return LoadedScenario(
        scenario=scenario,
        data=taken.data,
        evidence=MappingProxyType(_by_field(taken, model)),
        positions=MappingProxyType(taken.positions),
        file=file,
        text_sha256=hashlib.sha256(data_bytes).hexdigest(),
        text=text,
        overrides=tuple(overrides),
    )


def read_scenario(source: str | FilePath, overrides: Sequence[str] = ()) -> LoadedScenario[Scenario]:
    """Read a campus: a bundled name such as ``"colossus"``, or the path of a YAML file.

    See :func:`read`.
    """
    from gigawatt.scenario.models import Scenario
    from gigawatt.scenario.references import reference_problems

    check = partial(reference_problems, folder=folder_of(str(source)))
    return read(source, Scenario, overrides, check=check)


def folder_of(file: str) -> FilePath:
    """Return the folder in which a scenario's own paths begin: that of its file, for a bundled one here.

    >>> str(folder_of("sites/campus.yaml")), str(folder_of("reference-100mw.yaml"))
    ('sites', '.')
    """
    return FilePath(file).parent


@cache
def bundled_names() -> tuple[str, ...]:
    """Name the scenarios that come with Gigawatt."""
    folder = files("gigawatt.scenario") / "bundled"
    return tuple(sorted(f.name.removesuffix(".yaml") for f in folder.iterdir() if f.name.endswith(".yaml")))


def bundled_bytes(name: str) -> bytes:
    """Return the file of a bundled scenario.

    Raises
    ------
    InputError
        GW216: there is none of this name.
    """
    if name not in bundled_names():
        close = get_close_matches(name, bundled_names(), n=1)
        listed = ", ".join(bundled_names()) or "none"
        remedy = (
            f"write {close[0]!r}"
            if close
            else "give the path of a YAML file, or the name of a bundled scenario"
        )
        raise InputError(
            Problem("GW216", f"no file and no bundled scenario is called {name!r}; bundled: {listed}", remedy)
        )
    return (files("gigawatt.scenario") / "bundled" / f"{name}.yaml").read_bytes()


def locate(loaded: LoadedScenario[Any], problem: Problem) -> Problem:
    """Fill file, line and column of a problem that names only a path.

    The path may name list items by index or by their ``name``, and fields
    with or without their unit; where it does not exist, the nearest thing
    around it is meant.
    """
    path, left = find_path(loaded.data, problem.path)
    place = nearest(loaded.positions, path)
    own = place.file or loaded.file
    dots = ".".join([*map(str, path), *left])
    return replace(problem, path=dots, file=own, line=place.line, column=place.column)


def _placed(taken: Taken, problem: Problem) -> Problem:
    path, _ = find_path(taken.data, problem.path)
    place = nearest(taken.positions, path)
    named_path = named(path, taken.data)
    return replace(
        problem,
        message=f"{named_path}: {problem.message}",
        path=dotted(path),
        file=place.file or taken.file,
        line=place.line,
        column=place.column,
    )


def _open(source: str | FilePath) -> tuple[bytes, str]:
    text = str(source)
    if isinstance(source, str) and source in bundled_names():
        return bundled_bytes(source), f"{source}.yaml"
    path = FilePath(source)
    looks_like_name = isinstance(source, str) and "/" not in text and "\\" not in text and "." not in text
    if looks_like_name and not _exists(path):
        return bundled_bytes(text), f"{text}.yaml"
    return read_bytes(path, text), text


def _exists(path: FilePath) -> bool:
    try:
        return path.exists()
    except (OSError, ValueError):
        return False


def _by_field(taken: Taken, model: type[BaseModel]) -> dict[Path, Evidence]:
    found = {
        path: Evidence(source=OVERRIDE_FILE, confidence="assumed")
        for path, place in taken.positions.items()
        if _is_top_of_override(path, place, taken.positions)
    }
    found |= taken.evidence
    return {canonical(model, taken.data, path): proof for path, proof in found.items()}


def _is_top_of_override(path: Path, place: Position, positions: Mapping[Path, Position]) -> bool:
    return place.file == OVERRIDE_FILE and bool(path) and nearest(positions, path[:-1]).file != OVERRIDE_FILE


def _validate(taken: Taken, model: type[M]) -> tuple[M | None, list[Problem]]:
    written = Written(taken.data, taken.positions, model, taken.file)
    problems = list(taken.problems)
    scenario: M | None = None
    try:
        scenario = model.model_validate(taken.data)
    except ValidationError as error:
        problems += describe(error, written)
    problems += _check_ranges(taken, model)
    return scenario, problems


def _check_ranges(taken: Taken, model: type[BaseModel]) -> list[Problem]:
    """Check that both ends of each range could stand in its place, and that low <= mid <= high."""
    ranges = {path: proof for path, proof in taken.evidence.items() if proof.is_range}
    if not ranges:
        return []
    problems: list[Problem] = []
    for end in ("low", "high"):
        data = copy.deepcopy(taken.data)
        positions = dict(taken.positions)
        for path, proof in ranges.items():
            _replace(data, path, getattr(proof, end))
            positions[path] = taken.positions.get((*path, end), nearest(taken.positions, path))
        try:
            model.model_validate(data)
        except ValidationError as error:
            dots = {dotted(path) for path in ranges}
            found = describe(error, Written(data, positions, model, taken.file))
            problems += [
                replace(p, message=f"{p.message} ({end} of its range)") for p in found if p.path in dots
            ]
    if not problems:
        problems = [p for path, proof in ranges.items() for p in _check_order(taken, model, path, proof)]
    return problems


def _check_order(taken: Taken, model: type[BaseModel], path: Path, proof: Evidence) -> list[Problem]:
    middle = taken.data
    for part in path:
        middle = middle[part]
    suffix = suffix_of(shape_at(model, taken.data, path).field)
    sizes = [size_of(value, suffix) for value in (proof.low, middle, proof.high)]
    low, mid, high = sizes
    if low is None or mid is None or high is None:
        seen, remedy = "a range needs numbers or dates", "write value: ... with its source"
    elif low <= mid <= high:
        return []
    else:
        seen = f"low {proof.low}, mid {middle}, high {proof.high} are not in this order"
        remedy = "write low <= mid <= high"
    place = nearest(taken.positions, path)
    return [problem_at("GW225", path, named(path, taken.data), seen, remedy, place, taken.file)]


def size_of(value: Any, suffix: str | None) -> float | None:
    """Put a value of a range on one scale: quantities in their unit, dates in days; None: it has none.

    >>> size_of("1.5 GW", "mw"), size_of("2025-03", None), size_of("soon", None)
    (1500.0, 739311.0, None)
    """
    if isinstance(value, int | float) and not isinstance(value, bool):
        return float(value)
    if not isinstance(value, str):
        return None
    try:
        if suffix is not None:
            return parse_quantity(value, suffix)
        return float(date.fromisoformat(value if len(value) != 7 else f"{value}-01").toordinal())
    except (QuantityError, ValueError):
        return None


def _replace(data: Any, path: Path, value: Any) -> None:
    for part in path[:-1]:
        data = data[part]
    data[path[-1]] = value


__all__ = [
    "LoadedScenario",
    "Tree",
    "bundled_bytes",
    "bundled_names",
    "folder_of",
    "locate",
    "read",
    "read_scenario",
    "read_text",
    "size_of",
]
