"""The file of ``gigawatt up --power-budget``: CSV, YAML, or the folder of a scenario's run."""

from __future__ import annotations

import csv
import io
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from gigawatt.kernel.errors import InputError, Problem

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from gigawatt.cluster.power import PowerBudget

_OPTION = "--power-budget"
_UNITS_KW = {"budget_kw": 1.0, "budget_mw": 1000.0}
_HOUR_S = 3600.0


def read_power(
    written: str,
    *,
    gpus: int,
    busy_kw_per_gpu: float | None = None,
    idle_kw_per_gpu: float | None = None,
    time_scale: float = 1.0,
    first_day: str | None = None,
    site: str | None = None,
) -> dict[str, Any]:
    """Read a power budget as a live cluster takes it; ``off`` is none.

    Parameters
    ----------
    written
        A file, a folder, or ``off``.
    gpus
        GPUs of the cluster: each gets as much power as one of a run's energised GPUs.
    busy_kw_per_gpu, idle_kw_per_gpu
        Draw of a GPU that a gang holds, and of a free one; None: as in the file, else of a GB200.
    time_scale
        How much faster than in the file the time passes.
    first_day, site
        Of a run.

    Raises
    ------
    InputError
        GW850: no such file, or nothing in it that is a budget; GW851: too long, or values that are none;
        GW852: the run has no such day or site; GW2xx and GW3xx for YAML.
    """
    from gigawatt.cluster.power import PowerBudget
    from gigawatt.live.power import MOST_STEPS

    if written == "off":
        return {}
    path = Path(written)
    if not path.exists():
        raise _refuse("GW850", f"there is no file or folder {written!r}", "give one, or off", _OPTION)
    told = PowerBudget() if path.is_dir() or path.suffix != ".yaml" else _from_yaml(path)
    busy_kw = told.busy_kw_per_gpu if busy_kw_per_gpu is None else busy_kw_per_gpu
    idle_kw = min(told.idle_kw_per_gpu, busy_kw) if idle_kw_per_gpu is None else idle_kw_per_gpu
    if idle_kw > busy_kw:
        seen = f"a free GPU would draw {idle_kw:g} kW, more than a held one's {busy_kw:g} kW"
        raise _refuse("GW851", seen, "change --kw-per-gpu or --idle-kw-per-gpu", _OPTION)
    step_s, budget_kw = told.step_s, told.budget_kw
    if path.is_dir():
        step_s, budget_kw = _HOUR_S, gpus * _kw_per_gpu_of_run(path, first_day, site)[:MOST_STEPS]
    elif budget_kw is None:
        step_s, budget_kw = _HOUR_S, _from_csv(path)
    if budget_kw.size > MOST_STEPS:
        seen = f"{budget_kw.size:,} steps; allowed: up to {MOST_STEPS:,}, a year of hours"
        raise _refuse("GW851", seen, "give a shorter budget", str(path))
    return {
        "step_s": step_s / time_scale,
        "budget_kw": [float(f"{kw:.6g}") for kw in budget_kw.tolist()],
        "busy_kw_per_gpu": busy_kw,
        "idle_kw_per_gpu": idle_kw,
    }


def _refuse(code: str, seen: str, remedy: str, file: str) -> InputError:
    """Build the error for a wrong budget."""
    return InputError(Problem(code, seen, remedy, file=file))


def _from_yaml(path: Path) -> PowerBudget:
    from gigawatt.cluster.readers.cluster_values import budget_of
    from gigawatt.cluster.readers.inputs import ClusterFile, PowerFile
    from gigawatt.scenario.read import read_text
    from gigawatt.scenario.yaml_text import read_bytes

    text = read_bytes(path, str(path))
    if b"\ngpus:" in b"\n" + text:
        power = budget_of(read_text(text, ClusterFile, file=str(path)).scenario.power)
    else:
        power = budget_of(read_text(text, PowerFile, file=str(path)).scenario.power)
    if power is None or power.budget_kw is None:
        remedy = "write power: {budgets: [{from: 0 h, budget: 40 kW}, ...]}"
        raise _refuse("GW850", "the file gives no power budget", remedy, str(path))
    return power


def _from_csv(path: Path) -> NDArray[np.float64]:
    """A row an hour, in a column ``budget_kw`` or ``budget_mw``."""
    from gigawatt.scenario.yaml_text import read_bytes

    text = read_bytes(path, str(path)).decode("utf-8-sig", "replace")
    rows = list(csv.DictReader(io.StringIO(text)))
    name = next((name for name in _UNITS_KW if rows and name in rows[0]), None)
    if name is None:
        remedy = "a CSV file with a row an hour and a column budget_kw or budget_mw; or .yaml, or a run"
        raise _refuse("GW850", "the file has no column of a power budget", remedy, str(path))
    values = []
    for line, row in enumerate(rows, 2):
        try:
            value = float(row[name])
        except (TypeError, ValueError):
            value = float("nan")
        if not 0.0 <= value < float("inf"):
            raise _refuse("GW851", f"line {line}: {name} is {row[name]!r}", "numbers from 0", str(path))
        values.append(value * _UNITS_KW[name])
    return np.array(values)


def _kw_per_gpu_of_run(folder: Path, first_day: str | None, site: str | None) -> NDArray[np.float64]:
    """What a site's computers get in each hour (measured level), for each of its energised GPUs."""
    import pyarrow.parquet as pq

    from gigawatt.results.folder import read_manifest

    try:
        names = list(read_manifest(folder)["tables"])
    except (OSError, ValueError):
        seen = "the folder holds no run"
        raise _refuse("GW850", seen, "give one that gigawatt run --out has written", str(folder)) from None
    sites = [name.removeprefix("hourly_") for name in names if name.startswith("hourly_")]
    if (site is None and len(sites) > 1) or (site is not None and site not in sites):
        seen = "the run has several sites" if site is None else f"the run has no site {site!r}"
        raise _refuse("GW852", seen, f"--power-site with one of {', '.join(sites)}", str(folder))
    chosen = site or sites[0]
    daily = pq.read_table(folder / "tables" / f"daily_{chosen}.parquet", columns=["day", "energised_gpus"])
    hourly = pq.read_table(folder / "tables" / f"hourly_{chosen}.parquet", columns=["it_served_mw"])
    gpus = daily["energised_gpus"].to_numpy()
    first = _first_of(daily["day"].to_pylist(), gpus, first_day, folder)
    hours_gpus = np.repeat(gpus, 24)[: hourly.num_rows][24 * first :]
    served_kw = 1000.0 * hourly["it_served_mw"].to_numpy()[24 * first :]
    each_kw: NDArray[np.float64] = np.divide(
        served_kw, hours_gpus, out=np.zeros(hours_gpus.size), where=hours_gpus > 0.0
    )
    return each_kw


def _first_of(days: list[date], gpus: NDArray[np.float64], first_day: str | None, folder: Path) -> int:
    """Position of the day with which to begin."""
    if first_day is None:
        if not (gpus > 0.0).any():
            raise _refuse("GW852", "no GPU of the site is energised in this run", "another one", str(folder))
        return int((gpus > 0.0).argmax())
    try:
        return days.index(date.fromisoformat(first_day))
    except ValueError:
        seen = f"the run has no day {first_day!r}; it goes from {days[0]} to {days[-1]}"
        raise _refuse("GW852", seen, "give one of its days, as 2026-07-14", "--power-from") from None
