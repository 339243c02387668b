"""What a command's end means: a message on standard error, and an exit code."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from typing import Any

from gigawatt.kernel.errors import GigawattError, InputError, Problem

INTERRUPTED = 130
_MAX_SHOWN = 200


def exit_code_of(error: Exception) -> int:
    """Say what went wrong on standard error and return the exit code; raise what is our own fault."""
    if isinstance(error, InputError):
        shown = [str(problem) for problem in error.problems[:_MAX_SHOWN]]
        if len(error.problems) > _MAX_SHOWN:
            shown.append(f"... and {len(error.problems) - _MAX_SHOWN} more")
        _say("\n".join(shown))
        return error.exit_code
    if isinstance(error, GigawattError):
        _say(f"gigawatt: {error}")
        return error.exit_code
    if isinstance(error, BrokenPipeError):
        # The reader of our output has gone; nothing more can be said to it.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    if isinstance(error, OSError):
        where = f": {error.filename}" if error.filename else ""
        _say(f"gigawatt: {error.strerror or error}{where}")
        return 1
    usage: Callable[[], Any] | None = getattr(error, "format_message", None)
    if usage is not None:
        # Typer's own exceptions for a wrong option or argument.
        _say(f"gigawatt: {usage()}\n    fix: see 'gigawatt --help', or --help behind the command")
        return 1
    raise error


def refuse(code: str, message: str, remedy: str, file: str = "") -> InputError:
    """Build the error for a wrong option."""
    return InputError(Problem(code, message, remedy, file=file))


def _say(text: str) -> None:
    sys.stderr.write(text + "\n")
