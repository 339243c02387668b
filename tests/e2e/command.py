"""The ``gigawatt`` command: installed, in a process of its own, or here, which saves its start."""

from __future__ import annotations

import contextlib
import io
import signal
import subprocess
import sys
from pathlib import Path

from gigawatt.cli.main import main

GIGAWATT = Path(sys.executable).with_name("gigawatt")


def installed(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Run the installed command, in a process of its own."""
    words = [str(GIGAWATT), *map(str, arguments)]
    return subprocess.run(words, capture_output=True, text=True, check=False)


def here(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Run the same command in this process, which saves loading its parts each time."""
    words = ["gigawatt", *map(str, arguments)]
    said, told = io.StringIO(), io.StringIO()
    before, handlers = sys.argv, {one: signal.getsignal(one) for one in (signal.SIGINT, signal.SIGTERM)}
    sys.argv = words
    code = 0
    try:
        with contextlib.redirect_stdout(said), contextlib.redirect_stderr(told):
            main()
    except SystemExit as end:
        code = int(end.code or 0)
    finally:
        sys.argv = before
        for one, handler in handlers.items():
            signal.signal(one, handler)
    return subprocess.CompletedProcess(words, code, said.getvalue(), told.getvalue())
