"""``gigawatt import``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Literal

import typer

from gigawatt.cli.options import AsJson, print_json


def import_(
    kind: Annotated[Literal["epoch"], typer.Argument(metavar="KIND", help="What the file is: epoch.")],
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="Epoch AI's data_center_timelines.csv.", show_default=False)
    ],
    site: Annotated[str, typer.Option(help="Site, as the file calls it.", show_default=False)],
    out: Annotated[
        Path | None, typer.Option(help="Folder to write to. Default: the site's name.", show_default=False)
    ] = None,
    as_of: Annotated[
        str, typer.Option(metavar="DATE", help="Date of the file's snapshot: later rows are plans.")
    ] = "2026-08-31",
    climate: Annotated[str, typer.Option(help="Row of the catalogue's kind 'climate'.")] = "memphis",
    chip: Annotated[str, typer.Option(help="Chip that fills the IT megawatts; assumed.")] = "gb200",
    actor: Annotated[
        str, typer.Option(help="Actor of the claims, as other packs call it. Default: the site's name.")
    ] = "",
    subject: Annotated[
        str, typer.Option(help="Subject of the claims, as other packs call it. Default: the site's name.")
    ] = "",
    leave_out_absurd: Annotated[
        bool, typer.Option("--leave-out-absurd", help="Leave out rows with absurd cells; each is named.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Make a scenario and claims from somebody's data, with its credit.

    \b
    Writes scenario.yaml and claims.yaml into a new folder. Cost columns are not
    read: they are multiples of the megawatts. Absurd cells are refused by name.
    \b
    Examples:
      gigawatt import epoch data_center_timelines.csv --site "Colossus 2"
      gigawatt import epoch FILE --site "Colossus 2" --actor xAI --out c2
      gigawatt audit colossus --with c2/claims.yaml
    \b
    Exit codes: 0 done, 1 a file, site or cell is wrong.
    """  # noqa: D301
    from datetime import date

    from gigawatt import catalog
    from gigawatt.cli.folder import whole_folder
    from gigawatt.cli.outcome import refuse
    from gigawatt.compute import system
    from gigawatt.scenario.importers import read_epoch
    from gigawatt.scenario.importers.epoch_write import claims_text, key_of, scenario_text

    try:
        day = date.fromisoformat(as_of)
    except ValueError:
        raise refuse("GW507", f"--as-of {as_of!r} is no date", "write YYYY-MM-DD") from None
    catalog.row("climate", climate)
    kw_per_gpu = system(chip).provisioned_kw_per_gpu
    read = read_epoch(file, site, leave_out_absurd=leave_out_absurd)
    target = out if out is not None else Path(key_of(site))
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise refuse("GW502", "this exists and is not an empty folder", "name a new folder", str(target))
    try:
        texts = {
            "scenario.yaml": scenario_text(read, climate=climate, chip=chip, kw_per_gpu=kw_per_gpu),
            "claims.yaml": claims_text(read, as_of=day, actor=actor, subject=subject),
        }
    except ValueError as error:
        raise refuse("GW410", str(error), "choose another site", str(file)) from None
    with whole_folder(target) as folder:
        for name, text in texts.items():
            (folder / name).write_text(text, encoding="utf-8")
    for problem in read.left_out:
        sys.stderr.write(f"left out: {problem}\n")
    written = [str(target / name) for name in texts]
    if as_json:
        print_json({"site": site, "rows": len(read.rows), "left_out": len(read.left_out), "files": written})
    else:
        typer.echo(f"wrote {', '.join(written)} from {len(read.rows)} rows of {kind}")
        typer.echo(f"next: gigawatt run {written[0]}, gigawatt audit {written[1]}")
