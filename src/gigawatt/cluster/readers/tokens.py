"""Work that a table gives as a duration, as tokens, or as both, which must then agree."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from gigawatt.cluster.readers.rows import Rows
from gigawatt.cluster.readers.text import refuse
from gigawatt.cluster.readers.trace import Bools, Floats
from gigawatt.kernel.errors import InputError

OPTION = "--tokens-per-gpu-s"
AGREE_FRAC = 1e-6
"""Relative difference between a duration and its tokens beyond which a row is malformed."""


@dataclass(frozen=True, slots=True)
class Work:
    """What each row's job has to do, shape (rows,)."""

    duration_s: Floats
    tokens: Floats
    """NaN where the row has none."""
    notes: tuple[str, ...]


def check_rate(tokens_per_gpu_s: float | None, allowed: tuple[float, float], path: Path) -> None:
    """Refuse a rate for all rows that no machine has; raises GW615."""
    low, high = allowed
    if tokens_per_gpu_s is not None and not low <= tokens_per_gpu_s <= high:
        seen = f"{OPTION} is {tokens_per_gpu_s:g}; allowed: {low:g} to {high:g} tokens/s a GPU"
        raise refuse("GW615", seen, "give the tokens that one GPU works off in a second", path)


def no_tokens(what: str, path: Path) -> InputError:
    """Build the error for a rate where no tokens stand: GW615."""
    seen = f"{what} has no column tokens: {OPTION} has nothing to work on"
    return refuse("GW615", seen, f"leave out {OPTION}, or give a CSV or Parquet file with tokens", path)


def read_work(
    rows: Rows,
    path: Path,
    *,
    duration_s: Floats,
    duration_column: str | None,
    gpus: Floats,
    columns: tuple[str, str | None],
    tokens_per_gpu_s: float | None,
) -> Work:
    r"""Read tokens beside durations.

    .. math:: d = \frac{n}{g\,v}

    with n tokens on g GPUs that work off v tokens a second each.

    Parameters
    ----------
    rows
        Of the table; rows that make no sense are marked.
    path
        Of the table, for messages.
    duration_s
        NaN where the row has none.
    duration_column
        Its column; None where the table has none.
    gpus
        NaN where malformed.
    columns
        Those of tokens and of tokens a GPU and second; the second may be absent.
    tokens_per_gpu_s
        Stands in where a row has tokens and no rate of its own.

    Raises
    ------
    InputError
        GW615: a rate was given and no row has a use for it.
    """
    limits = rows.limits
    low, high = limits.tokens_per_gpu_s
    of_tokens, of_rate = columns
    tokens = rows.numbers(of_tokens, low=1.0, high=limits.max_tokens, optional=True)
    rate = np.full(len(rows), np.nan)
    if of_rate is not None:
        rate = rows.numbers(of_rate, low=low, high=high, optional=True)
        rows.mark(np.isnan(tokens) & ~np.isnan(rate), f"a number, which belongs to {of_rate}", of_tokens)
    has, timed = ~np.isnan(tokens), ~np.isnan(duration_s)
    filled = has & np.isnan(rate)
    if tokens_per_gpu_s is not None:
        rate = np.where(filled, tokens_per_gpu_s, rate)
    rated = ~np.isnan(rate)
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        taken_s = tokens / (gpus * rate)
        differs = np.abs(taken_s - duration_s) > AGREE_FRAC * np.maximum(taken_s, duration_s)
        odd_rate = (duration_s > 0.0) & ~rated & ~_within(tokens / (gpus * duration_s), low, high)
        long = taken_s > limits.max_time_s
    _mark_missing(rows, has, timed, rated, duration_column, columns)
    if duration_column is not None:
        rows.mark(has & timed & rated & differs, f"the time that its {of_tokens} take", duration_column)
    rows.mark(has & timed & odd_rate, f"work at {low:g} to {high:g} tokens/s a GPU", of_tokens)
    rows.mark(has & long, f"work of at most {limits.max_time_s:g} s", of_tokens)
    if tokens_per_gpu_s is not None and not filled.any() and not rows.malformed:
        seen = f"no row has tokens without a rate of its own: {OPTION} has nothing to work on"
        raise refuse("GW615", seen, f"leave out {OPTION}", path)
    good = has & ~rows.bad & ~rows.blank
    return Work(
        np.where(timed, duration_s, taken_s), tokens, _notes(good, timed, rated, filled, tokens_per_gpu_s)
    )


def _within(values: Floats, low: float, high: float) -> Bools:
    return np.isnan(values) | ((values >= low) & (values <= high))


def _mark_missing(
    rows: Rows,
    has: Bools,
    timed: Bools,
    rated: Bools,
    duration_column: str | None,
    columns: tuple[str, str | None],
) -> None:
    """Mark rows that say neither how long they take nor all that their duration follows from."""
    of_tokens, of_rate = columns
    nothing = ~has & ~timed
    unrated = has & ~timed & ~rated
    if duration_column is None:
        rows.mark(nothing, "a number from 1", of_tokens)
    else:
        rows.mark(nothing, f"a number from 0, and neither is {of_tokens}", duration_column)
    if of_rate is not None:
        rows.mark(unrated, f"a number, which {of_tokens} without a duration need", of_rate)
    elif duration_column is not None:
        rows.mark(unrated, f"a number from 0, and {of_tokens} alone need {OPTION}", duration_column)


def _notes(
    good: Bools, timed: Bools, rated: Bools, filled: Bools, tokens_per_gpu_s: float | None
) -> tuple[str, ...]:
    said = []
    from_tokens = int((good & ~timed).sum())
    if from_tokens:
        said.append(f"the durations of {from_tokens:,} jobs follow from their tokens")
    by_option = int((good & filled).sum())
    if tokens_per_gpu_s is not None:
        said.append(f"{by_option:,} jobs work off {tokens_per_gpu_s:g} tokens/s a GPU, as given for all")
    both = int((good & timed & ~rated).sum())
    if both:
        said.append(f"{both:,} jobs have a duration and tokens without a rate: the duration was taken")
    return tuple(said)
