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
    state_dir: StateDir = None,
    as_json: AsJson = False,
) -> None:
    """Print what a rank said on its standard output and error; also while it runs, or the cluster is down.

    \b
    Examples:
      gigawatt logs 3
      gigawatt logs 3 --rank 2 --attempt 1
    \b
    Exit codes: 0 done, 1 bad input, 130 interrupted.
    """  # noqa: D301
    from gigawatt.cli.outcome import refuse
    from gigawatt.live import client

    folder = (state_dir or client.default_folder()) / "logs" / str(job)
    there = sorted(int(one.name) for one in folder.iterdir()) if folder.is_dir() else []
    of_run = attempt or (there[-1] if there else 1)
    file = folder / str(of_run) / f"{rank}.log"
    if not file.is_file():
        ranks = len(list((folder / str(of_run)).glob("*.log")))
        seen = (
            f"run {of_run} of job {job} has {ranks} logs, none of rank {rank}"
            if there
            else f"job {job} has no logs"
        )
        raise refuse("GW813", seen, "see gigawatt status: a job has logs once it has started", "JOB")
    data = file.read_bytes()
    if as_json:
        text = data.decode("utf-8", "replace")
        print_json({"id": job, "attempt": of_run, "rank": rank, "text": text})
    else:
        sys.stdout.buffer.write(data)
