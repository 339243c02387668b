"""Checkpoints: written whole or not at all, and read from the last one that is whole.

A file is a line with the SHA-256 of what follows, then a NumPy archive of plain arrays (no pickles). It is
written under another name, forced to the disk, and renamed; so a kill or a full disk leaves the ones before
as they are. What does not fit its sum is left aside for the one before.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from gigawatt.kernel.files import PARTIAL, write_whole

_NAME = re.compile(r"step-(\d{8})\.checkpoint")
_ABOUT = "about"
"""Name of the array that holds the step and the options as JSON."""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """All that is needed to go on after a step as though nothing had happened."""

    step: int
    """The last step that is in it; the next window of text follows from it."""
    training: Mapping[str, Any]
    """What two runs must share for one to go on from it."""
    arrays: Mapping[str, NDArray[Any]]
    """Weights, the optimiser's state and the generator's, by name."""


def write_checkpoint(folder: Path, checkpoint: Checkpoint, keep: int) -> None:
    """Write a checkpoint and remove those before the last ``keep``.

    Raises
    ------
    OSError
        The disk is full or gone; earlier checkpoints are as they were.
    """
    about = json.dumps({"step": checkpoint.step, "training": dict(checkpoint.training)}).encode()
    packed = io.BytesIO()
    arrays: dict[str, Any] = {_ABOUT: np.frombuffer(about, dtype=np.uint8), **checkpoint.arrays}
    np.savez(packed, allow_pickle=False, **arrays)
    body = packed.getvalue()
    target = folder / f"step-{checkpoint.step:08d}.checkpoint"
    write_whole(target, hashlib.sha256(body).hexdigest().encode() + b"\n" + body, lasting=True)
    _force_names(folder)
    for step in steps_in(folder)[:-keep]:
        (folder / f"step-{step:08d}.checkpoint").unlink(missing_ok=True)


def _force_names(folder: Path) -> None:
    """Force a folder's names to the disk: a rename is kept only then."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def steps_in(folder: Path) -> list[int]:
    """Return the steps of which there is a file, whole or not, ascending."""
    found = (_NAME.fullmatch(path.name) for path in folder.iterdir())
    return sorted(int(match[1]) for match in found if match)


def last_checkpoint(folder: Path) -> Checkpoint | None:
    """Return the last whole checkpoint; what is broken is named on standard error and left aside."""
    for left_over in folder.glob(f"*{PARTIAL}"):
        left_over.unlink(missing_ok=True)
    for step in reversed(steps_in(folder)):
        path = folder / f"step-{step:08d}.checkpoint"
        found = _read(path)
        if found is not None and found.step == step:
            return found
        sys.stderr.write(f"{path.name} is not whole; it is left aside for the one before\n")
        path.replace(path.with_name(path.name + ".broken"))
    return None


def _read(path: Path) -> Checkpoint | None:
    told, _, body = path.read_bytes().partition(b"\n")
    if hashlib.sha256(body).hexdigest().encode() != told:
        return None
    try:
        with np.load(io.BytesIO(body), allow_pickle=False) as packed:
            arrays = {name: packed[name] for name in packed.files}
        about = json.loads(arrays.pop(_ABOUT).tobytes())
        return Checkpoint(int(about["step"]), dict(about["training"]), arrays)
    except (BadZipFile, ValueError, KeyError, TypeError):
        return None
