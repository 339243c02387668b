"""Losses and speed, as lines of JSON beside the checkpoints: one a step, each run's behind the one before.

A step that was done again after a kill stands there twice; the later line counts.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

FILE = "progress.jsonl"


class Record:
    """Appends lines to the record of a training."""

    def __init__(self, folder: Path) -> None:
        path = folder / FILE
        _end_torn_line(path)
        self._fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)

    def add(self, **told: Any) -> None:
        """Append a line, in one write."""
        os.write(self._fd, json.dumps(told).encode() + b"\n")

    def close(self) -> None:
        """Close the file."""
        os.close(self._fd)


def _end_torn_line(path: Path) -> None:
    """Cut off what a rank was writing when it was killed."""
    if not path.exists():
        return
    with path.open("rb+") as file:
        data = file.read()
        if not data.endswith(b"\n"):
            file.truncate(data.rfind(b"\n") + 1)


def read_record(folder: Path) -> list[dict[str, Any]]:
    """Return all whole lines of a training, in the order in which they were written."""
    path = folder / FILE
    if not path.exists():
        return []
    lines = path.read_bytes().split(b"\n")[:-1]
    return [json.loads(line) for line in lines]


def losses(folder: Path) -> dict[int, float]:
    """Return the loss of each step in nats a byte, by step; where one was done again, the later."""
    return {line["step"]: line["loss"] for line in read_record(folder) if "loss" in line}
