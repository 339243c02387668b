"""``gigawatt up``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from gigawatt.cli.options import AsJson, StateDir, print_json


def up(
    nodes: Annotated[
        int | None,
        typer.Option(
            min=1,
            max=1000,
            help="Virtual nodes. Default: as before, else the GPUs that are found, else 1 node of 8.",
            show_default=False,
        ),
    ] = None,
    gpus_per_node: Annotated[
        int | None,
        typer.Option(
            min=1, max=1024, help="Virtual GPUs of each. Default: as before, else 8.", show_default=False
        ),
    ] = None,
    real: Annotated[
        bool | None,
        typer.Option(
            "--real/--virtual",
            help="This machine's GPUs, found through NVML (extra gpu), or counted ones. "
            "Default: as before, else real where they are found and no shape is told.",
            show_default=False,
        ),
    ] = None,
    engine: Annotated[
        Literal["embedded", "ray"] | None,
        typer.Option(
            help="Nodes of this machine (embedded), or of Ray. Default: as before, else embedded.",
            show_default=False,
        ),
    ] = None,
    address: Annotated[
        str | None,
        typer.Option(
            metavar="HOST:PORT",
            help="Of a Ray cluster: its nodes are taken, at most --nodes and --gpus-per-node of them. "
            "Default with --engine ray: as before, else Ray is started on this machine.",
            show_default=False,
        ),
    ] = None,
    policy: Annotated[
        str | None,
        typer.Option(
            help="Scheduling policy, as for gigawatt replay: easy, fifo, fair, priority ... "
            "Default: as before, else easy.",
            show_default=False,
        ),
    ] = None,
    grace: Annotated[
        str, typer.Option(help="From SIGTERM to SIGKILL (assumed; as long as a checkpoint takes).")
    ] = "10 s",
    patience: Annotated[
        str, typer.Option(help="How long agents go on without a controller (assumed, 10 s to 10 min).")
    ] = "60 s",
    quarantine_after: Annotated[
        int,
        typer.Option(
            min=1, help="Losses of its agent within 10 min that take a node out (assumed, 2 to 10)."
        ),
    ] = 3,
    tenants: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Quotas and weights: YAML with `tenants`, as in the --cluster file of gigawatt replay. "
            "Others keep theirs.",
            show_default=False,
        ),
    ] = None,
    listen: Annotated[
        str | None,
        typer.Option(
            metavar="ADDRESS:PORT",
            help="Take requests here too; from other machines only over TLS. Default: the loopback alone.",
            show_default=False,
        ),
    ] = None,
    tls_cert: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Certificate of --listen, PEM.", show_default=False),
    ] = None,
    tls_key: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Its key, PEM.", show_default=False)
    ] = None,
    power_budget: Annotated[
        str | None,
        typer.Option(
            metavar="FILE|RUN|off",
            help="What all GPUs may draw, by the hour: CSV with budget_kw, YAML with `power` as in the "
            "--cluster file of gigawatt replay, or the folder of a gigawatt run. It begins now. "
            "Default: the one before goes on.",
            show_default=False,
        ),
    ] = None,
    kw_per_gpu: Annotated[
        float | None,
        typer.Option(
            min=0.0,
            help="What a held GPU draws. Default: the file's, else 1.57 kW (GB200 in training).",
            show_default=False,
        ),
    ] = None,
    idle_kw_per_gpu: Annotated[
        float | None,
        typer.Option(
            min=0.0,
            help="What a free GPU draws. Default: the file's, else 0.57 kW (GB200 idle).",
            show_default=False,
        ),
    ] = None,
    time_scale: Annotated[
        float, typer.Option(min=0.001, max=1e6, help="Let the budget pass so many times faster.")
    ] = 1.0,
    power_from: Annotated[
        str | None,
        typer.Option(metavar="DATE", help="Of a run: its first day. Default: with GPUs.", show_default=False),
    ] = None,
    power_site: Annotated[
        str | None,
        typer.Option(metavar="SITE", help="Of a run with several sites: which.", show_default=False),
    ] = None,
    state_dir: StateDir = None,
    as_json: AsJson = False,
) -> None:
    """Bring a cluster up: a controller, and an agent a node, on this machine or on those of a Ray cluster.

    Jobs that ran or waited when it went down, or was killed, go on.

    \b
    Examples:
      gigawatt up
      gigawatt up --nodes 4 --gpus-per-node 8 --policy fair --tenants tenants.yaml
      gigawatt up --listen 0.0.0.0:8470 --tls-cert cluster.pem --tls-key cluster.key
      gigawatt up --power-budget runs/colossus --power-from 2026-07-14 --time-scale 1440 --grace '1 s'
      gigawatt up --engine ray --address 10.0.0.1:6379
      gigawatt up --state-dir /scratch/cluster --json
    \b
    Exit codes: 0 done, 1 bad input, 130 interrupted.
    """  # noqa: D301
    from gigawatt.cli.durations import read_s
    from gigawatt.cli.engine_choice import check_counted, choose_engine
    from gigawatt.cli.shape import choose_shape
    from gigawatt.cli.tenants_file import read_tenants
    from gigawatt.live.outside import client
    from gigawatt.live.settings import Settings

    folder = (state_dir or client.default_folder()).absolute()
    before = client.told_before(folder)
    kind, at = choose_engine(before, engine, address)
    policy = policy or before.get("policy", "easy")
    shape = choose_shape(folder, nodes, gpus_per_node, real=real, address=at)
    power = None
    if power_budget is not None:
        check_counted(at, nodes, gpus_per_node)
        from gigawatt.live.power_file import read_power

        power = read_power(
            power_budget,
            gpus=shape.nodes * shape.gpus_per_node,
            busy_kw_per_gpu=kw_per_gpu,
            idle_kw_per_gpu=idle_kw_per_gpu,
            time_scale=time_scale,
            first_day=power_from,
            site=power_site,
        )
    settings = Settings(
        nodes=shape.nodes,
        gpus_per_node=shape.gpus_per_node,
        devices=shape.devices,
        engine=kind,
        address=at,
        policy=policy,
        grace_s=read_s(grace, "--grace"),
        patience_s=read_s(patience, "--patience"),
        quarantine_after=quarantine_after,
        listen=listen or "",
        tls_cert="" if tls_cert is None else str(tls_cert.absolute()),
        tls_key="" if tls_key is None else str(tls_key.absolute()),
        power=power,
        tenants=() if tenants is None else read_tenants(tenants),
    )
    if listen or tls_cert or tls_key:
        from gigawatt.live.http.listening import check_listening

        check_listening(settings)
    pid = client.bring_up(folder, settings)
    url = client.url_of(folder)
    there = client.ask(folder, "GET", "/v1/status")["nodes"] if at else []
    count, gpus = (len(there), sum(n["gpus"] for n in there)) if at else (settings.nodes, settings.gpus)
    if as_json:
        told = {"pid": pid, "nodes": count, "gpus": gpus, "state_dir": str(folder)}
        told |= {"devices": list(shape.devices)} if shape.devices else {}
        print_json(told | ({} if url is None else {"url": url}))
    else:
        typer.echo(
            f"{count:,} nodes with {gpus:,} GPUs are up under {policy} ({shape.words}); "
            f"controller {pid}, state in {folder}" + ("" if url is None else f"; it listens at {url}")
        )
        if shape.hint:
            typer.echo(f"this machine has GPUs that are not used: {shape.hint}", err=True)
        typer.echo("watch it: gigawatt top, or the page whose address gigawatt status --page prints")
