"""``gigawatt twin``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gigawatt.cli.options import AsJson, print_json

if TYPE_CHECKING:
    from gigawatt.live.twin.answer import Twin

FORMAT = "gigawatt-twin/1"
"""Name of the folder's layout, in its manifest."""


def twin(
    run: Annotated[
        Path | None,
        typer.Argument(
            metavar="[RUN]",
            help="State folder of a cluster, up or ended. Default: $GIGAWATT_STATE_DIR, "
            "else ~/.local/state/gigawatt/cluster.",
            show_default=False,
        ),
    ] = None,
    policy: Annotated[
        str | None,
        typer.Option(
            help="Predict for another policy, as for gigawatt replay. Default: its own.", show_default=False
        ),
    ] = None,
    starts_from: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR",
            help="State folder of a cluster that ran probes, jobs such as sleep whose estimates are exact: "
            "how long a start takes is learnt there and added to the estimates. Default: no time.",
            show_default=False,
        ),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            help="Folder for what was measured, as gigawatt replay writes it, and for the predictions.",
            show_default=False,
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Lay what a live cluster did beside what the simulation says of it.

    Twice: with the measured run times, which puts the scheduler to the test, and with the users' estimates,
    which is what could be known beforehand.

    \b
    Examples:
      gigawatt twin
      gigawatt twin /scratch/cluster --out runs/last-week
      gigawatt twin --policy fair --json
      gigawatt twin --starts-from /scratch/probes
    \b
    Exit codes: 0 done, 1 bad input, 130 interrupted.
    """  # noqa: D301
    from gigawatt.live.outside import client
    from gigawatt.live.twin.answer import twin_of

    if out is not None:
        _check_place(out)
    found = twin_of((run or client.default_folder()).absolute(), policy or "", starts_from)
    answer = found.answer()
    if out is not None:
        write_folder(found, answer, out)
        answer = {**answer, "run_dir": str(out)}
    if as_json:
        print_json(answer)
    else:
        _print_answer(answer)


def _check_place(target: Path) -> None:
    """Refuse a place where a twin's folder must not be put; an earlier one may be replaced."""
    import json

    from gigawatt.cli.folder import check_target

    manifest = target / "manifest.json"
    if not target.is_symlink() and manifest.is_file():
        try:
            told = json.loads(manifest.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            told = None
        if isinstance(told, dict) and told.get("format") == FORMAT:
            return
    check_target(target)


def write_folder(found: Twin, answer: dict[str, Any], target: Path) -> None:
    """Write what was measured and what was predicted, whole or not at all.

    ``tables``, ``trace.json`` and ``report.html`` are those of a replay, of what was measured; the same stand
    in ``predicted-measured`` and ``predicted-estimated``. ``manifest.json`` holds the comparison.
    """
    import json

    from gigawatt import __version__
    from gigawatt.cli.folder import whole_folder

    with whole_folder(target) as folder:
        tables = _write_schedule(found, found.measured.schedule, "what a live cluster did", folder)
        for one in found.predictions:
            words = f"predicted from {one.durations} run times"
            _write_schedule(found, one.schedule, words, folder / f"predicted-{one.durations}")
        manifest = {"format": FORMAT, "version": __version__, **answer, "tables": tables}
        text = json.dumps(manifest, indent=1, ensure_ascii=False, allow_nan=False)
        (folder / "manifest.json").write_text(text + "\n", encoding="utf-8")


def _write_schedule(found: Twin, schedule: Any, words: str, folder: Path) -> dict[str, Any]:
    from gigawatt.cluster import Machines
    from gigawatt.cluster.writers import write_chrome_trace, write_schedule
    from gigawatt.report.schedule import About, write_schedule_report

    tables = write_schedule(schedule, folder / "tables")
    write_chrome_trace(schedule, folder / "trace.json")
    measured = schedule is found.measured.schedule
    gpus, per_node = found.recording.gpus, found.recording.gpus_per_node
    about = About(
        trace=f"{found.recording.folder.name}: {words}",
        machines=Machines.of(gpus, per_node) if measured else Machines.pool(gpus),
        measured=measured,
        command=f"gigawatt twin {found.recording.folder}",
        notes=tuple(found.notes()),
    )
    write_schedule_report(schedule, about, folder / "report.html")
    return tables


def _print_answer(answer: dict[str, Any]) -> None:
    from gigawatt.cli.tables import print_table

    state = "up" if answer["is_up"] else "ended"
    jobs = f"{answer['jobs']:,} job{'' if answer['jobs'] == 1 else 's'}"
    typer.echo(
        f"{answer['run']}: {jobs} on {answer['gpus']:,} GPUs under "
        f"{answer['policy'] or 'an unknown policy'}, {answer['seconds']:,.1f} s, {state}\n"
    )
    scheduler, known = answer["predictions"]
    policy = "" if scheduler["policy"] == answer["policy"] else f" ({scheduler['policy']})"
    columns = ("", "measured", f"by measured run times{policy}", f"by estimates{policy}")
    print_table(columns, [*_lines(scheduler, known), _energy(answer["energy"])], right=(1, 2, 3))
    if answer["starts"]:
        typer.echo(_starts(answer["starts"]))
    if answer["energy"]["why_not"]:
        typer.echo(f"energy was not measured: {answer['energy']['why_not']}")
    for note in answer["notes"]:
        typer.echo(f"note: {note}")
    if "run_dir" in answer:
        typer.echo(f"schedule: {answer['run_dir']}")


def _lines(scheduler: dict[str, Any], known: dict[str, Any]) -> list[list[str]]:
    def of(name: str, key: str, write: Any) -> list[str]:
        measured = write(scheduler[key]["measured"])
        return [name, measured, *(write(one[key]["predicted"]) for one in (scheduler, known))]

    both = (scheduler, known)
    starts = [one["starts"] for one in both]
    errors = [one["jct_error_frac"] for one in both]
    return [
        [
            "jobs started; pairs in the same order", f"{starts[0]['count']:,}",
            *(f"{one['pairs_in_order']:,} of {one['pairs']:,}" for one in starts),
        ],
        [
            "orders to start; at the same instant", f"{starts[0]['orders']:,}",
            f"{starts[0]['orders_at_the_same_instant']:,}", "—",
        ],
        of("mean wait", "wait_s", _seconds),
        of("mean completion time", "jct_s", _seconds),
        ["  error of a job's, median", "", *(_share(one["median"]) for one in errors)],
        ["  error of a job's, largest", "", *(_share(one["largest"]) for one in errors)],
        ["  jobs within 10 %", "", *(_share(one["within_10_percent"]) for one in errors)],
        of("makespan", "makespan_s", _seconds),
        of("utilisation", "utilisation_frac", _share),
        of("goodput", "goodput_frac", _share),
    ]  # fmt: skip


def _starts(told: dict[str, Any]) -> str:
    per_gpu = f" and {1e3 * told['gpu_s']:.1f} ms a GPU" if told["gpu_s"] else ""
    return (
        f"estimates with {1e3 * told['gang_s']:.0f} ms a start{per_gpu}, learnt from {told['runs']:,} probes "
        f"(off by {1e3 * told['error_s']:.0f} ms)"
    )


def _energy(told: dict[str, Any]) -> list[str]:
    measured = "—" if told["measured_kwh"] is None else f"{sum(told['measured_kwh'].values()):,.4g} kWh"
    predicted = "—" if told["predicted_kwh"] is None else f"{told['predicted_kwh']:,.4g} kWh"
    return ["energy of the machine; of the model", measured, predicted, "—"]


def _seconds(value: float | None) -> str:
    return "—" if value is None else f"{value:,.2f} s"


def _share(value: float | None) -> str:
    return "—" if value is None else f"{100.0 * value:.1f} %"
