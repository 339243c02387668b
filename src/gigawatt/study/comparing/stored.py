"""Results that lie on disk: the folders that commands write, and what they print with ``--json``."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from gigawatt.kernel.errors import InputError, Problem
from gigawatt.study.comparing.sides import Side, side_of_json, side_of_manifest
from gigawatt.study.comparing.tables import facts_of_tables

MANIFESTS = ("manifest.json", "sweep.json")
LARGEST_BYTES = 200_000_000
"""Of a manifest or of a JSON answer."""


def read_side(path: Path) -> Side:
    """Read a result folder, or a file with what a command printed.

    Raises
    ------
    InputError
        GW509: no result of gigawatt, or one that is damaged.
    """
    if not path.is_dir():
        return side_of_json(_read_json(path), label=str(path))
    file = next((path / name for name in MANIFESTS if (path / name).is_file()), None)
    if file is None:
        raise _problem(
            path, "this folder has no manifest.json, so it is no result of gigawatt",
            "name a folder that gigawatt run, replay or sweep wrote",
        )  # fmt: skip
    manifest = _read_json(file)
    kind, _, _ = str(manifest.get("format", "")).removeprefix("gigawatt-").partition("/")
    listed = manifest.get("tables")
    if not str(manifest.get("format", "")).startswith("gigawatt-") or not isinstance(listed, Mapping):
        raise _problem(
            file, "this manifest names no format of gigawatt's, or no tables", "write the result again"
        )
    scenario = path / "scenario.yaml"
    return side_of_manifest(
        manifest,
        facts_of_tables(listed, lambda name: _read_table(path / "tables" / f"{name}.parquet")),
        label=str(path),
        kind=kind,
        command=f"gigawatt run {scenario}" if kind == "run" and scenario.is_file() else "",
    )


def _read_json(file: Path) -> dict[str, Any]:
    if file.stat().st_size > LARGEST_BYTES:
        raise _problem(file, f"this file is larger than {LARGEST_BYTES / 1e6:,.0f} MB", "name a result")
    try:
        told = json.loads(file.read_text(encoding="utf-8"))
    except (ValueError, RecursionError) as error:
        raise _problem(file, f"this is no JSON: {error}", "write the result again") from None
    if not isinstance(told, dict):
        raise _problem(file, "this JSON is no object of figures", "name what a command printed with --json")
    return told


def _read_table(file: Path) -> Any:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        return pq.read_table(file)
    except FileNotFoundError:
        raise _problem(
            file, "the manifest lists this table, and it is not there", "write the result again"
        ) from None
    except pa.ArrowInvalid as error:
        raise _problem(file, f"this table cannot be read: {error}", "write the result again") from None


def _problem(file: Path, message: str, remedy: str) -> InputError:
    return InputError(Problem("GW509", message, remedy, file=str(file)))
