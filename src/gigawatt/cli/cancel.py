"""``gigawatt cancel``."""

from __future__ import annotations

from typing import Annotated

import typer

from gigawatt.cli.options import AsJson, Ca, StateDir, TokenFile, Url, print_json


def cancel(
    job: Annotated[int, typer.Argument(metavar="JOB", min=1, help="The job's number.", show_default=False)],
    state_dir: StateDir = None,
    url: Url = None,
    ca: Ca = None,
    token_file: TokenFile = None,
    as_json: AsJson = False,
) -> None:
    """Cancel a job: it leaves the queue, or its gang is stopped (SIGTERM, then SIGKILL).

    \b
    Examples:
      gigawatt cancel 3
    \b
    Exit codes: 0 done, 1 bad input, 130 interrupted.
    """  # noqa: D301
    from gigawatt.live.outside import client

    answer = client.door(state_dir, url, ca, token_file).ask("POST", f"/v1/jobs/{job}/cancel")
    if as_json:
        print_json(answer)
    else:
        typer.echo(f"job {job} is cancelled" if answer["cancelled"] else f"job {job} had ended before")
