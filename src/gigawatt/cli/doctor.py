"""``gigawatt doctor``."""

from __future__ import annotations

import typer

from gigawatt.cli.options import AsJson, print_json


def doctor(as_json: AsJson = False) -> None:
    """Look at the machine: is everything there that gigawatt needs, and what to do if not.

    \b
    Examples:
      gigawatt doctor
    \b
    Exit codes: 0 all there, 3 something that is needed is missing.
    """  # noqa: D301
    from gigawatt.cli.health import findings
    from gigawatt.kernel.errors import CheckFailedError

    found = findings()
    if as_json:
        print_json(
            {"findings": [{"what": f.what, "state": f.state, "seen": f.seen, "do": f.do} for f in found]}
        )
    else:
        for finding in found:
            typer.echo(f"{finding.state:8} {finding.what}: {finding.seen}")
            if finding.do:
                typer.echo(f"         do: {finding.do}")
    missing = [finding.what for finding in found if finding.state == "missing"]
    if missing:
        raise CheckFailedError(f"needed and not there: {', '.join(missing)}")
