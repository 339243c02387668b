"""``gigawatt logs``."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from gigawatt.cli.options import AsJson, StateDir, print_json


def logs(
    job: Annotated[int, typer.Argument(metavar="JOB", min=1, help="The job's number.", show_default=False)],
    rank: Annotated[int, typer.Option(min=0, help="Which rank's.")] = 0,
    attempt: Annotated[
        int | None, typer.Option(min=1, help="Of which run. Default: the latest.", show_default=False)
    ] = None,
    follow: Annotated[
        bool, typer.Option("--follow", "-f", help="Go on with what it says, until the job has ended.")
    ] = False,
    tail: Annotated[
        int | None,
        typer.Option(
            "--tail",
            "-n",
            min=0,
            metavar="LINES",
            help="Only the last lines. Default: all.",
            show_default=False,
        ),
    ] = None,
    state_dir: StateDir = None,
    as_json: AsJson = False,
) -> None:
    """Print what a rank said on its standard output and error; also while it runs, or the cluster is down.

    \b
    Examples:
      gigawatt logs 3
      gigawatt logs 3 --follow --tail 20
      gigawatt logs 3 --rank 2 --attempt 1
    \b
    Exit codes: 0 done, 1 bad input, 130 interrupted.
    """  # noqa: D301
    from gigawatt.cli.outcome import refuse
    from gigawatt.live import client, reading

    folder = state_dir or client.default_folder()
    if follow:
        if as_json or attempt is not None:
            seen = "--follow goes with neither --json nor --attempt"
            raise refuse("GW860", seen, "leave one of them away", "--follow")
        reading.check_rank(folder, job, rank)
        for data in reading.follow(folder, job, rank, tail):
            sys.stdout.buffer.write(data)
            sys.stdout.buffer.flush()
        return
    of_run, file = reading.find_log(folder, job, rank, attempt)
    data = reading.last_lines(file.read_bytes(), tail)
    if as_json:
        text = data.decode("utf-8", "replace")
        print_json({"id": job, "attempt": of_run, "rank": rank, "text": text})
    else:
        sys.stdout.buffer.write(data)
