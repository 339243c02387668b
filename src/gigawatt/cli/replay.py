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
    from gigawatt.cluster import Repeated, Schedule


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
        typer.Option(
            min=1,
            max=1_000_000_000,
            help="GPUs, in one pool without limits of placement.",
            show_default=False,
        ),
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
    seeds: Annotated[
        int | None,
        typer.Option(
            min=2,
            max=10_000,
            help="Replay with so many seeds, from --seed on: means with 95 % intervals, percentiles.",
            show_default=False,
        ),
    ] = None,
    workers: Annotated[
        int | None,
        typer.Option(min=1, max=256, help="Processes for --seeds. Default 1.", show_default=False),
    ] = None,
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
    tokens_per_gpu_s: Annotated[
        float | None,
        typer.Option(
            help="Tokens that a GPU works off in a second, for a trace whose work is a column tokens.",
            show_default=False,
        ),
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
      gigawatt replay generate:mix?jobs=5000 --gpus 512 --failures llama3 --seeds 20 --workers 2
      gigawatt replay tokens.csv --tokens-per-gpu-s 2500 --cluster priced.yaml
    \b
    Exit codes: 0 done, 1 bad input, 130 interrupted.
    """  # noqa: D301
    from gigawatt.cli.outcome import refuse
    from gigawatt.cli.replay_setup import check_place, prepare

    check_place(out)
    if workers is not None and seeds is None:
        raise refuse("GW616", "--workers shares out the replays of --seeds", "give --seeds N", "--workers")
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
            tokens_per_gpu_s=tokens_per_gpu_s,
        )
        done, repeated = _simulate(setup, seeds, workers or 1, tell)
        answer = _answer(setup, done, repeated)
        if out is not None:
            if tell is not None:
                tell("write the schedule", 0.97)
            from gigawatt.cli.replay_setup import write_folder

            shown = write_folder(setup, done, answer, out, repeated)
            answer = {**answer, "run_dir": str(out)}
            if shown < len(done.runs.job):
                note = f"trace.json shows the {shown:,} of {len(done.runs.job):,} runs with the most GPU time"
                answer["notes"] = [*answer["notes"], note]
    if as_json:
        print_json(answer)
    elif not quiet:
        _print_answer(answer)


def _simulate(
    setup: Setup, seeds: int | None, workers: int, tell: Tell | None
) -> tuple[Schedule, Repeated | None]:
    """The schedule of the first seed, and what all seeds gave where several were asked for."""
    from gigawatt.cli.outcome import refuse
    from gigawatt.cli.replay_seeds import repeat_setup
    from gigawatt.cluster import simulate

    def told(ended: int, jobs: int, _now_s: float) -> None:
        if tell is not None:
            tell(f"simulate: {ended:,} of {jobs:,} jobs ended", 0.95 * ended / max(jobs, 1))

    if tell is not None:
        tell("compile", 0.0)
    try:
        if seeds is not None:
            repeated = repeat_setup(setup, seeds, workers, tell)
            return repeated.first, repeated
        done = simulate(
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
        return done, None
    except ValueError as error:
        raise refuse("GW614", f"these cannot be simulated together: {error}", "change the options") from None


def _left_over(setup: Setup, done: Schedule) -> list[str]:
    """Say how many jobs never start, and what they lack, where that can be said."""
    from gigawatt.cli.replay_setup import in_parts
    from gigawatt.cluster.schedule import FUTURE, NEVER, WAITING

    parts = in_parts(setup.machines)
    powers = setup.power if isinstance(setup.power, tuple) else (setup.power,) * len(parts)
    largest = max(part.gpus for part in parts)
    powered = max(
        part.gpus if power is None else power.most_gpus(part.gpus)
        for part, power in zip(parts, powers, strict=True)
    )
    never = int((setup.jobs.gpus > largest).sum())
    hardly = int((setup.jobs.gpus > powered).sum()) - never
    elsewhere = int((done.state == NEVER).sum()) - never
    waiting = int(((done.state == WAITING) | (done.state == FUTURE)).sum())
    notes = []
    if never:
        notes.append(f"{_ask(never)} for more than {largest:,} GPUs, and {_start(never)}")
    if hardly:
        notes.append(
            f"{_ask(hardly)} for more GPUs than the power budget ever carries at full speed ({powered:,}): "
            "no policy starts that, and where nothing passes the head of a queue what stands behind it waits"
        )
    if elsewhere > 0:
        notes.append(f"{_ask(elsewhere)} for a chip that is not in service, and {_start(elsewhere)}")
    if waiting:
        notes.append(
            f"when nothing could happen any more, jobs still waiting: {waiting:,}; for GPUs, power, a quota, "
            "a reservation or another job that did not come"
        )
    return notes


def _ask(count: int) -> str:
    return "1 job asks" if count == 1 else f"{count:,} jobs ask"


def _start(count: int) -> str:
    return "never starts" if count == 1 else "never start"


def _answer(setup: Setup, done: Schedule, repeated: Repeated | None) -> dict[str, Any]:
    from gigawatt.cluster import cost_by_tenant
    from gigawatt.results.folder import plain

    summary = done.summary()
    notes = [*setup.notes, *done.notes, *_left_over(setup, done)]
    more: dict[str, Any] = {}
    if setup.prices is not None:
        costs = cost_by_tenant(done, setup.prices, power=setup.power, quotas_gpus=setup.quotas_gpus)
        more["costs"] = costs.as_data()
        notes += costs.notes
    if repeated is not None:
        more["seeds"] = repeated.summary()
        notes += repeated.notes
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
    answer: dict[str, Any] = plain({**head, **summary, **more, **tail})
    return answer


def _print_answer(answer: dict[str, Any]) -> None:
    from gigawatt.cli.replay_tables import print_answers, print_costs, print_tenants

    seeds = answer.get("seeds")
    sure = "a point estimate" if seeds is None else f"{seeds['count']:,} seeds from {answer['seed']} on"
    typer.echo(f"{answer['trace']} with {answer['policy']} on {answer['gpus']:,} GPUs: {sure}\n")
    print_answers(answer)
    tenants = sorted(answer["tenants"].items(), key=lambda item: -item[1]["gpu_hours"])
    if len(tenants) > 1:
        print_tenants(tenants)
    if "costs" in answer:
        print_costs(answer["costs"])
    for note in answer["notes"]:
        typer.echo(f"note: {note}")
    typer.echo(f"{answer['events']:,} events in {answer['wall_s']:.2f} s")
    if "run_dir" in answer:
        typer.echo(f"schedule: {answer['run_dir']}")
