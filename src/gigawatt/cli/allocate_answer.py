"""What ``gigawatt allocate`` reads, and all that it answers, as plain data."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gigawatt.cli.outcome import refuse
from gigawatt.kernel.errors import InputError
from gigawatt.scenario import LoadedScenario, locate, read, read_text
from gigawatt.scenario.evidence import Evidence, ranges_that_move
from gigawatt.supply.allocation import (
    Allocation,
    AllocationInput,
    AllocationProblem,
    Uncertainty,
    allocate_all,
    find_swaps,
    lay_out,
    marginal_values,
    plan_over_readiness,
    turning_dates,
)
from gigawatt.supply.allocation.names import find
from gigawatt.supply.allocation.optimise import Method
from gigawatt.supply.allocation.policies import chosen

if TYPE_CHECKING:
    from gigawatt.cli.progress import Tell

SMALL = 2_000
"""Sites x chips x periods up to which every site's margin is valued without being asked."""
MOST_RANGES = 60


@cache
def bundled() -> tuple[str, ...]:
    """Name the allotments that come with Gigawatt."""
    folder = files("gigawatt.supply") / "bundled"
    return tuple(sorted(f.name.removesuffix(".yaml") for f in folder.iterdir() if f.name.endswith(".yaml")))


def read_source(source: str, overrides: Sequence[str]) -> LoadedScenario[AllocationInput]:
    """Read an allotment that comes with Gigawatt, or a file.

    Raises
    ------
    InputError
        GW2xx to GW4xx, every mistake at once; GW216: no such name or file.
    """
    if source in bundled():
        raw = (files("gigawatt.supply") / "bundled" / f"{source}.yaml").read_bytes()
        return read_text(raw, AllocationInput, overrides, file=f"{source}.yaml", check=find)
    is_name = not set(source) & set("/\\.") and "\0" not in source
    if is_name and not Path(source).exists():
        near = get_close_matches(source, bundled(), n=1)
        listed = ", ".join(bundled())
        remedy = f"write {near[0]!r}" if near else f"give the path of a YAML file, or one of: {listed}"
        raise refuse("GW216", f"no file and no bundled allotment is called {source!r}", remedy)
    return read(Path(source), AllocationInput, overrides, check=find)


def answer(
    loaded: LoadedScenario[AllocationInput],
    policy: str,
    *,
    method: Method,
    gap: float,
    time_s: float,
    fair_within: float | None,
    futures: int | None,
    values: bool,
    tell: Tell | None,
) -> tuple[dict[str, Any], list[Allocation]]:
    """Answer everything that the command prints.

    Parameters
    ----------
    loaded
        What was read.
    policy, method, gap, time_s
        As the command's options.
    fair_within
        As the command's option; None: worth alone.
    futures
        As the command's option; None: those of the file, or as many as its size allows.
    values
        Whether the margin of every site is valued where that takes long.
    tell
        Gets the stage and the share done.
    """
    from gigawatt import __version__

    def say(stage: str, done: float) -> None:
        if tell is not None:
            tell(stage, done)

    problem = _laid_out(loaded)
    chosen(policy, problem)  # a wrong name is told before anything long begins
    say("allot", 0.05)
    allocations = allocate_all(
        problem, policy, method=method, gap=gap, time_s=time_s, fair_within_frac=fair_within
    )
    say("look for swaps", 0.3)
    swaps, _ = find_swaps(problem)
    turning = turning_dates(problem)
    say("plan over uncertain readiness", 0.45)
    readiness = plan_over_readiness(
        problem,
        count=futures,
        method=method,
        gap=gap,
        time_s=time_s,
        tell=lambda done: say("plan over uncertain readiness", 0.45 + 0.25 * done),
    )
    size = len(problem.sites) * len(problem.chips) * problem.periods
    small = size <= SMALL
    say("value one more week of power", 0.7)
    marginal = marginal_values(problem) if small or values else None
    say("ranges", 0.9)
    ranges = _ranges(loaded, policy) if small else []
    given = loaded.scenario
    return {
        "scenario": given.name,
        "title": given.title,
        "description": given.description,
        "version": __version__,
        "file": _as_asked(loaded),
        "text_sha256": loaded.text_sha256,
        "overrides": list(loaded.overrides),
        "first": problem.starts[0].isoformat(),
        "last": given.end.isoformat(),
        "period": given.period,
        "periods": problem.periods,
        "method": method,
        "fair_within_frac": fair_within,
        "policies": {each.policy: each.as_data() for each in allocations},
        "swaps": [each.as_data() for each in swaps],
        "turning": [each.as_data() for each in turning],
        "readiness": None if readiness is None else readiness.as_data(),
        "marginal": None if marginal is None else [each.as_data() for each in marginal],
        "ranges": ranges,
        "sources": _sources(loaded),
        "notes": [
            *_notes(loaded, allocations, small=small, valued=marginal is not None),
            *_on_futures(readiness, futures or problem.terms.scenarios),
        ],
    }, allocations


