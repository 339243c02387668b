"""``gigawatt submit``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from gigawatt.cli.options import AsJson, Ca, StateDir, TokenFile, Url, print_json


def submit(
    command: Annotated[
        list[str],
        typer.Argument(metavar="-- COMMAND...", help="What each rank runs.", show_default=False),
    ],
    gpus: Annotated[int, typer.Option(min=1, help="Size of the gang: one rank a GPU.")] = 1,
    tenant: Annotated[
        str | None,
        typer.Option(
            help="Who asks. Default: your user name; with a tenant's token, that.", show_default=False
        ),
    ] = None,
    priority: Annotated[
        int, typer.Option(help="Smaller numbers first, under policies that look at it.")
    ] = 100,
    checkpoint_dir: Annotated[
        Path | None,
        typer.Option(
            help="Given to the ranks as GIGAWATT_CHECKPOINT_DIR. Default: one of its own.", show_default=False
        ),
    ] = None,
    time_limit: Annotated[
        str | None,
        typer.Option(help="Stop it after this time over all its runs: '30 min', '2 h'.", show_default=False),
    ] = None,
    estimate: Annotated[
        str | None,
        typer.Option(
            help="What policies expect it to take. Default: the time limit, else 24 h (assumed).",
            show_default=False,
        ),
    ] = None,
    after: Annotated[
        list[int] | None,
        typer.Option(
            metavar="JOB", help="Start when this job has finished. May be repeated.", show_default=False
        ),
    ] = None,
    array: Annotated[
        int | None,
        typer.Option(
            min=1,
            max=10_000,
            help="So many equal jobs, told apart by GIGAWATT_ARRAY_INDEX.",
            show_default=False,
        ),
    ] = None,
    cwd: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR",
            help="Where the ranks start. Default: the present folder; with --url the tenant's own.",
            show_default=False,
        ),
    ] = None,
    restarts: Annotated[
        int, typer.Option(min=0, help="How often it may start again after one of its ranks failed.")
    ] = 0,
    state_dir: StateDir = None,
    url: Url = None,
    ca: Ca = None,
    token_file: TokenFile = None,
    as_json: AsJson = False,
) -> None:
    """Submit a job: a gang that starts whole or not at all, with the environment that torchrun gives.

    \b
    Examples:
      gigawatt submit --gpus 4 -- python train.py --steps 1000
      gigawatt submit --tenant vision --gpus 16 --priority 10 --restarts 3 -- ./train.sh
      gigawatt submit --array 20 --after 7 --json -- sh -c 'echo $GIGAWATT_ARRAY_INDEX'
    \b
    Exit codes: 0 done, 1 bad input, 130 interrupted.
    """  # noqa: D301
    from gigawatt.cli.durations import read_s
    from gigawatt.live.outside import client

    door = client.door(state_dir, url, ca, token_file)
    if door.folder is None:  # somebody else's machine: its folders are not ours
        places = {"cwd": str(cwd or ""), "checkpoint_dir": str(checkpoint_dir or "")}
    else:
        tenant = tenant or _user()
        places = {
            "cwd": str((cwd or Path()).absolute()),
            "checkpoint_dir": "" if checkpoint_dir is None else str(checkpoint_dir.absolute()),
        }
    body = {
        "tenant": tenant,
        "gpus": gpus,
        "command": command,
        "priority": priority,
        "time_limit_s": None if time_limit is None else read_s(time_limit, "--time-limit"),
        "estimate_s": None if estimate is None else read_s(estimate, "--estimate"),
        "after": after or [],
        "array": array,
        "restarts": restarts,
        **places,
    }
    answer = door.ask("POST", "/v1/jobs", body)
    if as_json:
        print_json(answer)
    elif "ids" in answer:
        typer.echo(f"jobs {answer['ids'][0]} to {answer['ids'][-1]}")
    else:
        typer.echo(f"job {answer['id']}")


def _user() -> str:
    """The user's name, or their number where the machine knows no name."""
    import getpass
    import os

    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return f"uid-{os.getuid()}"
