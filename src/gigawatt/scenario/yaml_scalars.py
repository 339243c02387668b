"""Plain YAML scalars as values: the core schema of YAML 1.2, and nothing else.

``yes``, ``no``, ``on`` and ``off`` are words, dates stay text and ``1_000`` is
text. Reference: YAML 1.2.2, section 10.3.2.
"""

from __future__ import annotations

import math
import re

Scalar = str | int | float | bool | None

_NULL = {"", "~", "null", "Null", "NULL"}
_BOOL = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_INT = re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_NOT_FINITE = re.compile(r"[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)")
_FIRST = frozenset("0123456789+-.~nNtTfF")
_MAX_DIGITS = 30
_MAX_INT = 10**18

_CORE = "tag:yaml.org,2002:"
COLLECTION_TAGS = {None, "!", f"{_CORE}map", f"{_CORE}seq"}
"""Tags that a mapping or a sequence may carry."""


class NotFiniteError(ValueError):
    """A number is NaN, infinite or beyond what any quantity of this field can be."""


class TagError(ValueError):
    """A tag is not of the core schema, or its value does not fit it."""


def resolve_plain(text: str) -> Scalar:
    """Read an unquoted scalar.

    Raises
    ------
    NotFiniteError
        NaN, an infinity, or a whole number beyond 10^18.

    Examples
    --------
    >>> [resolve_plain(t) for t in ("12", "1e3", "true", "yes", "~", "2025-05-01", "1_000", "0x1F")]
    [12, 1000.0, True, 'yes', None, '2025-05-01', '1_000', 31]
    """
    if text and text[0] not in _FIRST:
        return text
    if text in _NULL:
        return None
    if text in _BOOL:
        return _BOOL[text]
    if _INT.fullmatch(text):
        return _whole(text)
    if _FLOAT.fullmatch(text):
        number = float(text)
        if not math.isfinite(number):
            raise NotFiniteError(f"{short(text)} is too large for a number")
        return number
    if _NOT_FINITE.fullmatch(text):
        raise NotFiniteError(f"{text} is not a finite number")
    return text


def resolve_tagged(text: str, tag: str) -> Scalar:
    """Read a scalar with an explicit core tag.

    >>> resolve_tagged("12", "tag:yaml.org,2002:str"), resolve_tagged("3", "tag:yaml.org,2002:float")
    ('12', 3.0)
    """
    if tag in {"!", f"{_CORE}str"}:
        return text
    value = resolve_plain(text) if tag.startswith(_CORE) else None
    match tag.removeprefix(_CORE), value:
        case "float", int() | float() if not isinstance(value, bool):
            return float(value)
        case ("int", int()) | ("bool", bool()) | ("null", None):
            if tag.startswith(_CORE) and not (tag.endswith(":int") and isinstance(value, bool)):
                return value
    raise TagError(f"the tag {short_tag(tag)} is not allowed on {short(text)}")


def short_tag(tag: str) -> str:
    """Quote a tag as it is written in a file."""
    return short(tag.replace(_CORE, "!!"))


def short(text: str, limit: int = 60) -> str:
    """Quote a text for a message: on one line, escaped, cut after ``limit`` characters."""
    return repr(text if len(text) <= limit else text[: limit - 1] + "…")


def _whole(text: str) -> int:
    if len(text) > _MAX_DIGITS:
        raise NotFiniteError(f"{short(text)} is too large for a number")
    number = int(text, 0) if text[:2] in {"0o", "0x"} else int(text)
    if abs(number) > _MAX_INT:
        raise NotFiniteError(f"{text} is too large for a number")
    return number
