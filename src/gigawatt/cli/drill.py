"""``gigawatt drill``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from gigawatt.cli.options import AsJson, print_json

if TYPE_CHECKING:
    from gigawatt.live.drill import Verdict


def drill(
    kills: Annotated[int, typer.Option(min=1, max=100_000, help="How often something is killed.")] = 200,
    jobs: Annotated[
        int, typer.Option(min=1, max=100_000, help="How many jobs at least run meanwhile.")
    ] = 300,
    seed: Annotated[int, typer.Option(min=0, help="Draws jobs, faults and their times.")] = 0,
    limit: Annotated[str, typer.Option(help="Give up after this time.")] = "1 h",
    keep: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR",
            help="Leave journal, logs and notes in this new folder. Default: only where a rule is broken.",
            show_default=False,
        ),
    ] = None,
    engine: Annotated[
        Literal["embedded", "ray"], typer.Option(help="Nodes of this machine (embedded), or of Ray.")
    ] = "embedded",
    address: Annotated[
        str | None,
        typer.Option(
            metavar="HOST:PORT",
            help="A Ray cluster to run on, all of it on this machine. Default: one of its own.",
            show_default=False,
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Kill parts of a cluster at random while jobs run, and count what was lost: nothing may be.

    A cluster of its own, 4 virtual nodes of 8 GPUs, comes up in a temporary folder. Ranks, keepers, agents
    and the controller are killed; agents freeze or are cut off; the disk is full, the clock jumps, a second
    controller is started. Jobs ignore SIGTERM, fork, flood their log, or leave halfway. It takes a few
    minutes for 200 kills, and leaves no process behind, also when it is interrupted.

    \b
    Examples:
      gigawatt drill
      gigawatt drill --kills 20 --jobs 40 --seed 3 --json
      gigawatt drill --engine ray
    \b
    Exit codes: 0 nothing lost, 1 bad input, 3 a rule is broken, 130 interrupted.
    """  # noqa: D301
    import shutil
    from dataclasses import replace

    from gigawatt.cli.durations import read_s
    from gigawatt.cli.engine_choice import choose_engine
    from gigawatt.cli.progress import progress
    from gigawatt.kernel.errors import CheckFailedError
    from gigawatt.live.drill import IMPATIENT, Plan, run_drill, verdict

    kind, at = choose_engine({}, engine, address)
    settings = replace(IMPATIENT, engine=kind, address=at)
    plan = Plan(kills=kills, jobs=jobs, seed=seed, limit_s=read_s(limit, "--limit"), settings=settings)
    folder = _folder(keep)
    done = None
    try:
        with progress(quiet=as_json) as tell:
            done = run_drill(plan, folder, tell)
    finally:
        if keep is None and (done is None or done.holds):
            shutil.rmtree(folder, ignore_errors=True)
    if as_json:
        print_json(verdict.as_json(done))
    else:
        _print(done)
    if not done.holds:
        broken = [text for rule, text in verdict.RULES.items() if done.broken[rule]]
        raise CheckFailedError(f"{len(broken)} rules are broken: {'; '.join(broken)}. See {folder}")


def _folder(keep: Path | None) -> Path:
    import tempfile

    from gigawatt.cli.outcome import refuse

    if keep is None:
        return Path(tempfile.mkdtemp(prefix="gigawatt-drill-"))
    if keep.exists():
        raise refuse("GW811", "this folder exists; it is left as it is", "name a new one", "--keep")
    keep.mkdir(parents=True)
    return keep


def _print(done: Verdict) -> None:
    from gigawatt.cli.tables import print_table
    from gigawatt.live.drill.verdict import RULES

    faults = [[kind, f"{count:,}"] for kind, count in sorted(done.faults.items(), key=lambda one: -one[1])]
    print_table(("fault", "times"), faults, right=(1,))
    rules = [
        [text, "holds" if not done.broken[rule] else "BROKEN", "\n".join(done.broken[rule])]
        for rule, text in RULES.items()
    ]
    print_table(("rule", "verdict", "found"), rules)
    typer.echo(
        f"{done.kills:,} kills over {done.jobs:,} jobs in {done.wall_s:,.0f} s: {done.restarts:,} restarts, "
        f"{done.preempted:,} preemptions, {done.ranks_again:,} ranks begun again; "
        f"{done.events:,} events, /proc looked through {done.looks:,} times"
    )
