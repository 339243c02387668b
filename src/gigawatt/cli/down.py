"""``gigawatt down``."""

from __future__ import annotations

import typer

from gigawatt.cli.options import AsJson, StateDir, print_json


def down(state_dir: StateDir = None, as_json: AsJson = False) -> None:
    """Take a cluster down: gangs are stopped and go on at the next up; no process is left.

    \b
    Examples:
      gigawatt down
    \b
    Exit codes: 0 done, 1 bad input, 130 interrupted.
    """  # noqa: D301
    from gigawatt.live.outside import client

    folder = state_dir or client.default_folder()
    client.take_down(folder)
    if as_json:
        print_json({"down": True, "state_dir": str(folder.absolute())})
    else:
        typer.echo("the cluster is down; gigawatt up goes on with its jobs")
