"""``gigawatt tenant``: who shares a cluster."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any
from urllib.parse import quote

import typer

from gigawatt.cli.options import AsJson, Ca, StateDir, TokenFile, Url, print_json

tenant = typer.Typer(
    help="Name a cluster's tenants, say what each may hold, and give it a token. For the cluster's owner.",
    add_completion=False,
    rich_markup_mode=None,
    invoke_without_command=True,
)
_Name = Annotated[str, typer.Argument(metavar="NAME", help="The tenant.", show_default=False)]
_Quota = Annotated[
    str | None,
    typer.Option(
        metavar="GPUS", help="GPUs that it may hold before it borrows; 'none': no quota.", show_default=False
    ),
]
_Weight = Annotated[
    float | None,
    typer.Option(help="Share against the others, under policies that look at it.", show_default=False),
]
_Root = Annotated[
    list[Path] | None,
    typer.Option(
        metavar="DIR",
        help="A folder beside its own in which its jobs may work and write checkpoints. May be repeated.",
        show_default=False,
    ),
]


@tenant.callback()
def _tenants(context: typer.Context) -> None:
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())


@tenant.command("list")
def list_tenants(
    state_dir: StateDir = None,
    url: Url = None,
    ca: Ca = None,
    token_file: TokenFile = None,
    as_json: AsJson = False,
) -> None:
    """Show tenants and what they hold, unnamed ones with jobs too."""
    from gigawatt.cli.tables import print_table
    from gigawatt.live.outside import client

    answer = client.door(state_dir, url, ca, token_file).ask("GET", "/v1/tenants")
    if as_json:
        print_json(answer)
        return
    columns = ("tenant", "quota", "weight", "holds", "running", "waiting", "token")
    rows = [_cells(row) for row in answer["tenants"]]
    if rows:
        print_table(columns, rows, right=(1, 2, 3, 4, 5))
    else:
        typer.echo("no tenants are named, and no jobs wait or run")


@tenant.command("add")
def add_tenant(
    name: _Name,
    quota: _Quota = None,
    weight: _Weight = None,
    root: _Root = None,
    state_dir: StateDir = None,
    url: Url = None,
    ca: Ca = None,
    token_file: TokenFile = None,
    as_json: AsJson = False,
) -> None:
    """Name a tenant, with quota and weight as in up --tenants.

    \b
    Examples:
      gigawatt tenant add vision --quota 16
      gigawatt tenant add thesis --weight 2 --root /data/thesis
    """  # noqa: D301
    from gigawatt.live.outside import client

    told = {"name": name} | _changes(quota, weight, root)
    answer = client.door(state_dir, url, ca, token_file).ask("POST", "/v1/tenants", told)
    _say(answer, as_json=as_json)


@tenant.command("set")
def set_tenant(
    name: _Name,
    quota: _Quota = None,
    weight: _Weight = None,
    root: _Root = None,
    state_dir: StateDir = None,
    url: Url = None,
    ca: Ca = None,
    token_file: TokenFile = None,
    as_json: AsJson = False,
) -> None:
    """Change what a tenant may hold; what is not named stays."""
    from gigawatt.cli.outcome import refuse
    from gigawatt.live.outside import client

    told = _changes(quota, weight, root)
    if not told:
        raise refuse(
            "GW848", "nothing is to change", "give --quota, --weight or --root", "gigawatt tenant set"
        )
    door = client.door(state_dir, url, ca, token_file)
    _say(door.ask("PATCH", f"/v1/tenants/{quote(name, safe='')}", told), as_json=as_json)


@tenant.command("remove")
def remove_tenant(
    name: _Name,
    state_dir: StateDir = None,
    url: Url = None,
    ca: Ca = None,
    token_file: TokenFile = None,
    as_json: AsJson = False,
) -> None:
    """Forget a tenant and its token; its folder stays."""
    from gigawatt.live.outside import client

    door = client.door(state_dir, url, ca, token_file)
    answer = door.ask("DELETE", f"/v1/tenants/{quote(name, safe='')}")
    if as_json:
        print_json(answer)
    else:
        typer.echo(f"{name} is removed")


@tenant.command("token")
def make_token(
    name: _Name,
    revoke: Annotated[bool, typer.Option("--revoke", help="Let no token speak for it any more.")] = False,
    state_dir: StateDir = None,
    url: Url = None,
    ca: Ca = None,
    token_file: TokenFile = None,
    as_json: AsJson = False,
) -> None:
    """Print a new token, this once; it makes an earlier one worthless.

    \b
    Examples:
      gigawatt tenant token vision > vision.token
      gigawatt tenant token vision --revoke
    """  # noqa: D301
    from gigawatt.live.outside import client

    door = client.door(state_dir, url, ca, token_file)
    path = f"/v1/tenants/{quote(name, safe='')}/token"
    answer = door.ask("DELETE" if revoke else "POST", path)
    if as_json:
        print_json(answer)
    else:
        typer.echo(f"no token speaks for {name}" if revoke else answer["token"])


def _changes(quota: str | None, weight: float | None, root: list[Path] | None) -> dict[str, Any]:
    from gigawatt.cli.outcome import refuse

    told: dict[str, Any] = {}
    if quota is not None:
        try:
            told["quota_gpus"] = None if quota == "none" else float(quota)
        except ValueError:
            raise refuse(
                "GW848", f"the quota is {quota[:60]!r}", "a number of GPUs, or none", "--quota"
            ) from None
    if weight is not None:
        told["weight"] = weight
    if root is not None:
        told["roots"] = [str(one) for one in root]
    return told


def _say(row: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        print_json(row)
        return
    quota = "no quota" if row["quota_gpus"] is None else f"quota {row['quota_gpus']:,g} GPUs"
    typer.echo(f"{row['name']}: {quota}, weight {row['weight']:g}; its folder is {row['folder']}")


def _cells(row: dict[str, Any]) -> list[str]:
    quota = "" if row["quota_gpus"] is None else f"{row['quota_gpus']:,g}"
    counts = [f"{row[key]:,}" for key in ("gpus", "running", "waiting")]
    return [row["name"], quota, f"{row['weight']:g}", *counts, "yes" if row["token"] else "no"]
