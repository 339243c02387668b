"""``gigawatt sweep``."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gigawatt.cli import interrupt
from gigawatt.cli.folder import check_target, whole_folder
from gigawatt.cli.options import AsJson, Overrides, Source, StateDir, print_json
from gigawatt.cli.progress import Tell, progress
from gigawatt.cli.run import folder_name

if TYPE_CHECKING:
    from gigawatt.results import Run
    from gigawatt.study.sweep import Sweep, Work


class Engine(StrEnum):
    """Where the workers of a sweep run."""

    local = "local"
    live = "live"
    ray = "ray"


def sweep(
    source: Source,
    draws: Annotated[
        int, typer.Option(help="How many times the ranges are drawn, all at once. 100 give P10 and P90.")
    ] = 100,
    engine: Annotated[
        Engine,
        typer.Option(
            help="local: workers are processes of this command. live: an array job on the cluster "
            "that is up. ray: on a cluster on Ray that is brought up for it."
        ),
    ] = Engine.local,
    workers: Annotated[int, typer.Option(min=1, max=1000, help="How many runs are made at a time.")] = 2,
    seed: Annotated[
        int, typer.Option(min=0, help="Of the draws; weather and outages keep the scenario's.")
    ] = 0,
    tornado: Annotated[
        bool, typer.Option("--tornado/--no-tornado", help="Move each range to its ends too, one at a time.")
    ] = True,
    out: Annotated[
        Path | None,
        typer.Option(
            help="Folder of the sweep; an earlier sweep in it is replaced. Default: sweeps/NAME.",
            show_default=False,
        ),
    ] = None,
    overrides: Overrides = None,
    tenant: Annotated[str, typer.Option(help="Whose jobs they are, with --engine live.")] = "sweep",
    state_dir: StateDir = None,
    as_json: AsJson = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Show no progress and no summary.")] = False,
) -> None:
    """Run a scenario over its ranges: P10, P50 and P90 of the key figures, and what moves them most.

    \b
    Writes report.html, tables/*.parquet and *.csv, sweep.json and scenario.yaml
    into one folder. The same seed gives the same tables, whatever the workers and
    whatever was killed. An interrupted sweep goes on where it was: give the
    command again.
    \b
    Examples:
      gigawatt sweep colossus --draws 200
      gigawatt sweep campus.yaml --draws 50 --no-tornado --json
      gigawatt sweep colossus --engine live --workers 8
      gigawatt sweep colossus --engine ray --workers 2
    \b
    Exit codes: 0 done, 1 bad input, 2 no draw gives figures, 130 interrupted.
    """  # noqa: D301
    from gigawatt.scenario import read_scenario

    loaded = read_scenario(source, list(overrides or ()))
    target = out if out is not None else Path("sweeps") / folder_name(loaded.scenario.name)
    check_target(target, is_sweep_folder)
    from gigawatt.study import run_scenario
    from gigawatt.study.sweep import Work, gather, make_plan, read_cases
    from gigawatt.study.sweep.plan import load
    from gigawatt.study.sweep.work import outcome_of

    plan = make_plan(loaded, draws=draws, seed=seed, tornado=tornado)
    work = Work(target.with_name(f"{target.name}.unfinished").absolute())
    total = len(read_cases(plan)[1])
    with progress(quiet=quiet or as_json) as tell:
        # First the middle, as gigawatt run does it: what is wrong with the scenario itself is told at once.
        middle = run_scenario(load(plan))
        before = work.begin(plan)
        work.keep(outcome_of(0, middle))
        with _kept(work):
            if before and not quiet:
                typer.echo(f"{before:,} of {total:,} runs were done before", err=True)
            _work_off(work, engine, workers, total, tell, state_dir, tenant)
        done = gather(work)
        if tell is not None:
            tell("write the tables and the report", 0.98)
        with whole_folder(target) as folder:
            _write(done, middle, folder)
    shutil.rmtree(work.folder)
    interrupt.say_instead("")
    if as_json:
        from gigawatt.cli.sweep_answer import answer

        print_json(answer(done, target))
    elif not quiet:
        from gigawatt.cli.sweep_answer import print_summary

        print_summary(done, target)


@contextmanager
def _kept(work: Work) -> Iterator[None]:
    """Say of an interruption what it leaves; leave no folder behind where no worker made a run."""
    interrupt.say_instead(
        f"gigawatt: interrupted; what is done is kept in {work.folder}, and the same command goes on"
    )
    try:
        yield
    except BaseException:
        if work.done() <= {0}:
            shutil.rmtree(work.folder)
            interrupt.say_instead("")
        raise


def _work_off(
    work: Work,
    engine: Engine,
    workers: int,
    total: int,
    tell: Tell | None,
    state_dir: Path | None,
    tenant: str,
) -> None:
    def told(done: int) -> None:
        if tell is not None:
            tell(f"run: {done:,} of {total:,} done", 0.97 * done / total)

    if engine is Engine.local:
        from gigawatt.study.sweep.local import run_local

        run_local(work, min(workers, total), told)
        return
    count = min(workers, total)
    with _cluster(engine, count, state_dir, work.folder / "cluster") as folder:
        _run_array(folder, work, count, total, tenant, told)


@contextmanager
def _cluster(engine: Engine, workers: int, state_dir: Path | None, note: Path) -> Iterator[Path]:
    """Give the folder of the cluster that is up, or of one on Ray for this sweep alone."""
    from gigawatt.live.outside import client

    if engine is Engine.live:
        yield state_dir or client.default_folder()
        return
    from gigawatt.cli.engine_choice import choose_engine
    from gigawatt.live.outside.array_job import own_cluster
    from gigawatt.live.settings import Settings

    kind, _ = choose_engine({}, engine.value, None)
    with own_cluster(Settings(nodes=1, gpus_per_node=workers, engine=kind), note) as folder:
        yield folder


def _run_array(
    folder: Path, work: Work, workers: int, total: int, tenant: str, told: Callable[[int], None]
) -> None:
    from gigawatt.live.outside.array_job import run_array
    from gigawatt.study.sweep.work import worker_command

    # A worker that is killed may start again as often as there are runs, and at least ten times.
    run_array(
        folder,
        worker_command(work, workers),
        workers,
        tenant=tenant,
        restarts=max(total, 10),
        tell=lambda: told(len(work.done())),
    )


def _write(done: Sweep, middle: Run, folder: Path) -> None:
    from gigawatt.report import write_report
    from gigawatt.study.sweep.folder import write_sweep

    write_sweep(done, folder)
    write_report(middle, folder / "report.html", done)
    (folder / "scenario.yaml").write_text(done.plan.text, encoding="utf-8")


def is_sweep_folder(folder: Path) -> bool:
    """Whether a folder was written by ``gigawatt sweep``."""
    from gigawatt.study.sweep.folder import read_manifest

    try:
        read_manifest(folder)
    except (OSError, ValueError):
        return False
    return True
