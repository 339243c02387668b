"""``gigawatt drain``."""

from __future__ import annotations

from typing import Annotated

import typer

from gigawatt.cli.options import AsJson, StateDir, print_json


def drain(
    node: Annotated[
        int, typer.Argument(metavar="NODE", min=0, help="The node's number.", show_default=False)
    ],
    undo: Annotated[
        bool, typer.Option("--undo", help="Take it back, from quarantine too, with a clean record.")
    ] = False,
    state_dir: StateDir = None,
    as_json: AsJson = False,
) -> None:
    """Let a node take no more jobs; those that run on it go on to their end.

    \b
    Examples:
      gigawatt drain 2
      gigawatt drain 2 --undo
    \b
    Exit codes: 0 done, 1 bad input, 130 interrupted.
    """  # noqa: D301
    from gigawatt.live import client

    answer = client.ask(
        state_dir or client.default_folder(), "POST", f"/v1/nodes/{node}/drain", {"undo": undo}
    )
    if as_json:
        print_json(answer)
    else:
        typer.echo(f"node {node} is {answer['state']}")
