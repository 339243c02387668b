"""The exceptions that Gigawatt raises, and how a mistake is described.

    GigawattError            exit code
    ├── InputError           1   the user's file or option; carries every problem found
    ├── InfeasibleError      2   the input is well formed but cannot be met
    └── CheckFailedError     3   a balance or a validation did not hold

A :class:`Problem` is one mistake: a stable code, where it stands, what was
seen and what was allowed, and a remedy. Problems are collected, sorted by
position and raised together, so that a user mends a file once.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Problem:
    """One mistake in an input, with its place and its remedy."""

    code: str
    """Stable identifier, 'GW' and three digits; listed in docs/reference/errors.md."""
    message: str
    """What was seen and what was allowed, on one line."""
    remedy: str
    """What would mend it, on one line."""
    path: str = ""
    """Dotted path of the field in the scenario, e.g. ``sites.memphis.halls.0.ready_from``."""
    file: str = ""
    line: int = 0
    """Line in the file, counted from 1; 0 where the problem has no place in a file."""
    column: int = 0

    def __str__(self) -> str:
        where = f"{self.file}:{self.line}:{self.column}" if self.line else self.file
        head = "  ".join(part for part in (where, self.code, self.message) if part)
        return f"{head}\n    fix: {self.remedy}"


class GigawattError(Exception):
    """Base of every error that Gigawatt raises on purpose."""

    exit_code = 1


class InputError(GigawattError):
    """A user's input is wrong; ``problems`` holds every mistake found."""

    exit_code = 1

    def __init__(self, problems: Problem | Iterable[Problem]) -> None:
        found = [problems] if isinstance(problems, Problem) else list(problems)
        if not found:
            raise ValueError("an InputError needs at least one problem")
        self.problems: tuple[Problem, ...] = tuple(
            sorted(found, key=lambda p: (p.file, p.line, p.column, p.code))
        )
        super().__init__("\n".join(str(p) for p in self.problems))

    def __reduce__(self) -> tuple[type[InputError], tuple[tuple[Problem, ...]]]:
        """Let it cross from one process to another with its problems."""
        return type(self), (self.problems,)


class InfeasibleError(GigawattError):
    """The input is well formed, but no result satisfies it."""

    exit_code = 2


class CheckFailedError(GigawattError):
    """A balance did not close or a validation missed its tolerance."""

    exit_code = 3


@dataclass(slots=True)
class ProblemList:
    """Collects problems while an input is read; raises them all at once."""

    file: str = ""
    items: list[Problem] = field(default_factory=list)

    def add(self, problem: Problem) -> None:
        """Note one more problem."""
        self.items.append(problem)

    def raise_if_any(self) -> None:
        """Raise every problem noted so far as one :class:`InputError`."""
        if self.items:
            raise InputError(self.items)
