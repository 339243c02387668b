"""``gigawatt new``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def new(
    directory: Annotated[
        Path, typer.Argument(metavar="DIR", help="A new or empty folder.", show_default=False)
    ],
) -> None:
    """Write a commented 100 MW reference campus that runs as it is.

    \b
    Examples:
      gigawatt new my-campus
      gigawatt run my-campus/campus.yaml
    """  # noqa: D301
    from gigawatt.scenario.new import write_new

    for line in write_new(directory):
        typer.echo(line)
