"""One door for all formats: which one a file is in, and reading it."""

from __future__ import annotations

import gzip
from pathlib import Path

from gigawatt.cluster.readers.mapping import OWN, ColumnMap
from gigawatt.cluster.readers.philly import REQUIRED, read_philly
from gigawatt.cluster.readers.slurm import COMMAND, read_sacct
from gigawatt.cluster.readers.swf import FIELDS, read_swf
from gigawatt.cluster.readers.table import read_csv, read_parquet
from gigawatt.cluster.readers.text import refuse
from gigawatt.cluster.readers.tokens import no_tokens
from gigawatt.cluster.readers.trace import Limits, Trace

FORMATS = ("philly", "slurm", "swf", "parquet", "csv")
_HEAD = 1 << 16
_PARQUET = b"PAR1"


def read_trace(
    path: Path,
    form: str | None = None,
    *,
    columns: ColumnMap | None = None,
    skip_malformed: bool = False,
    limits: Limits | None = None,
    tokens_per_gpu_s: float | None = None,
) -> Trace:
    """Read a trace in any of the known formats.

    Parameters
    ----------
    path
        The file.
    form
        One of :data:`FORMATS`; None looks at the beginning of the file.
    columns
        Which column holds what, for csv and parquet.
    skip_malformed
        Leave malformed rows out instead of refusing the file.
    limits
        Largest sizes; default :class:`Limits`.
    tokens_per_gpu_s
        Tokens that a GPU works off in a second, for rows with tokens and no rate of their own.

    Raises
    ------
    InputError
        GW601 to GW607, GW615; see docs/reference/traces.md.
    """
    chosen = form or _guess(path, mapped=columns is not None)
    if chosen in {"csv", "parquet"}:
        read_table = read_csv if chosen == "csv" else read_parquet
        return read_table(
            path,
            columns,
            skip_malformed=skip_malformed,
            limits=limits,
            tokens_per_gpu_s=tokens_per_gpu_s,
        )
    if tokens_per_gpu_s is not None:
        raise no_tokens(f"a trace in the format {chosen}", path)
    if columns is not None:
        raise refuse("GW604", f"columns of the format {chosen} are not mapped", "leave out --map", path)
    plain = {"philly": read_philly, "slurm": read_sacct, "swf": read_swf}
    return plain[chosen](path, skip_malformed=skip_malformed, limits=limits)


def _guess(path: Path, *, mapped: bool) -> str:
    if not path.is_file():
        return "csv"  # whose reader says that there is no file
    if not mapped:
        return detect(path)
    with path.open("rb") as opened:
        return "parquet" if opened.read(4) == _PARQUET else "csv"


def detect(path: Path) -> str:
    """Return the format that a file's beginning looks like.

    Raises
    ------
    InputError
        GW602: it is empty or binary. GW603: it looks like none of the formats.
    """
    with path.open("rb") as opened:
        head = opened.read(_HEAD)
    if head[:2] == b"\x1f\x8b":
        head = _unpacked_head(path)
    if head[:4] == _PARQUET:
        return "parquet"
    if not head.strip():
        raise refuse("GW602", "the file is empty", "give a trace with at least one job", path)
    if b"\0" in head:
        raise refuse("GW602", "the file holds zero bytes: it is not text", "give a trace", path)
    lines = [line.strip() for line in head.splitlines() if line.strip()]
    first = lines[0].decode("utf-8", errors="replace").removeprefix("\ufeff")
    if first.startswith(";") or (len(lines[0].split()) == len(FIELDS) and "," not in first):
        return "swf"
    if "|" in first and "JobID" in first:
        return "slurm"
    named = {word.strip().strip('"') for word in first.split(",")}
    if set(REQUIRED) <= named:
        return "philly"
    if {OWN["submit"], OWN["gpus"]} <= named and named & {OWN["duration"], OWN["tokens"]}:
        return "csv"
    seen = f"the first line is of no known format: {first[:100]!r}"
    remedy = (
        f"pass --map submit=...,duration=...,gpus=... for a CSV; for Slurm write the trace with: {COMMAND}"
    )
    raise refuse("GW603", seen, remedy, path, 1)


def _unpacked_head(path: Path) -> bytes:
    try:
        with gzip.open(path, "rb") as opened:
            return opened.read(_HEAD)
    except (EOFError, OSError) as error:
        raise refuse("GW601", f"the gzip file is damaged: {error}", "fetch it again", path) from None
