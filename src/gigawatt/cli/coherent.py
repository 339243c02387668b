"""``gigawatt coherent``."""

from __future__ import annotations

from typing import Annotated

import typer

from gigawatt.cli.options import AsJson, print_json
from gigawatt.cli.progress import progress


def coherent(
    gpus: Annotated[int, typer.Option(min=1, help="GPUs of the machines.")] = 1_000_080,
    gpus_per_node: Annotated[int, typer.Option(min=1, help="GPUs of a box or rack that fails as one.")] = 72,
    gpu_hours_between: Annotated[
        float, typer.Option(help="GPU-hours between failures. Default: Llama 3's 50,700, rounded.")
    ] = 50_000.0,
    days: Annotated[float, typer.Option(help="Simulated time, days.")] = 2.0,
    write_s: Annotated[float, typer.Option(help="To write a checkpoint, s (assumed, 10 to 300).")] = 60.0,
    load_s: Annotated[float, typer.Option(help="To load one, s (assumed, 30 to 600).")] = 120.0,
    restart_s: Annotated[float, typer.Option(help="A whole restart, s (assumed, 300 to 1500).")] = 600.0,
    swap_s: Annotated[float, typer.Option(help="To swap a hot spare in, s (ByteRobust: about 60).")] = 60.0,
    partial_s: Annotated[float, typer.Option(help="To start the broken part, s (assumed, 5 to 60).")] = 15.0,
    detect_s: Annotated[float, typer.Option(help="From a failure to its detection, s.")] = 10.0,
    spares: Annotated[float, typer.Option(help="Share of the nodes kept as spares.")] = 0.02,
    seed: Annotated[int, typer.Option(min=0, help="Of the failures.")] = 0,
    as_json: AsJson = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Show no progress.")] = False,
) -> None:
    """What one job over all GPUs gets, by the way it recovers, and what several smaller jobs would get.

    \b
    Examples:
      gigawatt coherent
      gigawatt coherent --gpus 100000 --gpus-per-node 8 --gpu-hours-between 30000
      gigawatt coherent --restart-s 300 --write-s 20 --json
    \b
    Exit codes: 0 done, 1 bad input, 130 interrupted.
    """  # noqa: D301
    from dataclasses import asdict

    from gigawatt.cli.outcome import refuse
    from gigawatt.cluster import Recovery, coherent_table, compare_coherent

    with progress(quiet=quiet or as_json) as tell:
        try:
            cases = compare_coherent(
                gpus,
                gpus_per_node,
                gpu_hours_between,
                days,
                write_s,
                load_s,
                detect_s=detect_s,
                spare_frac=spares,
                recovery=Recovery(whole_s=restart_s, swap_s=swap_s, partial_s=partial_s),
                seed=seed,
                progress=tell,
            )
        except ValueError as error:
            raise refuse("GW618", f"these cannot be compared: {error}", "change the options") from None
    if as_json:
        print_json({"gpus": gpus, "seed": seed, "cases": [asdict(case) for case in cases]})
        return
    apart_s = gpu_hours_between * 3600.0 / gpus
    typer.echo(f"{gpus:,} GPUs, one failure in {apart_s:,.0f} s, {days:g} days, one seed: a point estimate\n")
    typer.echo(coherent_table(cases))
    typer.echo(
        "\nevery: useful work between checkpoints (Young's interval). useful: share of what the jobs' GPUs"
        "\noffer. queue: no GPUs to be had. hits: failures that struck a job. Restart times are assumed: they"
        "\ndecide."
    )
