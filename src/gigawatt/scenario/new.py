"""Write the reference campus into a folder of the user's own."""

from __future__ import annotations

import json
from pathlib import Path

from gigawatt.kernel.errors import InputError, Problem
from gigawatt.scenario.read import bundled_bytes
from gigawatt.scenario.schema import json_schema

REFERENCE = "reference-100mw"
_README = """\
# A campus of one's own

`campus.yaml` describes a reference campus of 100 MW; it runs as it is:

    gigawatt run campus.yaml

Change it, and let every mistake be named at once:

    gigawatt check campus.yaml

An editor that knows YAML schemas completes from `campus.schema.json` (the first
line of `campus.yaml` points to it; `gigawatt schema --out campus.schema.json`
writes it anew after an update). A single field is changed without an editor:

    gigawatt run campus.yaml --set seed=2 --out runs/seed-2

Any value may carry its source: `{value: 150 MW, source: "a permit", as_of: 2025-05,
confidence: reported}`; a guess is a range: `{low: 1, mid: 2, high: 3, confidence: assumed}`.
"""


def write_new(directory: Path) -> list[str]:
    """Write the reference campus, its schema and a short guide; nothing is overwritten.

    Returns
    -------
    list of str
        What to do next, in lines.

    Raises
    ------
    InputError
        GW502: the folder exists and is not empty, or is no folder.
    """
    if directory.exists() and (not directory.is_dir() or any(directory.iterdir())):
        seen = "this exists and is not an empty folder; nothing was written"
        raise InputError(Problem("GW502", seen, "name a new folder", file=str(directory)))
    campus = bundled_bytes(REFERENCE).decode("utf-8")
    texts = {
        "campus.yaml": f"# yaml-language-server: $schema=campus.schema.json\n{campus}",
        "campus.schema.json": json.dumps(json_schema(), indent=1) + "\n",
        "README.md": _README,
    }
    directory.mkdir(parents=True, exist_ok=True)
    for name, text in texts.items():
        (directory / name).write_text(text, encoding="utf-8")
    return [
        f"wrote {', '.join(str(directory / name) for name in texts)}",
        f"next: gigawatt run {directory / 'campus.yaml'}",
    ]
