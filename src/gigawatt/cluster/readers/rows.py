"""Words of a table turned into numbers, times and names; what makes no sense is marked, never guessed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from gigawatt.cluster.readers.trace import Bools, Floats, Ints, Limits
from gigawatt.kernel.errors import InputError, Problem

_NUMBER = r"^[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?$"
_STAMP = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}([ T][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?)?$"
_ZONED = (
    r"^[0-9]{4}-[0-9]{2}-[0-9]{2}[ T][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?(Z|[+-][0-9]{2}:?[0-9]{2})$"
)
_EARLIEST_S = 0.0
_LATEST_S = 7_258_118_400.0
"""1970 to 2200, in seconds since 1970: what a time stamp may be."""


class Rows:
    """Columns of words with their line numbers; collects what is wrong with which line."""

    def __init__(
        self, file: str, lines: Ints, columns: Mapping[str, Any], limits: Limits, *, repaired: bool = False
    ) -> None:
        self.file = file
        self.lines = lines
        self.columns = columns
        self.limits = limits
        self.repaired = repaired
        """Whether bytes that are no UTF-8 were replaced by U+FFFD."""
        self.bad: Bools = np.zeros(len(lines), dtype=bool)
        self._wrong_lines = 0
        self._told: dict[int, str] = {}
        self._blank: Bools | None = None

    def __len__(self) -> int:
        return len(self.lines)

    @property
    def blank(self) -> Bools:
        """Rows without a single word."""
        if self._blank is None:
            import pyarrow.compute as pc

            found = np.ones(len(self), dtype=bool)
            for column in self.columns.values():
                if _is_text(column.type):
                    found &= _bools(pc.equal(pc.binary_length(column), 0))
                else:
                    found &= False
            self._blank = found
        return self._blank

    @property
    def total(self) -> int:
        """Rows, blank ones apart."""
        return len(self) - int(self.blank.sum()) + self._wrong_lines

    @property
    def malformed(self) -> int:
        """Rows that make no sense."""
        return int((self.bad & ~self.blank).sum()) + self._wrong_lines

    @property
    def good(self) -> Bools:
        """Rows in which nothing is wrong."""
        return ~self.bad & ~self.blank

    def problems(self) -> tuple[Problem, ...]:
        """Describe the first malformed rows, by line."""
        first = sorted(self._told.items())[: self.limits.shown]
        remedy = "correct the row, or pass --skip-malformed"
        return tuple(Problem("GW605", text, remedy, file=self.file, line=n, column=1) for n, text in first)

    def refuse_malformed(self) -> None:
        """Raise the first malformed rows and their number as one :class:`InputError`."""
        if not self.malformed:
            return
        seen = f"{self.malformed:,} of {self.total:,} rows are malformed"
        told = self.problems()
        if self.malformed > len(told):
            seen += f"; the first {len(told)} are listed"
        remedy = "correct them, or pass --skip-malformed to leave them out"
        raise InputError([*told, Problem("GW605", seen, remedy, file=self.file)])

    def mark_line(self, line: int, text: str) -> None:
        """Note that a line, which is not among the rows, is malformed."""
        self._wrong_lines += 1
        if len(self._told) < 50 * self.limits.shown:
            self._told.setdefault(line, text)

    def mark(self, wrong: Bools, what: str, column: str) -> None:
        """Mark rows as malformed; ``what`` says what was expected of the column."""
        wrong = wrong & ~self.blank
        if not wrong.any():
            return
        self.bad |= wrong
        for index in np.flatnonzero(wrong)[: self.limits.shown]:
            word = self._word(column, int(index))
            self._told.setdefault(int(self.lines[index]), f"{column} is {word}, not {what}")

    def _word(self, column: str, index: int) -> str:
        raw = self.columns[column][index].as_py()
        if raw is None:
            return "missing"
        if not isinstance(raw, bytes | str):
            return f"{raw}"
        text = raw.decode("utf-8", errors="replace") if isinstance(raw, bytes) else raw
        return "empty" if not text.strip() else repr(text[:40] + ("..." if len(text) > 40 else ""))

    def words(self, column: str) -> Any:
        """Return a column as trimmed text; what was not UTF-8 is marked."""
        import pyarrow as pa
        import pyarrow.compute as pc

        words = self.columns[column]
        if pa.types.is_binary(words.type):
            words = words.cast(pa.string())
        if self.repaired:
            self.mark(_bools(pc.match_substring(words, "\ufffd")), "UTF-8 text", column)
        return pc.utf8_trim_whitespace(words)

    def numbers(
        self,
        column: str,
        *,
        low: float,
        high: float,
        whole: bool = False,
        optional: bool = False,
        missing: float | None = None,
        scale: float = 1.0,
    ) -> Floats:
        """Read a column of numbers within a range.

        Parameters
        ----------
        column
            Its name.
        low, high
            Allowed range, both ends in it, after scaling.
        whole
            Whether only whole numbers are allowed.
        optional
            Whether an empty word is allowed; it becomes NaN.
        missing
            A number that stands for 'unknown' (-1 in the Standard Workload Format); it becomes NaN.
        scale
            Multiplies each number (0.001 for milliseconds).
        """
        values, empty = self._floats(column)
        if missing is not None:
            empty = empty | (values == missing)
        values = np.where(empty, np.nan, values * scale)
        with np.errstate(invalid="ignore"):
            fine = (values >= low) & (values <= high)
            if whole:
                fine &= values == np.floor(values)
        kind = "a whole number" if whole else "a number"
        wrong = ~fine & ~empty
        self.mark(wrong, f"{kind} from {low:g} to {high:g}", column)
        if not optional:
            self.mark(empty, f"{kind} from {low:g} to {high:g}", column)
        return np.where(fine, values, np.nan)

    def _floats(self, column: str) -> tuple[Floats, Bools]:
        import pyarrow as pa
        import pyarrow.compute as pc

        if _is_numeric(self.columns[column].type):
            values = self.columns[column].cast(pa.float64(), safe=False)
            empty = _bools(pc.is_null(values))
            return np.asarray(pc.fill_null(values, 0.0), dtype=np.float64), empty
        words = self.words(column)
        empty = _bools(pc.equal(pc.utf8_length(words), 0)) | _bools(pc.is_null(words))
        try:
            numbers = words.cast(pa.float64())
        except pa.ArrowInvalid:
            good = pc.match_substring_regex(words, _NUMBER)
            numbers = pc.if_else(good, words, pa.scalar("nan")).cast(pa.float64())
        return np.asarray(pc.fill_null(numbers, np.nan), dtype=np.float64), empty

    def times(
        self, column: str, scale: float = 1.0, *, missing: float | None = None, optional: bool = False
    ) -> tuple[Floats, bool]:
        """Read a column of times, and say whether they are calendar stamps.

        Stamps are seconds since 1970-01-01 UTC (no zone means UTC); plain
        numbers are seconds after ``scale``.
        """
        import pyarrow as pa
        import pyarrow.compute as pc

        kind = self.columns[column].type
        if pa.types.is_timestamp(kind):
            stamps = self.columns[column].cast(pa.timestamp("us", tz=kind.tz)).cast(pa.int64())
            empty = _bools(pc.is_null(stamps))
            values = np.asarray(pc.fill_null(stamps, 0), dtype=np.int64) / 1e6
            return self._stamps_in_range(column, values, empty, optional=optional), True
        if _is_numeric(kind) or not self._has_stamps(column):
            high = max(_LATEST_S, self.limits.max_time_s)
            read = self.numbers(column, low=0.0, high=high, missing=missing, scale=scale, optional=optional)
            return read, False
        words = self.words(column)
        empty = _bools(pc.equal(pc.utf8_length(words), 0))
        values, unread = _stamps(words)
        values = self._stamps_in_range(column, values, unread | empty, optional=optional, empty=empty)
        return values, True

    def _stamps_in_range(
        self, column: str, values: Floats, unread: Bools, *, optional: bool, empty: Bools | None = None
    ) -> Floats:
        wrong = unread | (values < _EARLIEST_S) | (values > _LATEST_S)
        nothing = unread if empty is None else empty
        told = wrong & ~nothing if optional else wrong
        self.mark(told, "a time such as 2017-10-09 07:01:55", column)
        return np.where(wrong, np.nan, values)

    def _has_stamps(self, column: str) -> bool:
        import pyarrow.compute as pc

        words = self.words(column)
        return bool(pc.any(pc.match_substring_regex(words.slice(0, 10_000), r"^[0-9]{4}-[0-9]{2}-")).as_py())

    def names(self, column: str, *, empty: str = "") -> Any:
        """Read a column of names of bounded length; an empty one becomes ``empty``."""
        import pyarrow as pa
        import pyarrow.compute as pc

        if _is_numeric(self.columns[column].type):
            return self.columns[column].cast(pa.string()).combine_chunks()
        words = pc.fill_null(self.words(column), "")
        long = _bools(pc.greater(pc.utf8_length(words), self.limits.max_name))
        self.mark(long, f"a name of at most {self.limits.max_name} characters", column)
        if long.any():
            words = pc.if_else(pa.array(long), "", words)
        if empty:
            words = pc.if_else(pc.equal(pc.utf8_length(words), 0), empty, words)
        return words.combine_chunks() if isinstance(words, pa.ChunkedArray) else words


def _is_numeric(kind: Any) -> bool:
    import pyarrow as pa

    return bool(
        pa.types.is_integer(kind)
        or pa.types.is_floating(kind)
        or pa.types.is_decimal(kind)
        or pa.types.is_boolean(kind)
    )


def _is_text(kind: Any) -> bool:
    import pyarrow as pa

    return bool(pa.types.is_string(kind) or pa.types.is_binary(kind))


def _bools(values: Any) -> Bools:
    return np.asarray(values, dtype=bool)


def _stamps(words: Any) -> tuple[Floats, Bools]:
    """Read time stamps in words; return seconds since 1970 UTC, and which could not be read."""
    import pyarrow as pa
    import pyarrow.compute as pc

    try:
        plain = words.cast(pa.timestamp("us"))
        unread = _bools(pc.is_null(plain))
        return np.asarray(pc.fill_null(plain.cast(pa.int64()), 0), dtype=np.int64) / 1e6, unread
    except pa.ArrowInvalid:
        pass
    values = np.full(len(words), np.nan)
    for pattern, kind in ((_STAMP, pa.timestamp("us")), (_ZONED, pa.timestamp("us", tz="UTC"))):
        chosen = np.flatnonzero(_bools(pc.match_substring_regex(words, pattern)))
        some = words.take(pa.array(chosen))
        try:
            values[chosen] = np.asarray(some.cast(kind).cast(pa.int64()), dtype=np.int64) / 1e6
        except pa.ArrowInvalid:  # a 31st of February: then one by one
            values[chosen] = [_one_stamp(word, kind) for word in some]
    return np.where(np.isnan(values), 0.0, values), np.isnan(values)


def _one_stamp(word: Any, kind: Any) -> float:
    import pyarrow as pa

    try:
        return float(word.cast(kind).cast(pa.int64()).as_py()) / 1e6
    except pa.ArrowInvalid:
        return float("nan")
