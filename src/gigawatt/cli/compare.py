"""``gigawatt compare``."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gigawatt.cli.options import AsJson, print_json
from gigawatt.cli.outcome import refuse
from gigawatt.cli.progress import Tell, progress

if TYPE_CHECKING:
    from gigawatt.study.comparing import Side

Changes = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="PATH=VALUE",
        help="Change a field on both sides. May be repeated.",
        show_default=False,
    ),
]


def compare(
    a: Annotated[
        str,
        typer.Argument(
            metavar="A",
            help="A result folder, a file of --json, or a scenario or deal (name or file), which is run.",
            show_default=False,
        ),
    ],
    b: Annotated[
        str | None,
        typer.Argument(metavar="[B]", help="What to lay beside it. Default: A again.", show_default=False),
    ] = None,
    overrides: Changes = None,
    overrides_a: Annotated[
        list[str] | None,
        typer.Option("--set-a", metavar="PATH=VALUE", help="Change a field of A alone.", show_default=False),
    ] = None,
    overrides_b: Annotated[
        list[str] | None,
        typer.Option(
            "--set-b",
            metavar="PATH=VALUE",
            help="Change a field of B alone; +36d moves a date.",
            show_default=False,
        ),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option("--out", "--report", help="HTML file to write the page to.", show_default=False),
    ] = None,
    as_json: AsJson = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Show no progress and no summary.")] = False,
) -> None:
    """Lay two results side by side: inputs, figures, dates and curves that differ.

    \b
    Examples:
      gigawatt compare runs/base runs/late --out late.html
      gigawatt compare colossus --set-b sites.colossus-1.power.grid.3.from=+86d
      gigawatt compare spv-20bn --set-b debt.0.rate=0.12 --json
    \b
    Exit codes: 0 done, whatever differs; 1 bad input; 2 a side that is run cannot be met.
    """  # noqa: D301
    from gigawatt.study.comparing import compare as lay

    shared, of_a, of_b = (list(texts or ()) for texts in (overrides, overrides_a, overrides_b))
    if b is None and not (of_a or of_b):
        raise refuse(
            "GW511",
            "one result is named, and nothing sets B apart from A",
            "name a second result, or change a field with --set-b PATH=VALUE",
        )
    for name, changes in ((a, of_a), (a if b is None else b, of_b)):
        check(name, [*shared, *changes])
    with progress(quiet=quiet or as_json) as tell:
        first = read(a, [*shared, *of_a], _part(tell, 0.0))
        second = read(a if b is None else b, [*shared, *of_b], _part(tell, 0.5))
    if first.kind != second.kind:
        raise refuse(
            "GW510",
            f"A ({first.label}) is a {first.kind} and B ({second.label}) a {second.kind}",
            "name two results of one kind",
        )
    found = lay(first, second)
    if out is not None:
        from gigawatt.report.comparison import write_comparison

        write_comparison(found, out)
    if as_json:
        print_json(found.as_json())
    elif not quiet:
        from gigawatt.cli.compare_summary import print_comparison

        print_comparison(found)
        if out is not None:
            typer.echo(f"report: {out}")


def _part(tell: Tell | None, start: float) -> Tell | None:
    """Half of the progress, for one side."""
    if tell is None:
        return None
    return lambda stage, done: tell(f"{'A' if start == 0.0 else 'B'}: {stage}", start + 0.5 * done)


def check(source: str, overrides: Sequence[str]) -> None:
    """Refuse what cannot be read, before anything is run.

    Raises
    ------
    InputError
        GW216: nothing is called so. GW512: a change of what is already done.
    """
    from difflib import get_close_matches

    from gigawatt.finance import deal_names
    from gigawatt.scenario import bundled_names

    path = Path(source)
    if _is_result(path) and path.exists():
        if overrides:
            raise refuse(
                "GW512",
                f"{source} is a result, and a result's inputs cannot be changed",
                "name the scenario instead: it is run with the change",
            )
        return
    known = [*bundled_names(), *deal_names()]
    if source not in known and not path.is_file():
        close = get_close_matches(source, known, n=1)
        remedy = f"write {close[0]!r}" if close else f"name a result folder, or one of: {', '.join(known)}"
        raise refuse("GW216", f"no folder, file, scenario or deal is called {source!r}", remedy)


def _is_result(path: Path) -> bool:
    return path.is_dir() or path.suffix == ".json"


def read(source: str, overrides: Sequence[str], tell: Tell | None) -> Side:
    """Read a result, or run what is named.

    Raises
    ------
    InputError
        GW509: a damaged result; whatever is wrong in a scenario or a deal.
    """
    from gigawatt.cli.deal_source import is_scenario
    from gigawatt.scenario import bundled_names
    from gigawatt.study.comparing import read_side

    path = Path(source)
    if _is_result(path):
        return read_side(path)
    if source in bundled_names() or is_scenario(path):
        return _run(source, overrides, tell)
    return _deal(source, overrides)


def _label(source: str, overrides: Sequence[str]) -> str:
    return ", ".join([source, *overrides])


def _command(verb: str, source: str, overrides: Sequence[str]) -> str:
    return shlex.join(["gigawatt", verb, source, *(word for text in overrides for word in ("--set", text))])


def _run(source: str, overrides: Sequence[str], tell: Tell | None) -> Side:
    from gigawatt.scenario import read_scenario

    loaded = read_scenario(source, overrides)
    from gigawatt.study import run_scenario
    from gigawatt.study.comparing import side_of_run

    return side_of_run(
        run_scenario(loaded, tell),
        label=_label(source, overrides),
        command=_command("run", source, overrides),
    )


def _deal(source: str, overrides: Sequence[str]) -> Side:
    from gigawatt.cli.deal_source import read_deal
    from gigawatt.finance import run
    from gigawatt.study.comparing import side_of_deal

    return side_of_deal(
        run(read_deal(source, overrides)),
        label=_label(source, overrides),
        command=_command("finance", source, overrides),
    )
