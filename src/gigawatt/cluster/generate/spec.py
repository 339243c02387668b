"""A workload to generate, as one writes it on a command line: ``generate:lublin?jobs=10000``."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

import numpy as np

from gigawatt.cluster.generate.lublin import lublin
from gigawatt.cluster.generate.mix import gpu_mix
from gigawatt.cluster.readers.trace import Trace
from gigawatt.kernel.errors import InputError, Problem

PREFIX = "generate:"
MOST_JOBS = 20_000_000
_UNIT_S = {"s": 1.0, "min": 60.0, "h": 3600.0, "d": 86_400.0}


def _count(text: str) -> int:
    number = int(text.replace("_", ""))
    if not 1 <= number <= MOST_JOBS:
        raise ValueError(f"{number:,} is not within 1 to {MOST_JOBS:,}")
    return number


def _number(text: str) -> float:
    return float(text)


def _duration(text: str) -> float:
    read = re.fullmatch(r"([0-9.]+)(s|min|h|d)?", text)
    if read is None:
        raise ValueError("write seconds, or a number with s, min, h or d")
    return float(read[1]) * _UNIT_S[read[2] or "s"]


def _hours(text: str) -> list[float]:
    weights = [float(word) for word in text.split(":")]
    if len(weights) != 24:
        raise ValueError(f"{len(weights)} weights; write 24, one an hour, with colons between")
    return weights


@dataclass(frozen=True, slots=True)
class _Generator:
    make: Callable[..., Trace]
    options: dict[str, tuple[str, Callable[[str], Any]]]
    """For each option the argument that it sets, and how its text is read."""


GENERATORS = {
    "lublin": _Generator(lublin, {"load": ("load_frac", _number)}),
    "mix": _Generator(
        gpu_mix,
        {
            "load": ("load_frac", _number),
            "mean_gpus": ("mean_gpus", _number),
            "largest": ("largest_gpus", _count),
            "mean_duration": ("mean_duration_s", _duration),
            "longest": ("longest_s", _duration),
            "spread": ("spread", _number),
            "size_exponent": ("size_exponent", _number),
            "tenants": ("tenants", _count),
            "hours": ("hours", _hours),
        },
    ),
}
"""Names that may stand behind ``generate:``, with their options beside ``jobs`` and ``gpus``."""


def generate(text: str, gpus: int, seed: int) -> Trace:
    """Generate the workload that a text asks for.

    Parameters
    ----------
    text
        ``generate:NAME?option=value,...``; ``&`` separates as well.
    gpus
        Size of the machine, where the text does not say ``gpus=``.
    seed
        Seed of the generator.

    Raises
    ------
    InputError
        GW613: the name, an option or a value is wrong.

    Examples
    --------
    >>> generate("generate:lublin?jobs=100", gpus=64, seed=0).jobs
    100
    """
    name, arguments = read_spec(text)
    jobs = arguments.pop("jobs", 10_000)
    size = arguments.pop("gpus", gpus)
    try:
        return GENERATORS[name].make(jobs, size, np.random.default_rng(seed), **arguments)
    except ValueError as error:
        raise _refuse(f"{name}: {error}", "change the option") from None


def read_spec(text: str) -> tuple[str, dict[str, Any]]:
    """Read the generator's name and its arguments, without drawing any job.

    Raises
    ------
    InputError
        GW613: the name, an option or a value is wrong.

    Examples
    --------
    >>> read_spec("mix?jobs=1_000,longest=2d")
    ('mix', {'jobs': 1000, 'longest_s': 172800.0})
    """
    name, _, rest = text.removeprefix(PREFIX).partition("?")
    if name not in GENERATORS:
        raise _refuse(f"there is no generator {name[:60]!r}", _nearest(name, list(GENERATORS)))
    return name, _arguments(name, rest)


def _arguments(name: str, rest: str) -> dict[str, Any]:
    readers = {"jobs": ("jobs", _count), "gpus": ("gpus", _count), **GENERATORS[name].options}
    found: dict[str, Any] = {}
    for part in re.split(r"[,&]", rest) if rest else []:
        key, sign, value = part.partition("=")
        if not sign or key not in readers:
            raise _refuse(f"{part[:60]!r} is no option of {name}", _nearest(key, list(readers)))
        argument, read = readers[key]
        if argument in found:
            raise _refuse(f"{key} is given twice", "give each option once")
        try:
            found[argument] = read(value)
        except ValueError as error:
            raise _refuse(f"{key} is {value[:60]!r}: {error}", f"correct {key}") from None
    return found


def _nearest(word: str, allowed: list[str]) -> str:
    close = get_close_matches(word, allowed, n=1)
    return f"write {close[0]!r}" if close else f"choose from {', '.join(allowed)}"


def _refuse(message: str, remedy: str) -> InputError:
    return InputError(Problem("GW613", message, remedy, file="generate:"))
