"""Interruptions that are not lost: what was asked once is honoured, wherever it arrived.

An exception raised by a signal can be swallowed where Python may not raise (a
callback of a compiled library, a finaliser). The wish is therefore noted, and
asked for again before anything is put in place.
"""

from __future__ import annotations

import signal
from types import FrameType

_asked: list[int] = []
_NOTHING = "gigawatt: interrupted; nothing was written"
_said = [_NOTHING]


def install() -> None:
    """Let SIGINT and SIGTERM raise KeyboardInterrupt, and note them."""
    for one in (signal.SIGINT, signal.SIGTERM):
        signal.signal(one, _note)


def say_instead(text: str) -> None:
    """Let an interruption be told in other words, where something is kept; empty: as before."""
    _said[0] = text or _NOTHING


def words() -> str:
    """What to say of an interruption."""
    return _said[0]


def raise_if_asked() -> None:
    """Raise KeyboardInterrupt where an interruption was asked for and got lost."""
    if _asked:
        raise KeyboardInterrupt


def _note(number: int, _frame: FrameType | None) -> None:
    _asked.append(number)
    raise KeyboardInterrupt
