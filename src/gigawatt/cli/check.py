"""``gigawatt check``."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

import typer

from gigawatt.cli.options import AsJson, Overrides, Source, print_json

if TYPE_CHECKING:
    from gigawatt.scenario import LoadedScenario
    from gigawatt.scenario.models import Scenario


def check(source: Source, overrides: Overrides = None, as_json: AsJson = False) -> None:
    """Read a scenario and name every mistake in it, with its line and what mends it.

    \b
    Examples:
      gigawatt check campus.yaml
      gigawatt check colossus --set seed=7 --json
    \b
    Exit codes: 0 nothing wrong, 1 mistakes found.
    """  # noqa: D301
    from gigawatt.kernel.errors import InputError
    from gigawatt.scenario import read_scenario

    try:
        loaded = read_scenario(source, overrides or ())
        from gigawatt.study import resolve_loaded

        resolve_loaded(loaded)
    except InputError as error:
        if as_json:
            print_json({"file": source, "ok": False, "problems": [asdict(p) for p in error.problems]})
        raise
    if as_json:
        print_json({"file": loaded.file, "ok": True, "problems": [], "counts": _counts(loaded)})
        return
    told = ", ".join(
        f"{number} {noun if number != 1 else noun[:-1]}" for noun, number in _counts(loaded).items()
    )
    typer.echo(f"{loaded.file}: nothing wrong. It has {told}.")


def _counts(loaded: LoadedScenario[Scenario]) -> dict[str, int]:
    return {
        "sites": len(loaded.scenario.sites),
        "deliveries": len(loaded.scenario.deliveries),
        "workloads": len(loaded.scenario.workloads),
        "sources": sum(bool(proof.source) for proof in loaded.evidence.values()),
        "ranges": sum(proof.is_range for proof in loaded.evidence.values()),
    }
