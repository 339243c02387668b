"""The words for each kind of mistake: a stable code, what was seen and allowed, a remedy."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, get_args

from gigawatt.kernel.inputs import bare_name
from gigawatt.kernel.units import QuantityError, parse_quantity, suffix_of, units_of
from gigawatt.scenario.shapes import Shape, keys_of, narrowed, tag_of, yaml_names
from gigawatt.scenario.yaml_scalars import short

_NAME_PATTERN = r"^[A-Za-z0-9][A-Za-z0-9 ._+/()-]*$"
_BOUNDS = {
    "greater_than": ("gt", "more than"),
    "greater_than_equal": ("ge", "at least"),
    "less_than": ("lt", "less than"),
    "less_than_equal": ("le", "at most"),
}
_KINDS = {
    "string": "a text",
    "bool": "true or false",
    "int": "a whole number",
    "float": "a number",
    "list": "a list",
    "tuple": "a list",
    "dict": "a mapping of names",
    "mapping": "a mapping of names",
    "model": "a mapping of keys",
    "model_attributes": "a mapping of keys",
    "date": "a date, YYYY-MM-DD",
    "none": "null",
}
_MAX_LISTED = 30
_THOUSANDS = re.compile(r"\d{3}(\D|$)")


@dataclass(frozen=True, slots=True)
class Wording:
    """How one mistake is told."""

    code: str
    seen: str
    remedy: str
    below: str = ""
    """The key below the place that the mistake is about, where it is not the place itself."""


@dataclass(frozen=True, slots=True)
class _Case:
    kind: str
    message: str
    context: Mapping[str, Any]
    key: str | int
    value: Any
    shape: Shape
    parent: Any
    parent_shape: Shape
    at_key: bool


def word(**case: Any) -> Wording:
    """Put one of pydantic's errors into words.

    Parameters
    ----------
    kind, message, context
        Pydantic's type of error, its text, and what it knows.
    key, value, shape
        Last part of the path, what was written there, what may stand there.
    parent, parent_shape
        The mapping or list around it.
    at_key
        Whether the name itself is wrong, not what stands under it.
    """
    this = _Case(**case)
    tell = _WORDS.get(this.kind)
    if tell is not None:
        return tell(this)
    if this.kind in _BOUNDS:
        return _bound(this)
    stem = this.kind.rpartition("_")[0]
    if this.kind.endswith(("_type", "_parsing")) and stem in _KINDS:
        return _wrong_kind(this, _KINDS[stem])
    remedy = this.context.get("remedy")
    if isinstance(remedy, str):
        return Wording("GW310", this.message, remedy)
    message = this.message.removeprefix("Value error, ").removeprefix("Assertion failed, ")
    return Wording(
        "GW300", f"{show(this.value)}: {message}", "see 'gigawatt schema' for what is allowed here"
    )


def show(value: Any) -> str:
    """Show what was written: single values as they are, the rest by its kind.

    >>> show("150 MW"), show([1, 2]), show(None), show(True)
    ("'150 MW'", 'a list of 2', 'null', 'true')
    """
    if isinstance(value, str):
        return short(value)
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return f"a list of {len(value)}"
    if isinstance(value, dict):
        return "a mapping"
    return str(value)


def meant_key(key: str | int, parent: Any, shape: Shape) -> str | None:
    """Guess which key of the models a misspelt one means; None where nothing is near.

    A key that is written beside it already is not meant.
    """
    models = narrowed(shape, parent)
    taken = {bare_name(other) for other in parent} if isinstance(parent, dict) else set()
    known = {name: name for name in yaml_names(models)}
    known |= {name: name for model in models for name in model.model_fields if bare_name(name) in known}
    tidy = str(key).strip().lower().replace("-", "_").replace(" ", "_")
    for close in get_close_matches(tidy, known, n=3, cutoff=0.6):
        if bare_name(close) not in taken:
            return close
    return None


def _unknown(case: _Case) -> Wording:
    models = narrowed(case.parent_shape, case.parent)
    close = meant_key(case.key, case.parent, case.parent_shape)
    seen = f"there is no key {short(str(case.key))} here"
    if _THOUSANDS.match(str(case.key)):
        remedy = "a comma inside { } or [ ] ends a value: write the number without it, or in quotes"
        return Wording("GW301", seen, remedy)
    if close is not None:
        return Wording("GW301", seen, f"write {close!r}")
    for other in case.parent_shape.models:
        tag, _ = tag_of(case.parent_shape.models)
        if other not in models and tag and case.key in keys_of(other):
            words = " or ".join(get_args(other.model_fields[tag].annotation))
            return Wording("GW301", seen, f"remove it, or choose {tag}: {words}, which has this key")
    known = yaml_names(models)
    if twin := get_close_matches(
        str(case.key), [name for name in known if name in case.parent], n=1, cutoff=0.8
    ):
        return Wording(
            "GW301", seen, f"remove it, or put what is in it under {twin[0]!r}, which stands here too"
        )
    listed = ", ".join(known[:_MAX_LISTED]) + (", …" if len(known) > _MAX_LISTED else "")
    return Wording("GW301", seen, f"remove it, or use one of: {listed}" if known else "remove it")


def _twice(case: _Case) -> Wording:
    bare = bare_name(str(case.key))
    seen = f"the same field is written as {bare!r} and as {str(case.key)!r}"
    return Wording("GW311", seen, "keep one of the two")


def _missing(case: _Case) -> Wording:
    units = units_in_words(case.shape.field)
    bare = bare_name(str(case.key))
    return Wording("GW302", f"{bare!r} is missing", f"add '{bare}: ...'" + (f", {units}" if units else ""))


def _wrong_kind(case: _Case, allowed: str) -> Wording:
    units = units_in_words(case.shape.field) if case.shape.takes_scalar and allowed.endswith("number") else ""
    if isinstance(case.value, str) and allowed.endswith("number"):
        return Wording("GW304", f"{show(case.value)} is not {units or allowed}", f"write {units or allowed}")
    return Wording(
        "GW303", f"{show(case.value)} stands where {allowed} is needed", f"write {units or allowed}"
    )


def _not_whole(case: _Case) -> Wording:
    return Wording("GW303", f"{show(case.value)} is not a whole number", "write a whole number")


def _quantity(case: _Case) -> Wording:
    units = units_in_words(case.shape.field)
    return Wording("GW304", case.message, f"write {units}" if units else "write a number")


def _unit_missing(case: _Case) -> Wording:
    units = units_in_words(case.shape.field)
    example = f"{show(case.value)} {unit_of(case.shape.field)}".strip()
    return Wording(
        "GW304", f"{case.message}; {units} is needed", f"write '{example}' if that is what is meant"
    )


def units_in_words(field: str) -> str:
    """Say how the quantity of a field is written; empty where it has no unit.

    >>> units_in_words("import_limit_mw"), units_in_words("title")
    ('a number with W, kW, MW or GW', '')
    """
    suffix = suffix_of(field)
    if suffix is None:
        return ""
    *most, last = units_of(suffix) or [""]
    units = (f"{', '.join(most)} or {last}" if most else last).replace("_", " ")
    return f"a number with {units}" if units else "a number"


def unit_of(field: str) -> str:
    """Return the unit, as written, that the numbers of a field are held in.

    >>> unit_of("import_limit_mw"), unit_of("share_frac"), unit_of("title")
    ('MW', '', '')
    """
    suffix = suffix_of(field)
    for unit in units_of(suffix) if suffix else []:
        try:
            if parse_quantity(f"1 {unit}", str(suffix)) == 1.0:
                return unit
        except QuantityError:
            continue
    return ""


def _bound(case: _Case) -> Wording:
    limit, words = _BOUNDS[case.kind]
    allowed = f"{words} {case.context[limit]:g} {unit_of(case.shape.field)}".strip()
    return Wording("GW305", f"{show(case.value)} is out of range; {allowed} is allowed", f"write {allowed}")


def _not_finite(case: _Case) -> Wording:
    return Wording("GW305", f"{show(case.value)} is not a finite number", "write a finite number")


def _choice(case: _Case) -> Wording:
    allowed = str(case.context.get("expected", ""))
    words = [part.strip("' ") for part in allowed.replace(" or ", ", ").split(",")]
    close = get_close_matches(str(case.value), words, n=1)
    seen = f"{show(case.value)} is not one of {allowed}"
    return Wording("GW306", seen, f"write {close[0]!r}" if close else "write one of those")


def _wrong_tag(case: _Case) -> Wording:
    key, words = tag_of(case.shape.models)
    written = case.value.get(key) if isinstance(case.value, dict) else case.value
    close = get_close_matches(str(written), words, n=1)
    seen = f"{key} is {show(written)}; allowed: {', '.join(words)}"
    return Wording("GW306", seen, f"write {key}: {close[0]}" if close else "write one of those", below=key)


def _no_tag(case: _Case) -> Wording:
    if not isinstance(case.value, dict):
        return _wrong_kind(case, _KINDS["model"])
    key, words = tag_of(case.shape.models)
    return Wording(
        "GW302", f"{key!r} is missing; it is one of {', '.join(words)}", f"add '{key}: {words[0]}'"
    )


def _day(case: _Case) -> Wording:
    return Wording("GW307", case.message, "write a day as YYYY-MM-DD, or a month as YYYY-MM")


def _pattern(case: _Case) -> Wording:
    what = case.key if case.at_key else case.value
    pattern = str(case.context.get("pattern", ""))
    if pattern == _NAME_PATTERN:
        remedy = "begin with a letter or digit; use letters, digits, spaces and ._+/()- only"
        return Wording("GW309", f"{show(what)} is not allowed as a name", remedy)
    return Wording("GW309", f"{show(what)} does not match {pattern}", "write it in that form")


def _length(case: _Case) -> Wording:
    at_least = case.kind.endswith("too_short")
    limit = case.context.get("min_length" if at_least else "max_length")
    noun = "characters" if case.kind.startswith("string") else "entries"
    written = case.key if case.at_key else case.value
    count = len(written) if isinstance(written, str | list | dict) else 0
    words = "at least" if at_least else "at most"
    seen = (
        f"{count:,} {noun}; {words} {limit} needed"
        if at_least
        else f"{count:,} {noun}; {words} {limit} allowed"
    )
    return Wording("GW308", seen, "add what is missing" if at_least else "shorten it")


_WORDS: dict[str, Callable[[_Case], Wording]] = {
    "extra_forbidden": _unknown,
    "written_twice": _twice,
    "missing": _missing,
    "int_from_float": _not_whole,
    "quantity": _quantity,
    "unit_missing": _unit_missing,
    "not_finite": _not_finite,
    "finite_number": _not_finite,
    "literal_error": _choice,
    "enum": _choice,
    "union_tag_invalid": _wrong_tag,
    "union_tag_not_found": _no_tag,
    "day": _day,
    "string_pattern_mismatch": _pattern,
    "string_too_short": _length,
    "string_too_long": _length,
    "too_short": _length,
    "too_long": _length,
}
