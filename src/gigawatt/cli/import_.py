"""``gigawatt import``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from gigawatt.cli.options import AsJson, print_json

if TYPE_CHECKING:
    from gigawatt.scenario.importers import EpochChips


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
    chips: Annotated[
        Path | None,
        typer.Option(
            help="Epoch AI's data_center_chip_quantities.csv. Default: beside FILE, where it is there.",
            show_default=False,
        ),
    ] = None,
    use_chips: Annotated[
        bool, typer.Option("--with-chips/--no-chips", help="Whether to read the table of chip quantities.")
    ] = True,
    leave_out_absurd: Annotated[
        bool, typer.Option("--leave-out-absurd", help="Leave out rows with absurd cells; each is named.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Make a scenario and claims from somebody's data, with its credit.

    \b
    Writes scenario.yaml and claims.yaml into a new folder: megawatts and dates,
    and the chips of the table beside FILE as deliveries and claims. Cost columns
    are not read: they are multiples of the megawatts. Absurd cells are refused.
    \b
    Examples:
      gigawatt import epoch data_center_timelines.csv --site "Colossus 2"
      gigawatt import epoch FILE --site "Colossus 2" --actor xAI --out c2
      gigawatt import epoch FILE --site "Colossus 1" --chips quantities.csv
      gigawatt audit colossus --with c2/claims.yaml
    \b
    Exit codes: 0 done, 1 a file, site or cell is wrong.
    """  # noqa: D301
    from datetime import date

    from gigawatt import catalog
    from gigawatt.cli.folder import whole_folder
    from gigawatt.cli.outcome import refuse
    from gigawatt.compute import system
    from gigawatt.scenario.importers import read_epoch, read_epoch_chips
    from gigawatt.scenario.importers.epoch_chips import FILE
    from gigawatt.scenario.importers.epoch_write import claims_text, key_of, scenario_text

    try:
        day = date.fromisoformat(as_of)
    except ValueError:
        raise refuse("GW507", f"--as-of {as_of!r} is no date", "write YYYY-MM-DD") from None
    catalog.row("climate", climate)
    kw_per_gpu = system(chip).provisioned_kw_per_gpu
    read = read_epoch(file, site, leave_out_absurd=leave_out_absurd)
    if chips is not None and not use_chips:
        raise refuse("GW507", "--chips names a table and --no-chips leaves it out", "give one of the two")
    beside = chips or file.with_name(FILE)
    counted = None
    if use_chips and (chips is not None or beside.exists()):
        counted = read_epoch_chips(beside, read, leave_out_absurd=leave_out_absurd)
    target = out if out is not None else Path(key_of(site))
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise refuse("GW502", "this exists and is not an empty folder", "name a new folder", str(target))
    try:
        texts = {
            "scenario.yaml": scenario_text(
                read, climate=climate, chip=chip, kw_per_gpu=kw_per_gpu, chips=counted
            ),
            "claims.yaml": claims_text(read, as_of=day, actor=actor, subject=subject, chips=counted),
        }
    except ValueError as error:
        raise refuse("GW410", str(error), "choose another site", str(file)) from None
    with whole_folder(target) as folder:
        for name, text in texts.items():
            (folder / name).write_text(text, encoding="utf-8")
    left_out = [*read.left_out, *(counted.left_out if counted is not None else ())]
    for problem in left_out:
        sys.stderr.write(f"left out: {problem}\n")
    written = [str(target / name) for name in texts]
    if as_json:
        print_json(
            {
                "site": site,
                "rows": len(read.rows),
                "left_out": len(left_out),
                "chips": None if counted is None else counted.as_data(),
                "files": written,
            }
        )
    else:
        typer.echo(f"wrote {', '.join(written)} from {len(read.rows)} rows of {kind}")
        typer.echo(_chips_in_words(counted, chip))
        typer.echo(f"next: gigawatt run {written[0]}, gigawatt audit {written[1]}")


def _chips_in_words(counted: EpochChips | None, chip: str) -> str:
    if counted is None:
        return f"chips: no table of chip quantities names the site; its IT megawatts are filled with {chip}"
    last = counted.states[-1]
    told = (
        f"chips: {', '.join(f'{count:,} {kind}' for kind, count in last.chips)} on {last.day}; {counted.why}"
    )
    if counted.unknown:
        told += (
            f". The catalogue has no {', '.join(counted.unknown)}: they are claims, and the scenario's IT "
            f"megawatts are filled with {chip}"
        )
    return told
