"""Write what documentation is generated: the README's table of trust and the reference of tables.

make trust
"""

from __future__ import annotations

import re
import sys
from importlib import import_module
from pathlib import Path

from gigawatt.evidence import KINDS, VERDICTS, ClaimPack
from gigawatt.evidence.claim import NEEDS, OTHER_STAGES, STAGES
from gigawatt.evidence.units import BASE, units
from gigawatt.live.http.reference import reference as api_page
from gigawatt.results.columns import BINDINGS, DAILY, FINANCE, HOURLY, QUEUES
from gigawatt.scenario.reference import scenario_reference
from gigawatt.study.sweep.figures import FIGURES
from gigawatt.validation import MODELS
from gigawatt.validation.trust import at_run_time, trust_table

ROOT = Path(__file__).parents[1]


def write_trust(readme: Path, shared: Path | None) -> None:
    """Replace the README's table of trust."""
    rows = [row for model in MODELS for row in import_module(f"gigawatt.validation.{model}").rows(shared)]
    text = readme.read_text(encoding="utf-8")
    block = f"<!-- trust:begin -->\n{trust_table(rows).strip()}\n{at_run_time()}\n<!-- trust:end -->"
    new, count = re.subn(r"<!-- trust:begin -->.*?<!-- trust:end -->", lambda _: block, text, flags=re.DOTALL)
    if count != 1:
        sys.exit("README.md has no place for the table of trust")
    readme.write_text(new, encoding="utf-8")


def tables_page() -> str:
    """Return the reference page of a run's tables."""

    def columns(described: dict[str, tuple[str, str]]) -> str:
        lines = [f"| `{name}` | {unit} | {text} |" for name, (unit, text) in described.items()]
        return "\n".join(["| column | unit | meaning |", "|---|---|---|", *lines])

    return f"""# Tables of a run

Written by `make trust` from `gigawatt/results/columns.py`. Each table is in `tables/` as Parquet and CSV.

## hourly_SITE

`time_utc` stamps the beginning of the hour. `water_SOURCE_m3` gives the draw by source.

{columns(HOURLY)}

## daily_SITE

`binding` is one of {", ".join(BINDINGS)}: what held energised GPUs below ordered ones.

{columns(DAILY)}

## queues

Only where a workload is a queue of jobs: one row a workload and hour in which it holds GPUs or jobs wait,
as simulated, before any shedding. `time_utc`, `site`, `workload`, and

{columns(QUEUES)}

## monthly

One row a site and month: `gpus_STATE`, `it_mw_provisioned` and `facility_mw_provisioned` at the month's end;
`facility_mw_mean`, `pue_mean`, `binding` (of most days), `energy_mwh_SOURCE`, `curtailed_mwh`, `shed_mwh`,
`water_m3_SOURCE`, `co2_t`, `nox_kg`, `useful_gpu_h` over the month.

## ledger

`site`, `month`, `account` (energy, water, carbon, money), `from`, `to`, `item`, `quantity`, `unit`, in double
entry.

## tenants

What each tenant owns of the energised GPU-hours (`owned_gpu_h`), what its workloads held, and what of it made
progress, by month.

## finance

Only where the scenario has a `finance` part whose deal can be closed: one row a month from close to the
deal's end. `month`, and

{columns(FINANCE)}

Its figures stand under `finance` in `manifest.json` and in what `gigawatt run --json` prints; `deal.yaml`
in the folder is the same deal, which `gigawatt finance` reads.

## workloads, chips, unit_costs, events, assumptions, notes

Days on which a workload holds GPUs; chips by state at each month's end; unit costs in parts, by year; events;
every number the result rests on with its source; doubts and conflicts of sources.

## Of a sweep

`gigawatt sweep` writes four others. `figure` is one of
{", ".join(f"`{name}`" for name in FIGURES)};
`site` is empty for all sites together; `when` is a month (its end), a year, or `run` (the whole).

- `sweep`: one row a figure: `mid` (every range in its middle), `p10`, `p50`, `p90`, `mean`, `least`, `most`
  over the draws, and `draws`, how many gave it.
- `tornado`: one row a figure and range that moves it: `input`, its ends as written (`low`, `high`), the
  figure there (`at_low`, `at_high`) and in the middle (`mid`), `swing`; within a figure the largest first.
- `draws`: one row a draw: `status` (done, refused), `problem`, `deal` (why it cannot be closed) and each
  range's value as written.
- `outcomes`: one row a draw and figure: `value`. Of months only each year's last, as in `tornado`.

## Of a replay

`gigawatt replay --out` writes three others. Times are seconds from the beginning of the simulation.

- `jobs`: the columns of a trace, so that it can be replayed; `first_start_s`, `start_s` (of the last run),
  `end_s`, `wait_s`, `restarts`, `preemptions`, `state`.
- `runs`: one row for every stretch in which a gang held its GPUs: `name`, `start_s`, `end_s`, `gpus`, `node`
  (the lowest of the gang; none in a pool), `part` (of the machines), `end` (finished, failed, struck,
  preempted, resized, running).
- `curves`: means over equal steps: `time_s`, `busy_gpus`, `down_gpus`, `waiting_jobs`, `waiting_gpus` (that
  they ask for), `stranded_gpus` (free, on nodes partly taken), `power_kw` (IT power; zero if not metered),
  `in_service_gpus` (by date, broken and drained ones included).
"""


