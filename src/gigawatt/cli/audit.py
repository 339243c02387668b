"""``gigawatt audit``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gigawatt.cli.options import AsJson, print_json
from gigawatt.cli.progress import progress

if TYPE_CHECKING:
    from gigawatt.study.auditing import PackAudit


def audit(
    source: Annotated[
        str,
        typer.Argument(
            metavar="PACK|FILE",
            help="A pack of claims that comes with gigawatt (articles, colossus, outside), or a YAML file.",
            show_default=False,
        ),
    ] = "",
    beside: Annotated[
        list[str] | None,
        typer.Option(
            "--with",
            metavar="PACK|FILE",
            help="Further claims and bounds to lay beside. May be repeated.",
            show_default=False,
        ),
    ] = None,
    report: Annotated[
        Path | None,
        typer.Option("--report", "--out", help="HTML file to write the report to.", show_default=False),
    ] = None,
    run_model: Annotated[
        bool, typer.Option("--run/--no-run", help="Take bounds from a run of the scenario a pack names.")
    ] = True,
    schema: Annotated[
        bool, typer.Option("--schema", help="Print the JSON Schema of a pack and stop.")
    ] = False,
    as_json: AsJson = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Show no progress and no summary.")] = False,
) -> None:
    """Lay public claims beside bounds and beside each other: which cannot all be true.

    \b
    Examples:
      gigawatt audit articles
      gigawatt audit articles --with outside --report audit.html
      gigawatt audit claims.yaml --json
      gigawatt audit --schema > claims.schema.json
    \b
    Exit codes: 0 done, whatever the verdicts; 1 mistakes in a pack.
    """  # noqa: D301
    if schema:
        from gigawatt.evidence import ClaimPack
        from gigawatt.scenario.schema import json_schema

        print_json(json_schema(ClaimPack))
        return
    if not source:
        from gigawatt.cli.outcome import refuse

        raise refuse(
            "GW506", "no pack is named", "name a pack or a file, for example: gigawatt audit articles"
        )
    from gigawatt.study.auditing import audit_pack

    with progress(quiet=quiet or as_json) as tell:
        done = audit_pack(source, beside or (), run_model=run_model, tell=tell)
    if report is not None:
        from gigawatt.report.audit import write_audit

        write_audit(done, report)
    if as_json:
        print_json(done.result.as_json())
    elif not quiet:
        _print(done)
        if report is not None:
            typer.echo(f"report: {report}")


def _print(done: PackAudit) -> None:
    from gigawatt.cli.tables import print_table
    from gigawatt.evidence.reading import in_words
    from gigawatt.evidence.units import number

    claims = {c.id: c for c in done.claims}
    lines = [
        [
            v.id,
            v.verdict,
            f"{claims[v.id].subject}, {claims[v.id].instrument}, {claims[v.id].period}",
            in_words(claims[v.id]),
            v.binding or "",
            "" if v.ratio is None else number(v.ratio),
        ]
        for v in done.result.worst_first()
    ]
    print_table(["id", "verdict", "about", "claim", "bound by", "ratio"], lines, right=(5,))
    typer.echo("")
    for conflict in done.result.conflicts:
        typer.echo(f"{conflict.kind}: {', '.join(conflict.ids)}\n    {conflict.explanation}")
    typer.echo(f"\n{done.result!r}")
