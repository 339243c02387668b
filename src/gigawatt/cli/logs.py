"""``gigawatt logs``."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from gigawatt.cli.options import AsJson, Ca, StateDir, TokenFile, Url, print_json


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
    url: Url = None,
    ca: Ca = None,
    token_file: TokenFile = None,
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
    from gigawatt.live.outside import client, reading, remote_logs
    from gigawatt.live.outside.door import find

    if follow and (as_json or attempt is not None):
        seen = "--follow goes with neither --json nor --attempt"
        raise refuse("GW860", seen, "leave one of them away", "--follow")
    door = find(state_dir, url, ca, token_file)
    folder = state_dir or client.default_folder()
    if follow:
        if door is None:
            reading.check_rank(folder, job, rank)
            parts = reading.follow(folder, job, rank, tail)
        else:
            parts = remote_logs.follow(door, job, rank, tail)
        for data in parts:
            sys.stdout.buffer.write(data)
            sys.stdout.buffer.flush()
        return
    if door is None:
        of_run, file = reading.find_log(folder, job, rank, attempt)
        data = file.read_bytes()
    else:
        of_run, data = remote_logs.whole(door, job, rank, attempt)
    data = reading.last_lines(data, tail)
    if as_json:
        text = data.decode("utf-8", "replace")
        print_json({"id": job, "attempt": of_run, "rank": rank, "text": text})
    else:
        sys.stdout.buffer.write(data)
