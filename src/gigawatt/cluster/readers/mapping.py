"""Which column of a table holds what, and in which unit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from types import MappingProxyType

from gigawatt.kernel.errors import InputError, Problem

UNITS = MappingProxyType({"ms": 0.001, "s": 1.0, "min": 60.0, "h": 3600.0, "d": 86_400.0})
"""Seconds in a unit that may end a field's name: ``duration_ms=...``."""
TIMES = ("submit", "start", "end", "duration", "estimate", "deadline", "reserved", "limit")
EXTRAS = ("min_gpus", "max_gpus", "deadline", "reserved", "limit", "serving", "chips")
FIELDS = (
    *TIMES, "gpus", "tokens", "tokens_per_gpu_s", "tenant", "priority", "failed", "name", "after", "min_gpus",
    "max_gpus", "serving", "chips",
)  # fmt: skip
"""What a column may be mapped to."""

OWN = MappingProxyType(
    {
        "submit": "submit_s",
        "duration": "duration_s",
        "gpus": "gpus",
        "tenant": "tenant",
        "estimate": "estimate_s",
        "priority": "priority",
        "failed": "failed",
        "name": "name",
        "after": "after",
        "tokens": "tokens",
        "tokens_per_gpu_s": "tokens_per_gpu_s",
        "min_gpus": "min_gpus",
        "max_gpus": "max_gpus",
        "deadline": "deadline_s",
        "reserved": "reserved_s",
        "limit": "limit_s",
        "serving": "serving",
        "chips": "chips",
    }
)
"""Gigawatt's own column names, as its writers use them."""


@dataclass(frozen=True, slots=True)
class ColumnMap:
    """For each field the name of its column, and seconds a unit for times."""

    columns: Mapping[str, str]
    scale: Mapping[str, float]

    @classmethod
    def parse(cls, text: str) -> ColumnMap:
        """Read ``submit=time,duration_ms=ms,gpus=n``.

        Raises
        ------
        InputError
            GW604: a part is no ``field=column``, a field is unknown, named twice or missing.

        Examples
        --------
        >>> ColumnMap.parse("submit=t,duration_min=m,gpus=n").scale["duration"]
        60.0
        """
        columns: dict[str, str] = {}
        scale: dict[str, float] = {}
        for part in text.split(","):
            written, sign, column = part.strip().partition("=")
            if not sign or not column.strip():
                remedy = "write --map submit=...,duration=...,gpus=..."
                raise _refuse(f"{part.strip()[:60]!r} is not field=column", remedy)
            field, unit = _field(written.strip())
            if field in columns:
                raise _refuse(f"{field} is mapped twice", "map each field once")
            columns[field] = column.strip()
            scale[field] = UNITS[unit]
        return cls(columns, scale).checked()

    @classmethod
    def own(cls) -> ColumnMap:
        """Gigawatt's own column names."""
        return cls(OWN, dict.fromkeys(OWN, 1.0))

    def checked(self) -> ColumnMap:
        """Refuse a map that leaves out what a job cannot do without."""
        has = self.columns
        missing = [name for name in ("submit", "gpus") if name not in has]
        if not has.keys() & {"duration", "tokens"} and not ("start" in has and "end" in has):
            missing.append("duration (or start and end, or tokens)")
        if "tokens_per_gpu_s" in has and "tokens" not in has:
            missing.append("tokens, to which tokens_per_gpu_s belongs")
        if missing:
            raise _refuse(
                f"nothing is mapped to {', '.join(missing)}", "map submit, gpus and duration at least"
            )
        return self


def _field(written: str) -> tuple[str, str]:
    stem, _, unit = written.rpartition("_")
    if stem in TIMES and unit in UNITS:
        return stem, unit
    if written in FIELDS:
        return written, "s"
    close = get_close_matches(written, FIELDS, n=1)
    remedy = (
        f"write {close[0]!r}"
        if close
        else f"choose from {', '.join(FIELDS)}; times may end in {', '.join(UNITS)}"
    )
    raise _refuse(f"{written[:60]!r} is no field of a job", remedy)


def _refuse(message: str, remedy: str) -> InputError:
    return InputError(Problem("GW604", message, remedy, file="--map"))
