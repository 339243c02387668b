"""A controller whose wall clock jumps: a file beside its state says how far it is off, at any moment anew.

    python -m gigawatt.live.drill.jumping STATE_DIR SETTINGS READY_FD

The machine's own clock is left alone: a drill must not move the time of those who work on it.
"""

from __future__ import annotations

import sys
import time
from contextlib import suppress
from pathlib import Path

from gigawatt.live import controller
from gigawatt.live.drill.scene import shift_file

_true_time = time.time


def jump(folder: str) -> None:
    """Let this process's wall clock be off by what the file says."""
    file = shift_file(Path(folder))

    def jumped() -> float:
        shift_s = 0.0
        with suppress(FileNotFoundError, ValueError):
            shift_s = float(file.read_text(encoding="ascii"))
        return _true_time() + shift_s

    time.time = jumped


if __name__ == "__main__":
    jump(sys.argv[1])
    sys.exit(controller.main(*sys.argv[1:]))
