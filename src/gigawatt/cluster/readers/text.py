"""Bytes of an untrusted file, and its lines as a table of words."""

from __future__ import annotations

import gzip
import io
import re
import zlib
from array import array
from collections.abc import Sequence
from pathlib import Path
from typing import IO, Any

import numpy as np

from gigawatt.cluster.readers.rows import Rows
from gigawatt.cluster.readers.trace import Limits
from gigawatt.kernel.errors import InputError, Problem

_GZIP = b"\x1f\x8b"
_CHUNK = 1 << 24
_MARK = b"\xef\xbb\xbf"
_LINE_END = re.compile(r"\r\n|\n|\r")
_QUOTED = re.compile(rb'"[^"]*(?:""[^"]*)*"(?!")')


def check_file(path: Path) -> None:
    """Refuse what is no file.

    Raises
    ------
    InputError
        GW601.
    """
    if not path.exists():
        raise refuse("GW601", "there is no such file", "check the path", path)
    if not path.is_file():
        raise refuse("GW601", "this is not a file", "give the path of a trace", path)


def load(path: Path, limits: Limits) -> bytes:
    """Read a file, unpacking gzip, and refuse one that is too large or no file.

    Raises
    ------
    InputError
        GW601: it is absent, no file, too large or badly packed. GW602: it is empty or not text.
    """
    check_file(path)
    with path.open("rb") as opened:
        packed = opened.read(2) == _GZIP
        opened.seek(0)
        data = _bounded(opened, path, limits, packed=packed)
    if not data.strip():
        raise refuse("GW602", "the file is empty", "give a trace with at least one job", path)
    return data


def _bounded(opened: IO[bytes], path: Path, limits: Limits, *, packed: bool) -> bytes:
    stream: IO[bytes] | gzip.GzipFile = gzip.GzipFile(fileobj=opened) if packed else opened
    parts: list[bytes] = []
    size = 0
    try:
        while part := stream.read(_CHUNK):
            parts.append(part)
            size += len(part)
            if size > limits.max_bytes:
                seen = f"the file holds more than {limits.max_bytes / 2**20:,.0f} MiB"
                raise refuse("GW601", seen, "cut the trace into parts", path)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise refuse("GW601", f"the gzip file is damaged: {error}", "fetch it again", path) from None
    return b"".join(parts)


def refuse(code: str, message: str, remedy: str, path: Path, line: int = 0) -> InputError:
    """Build the error for a file that cannot be used."""
    return InputError(Problem(code, message, remedy, file=str(path), line=line, column=1 if line else 0))


def check_text(data: bytes, path: Path) -> None:
    """Refuse what is no text; raises GW602."""
    if b"\0" in data:
        raise refuse("GW602", "the file holds zero bytes: it is not text", "give a trace", path)


def read_words(
    data: bytes,
    path: Path,
    limits: Limits,
    *,
    delimiter: str,
    names: Sequence[str] | None = None,
    wanted: Sequence[str] | None = None,
    quoted: bool = True,
) -> Rows:
    """Cut lines into words, without yet asking what the words mean.

    Parameters
    ----------
    data
        The file's bytes.
    path
        Its place, for messages.
    limits
        Largest sizes.
    delimiter
        One character between two words.
    names
        Names of the columns; None takes them from the first line.
    wanted
        Columns to keep; None keeps all.
    quoted
        Whether double quotes hold a word together.

    Returns
    -------
    Rows
        With a column of words for each name; lines with another number of words, and those that leave a
        quote open, are marked malformed: no word holds a line break.
    """
    check_text(data, path)
    data, repaired = _utf_8(data)
    lines = max(data.count(b"\n"), data.count(b"\r"))
    if lines > limits.max_rows + 1000:
        seen = f"the file has {lines:,} lines; {limits.max_rows:,} rows are allowed"
        raise refuse("GW607", seen, "cut the trace into parts", path)
    found = list(names) if names else header(data, delimiter)
    kept = [name for name in found if wanted is None or name in wanted]
    twice = sorted({name for name in kept if kept.count(name) > 1})
    if twice or not found:
        seen = f"the first line names {twice[0][:60]!r} twice" if twice else "the first line names no columns"
        raise refuse("GW604", seen, "give each column its own name", path, 1)
    first_line = 1 if names else 2
    how: dict[str, Any] = {"delimiter": delimiter, "quoted": quoted, "skip": first_line - 1}
    table, wrong, torn = _cut_each_line(data, path, found, kept, **how)
    every = np.arange(first_line, first_line + table.num_rows + len(wrong.lines), dtype=np.int64)
    numbers = every[~np.isin(every, wrong.lines)] if len(wrong.lines) else every
    rows = Rows(str(path), numbers, {n: table.column(n) for n in kept}, limits, repaired=repaired)
    for line, seen_columns in zip(wrong.lines, wrong.columns, strict=True):
        rows.mark_line(line, f"{seen_columns} columns instead of {len(found)}")
    for line in torn:
        rows.mark_line(line, "a quote is opened and not closed on this line")
    return rows