def claims_page() -> str:
    """Return the reference page of a pack of claims."""
    fields = scenario_reference(ClaimPack).partition("\n\n## ")[2]
    scopes = "\n".join(
        f"| {dimension} | {', '.join(NEEDS.get(dimension, ('stage',)))} "
        f"| {', '.join(STAGES.get(dimension, OTHER_STAGES))} |"
        for dimension in BASE
    )
    kinds = "\n".join(f"| `{kind}` | {meaning} |" for kind, meaning in KINDS.items())
    verdicts = "\n".join(f"| {name} | {meaning} |" for name, meaning in VERDICTS.items())
    return f"""# Packs of claims

Written by `make trust` from the models. `gigawatt audit --schema` prints the JSON Schema, from which an
editor completes. [How to write a pack](../how-to/audit-claims.md),
[what the audit does](../explanation/audit.md).

`gigawatt audit PACK|FILE --json` prints `claims` [`id`, `verdict`, `binding`, `ratio`, `steps`, `settles`]
and `conflicts` [`ids`, `kind`, `explanation`]. `binding` is the id of the bound or claim that decided,
`ratio` the claim over it; both are null where nothing did.

## Units

{", ".join(f"`{unit}`" for unit in units())}.

Before those that count (USD, GPUs, jobs ...) may stand `thousand`, `million`, `billion`, `trillion`, or k, m,
bn, tn. A quarter is 3 months, a month 730 hours.

## What a scope must name

`scope` is required. What is missing is an error, never guessed.

| quantity | scope names | stages |
|---|---|---|
{scopes}

Claims in words (`states`) name any one stage. Power may name an extent too: a `part` is not divided by all
chips of the site.

## Verdicts

| verdict | meaning |
|---|---|
{verdicts}

## Kinds of conflict

| kind | meaning |
|---|---|
{kinds}

## {fields}
"""


if __name__ == "__main__":
    beside = ROOT.parent / "shared"
    write_trust(ROOT / "README.md", beside if beside.is_dir() else None)
    (ROOT / "docs/reference/tables.md").write_text(tables_page(), encoding="utf-8")
    (ROOT / "docs/reference/scenario.md").write_text(scenario_reference(), encoding="utf-8")
    (ROOT / "docs/reference/api.md").write_text(api_page(), encoding="utf-8")
    (ROOT / "docs/reference/claims.md").write_text(claims_page(), encoding="utf-8")
