"""``gigawatt replay``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gigawatt.cli.options import AsJson, print_json
from gigawatt.cli.progress import progress

if TYPE_CHECKING:
    from gigawatt.cli.progress import Tell
    from gigawatt.cli.replay_setup import Setup
    from gigawatt.cluster import Schedule

_SHOWN_TENANTS = 20


def replay(
    trace: Annotated[
        str,
        typer.Argument(
            metavar="TRACE",
            help="A trace (Philly-style CSV, Slurm's sacct -P, SWF, Parquet, any CSV with --map), or "
            "generate:NAME?option=value,...",
            show_default=False,
        ),
    ],
    policy: Annotated[
        str,
        typer.Option(help="Scheduling policy, with its options behind a colon: easy:depth=100."),
    ] = "easy",
    gpus: Annotated[
        int | None,
        typer.Option(min=1, help="GPUs, in one pool without limits of placement.", show_default=False),
    ] = None,
    gpus_per_node: Annotated[
        int | None, typer.Option(min=1, help="Put the GPUs into nodes of so many.", show_default=False)
    ] = None,
    cluster: Annotated[
        Path | None, typer.Option(help="YAML file of the cluster, instead of --gpus.", show_default=False)
    ] = None,
    failures: Annotated[
        str, typer.Option(metavar="FILE|off|llama3", help="YAML file of what breaks; llama3: as published.")
    ] = "off",
    seed: Annotated[int, typer.Option(min=0, help="Of generated jobs and of failures.")] = 0,
    form: Annotated[
        str | None,
        typer.Option("--format", help="philly, slurm, swf, parquet or csv. Default: by its beginning."),
    ] = None,
    columns: Annotated[
        str | None,
        typer.Option(
            "--map",
            metavar="FIELD=COLUMN,...",
            help="Columns of a CSV or Parquet file: submit=time,duration_ms=ms,gpus=n,tenant=user.",
            show_default=False,
        ),
    ] = None,
    estimate_factor: Annotated[
        float | None,
        typer.Option(help="Estimate where a job has none: its duration times this. Default: its duration."),
    ] = None,
    skip_malformed: Annotated[
        bool, typer.Option("--skip-malformed", help="Leave malformed rows out, and say how many.")
    ] = False,
    out: Annotated[
        Path | None,
        typer.Option(help="Folder for the schedule, its page and a Chrome trace.", show_default=False),
    ] = None,
    as_json: AsJson = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Show no progress and no summary.")] = False,
) -> None:
    """Replay a trace of jobs on a cluster: waits, completion times, utilisation, failures.

    \b
    Examples:
      gigawatt replay philly_jobs.csv --gpus 400 --policy easy
      gigawatt replay jobs.csv --map submit=t,duration=s,gpus=n --gpus 64 --json
      gigawatt replay generate:lublin?jobs=10000 --gpus 256 --policy fifo --out runs/lublin
      gigawatt replay jobs.swf --cluster cluster.yaml --failures failures.yaml
    \b
    Exit codes: 0 done, 1 bad input, 130 interrupted.
    """  # noqa: D301
    from gigawatt.cli.replay_setup import check_place, prepare

    check_place(out)
    with progress(quiet=quiet or as_json) as tell:
        setup = prepare(
            trace,
            policy=policy,
            gpus=gpus,
            gpus_per_node=gpus_per_node,
            cluster=cluster,
            failures=failures,
            seed=seed,
            form=form,
            columns=columns,
            estimate_factor=estimate_factor,
            skip_malformed=skip_malformed,
        )
        done = _simulate(setup, tell)
        answer = _answer(setup, done)
        if out is not None:
            if tell is not None:
                tell("write the schedule", 0.97)
            from gigawatt.cli.replay_setup import write_folder

            shown = write_folder(setup, done, answer, out)
            answer = {**answer, "run_dir": str(out)}
            if shown < len(done.runs.job):
                note = f"trace.json shows the {shown:,} of {len(done.runs.job):,} runs with the most GPU time"
                answer["notes"] = [*answer["notes"], note]
    if as_json:
        print_json(answer)
    elif not quiet:
        _print_answer(answer)


def _simulate(setup: Setup, tell: Tell | None) -> Schedule:
    from gigawatt.cli.outcome import refuse
    from gigawatt.cluster import simulate

    def told(ended: int, jobs: int, _now_s: float) -> None:
        if tell is not None:
            tell(f"simulate: {ended:,} of {jobs:,} jobs ended", 0.95 * ended / max(jobs, 1))

    if tell is not None:
        tell("compile", 0.0)
    try:
        return simulate(
            setup.machines,
            setup.jobs,
            setup.policy,
            failures=setup.failures,
            power=setup.power,
            seed=setup.seed,
            quotas_gpus=setup.quotas_gpus,
            weights=setup.weights,
            progress=told,
        )
    except ValueError as error:
        raise refuse("GW614", f"these cannot be simulated together: {error}", "change the options") from None


def _answer(setup: Setup, done: Schedule) -> dict[str, Any]:
    from gigawatt.results.folder import plain

    summary = done.summary()
    too_large = int((setup.jobs.gpus > setup.machines.gpus).sum())
    notes = [*setup.notes, *done.notes]
    if too_large:
        notes.append(f"{too_large:,} jobs ask for more than {setup.machines.gpus:,} GPUs: they never start")
    head = {
        "trace": setup.source,
        "policy": done.policy,
        "gpus": done.gpus,
        "seed": setup.seed,
    }
    tail = {
        "failures": done.failures,
        "gpu_hours_by_fate": {name: getattr(done.fates, name) for name in done.fates.__slots__},
        "fairness": done.fairness(),
        "malformed": setup.malformed,
        "notes": notes,
    }
    answer: dict[str, Any] = plain({**head, **summary, **tail})
    return answer


def _print_answer(answer: dict[str, Any]) -> None:
    from gigawatt.cli.tables import print_table

    names = (
        ("jobs", "jobs", "{:,.0f}"),
        ("finished", "finished", "{:,.0f}"),
        ("makespan_s", "makespan, days", "{:,.2f}"),
        ("mean_jct_s", "mean completion time, h", "{:,.2f}"),
        ("p99_jct_s", "99th percentile of it, h", "{:,.2f}"),
        ("mean_wait_s", "mean wait, h", "{:,.3f}"),
        ("utilisation_frac", "utilisation, %", "{:,.1f}"),
        ("goodput_frac", "goodput, %", "{:,.1f}"),
        ("preemptions", "preemptions", "{:,.0f}"),
        ("failures", "failures", "{:,.0f}"),
    )
    scale = {"makespan_s": 1 / 86_400, "utilisation_frac": 100.0, "goodput_frac": 100.0}
    scale |= dict.fromkeys(("mean_jct_s", "p99_jct_s", "mean_wait_s"), 1 / 3600)
    typer.echo(f"{answer['trace']} with {answer['policy']} on {answer['gpus']:,} GPUs: a point estimate\n")
    lines = []
    for key, name, form in names:
        value = answer[key]
        lines.append([name, "none" if value is None else form.format(value * scale.get(key, 1.0))])
    print_table(["", "value"], lines, right=(1,))
    tenants = sorted(answer["tenants"].items(), key=lambda item: -item[1]["gpu_hours"])
    if len(tenants) > 1:
        _print_tenants(tenants)
    for note in answer["notes"]:
        typer.echo(f"note: {note}")
    typer.echo(f"{answer['events']:,} events in {answer['wall_s']:.2f} s")
    if "run_dir" in answer:
        typer.echo(f"schedule: {answer['run_dir']}")


def _print_tenants(tenants: list[tuple[str, dict[str, Any]]]) -> None:
    from gigawatt.cli.tables import print_table

    def hours(seconds: float | None) -> str:
        return "none" if seconds is None else f"{seconds / 3600:,.2f}"

    lines = [
        [
            name,
            f"{t['jobs']:,}",
            f"{t['finished']:,}",
            hours(t["mean_jct_s"]),
            hours(t["mean_wait_s"]),
            f"{t['gpu_hours']:,.0f}",
        ]
        for name, t in tenants[:_SHOWN_TENANTS]
    ]
    columns = ["tenant", "jobs", "finished", "mean completion, h", "mean wait, h", "GPU-hours"]
    print_table(columns, lines, right=(1, 2, 3, 4, 5))
    if len(tenants) > _SHOWN_TENANTS:
        typer.echo(f"and {len(tenants) - _SHOWN_TENANTS:,} more tenants; --json lists all")
