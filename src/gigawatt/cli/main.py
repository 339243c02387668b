"""The ``gigawatt`` command: one file a command, exit codes in one place."""

from __future__ import annotations

import sys
from typing import Annotated, NoReturn

import typer

from gigawatt.cli import interrupt
from gigawatt.cli.allocate import allocate
from gigawatt.cli.audit import audit
from gigawatt.cli.cancel import cancel
from gigawatt.cli.catalog import catalog
from gigawatt.cli.check import check
from gigawatt.cli.coherent import coherent
from gigawatt.cli.compare import compare
from gigawatt.cli.doctor import doctor
from gigawatt.cli.down import down
from gigawatt.cli.drain import drain
from gigawatt.cli.drill import drill
from gigawatt.cli.export import export
from gigawatt.cli.finance import finance
from gigawatt.cli.import_ import import_
from gigawatt.cli.logs import logs
from gigawatt.cli.new import new
from gigawatt.cli.outcome import INTERRUPTED, exit_code_of
from gigawatt.cli.replay import replay
from gigawatt.cli.run import run
from gigawatt.cli.schema import schema
from gigawatt.cli.status import status
from gigawatt.cli.submit import submit
from gigawatt.cli.sweep import sweep
from gigawatt.cli.tenant import tenant
from gigawatt.cli.top import top
from gigawatt.cli.twin import twin
from gigawatt.cli.up import up
from gigawatt.cli.validate import validate
from gigawatt.cli.what_if import what_if

app = typer.Typer(
    name="gigawatt",
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


for _command in (
    run, compare, sweep, finance, replay, coherent, allocate, audit, check, new, schema, catalog, doctor,
    validate,
):  # fmt: skip
    app.command()(_command)
app.command(name="import")(import_)
app.command()(up)
# What stands behind the command to run belongs to it, though it looks like an option.
app.command(context_settings={"allow_interspersed_args": False})(submit)
for _command_of_a_cluster in (status, top, logs, cancel, drain, down):
    app.command()(_command_of_a_cluster)
app.add_typer(tenant, name="tenant")
app.command()(twin)
app.command(name="what-if")(what_if)
app.command()(export)
app.command()(drill)


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
