"""``gigawatt drain``."""

from __future__ import annotations

from typing import Annotated

import typer

from gigawatt.cli.options import AsJson, Ca, StateDir, TokenFile, Url, print_json


def drain(
    node: Annotated[
        int, typer.Argument(metavar="NODE", min=0, help="The node's number.", show_default=False)
    ],
    undo: Annotated[
        bool, typer.Option("--undo", help="Take it back, from quarantine too, with a clean record.")
    ] = False,
    state_dir: StateDir = None,
    url: Url = None,
    ca: Ca = None,
    token_file: TokenFile = None,
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
    from gigawatt.live.outside import client

    door = client.door(state_dir, url, ca, token_file)
    answer = door.ask("POST", f"/v1/nodes/{node}/drain", {"undo": undo})
    if as_json:
        print_json(answer)
    else:
        typer.echo(f"node {node} is {answer['state']}")
