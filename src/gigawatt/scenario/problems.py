"""What pydantic refuses, laid on the scenario: one mistake of the file, one problem."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from gigawatt.kernel.errors import Problem
from gigawatt.kernel.inputs import bare_name
from gigawatt.scenario.evidence import problem_at
from gigawatt.scenario.positions import Path, Position, child, named, nearest
from gigawatt.scenario.shapes import Shape, shape_of, step
from gigawatt.scenario.wording import meant_key, word


@dataclass(frozen=True, slots=True)
class Written:
    """A scenario as it was validated, and where each part of it stands."""

    data: Any
    positions: Mapping[Path, Position]
    model: type[BaseModel]
    file: str


@dataclass(frozen=True, slots=True)
class Mistake:
    """One of pydantic's errors, laid on the scenario."""

    error: ErrorDetails
    path: Path
    """Where it stands; ends in the missing key where one is missing."""
    value: Any
    """What was written there."""
    shape: Shape
    """What may stand there."""
    parent: Any
    parent_shape: Shape
    at_key: bool
    """Whether a name itself is wrong, not what stands under it."""
    choices: tuple[tuple[Path, str], ...]
    """For each union on the way: where it is, and which alternative this error is about."""

    @property
    def kind(self) -> str:
        """Pydantic's type of error."""
        return self.error["type"]

    @property
    def context(self) -> Mapping[str, Any]:
        """What pydantic says about the error."""
        return self.error.get("ctx") or {}

    @property
    def is_twin(self) -> bool:
        """Whether a field is written twice: with its unit in the key, and in the value."""
        key = str(self.path[-1]) if self.path else ""
        return (
            self.kind == "extra_forbidden"
            and isinstance(self.parent, dict)
            and bare_name(key) != key
            and bare_name(key) in self.parent
        )


def describe(error: ValidationError, written: Written) -> list[Problem]:
    """Turn everything that pydantic refused into problems, one for each mistake.

    A misspelt key is not reported as missing too, a field that is written
    twice only as that, and what fits none of several forms once.
    """
    mistakes = _one_form_each([_lay(detail, written) for detail in error.errors(include_url=False)])
    twins = {(*m.path[:-1], bare_name(str(m.path[-1]))) for m in mistakes if m.is_twin}
    misspelt = {
        (*m.path[:-1], bare_name(key))
        for m in mistakes
        if m.kind == "extra_forbidden" and (key := meant_key(m.path[-1], m.parent, m.parent_shape))
    }
    problems: dict[Problem, None] = {}
    for mistake in mistakes:
        bare = (*mistake.path[:-1], bare_name(str(mistake.path[-1]))) if mistake.path else ()
        if (mistake.kind == "missing" and bare in misspelt) or (bare in twins and not mistake.is_twin):
            continue
        problems[_problem(mistake, written)] = None
    return list(problems)


def _problem(mistake: Mistake, written: Written) -> Problem:
    wording = word(
        kind="written_twice" if mistake.is_twin else mistake.kind,
        message=mistake.error["msg"],
        context=mistake.context,
        key=mistake.path[-1] if mistake.path else "",
        value=mistake.value,
        shape=mistake.shape,
        parent=mistake.parent,
        parent_shape=mistake.parent_shape,
        at_key=mistake.at_key,
    )
    shown_path = mistake.path[:-1] if mistake.kind == "missing" else mistake.path
    path = (*mistake.path, wording.below) if wording.below else mistake.path
    at_key = mistake.at_key or mistake.kind == "extra_forbidden"
    return problem_at(
        wording.code,
        path,
        named(shown_path, written.data),
        wording.seen,
        wording.remedy,
        nearest(written.positions, path),
        written.file,
        at_key=at_key and path in written.positions,
    )


def _lay(detail: ErrorDetails, written: Written) -> Mistake:
    """Follow pydantic's location through what was written, past the words it puts in for unions."""
    path: Path = ()
    here, shape = written.data, shape_of(written.model)
    parent: Any = None
    parent_shape = shape
    choices: list[tuple[Path, str]] = []
    awaits_choice = shape.members > 1
    at_key = False
    for position, part in enumerate(detail["loc"]):
        if awaits_choice:
            awaits_choice = False
            choices.append((path, str(part)))
            continue
        if part == "[key]":
            at_key = True
            break
        exists = part in here if isinstance(here, dict) else isinstance(here, list) and isinstance(part, int)
        is_last = position == len(detail["loc"]) - 1
        if not exists and not (is_last and detail["type"] == "missing"):
            continue
        parent, parent_shape = here, shape
        shape = step(shape, here, part)
        here = child(here, part)
        path = (*path, part)
        awaits_choice = shape.members > 1
    return Mistake(detail, path, here, shape, parent, parent_shape, at_key, tuple(choices))


def _one_form_each(mistakes: list[Mistake]) -> list[Mistake]:
    """Where a value fits none of several forms, keep the form that came nearest."""
    forms: dict[Path, dict[str, list[Mistake]]] = {}
    for mistake in mistakes:
        for place, form in mistake.choices:
            forms.setdefault(place, {}).setdefault(form, []).append(mistake)
    dropped: set[int] = set()
    for place, found in forms.items():
        if len(found) > 1:
            best = max(found, key=lambda form: _nearness(found[form], place))
            dropped.update(id(m) for form, group in found.items() if form != best for m in group)
    return [mistake for mistake in mistakes if id(mistake) not in dropped]


def _nearness(group: Iterable[Mistake], place: Path) -> int:
    """Rank a form by how far into it the value fits: its inside, its limits, its mere kind."""
    return max(
        2 if len(m.path) > len(place) else 0 if m.kind.endswith(("_type", "_parsing")) else 1 for m in group
    )
