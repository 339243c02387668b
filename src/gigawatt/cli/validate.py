"""``gigawatt validate``."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gigawatt.cli.options import AsJson, print_json
from gigawatt.cli.outcome import refuse
from gigawatt.validation import AT_RUN_TIME, MODELS

if TYPE_CHECKING:
    from gigawatt.validation.rows import ValidationRow

_NAMES = f"{', '.join((*MODELS, *AT_RUN_TIME))}, all (but {', '.join(AT_RUN_TIME)})"


def validate(
    model: Annotated[
        str,
        typer.Argument(
            help=f"One of {', '.join((*MODELS, *AT_RUN_TIME))}, all (but {', '.join(AT_RUN_TIME)})."
        ),
    ] = "all",
    data: Annotated[
        Path | None,
        typer.Option(
            help="Folder of measured data. Default: ../shared where it is there.", show_default=False
        ),
    ] = None,
    as_json: AsJson = False,
    markdown: Annotated[bool, typer.Option("--markdown", help="Print the README's table of trust.")] = False,
) -> None:
    """Lay published figures beside the model's, with the error.

    \b
    Examples:
      gigawatt validate
      gigawatt validate cooling --data ../shared
      gigawatt validate campus --json
      gigawatt validate live
    \b
    Exit codes: 0 every figure within its tolerance, 3 at least one is not.
    """  # noqa: D301
    from gigawatt.kernel.errors import CheckFailedError

    found = _rows(model, _data_folder(data))
    if as_json:
        print_json(_as_json(model, found))
    elif markdown:
        from gigawatt.validation.trust import at_run_time, trust_table

        typer.echo(trust_table(found) + (f"\n{at_run_time()}" if model == "all" else ""))
    else:
        _print_rows(found)
    missed = [row for row in found if not row.holds]
    if missed:
        told = "".join(f"\n  {r.model}, {r.group}: {r.quantity}" for r in missed)
        raise CheckFailedError(f"{len(missed)} of {len(found)} figures are outside their tolerance:{told}")


def _data_folder(given: Path | None) -> Path | None:
    if given is None:
        beside = Path("../shared")
        return beside if beside.is_dir() else None
    if not given.is_dir():
        raise refuse("GW504", "there is no such folder", "give the folder of measured data", str(given))
    return given


def _rows(model: str, data: Path | None) -> list[ValidationRow]:
    from difflib import get_close_matches
    from importlib import import_module

    known = (*MODELS, *AT_RUN_TIME, "all")
    if model not in known:
        close = get_close_matches(model, known, n=1)
        remedy = f"write {close[0]!r}" if close else f"choose one of {', '.join(known)}"
        raise refuse("GW505", f"there is no model {model!r} to validate", remedy)
    if model in AT_RUN_TIME:
        from gigawatt.live import validating

        return validating.rows()
    chosen = MODELS if model == "all" else (model,)
    return [row for name in chosen for row in import_module(f"gigawatt.validation.{name}").rows(data)]


def _as_json(model: str, found: Sequence[ValidationRow]) -> dict[str, Any]:
    from math import isfinite

    if model == "campus":
        from gigawatt.validation import campus

        report: dict[str, Any] = campus.report()
        return report
    errors = [abs(row.error_frac) for row in found if isfinite(row.error_frac)]
    return {
        "rows": [_plain(row) for row in found],
        "mape": sum(errors) / len(errors) if errors else None,
    }


def _plain(row: ValidationRow) -> dict[str, Any]:
    from math import isfinite

    return {
        "model": row.model,
        "group": row.group,
        "quantity": row.quantity,
        "published": row.published,
        "modelled": row.modelled,
        "error": row.error,
        "error_frac": row.error_frac if isfinite(row.error_frac) else None,
        "tolerance": row.tolerance,
        "relative": row.relative,
        "holds": row.holds,
        "fitted": row.fitted,
        "baseline": row.baseline,
        "source": row.source,
        "note": row.note,
    }


def _print_rows(found: Sequence[ValidationRow]) -> None:
    from gigawatt.cli.tables import print_table
    from gigawatt.validation.trust import error_in_words

    columns = ["model", "group", "quantity", "published", "modelled", "error", "holds", "naive", "source"]
    lines = [
        [
            row.model,
            row.group,
            row.quantity,
            f"{row.published:,.5g}",
            f"{row.modelled:,.5g}",
            error_in_words(row),
            "yes" if row.holds else "NO",
            "" if row.baseline is None else f"{row.baseline:,.5g}",
            row.source,
        ]
        for row in found
    ]
    print_table(columns, lines, right=(3, 4, 5, 7))
    typer.echo(f"{sum(row.holds for row in found)} of {len(found)} figures within their tolerance")
