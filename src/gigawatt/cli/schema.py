"""``gigawatt schema``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from gigawatt.cli.options import print_json


def schema(
    out: Annotated[
        Path | None, typer.Option(help="File to write instead of standard output.", show_default=False)
    ] = None,
) -> None:
    """Print the JSON Schema of a scenario file, from which an editor completes.

    \b
    Examples:
      gigawatt schema --out campus.schema.json
      # then, as the first line of campus.yaml:
      # yaml-language-server: $schema=campus.schema.json
    """  # noqa: D301
    import json

    from gigawatt.scenario.schema import json_schema

    made = json_schema()
    if out is None:
        print_json(made)
    else:
        out.write_text(json.dumps(made, indent=1) + "\n", encoding="utf-8")
