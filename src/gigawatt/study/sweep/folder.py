"""The sweep's folder: tables as Parquet and CSV, and one manifest, without any time of day in them."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pyarrow.csv as pa_csv
import pyarrow.parquet as pq

from gigawatt.study.sweep.ranges import SweptInput
from gigawatt.study.sweep.tables import Sweep, tables

FORMAT = "gigawatt-sweep/1"


def write_sweep(sweep: Sweep, folder: Path) -> None:
    """Write a sweep's tables and manifest into a folder; the same sweep gives the same bytes."""
    inner = folder / "tables"
    inner.mkdir(parents=True, exist_ok=True)
    listed = {}
    for name, table in tables(sweep).items():
        pq.write_table(table, inner / f"{name}.parquet", compression="zstd")
        pa_csv.write_csv(table, inner / f"{name}.csv")
        listed[name] = {"rows": table.num_rows, "columns": table.column_names}
    plan = sweep.plan
    manifest = {
        "format": FORMAT,
        "scenario_sha256": hashlib.sha256(plan.text.encode("utf-8")).hexdigest(),
        "version": plan.version,
        "overrides": list(plan.overrides),
        "draws": plan.draws,
        "seed": plan.seed,
        "refused": len(sweep.refused),
        "inputs": [_described(one) for one in sweep.inputs],
        "tables": listed,
    }
    text = json.dumps(manifest, indent=1, ensure_ascii=False, allow_nan=False)
    (folder / "sweep.json").write_text(text + "\n", encoding="utf-8")


def _described(one: SweptInput) -> dict[str, Any]:
    ranges = [
        {
            "path": r.path,
            "kind": r.kind,
            **{end: r.written(getattr(r, end)) for end in ("low", "mid", "high")},
        }
        for r in one.ranges
    ]
    return {"name": one.name, "ranges": ranges}


def read_manifest(folder: Path) -> dict[str, Any]:
    """Read a sweep folder's manifest; ValueError where it is not one of ours."""
    manifest = json.loads((folder / "sweep.json").read_text(encoding="utf-8"))
    if not isinstance(manifest, dict) or manifest.get("format") != FORMAT:
        raise ValueError(f"{folder} is not a sweep folder of the format {FORMAT}")
    return manifest
