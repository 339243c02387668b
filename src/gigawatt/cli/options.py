"""Options that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

Source = Annotated[
    str,
    typer.Argument(
        metavar="NAME|FILE",
        help="A scenario that comes with gigawatt, or the path of a YAML file.",
        show_default=False,
    ),
]
Overrides = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="PATH=VALUE",
        help="Change a field: sites.colossus-1.power.grid.0.import_limit='200 MW'. May be repeated.",
        show_default=False,
    ),
]
AsJson = Annotated[
    bool, typer.Option("--json", help="Print one JSON object on standard output, and nothing else.")
]
StateDir = Annotated[
    Path | None,
    typer.Option(
        "--state-dir",
        metavar="DIR",
        help="Where the cluster keeps its state. Default: $GIGAWATT_STATE_DIR, "
        "else ~/.local/state/gigawatt/cluster.",
        show_default=False,
    ),
]
Url = Annotated[
    str | None,
    typer.Option(
        "--url",
        metavar="URL",
        help="The cluster's address, https://HOST:PORT, instead of its folder. Default: $GIGAWATT_URL. "
        "The token: $GIGAWATT_TOKEN.",
        show_default=False,
    ),
]
Ca = Annotated[
    Path | None,
    typer.Option(
        "--ca",
        metavar="FILE",
        help="Certificate to trust, where the machine does not. Default: $GIGAWATT_CA.",
        show_default=False,
    ),
]
TokenFile = Annotated[
    Path | None,
    typer.Option(
        "--token-file",
        metavar="FILE",
        help="Read the token here, not from $GIGAWATT_TOKEN.",
        show_default=False,
    ),
]


def print_json(value: object) -> None:
    """Print one JSON object on standard output."""
    import json

    typer.echo(json.dumps(value, indent=1, allow_nan=False))
