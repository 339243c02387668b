"""The run folder: Parquet and CSV tables and one manifest, without any time of day in them."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq

from gigawatt.results.run import DealResult, Run
from gigawatt.results.tables import tables
from gigawatt.results.totals import totals

FORMAT = "gigawatt-run/1"
"""Name of the folder's layout, in its manifest."""


def write_run(run: Run, directory: Path) -> None:
    """Write a run's tables and manifest into an existing or new directory.

    ``manifest.json`` names the scenario, version, seed, residuals, the deal's figures and tables;
    ``deal.yaml`` holds the deal, where there is one, as ``gigawatt finance`` reads it;
    ``tables/NAME.parquet`` and ``tables/NAME.csv`` hold the same rows. The same
    run gives the same bytes.
    """
    folder = directory / "tables"
    folder.mkdir(parents=True, exist_ok=True)
    made = tables(run)
    with ThreadPoolExecutor(max_workers=2) as pool:  # Arrow writes outside the interpreter's lock
        written = [pool.submit(_write_table, table, folder / name) for name, table in made.items()]
        for task in written:
            task.result()
    listed = {name: {"rows": t.num_rows, "columns": t.column_names} for name, t in made.items()}
    if run.finance is not None and run.finance.deal:
        deal = json.dumps(run.finance.deal, indent=1, ensure_ascii=False, allow_nan=False)
        (directory / "deal.yaml").write_text(deal + "\n", encoding="utf-8")
    text = json.dumps(manifest_of(run, listed), indent=1, ensure_ascii=False, allow_nan=False)
    (directory / "manifest.json").write_text(text + "\n", encoding="utf-8")


def manifest_of(run: Run, listed: Mapping[str, Any]) -> dict[str, Any]:
    """Return a run's manifest, with its tables as they are listed."""
    return {
        "format": FORMAT,
        "scenario": run.scenario,
        "title": run.title,
        "version": run.version,
        "seed": run.seed,
        "start": run.clock.start.isoformat(),
        "end": run.clock.end.isoformat(),
        "scenario_sha256": run.scenario_sha256,
        "overrides": list(run.overrides),
        "residuals": run.ledger.residuals(),
        "totals": totals(run),
        **finance_figures(run.finance),
        "tables": listed,
        "resolved": plain(run.resolved),
    }


def finance_figures(deal: DealResult | None) -> dict[str, Any]:
    """Return the deal's figures under ``finance``, with why it cannot close; nothing where none is run."""
    if deal is None:
        return {}
    return {"finance": {"refused": deal.refused or None, **plain(deal.figures)}}


def _write_table(table: pa.Table, stem: Path) -> None:
    pq.write_table(table, stem.with_name(f"{stem.name}.parquet"), compression="zstd")
    pa_csv.write_csv(table, stem.with_name(f"{stem.name}.csv"))


def read_tables(directory: Path) -> dict[str, pa.Table]:
    """Read every table of a run folder by name, in the manifest's order."""
    return {
        name: pq.read_table(directory / "tables" / f"{name}.parquet")
        for name in read_manifest(directory)["tables"]
    }


def read_manifest(directory: Path) -> dict[str, Any]:
    """Read a run folder's manifest; ValueError where it is not one of ours."""
    text = (directory / "manifest.json").read_text(encoding="utf-8")
    manifest = json.loads(text)
    if not isinstance(manifest, dict) or manifest.get("format") != FORMAT:
        raise ValueError(f"{directory} is not a run folder of the format {FORMAT}")
    return manifest


def plain(value: Any) -> Any:
    """Turn arrays, tuples and NaN into what JSON can hold; NaN becomes null."""
    if isinstance(value, Mapping):
        return {str(k): plain(v) for k, v in value.items()}
    if isinstance(value, np.ndarray):
        return [plain(v) for v in value.tolist()]
    if isinstance(value, list | tuple):
        return [plain(v) for v in value]
    if isinstance(value, np.generic):
        return plain(value.item())
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value