def _as_asked(loaded: LoadedScenario[AllocationInput]) -> str:
    """Name of a bundled allotment, or the file, as a command takes it."""
    name = loaded.file.removesuffix(".yaml")
    if name not in bundled():
        return loaded.file
    own = (files("gigawatt.supply") / "bundled" / loaded.file).read_text(encoding="utf-8")
    return name if own == loaded.text else loaded.file


def _laid_out(loaded: LoadedScenario[AllocationInput]) -> AllocationProblem:
    try:
        return lay_out(loaded.scenario)
    except InputError as error:
        raise InputError(locate(loaded, problem) for problem in error.problems) from None


def _ranges(loaded: LoadedScenario[AllocationInput], policy: str) -> list[dict[str, Any]]:
    """Allot again with each range at its low and at its high end, the others at their middle.

    Ranges of one link move together: they stand in one row.
    """
    out = []
    for paths in ranges_that_move(loaded.evidence)[:MOST_RANGES]:
        proofs = [loaded.evidence[path] for path in paths]
        dots = [".".join(map(str, path)) for path in paths]
        out.append(
            {
                "path": ", ".join(dots),
                "link": proofs[0].link,
                "low": _once(str(proof.low) for proof in proofs),
                "high": _once(str(proof.high) for proof in proofs),
                "source": _once(proof.source or proof.confidence for proof in proofs),
                "at_low": _at(loaded, policy, dict(zip(dots, (p.low for p in proofs), strict=True))),
                "at_high": _at(loaded, policy, dict(zip(dots, (p.high for p in proofs), strict=True))),
            }
        )
    return out


def _once(texts: Iterable[str]) -> str:
    return ", ".join(dict.fromkeys(texts))


def _at(
    loaded: LoadedScenario[AllocationInput], policy: str, values: Mapping[str, str | float | None]
) -> dict[str, Any]:
    changed = [*loaded.overrides, *(f"{path}={value}" for path, value in values.items())]
    try:
        again = read_text(loaded.text, AllocationInput, changed, file=loaded.file, check=find)
        found = allocate_all(again.scenario, policy)
        turning = turning_dates(lay_out(again.scenario))
    except InputError as error:
        return {"impossible": error.problems[0].message}
    return {
        "policies": {
            each.policy: {
                "useful_gpu_months": each.useful_gpu_months,
                "idle_gpu_months": each.idle_gpu_months,
                "objective_usd": each.objective_usd,
            }
            for each in found
        },
        "gain_gpu_months": turning[0].gain_gpu_months if turning else 0.0,
        "harms": list(turning[0].harms) if turning else [],
    }


def _sources(loaded: LoadedScenario[AllocationInput]) -> list[dict[str, str]]:
    """Every value that was written with where it comes from."""

    def row(path: tuple[str | int, ...], proof: Evidence) -> dict[str, str]:
        return {
            "path": ".".join(map(str, path)),
            "source": proof.source,
            "as_of": proof.as_of,
            "confidence": proof.confidence,
            "note": proof.note,
        }

    return [row(path, proof) for path, proof in loaded.evidence.items()]


def _on_futures(readiness: Uncertainty | None, asked: int) -> list[str]:
    if readiness is None or readiness.scenarios >= asked:
        return []
    told = f"readiness is planned over {readiness.scenarios} futures, not {asked}: the problem is large"
    return [f"{told}; --futures {asked} draws them all and takes long"]


def _notes(
    loaded: LoadedScenario[AllocationInput], allocations: Sequence[Allocation], *, small: bool, valued: bool
) -> list[str]:
    notes = []
    if loaded.scenario.synthetic is not None:
        notes.append("chips, tenants, sites, supply and bookings are drawn: nothing here is a fact")
    if not valued:
        notes.append("one more week of power and one more crew are valued with --values (some 20 seconds)")
    if not small and any(proof.is_range for proof in loaded.evidence.values()):
        notes.append("the problem is too large to be allotted again at the ends of its ranges")
    for each in allocations:
        if each.breaks_word_to and each.policy != "given":
            told = ", ".join(each.breaks_word_to)
            notes.append(f"{each.policy} gives {told} less than its bookings say, without its consent")
    return notes
