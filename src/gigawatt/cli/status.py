"""``gigawatt status``."""

from __future__ import annotations

from collections import Counter
from typing import Annotated, Any

import typer

from gigawatt.cli.options import AsJson, Ca, StateDir, TokenFile, Url, print_json

_MOST_SHOWN = 40


def status(
    state_dir: StateDir = None,
    url: Url = None,
    ca: Ca = None,
    token_file: TokenFile = None,
    page: Annotated[
        bool,
        typer.Option(
            "--page", help="Print the address of the cluster's page, with a key that may only look."
        ),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Show a cluster's nodes and jobs.

    \b
    Examples:
      gigawatt status
      gigawatt status --json
      gigawatt status --page
      gigawatt status --url https://cluster.example:8470
    \b
    Exit codes: 0 done, 1 bad input, 130 interrupted.
    """  # noqa: D301
    from gigawatt.cli.tables import print_table
    from gigawatt.live.outside import client

    door = client.door(state_dir, url, ca, token_file)
    answer = door.ask("GET", "/v1/status")
    if page:
        if as_json:
            print_json({"page": door.page})
        else:
            typer.echo(door.page)
        return
    if as_json:
        print_json(answer)
        return
    controller = answer["controller"]
    process = "" if controller["pid"] is None else f"{controller['pid']}, "
    power = controller.get("power")
    drawn = f", power {power['drawn_kw']:,.4g} of {power['budget_kw']:,.4g} kW" if power else ""
    typer.echo(f"controller {process}policy {controller['policy']}, engine {controller['engine']}{drawn}\n")
    nodes = [
        [*(str(node[key]) for key in ("id", "state", "gpus", "free")), str(node["pid"] or "")]
        for node in answer["nodes"]
    ]
    columns: tuple[str, ...] = ("node", "state", "GPUs", "free", "agent")
    if controller["pid"] is None:  # processes are told to the owner alone
        columns, nodes = columns[:-1], [row[:-1] for row in nodes]
    print_table(columns, nodes, right=(0, 2, 3, 4)[: len(columns) - 1])
    _print_jobs(answer["jobs"])


def _print_jobs(jobs: list[dict[str, Any]]) -> None:
    """What runs and waits first, then the latest of the others."""
    from gigawatt.cli.tables import print_table

    counts = Counter(job["state"] for job in jobs)
    order = {"running": 0, "paused": 1, "queued": 2}
    shown = sorted(
        jobs, key=lambda job: (order.get(job["state"], 3), -job["id"] if job["finished"] else job["id"])
    )
    lines = [
        [
            str(job["id"]), job["tenant"], str(job["gpus"]), job["state"], str(job["restarts"]),
            "" if job["exit_code"] is None else str(job["exit_code"]),
            ",".join(str(node) for node in job["nodes"]), job["reason"],
        ]
        for job in shown[:_MOST_SHOWN]
    ]  # fmt: skip
    if lines:
        columns = ("job", "tenant", "GPUs", "state", "restarts", "exit code", "nodes", "why")
        print_table(columns, lines, right=(0, 2, 4, 5))
    told = ", ".join(f"{count:,} {state}" for state, count in counts.items())
    more = f" ({len(jobs) - _MOST_SHOWN:,} not shown)" if len(jobs) > _MOST_SHOWN else ""
    typer.echo(f"{len(jobs):,} jobs{': ' if told else ''}{told}{more}")
