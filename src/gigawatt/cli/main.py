"""The ``gigawatt`` command: one file a command, exit codes in one place."""

from __future__ import annotations

import sys
from typing import Annotated, NoReturn

import typer

from gigawatt.cli import interrupt
from gigawatt.cli.commands import Group
from gigawatt.cli.outcome import INTERRUPTED, exit_code_of

app = typer.Typer(
    name="gigawatt",
    cls=Group,
    help=(
        "Plans, simulates, finances, audits and runs AI superclusters, from the grid connection to the token."
    ),
    epilog="Start with: gigawatt run colossus",
    invoke_without_command=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _print_version(asked: bool) -> None:
    if asked:
        from gigawatt import __version__

        typer.echo(f"gigawatt {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    context: typer.Context,
    _version: Annotated[
        bool,
        typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version and stop."),
    ] = False,
) -> None:
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())


def main() -> NoReturn:
    """Run the command line and leave with its exit code.

    0 done, 1 bad input, 2 infeasible, 3 a check failed, 130 interrupted.
    """
    interrupt.install()
    try:
        code = app(standalone_mode=False)
    except KeyboardInterrupt:
        code = INTERRUPTED
    except Exception as error:  # noqa: BLE001
        code = exit_code_of(error)
    if code == INTERRUPTED:
        sys.stderr.write(interrupt.words() + "\n")
    sys.exit(code if isinstance(code, int) else 0)
