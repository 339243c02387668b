"""``gigawatt top``."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gigawatt.cli.options import AsJson, Ca, StateDir, TokenFile, Url, print_json

if TYPE_CHECKING:
    from rich.console import Console, RenderableType

    from gigawatt.live.outside.door import Door
    from gigawatt.live.outside.frame import Letters

_EVENTS = 1000
_ONCE_LINES = 100


def top(
    once: Annotated[bool, typer.Option("--once", help="Print one picture and stop.")] = False,
    every: Annotated[
        float, typer.Option(min=0.1, max=3600.0, metavar="SECONDS", help="Draw so often.")
    ] = 1.0,
    state_dir: StateDir = None,
    url: Url = None,
    ca: Ca = None,
    token_file: TokenFile = None,
    as_json: AsJson = False,
) -> None:
    """Watch a cluster in the terminal: nodes and their GPUs, gangs, tenants, the queue, events. q ends it.

    Every gang has a letter, which its GPUs bear; colours are those of tenants. Where the output is no
    terminal, one picture is printed.

    \b
    Examples:
      gigawatt top
      gigawatt top --once
    \b
    Exit codes: 0 done, 1 bad input, 130 interrupted.
    """  # noqa: D301
    from rich.console import Console

    from gigawatt.live.outside import client
    from gigawatt.live.outside.frame import Letters

    def find() -> Door:
        # Anew each time: a cluster that is brought up again listens elsewhere, with another token.
        return client.door(state_dir, url, ca, token_file)

    if as_json:
        print_json(_look(find))
        return
    console = Console(highlight=False)
    if once or not console.is_terminal:
        if not console.is_terminal:
            console = Console(highlight=False, width=160)
        console.print(_drawn(_look(find), console, Letters(), _ONCE_LINES))
        return
    _watch(console, find, every)


def _look(find: Callable[[], Door]) -> dict[str, Any]:
    door = find()
    view = door.ask("GET", "/v1/view")
    return {**view, "events": door.ask("GET", f"/v1/events?most={_EVENTS}")["events"]}


def _drawn(seen: dict[str, Any], console: Console, letters: Letters, height: int) -> RenderableType:
    from gigawatt.live.outside.frame import frame

    return frame(seen, seen["events"], letters.give(seen["running"]), width=console.width, height=height)


def _watch(console: Console, find: Callable[[], Door], every_s: float) -> None:
    """Draw again and again until q or Ctrl-C; a cluster that does not answer is asked again."""
    from rich.console import Group
    from rich.live import Live
    from rich.text import Text

    from gigawatt.kernel.errors import GigawattError
    from gigawatt.live.outside.frame import Letters

    seen, gone, letters = _look(find), Text(), Letters()
    with (
        suppress(KeyboardInterrupt),
        _keys() as pressed,
        Live(console=console, screen=True, auto_refresh=False, vertical_overflow="crop") as live,
    ):
        while True:
            live.update(Group(gone, _drawn(seen, console, letters, console.height - 1)), refresh=True)
            if pressed(every_s):
                return
            try:
                seen, gone = _look(find), Text()
            except GigawattError:
                told = "The cluster does not answer. This is what it was when last seen; q ends this."
                gone = Text(told, style="bold reverse")


@contextmanager
def _keys() -> Iterator[Any]:
    """Give a function that waits for some seconds and says whether q was pressed meanwhile."""
    import select
    import termios
    import time
    import tty

    def pressed(seconds: float) -> bool:
        if not sys.stdin.isatty():
            time.sleep(seconds)
            return False
        end_s = time.monotonic() + seconds
        while (left_s := end_s - time.monotonic()) > 0.0:
            if select.select([sys.stdin], [], [], left_s)[0] and sys.stdin.read(1) in {"q", "Q", "\x04", ""}:
                return True
        return False

    if not sys.stdin.isatty():
        yield pressed
        return
    before = termios.tcgetattr(sys.stdin)
    tty.setcbreak(sys.stdin)
    try:
        yield pressed
    finally:
        termios.tcsetattr(sys.stdin, termios.TCSADRAIN, before)
