"""The base of everything a person may write in a scenario.

A field's attribute name ends in its unit (``import_limit_mw``). In a file it is
written either bare with a unit in the value (``import_limit: 150 MW``) or with
the unit in the name and a plain number (``import_limit_mw: 150``). A bare name
with a plain number is refused unless the quantity has no dimension.
"""

from __future__ import annotations

import math
import re
from datetime import date, datetime, timedelta
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from gigawatt.kernel.units import SUFFIXES, QuantityError, parse_quantity, suffix_of, units_of

_DIMENSIONLESS = {"fraction", "count", "tokens", "parameters", "per_day", "ratio", "angle"}


class _BareNumber:
    """A number written under a bare name: it lacks its unit."""

    def __init__(self, value: float) -> None:
        self.value = value


def bare_name(name: str) -> str:
    """Return a field's name in a file: its attribute name without the unit.

    >>> bare_name("import_limit_mw"), bare_name("ready_from")
    ('import_limit', 'ready_from')
    """
    suffix = suffix_of(name)
    return name if suffix is None or name == suffix else name[: -len(suffix) - 1]


class InputModel(BaseModel):
    """A frozen part of a scenario; unknown keys are refused, fields carry their unit."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        alias_generator=bare_name,
        populate_by_name=True,
        allow_inf_nan=False,
        use_attribute_docstrings=True,
        ser_json_inf_nan="null",
    )

    @model_validator(mode="before")
    @classmethod
    def _read_quantities(cls, data: Any) -> Any:
        if not isinstance(data, dict):
            return data
        read = dict(data)
        for name in cls.model_fields:
            suffix = suffix_of(name)
            if suffix is None:
                continue
            alias = bare_name(name)
            if alias in read and name in read and alias != name:
                continue  # both given: pydantic reports the second as extra
            key = name if name in read else alias
            value = read.get(key)
            if isinstance(value, str):
                read[key] = _Written(value, suffix)
            elif (
                key != name
                and isinstance(value, int | float)
                and not isinstance(value, bool)
                and SUFFIXES[suffix][0] not in _DIMENSIONLESS
            ):
                read[key] = _BareNumber(value)
        return read


class _Written:
    """A quantity still as text, with the suffix it must be read in."""

    def __init__(self, text: str, suffix: str) -> None:
        self.text = text
        self.suffix = suffix


def _read_number(value: Any) -> Any:
    if isinstance(value, _Written):
        try:
            return parse_quantity(value.text, value.suffix)
        except QuantityError as error:
            raise PydanticCustomError("quantity", "{reason}", {"reason": str(error)}) from None
    if isinstance(value, _BareNumber):
        raise PydanticCustomError("unit_missing", "{value} has no unit", {"value": f"{value.value:g}"})
    if isinstance(value, bool):
        raise PydanticCustomError("quantity", "true and false are not numbers", {})
    if isinstance(value, float) and not math.isfinite(value):
        raise PydanticCustomError("not_finite", "{value} is not a finite number", {"value": str(value)})
    return value


def _read_count(value: Any) -> Any:
    number = _read_number(value)
    return int(number) if isinstance(number, float) and number.is_integer() else number


Number = Annotated[float, BeforeValidator(_read_number)]
"""A float in the unit that the field's name ends in."""
Positive = Annotated[float, BeforeValidator(_read_number), Field(gt=0)]
NonNegative = Annotated[float, BeforeValidator(_read_number), Field(ge=0)]
Fraction = Annotated[float, BeforeValidator(_read_number), Field(ge=0, le=1)]
PositiveFraction = Annotated[float, BeforeValidator(_read_number), Field(gt=0, le=1)]
Count = Annotated[int, BeforeValidator(_read_count), Field(ge=0)]
PositiveCount = Annotated[int, BeforeValidator(_read_count), Field(gt=0)]

_DAY = re.compile(r"^\d{4}-\d{2}(-\d{2})?$")


def _read_day(value: Any) -> Any:
    if isinstance(value, datetime) or not isinstance(value, str | date):
        raise PydanticCustomError("day", "{seen} is not a date; write YYYY-MM-DD", {"seen": repr(value)})
    if isinstance(value, date):
        return value
    if not _DAY.match(value):
        raise PydanticCustomError("day", "{seen} is not a date; write YYYY-MM-DD", {"seen": repr(value)})
    text = value if len(value) == 10 else f"{value}-01"
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise PydanticCustomError("day", "{seen}: {why}", {"seen": repr(value), "why": str(error)}) from None


Day = Annotated[date, BeforeValidator(_read_day)]
"""A calendar day (UTC). ``YYYY-MM`` means the first of that month."""

Name = Annotated[str, Field(min_length=1, max_length=80, pattern=r"^[A-Za-z0-9][A-Za-z0-9 ._+/()-]*$")]
"""A name that a person gives: letters, digits, spaces and ._+/()- , at most 80 characters."""


def refuse_end_before_start(what: str, first: date, until: date | None) -> None:
    """Refuse something that is over before it begins; for validators of dated inputs.

    Raises
    ------
    PydanticCustomError
        ``until`` is given and not after ``first``.
    """
    if until is not None and until <= first:
        raise PydanticCustomError(
            "end_before_start",
            "{what} ends on {until}, not after its start on {first}",
            {
                "what": what,
                "until": until.isoformat(),
                "first": first.isoformat(),
                "remedy": f"set until to a day after {first}, or leave it out",
            },
        )


def days_between(first: date, last: date) -> int:
    """Whole days from ``first`` to ``last``."""
    return (last - first) // timedelta(days=1)


def describe_units(name: str) -> str:
    """Say how the quantity of a field may be written, e.g. ``'a number with W, kW, MW or GW'``."""
    suffix = suffix_of(name)
    if suffix is None:
        return ""
    units = units_of(suffix)
    return "a number with " + " or ".join(units) if units else "a number"
