"""What is trained, and how."""

from __future__ import annotations

import argparse
import os
from collections.abc import Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from gigawatt.kernel.errors import InputError, Problem

_COUNTS = (
    "steps", "batch", "window", "width", "layers", "heads", "warm_up", "checkpoint_every", "threads",
)  # fmt: skip
DEVICES = ("cpu", "cuda")
_FREE_TO_CHANGE = ("checkpoint_every", "device", "keep", "steps", "threads")
"""What may differ between the runs of one training without changing its losses beyond rounding."""


@dataclass(frozen=True, slots=True)
class TrainingOptions:
    """The size of the model, its data and its steps. Sizes are chosen to train in seconds on two cores."""

    steps: int = 100
    """The last step, counted from 1 over all runs."""
    batch: int = 16
    """Windows a step over all ranks, >= the number of ranks."""
    window: int = 64
    """Bytes that the model sees at once."""
    width: int = 64
    layers: int = 2
    heads: int = 4
    learning_rate: float = 1e-2
    """After a warm-up over ``warm_up`` steps; it then falls with the inverse root of the step."""
    warm_up: int = 50
    seed: int = 0
    checkpoint_every: int = 10
    """Steps between checkpoints: the most that a kill can lose."""
    keep: int = 2
    """Checkpoints that are kept; >= 2, so that a broken one has one before it."""
    threads: int = 1
    """Of each rank."""
    dtype: str = "float32"
    device: str = "cpu"
    """``cpu``, or ``cuda``: each rank on the GPU that LOCAL_RANK counts among those that it sees."""
    text: str = ""
    """A file to learn instead of the text that comes with Gigawatt."""

    def __post_init__(self) -> None:
        problems = [
            _wrong(name, f"is {getattr(self, name)}", "give a number of 1 or more")
            for name in _COUNTS
            if getattr(self, name) < 1
        ]
        if self.keep < 2:
            problems.append(_wrong("keep", f"is {self.keep}; a broken one needs one before it", "give 2"))
        if not 0.0 < self.learning_rate <= 1.0:
            problems.append(_wrong("learning_rate", f"is {self.learning_rate:g}", "give one in (0, 1]"))
        if self.heads >= 1 and self.width % self.heads:
            seen = f"is {self.width}, which {self.heads} heads cannot share"
            problems.append(_wrong("width", seen, "give a multiple of --heads"))
        if not 0 <= self.seed < 2**63:
            problems.append(_wrong("seed", f"is {self.seed}", "give one from 0 to 2^63 - 1"))
        if problems:
            raise InputError(problems)

    def same_training(self) -> dict[str, Any]:
        """Return what two runs must share for one to go on from the checkpoint of the other.

        >>> "batch" in TrainingOptions().same_training(), "steps" in TrainingOptions().same_training()
        (True, False)
        """
        return {f.name: getattr(self, f.name) for f in fields(self) if f.name not in _FREE_TO_CHANGE}


def _wrong(name: str, seen: str, remedy: str) -> Problem:
    option = f"--{name.replace('_', '-')}"
    return Problem("GW870", f"{option} {seen}", remedy, file=option)


def read_options(arguments: Sequence[str]) -> tuple[TrainingOptions, Path]:
    """Read the command line; return the options and the folder of checkpoints.

    The folder is ``--checkpoint-dir``, else GIGAWATT_CHECKPOINT_DIR, which a live cluster gives.
    """
    parser = argparse.ArgumentParser(
        prog="python -m gigawatt.training",
        description="Train a small byte-level transformer. Alone it is one rank; started by "
        "'gigawatt submit' or torchrun it is one of many, and the losses are the same.",
        formatter_class=argparse.ArgumentDefaultsHelpFormatter,
    )
    default = TrainingOptions()
    described = {
        "steps": "the last step, counted over all runs",
        "batch": "windows of text a step, over all ranks",
        "window": "bytes that the model sees at once",
        "width": "of the model",
        "layers": "of the model",
        "heads": "of attention",
        "learning_rate": "after the warm-up",
        "warm_up": "steps in which the learning rate rises",
        "seed": "of the first weights and of the order of the text",
        "checkpoint_every": "steps between checkpoints: the most that a kill can lose",
        "keep": "checkpoints that are kept",
        "threads": "of each rank",
    }
    for name, text in described.items():
        value = getattr(default, name)
        parser.add_argument(f"--{name.replace('_', '-')}", type=type(value), default=value, help=text)
    parser.add_argument("--dtype", choices=("float32", "float64"), default="float32", help="of all numbers")
    parser.add_argument("--device", choices=DEVICES, default="cpu", help="cuda: each rank on its own GPU")
    parser.add_argument("--text", default="", help="a file to learn instead of the text that comes with it")
    parser.add_argument(
        "--checkpoint-dir",
        default=os.environ.get("GIGAWATT_CHECKPOINT_DIR", ""),
        help="where checkpoints and progress.jsonl lie; a live cluster gives it",
    )
    told = vars(parser.parse_args(arguments))
    folder = told.pop("checkpoint_dir")
    if not folder:
        remedy = "give --checkpoint-dir, or start it with gigawatt submit"
        raise InputError(Problem("GW871", "there is no folder for checkpoints", remedy))
    return TrainingOptions(**told), Path(folder)