class _Wrong:
    """Lines with another number of words than the first; kept small, for there may be millions."""

    def __init__(self) -> None:
        self.lines = array("q")
        self.columns = array("q")

    def __call__(self, row: Any) -> str:
        self.lines.append(row.number)
        self.columns.append(row.actual_columns)
        return "skip"


def _cut_each_line(
    data: bytes, path: Path, found: list[str], kept: list[str], *, delimiter: str, quoted: bool, skip: int
) -> tuple[Any, _Wrong, list[int]]:
    """Cut so that no line is lost in a quote that an earlier one left open: those are told, and blanked."""
    try:
        table, wrong = _cut(data, path, found, kept, delimiter=delimiter, quoted=quoted, skip=skip)
    except InputError:
        torn = _torn_lines(data, delimiter) if quoted else []
        if not torn:
            raise
    else:
        if not quoted or skip + table.num_rows + len(wrong.lines) == _count_lines(data):
            return table, wrong, []
        torn = _torn_lines(data, delimiter)
    lines = data.splitlines()
    for number in torn:
        lines[number - 1] = b""
    data = b"\n".join(lines) + b"\n"
    table, wrong = _cut(data, path, found, kept, delimiter=delimiter, quoted=quoted, skip=skip)
    return table, wrong, [number for number in torn if number > skip]


def _count_lines(data: bytes) -> int:
    ends = data.count(b"\n") + data.count(b"\r") - data.count(b"\r\n")
    return ends + (not data.endswith((b"\n", b"\r")))


def _torn_lines(data: bytes, delimiter: str) -> list[int]:
    """Numbers of the lines that leave a quote open."""
    mark = delimiter.encode()
    return [n for n, line in enumerate(data.splitlines(), 1) if b'"' in line and _is_torn(line, mark)]


def _is_torn(line: bytes, delimiter: bytes) -> bool:
    at = 0
    while True:
        if line[at : at + 1] == b'"':
            word = _QUOTED.match(line, at)
            if word is None:
                return True
            at = word.end()
        at = line.find(delimiter, at) + 1
        if not at:
            return False


def _cut(
    data: bytes, path: Path, found: list[str], kept: list[str], *, delimiter: str, quoted: bool, skip: int
) -> tuple[Any, _Wrong]:
    import pyarrow as pa
    import pyarrow.csv as pa_csv

    wrong = _Wrong()
    read = pa_csv.ReadOptions(use_threads=False, column_names=found, skip_rows=skip)
    parse = pa_csv.ParseOptions(
        delimiter=delimiter,
        quote_char='"' if quoted else False,
        invalid_row_handler=wrong,
        ignore_empty_lines=False,
    )
    convert = pa_csv.ConvertOptions(
        column_types=dict.fromkeys(found, pa.binary()), include_columns=kept, strings_can_be_null=False
    )
    try:
        return pa_csv.read_csv(io.BytesIO(data), read, parse, convert), wrong
    except pa.ArrowInvalid as error:
        seen = f"the lines cannot be cut into columns: {str(error).splitlines()[0][:200]}"
        raise refuse("GW602", seen, "give a trace", path) from None


def _utf_8(data: bytes) -> tuple[bytes, bool]:
    """Replace bytes that are no UTF-8, and say whether there were any."""
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("utf-8", errors="replace").encode("utf-8"), True
    return data, False


def header(data: bytes, delimiter: str) -> list[str]:
    """Return the words of the first line."""
    import csv

    head = data[: 1 << 16].removeprefix(_MARK).decode("utf-8", errors="replace")
    line = _LINE_END.split(head, maxsplit=1)[0]
    try:
        return next(iter(csv.reader([line], delimiter=delimiter, strict=False)), [])
    except csv.Error:  # a NUL byte, which check_text tells
        return []
