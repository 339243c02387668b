"""``gigawatt what-if``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from gigawatt.cli.options import AsJson, StateDir, print_json

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gigawatt.live.twin.forecast import Forecast
    from gigawatt.live.twin.journal import Recording

_MOST_SHOWN = 40


def what_if(
    add_nodes: Annotated[int, typer.Option(min=0, max=10_000, help="So many more nodes like these.")] = 0,
    remove_nodes: Annotated[
        str | None,
        typer.Option(
            metavar="NODE,...", help="Without these nodes: their gangs would be paused.", show_default=False
        ),
    ] = None,
    policy: Annotated[
        str | None,
        typer.Option(help="Under another policy, as for gigawatt replay.", show_default=False),
    ] = None,
    state_dir: StateDir = None,
    as_json: AsJson = False,
) -> None:
    """Say when each waiting job would start, as things are and with other nodes or another policy.

    The cluster's jobs are played on from now, by their estimates; the cluster itself is left untouched.

    \b
    Examples:
      gigawatt what-if
      gigawatt what-if --add-nodes 2 --policy easy
      gigawatt what-if --remove-nodes 0,3 --json
    \b
    Exit codes: 0 done, 1 bad input, 130 interrupted.
    """  # noqa: D301
    from gigawatt.live.outside import client
    from gigawatt.live.twin.forecast import Change, forecast
    from gigawatt.live.twin.journal import read_recording

    change = Change(policy or "", add_nodes, _numbers(remove_nodes))
    recording = read_recording((state_dir or client.default_folder()).absolute())
    present = forecast(recording)
    changed = None if change == Change() else forecast(recording, change)
    answer = _answer(recording, present, changed)
    if as_json:
        print_json(answer)
    else:
        _print_answer(answer)


def _numbers(written: str | None) -> tuple[int, ...]:
    from gigawatt.cli.outcome import refuse

    words = [] if written is None else written.split(",")
    if not all(word.strip().isdecimal() and len(word) < 10 for word in words):
        raise refuse("GW856", f"{written!r} is no list of nodes", "write it like 0,3", "--remove-nodes")
    return tuple(sorted({int(word) for word in words}))


def _answer(recording: Recording, present: Forecast, changed: Forecast | None) -> dict[str, Any]:
    from dataclasses import asdict

    jobs = recording.state()[0]
    rows = []
    for number, course in present.courses.items():
        job = jobs[number]
        row: dict[str, Any] = {
            "id": number, "tenant": job.spec.tenant, "gpus": job.spec.gpus, "state": job.state,
            "present": asdict(course),
        }  # fmt: skip
        if changed is not None:
            row["changed"] = asdict(changed.courses[number])
        rows.append(row)
    both = {"present": present} if changed is None else {"present": present, "changed": changed}
    sums = _sum_up(rows, list(both))
    return {
        **{name: {"policy": one.policy, "gpus": one.gpus, **sums[name]} for name, one in both.items()},
        "jobs": rows,
        "overdue": list(present.overdue),
    }


def _waits(row: dict[str, Any], kinds: Sequence[str]) -> bool:
    """Whether a job waits, or would: gangs on nodes that are taken away do."""
    return row["state"] != "running" or any(row[kind]["start_s"] != 0.0 for kind in kinds)


def _sum_up(rows: list[dict[str, Any]], kinds: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Mean time until jobs that wait start, of those that do in every column; how many never do in each."""
    waiting = [row for row in rows if _waits(row, kinds)]
    compared = [row for row in waiting if all(row[kind]["start_s"] is not None for kind in kinds)]
    return {
        kind: {
            "mean_start_s": sum(row[kind]["start_s"] for row in compared) / len(compared)
            if compared
            else None,
            "never": sum(row[kind]["start_s"] is None for row in waiting),
        }
        for kind in kinds
    }


def _print_answer(answer: dict[str, Any]) -> None:
    from gigawatt.cli.tables import print_table

    kinds = [kind for kind in ("present", "changed") if kind in answer]
    titles = [f"{answer[kind]['policy']} on {answer[kind]['gpus']:,} GPUs" for kind in kinds]
    waiting = [row for row in answer["jobs"] if _waits(row, kinds)]
    if not waiting:
        typer.echo("no job waits")
    else:
        lines = [
            [str(row["id"]), row["tenant"], str(row["gpus"]), *(_in(row[kind]["start_s"]) for kind in kinds)]
            for row in waiting[:_MOST_SHOWN]
        ]
        starting = any(answer[kind]["mean_start_s"] is not None for kind in kinds)
        means = [_in(answer[kind]["mean_start_s"]) if starting else "-" for kind in kinds]
        nevers = [f"{answer[kind]['never']:,}" for kind in kinds]
        mean = "mean of those that start in both" if len(kinds) > 1 else "mean of those that start"
        sums = [[mean, "", "", *means], ["never start", "", "", *nevers]]
        columns = ("job", "tenant", "GPUs", *(f"starts: {title}" for title in titles))
        print_table(columns, [*lines, *sums], right=tuple(range(2, len(columns))))
        if len(waiting) > _MOST_SHOWN:
            typer.echo(f"{len(waiting) - _MOST_SHOWN:,} more wait; --json tells all")
    for kind, title in zip(kinds, titles, strict=True):
        running = [row for row in answer["jobs"] if row["state"] == "running"]
        off = [str(row["id"]) for row in running if row[kind]["taken_off"]]
        if off:
            typer.echo(f"{title}: running jobs that would be taken off: {', '.join(off[:_MOST_SHOWN])}")
    if answer["overdue"]:
        told = ", ".join(str(number) for number in answer["overdue"][:_MOST_SHOWN])
        typer.echo(f"note: jobs that have outlived their estimates are taken to end now: {told}")
    typer.echo("point estimate: jobs take as long as their estimates say, and nothing new comes")


def _in(seconds: float | None) -> str:
    """Write a time from now.

    >>> _in(0.0), _in(42.0), _in(5400.0), _in(None)
    ('now', 'in 42.0 s', 'in 1.50 h', 'never')
    """
    if seconds is None:
        return "never"
    if seconds <= 0.0:
        return "now"
    return f"in {seconds:,.1f} s" if seconds < 600.0 else f"in {seconds / 3600.0:,.2f} h"
