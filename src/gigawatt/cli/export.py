"""``gigawatt export``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gigawatt.cli.options import AsJson, StateDir, print_json

if TYPE_CHECKING:
    from gigawatt.live.export.source import Source

SCHEDULERS = ("kueue", "slurm")


def export(
    scheduler: Annotated[
        str, typer.Argument(metavar="|".join(SCHEDULERS), help="Whose words to write.", show_default=False)
    ],
    out: Annotated[Path, typer.Option(help="Folder to write; new or empty.", show_default=False)],
    cluster: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Machines and tenants from the --cluster file of gigawatt replay, not a live cluster.",
            show_default=False,
        ),
    ] = None,
    policy: Annotated[str, typer.Option(help="Policy of --cluster: fifo, easy, fair, priority ...")] = "fair",
    image: Annotated[
        str | None, typer.Option(help="For kueue: container image of the jobs.", show_default=False)
    ] = None,
    resource: Annotated[
        str, typer.Option(help="For kueue: what a GPU is called among the nodes' resources.")
    ] = "nvidia.com/gpu",
    state_dir: StateDir = None,
    as_json: AsJson = False,
) -> None:
    """Write a cluster's tenants, quotas and waiting jobs for Kueue (Kubernetes) or Slurm.

    \b
    Examples:
      gigawatt export kueue --image ghcr.io/lab/train:1 --out manifests
      gigawatt export slurm --out slurm
      gigawatt export kueue --cluster cluster.yaml --policy fair:borrowing=0 --out manifests
    \b
    Exit codes: 0 done, 1 bad input, 130 interrupted.
    """  # noqa: D301
    from gigawatt.cli.outcome import refuse
    from gigawatt.live.export.source import from_file, from_state
    from gigawatt.live.outside import client

    if scheduler not in SCHEDULERS:
        seen = f"there is no export for {scheduler!r}"
        raise refuse("GW857", seen, f"choose {' or '.join(SCHEDULERS)}", "export")
    if out.is_symlink() or (out.exists() and not (out.is_dir() and not any(out.iterdir()))):
        seen = "something stands there; it is left as it is"
        raise refuse("GW858", seen, "give a new or an empty folder", str(out))
    if cluster is not None:
        source = from_file(cluster, policy)
    else:
        source = from_state((state_dir or client.default_folder()).absolute())
    files, notes = _written(scheduler, source, image, resource)
    _write(out, files)
    answer: dict[str, Any] = {
        "scheduler": scheduler, "out": str(out), "files": sorted(files), "tenants": len(source.tenants),
        "jobs": len(source.jobs), "notes": notes,
    }  # fmt: skip
    if as_json:
        print_json(answer)
        return
    typer.echo(
        f"for {scheduler}, in {out}: tenants {len(source.tenants):,}, waiting jobs {len(source.jobs):,}"
    )
    for note in notes:
        typer.echo(f"note: {note}")


def _written(
    scheduler: str, source: Source, image: str | None, resource: str
) -> tuple[dict[str, str], list[str]]:
    from gigawatt.cli.outcome import refuse
    from gigawatt.live.export import kueue, slurm

    if scheduler == "slurm":
        return slurm.slurm_files(source), [*source.notes(), *slurm.notes(source)]
    if source.jobs and not image:
        seen = f"{len(source.jobs):,} jobs wait, and a job on Kubernetes runs in a container"
        raise refuse("GW857", seen, "give --image", "--image")
    return kueue.kueue_files(source, image or "", resource), [*source.notes(), *kueue.notes(source)]


def _write(out: Path, files: dict[str, str]) -> None:
    from gigawatt.cli.folder import whole_folder

    with whole_folder(out) as folder:
        for name, text in files.items():
            path = folder / name
            path.parent.mkdir(exist_ok=True)
            path.write_text(text, encoding="utf-8", newline="\n")
            if path.suffix == ".sh":
                path.chmod(0o755)
