"""The reference of scenario fields in Markdown, written from the models themselves."""

from __future__ import annotations

import types
from datetime import date
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from gigawatt.kernel.inputs import bare_name
from gigawatt.scenario.evidence import KEYS, RANGE
from gigawatt.scenario.shapes import Shape, keys_of, shape_of
from gigawatt.scenario.wording import unit_of, units_in_words

_HEAD = f"""\
# What a scenario may hold

Written by `docs/write_generated.py` from the models; do not edit by hand.

A quantity stands under its key with a unit (`import_limit: 150 MW`) or under the key with the
unit as a plain number (`import_limit_mw: 150`). Dates are UTC days, `YYYY-MM-DD` or `YYYY-MM`
(its first day). Any single value may be written with its evidence,
`{{value: 150 MW, source: "...", as_of: 2025-05, confidence: reported}}`, or as a range,
`{{{", ".join(f"{end}: ..." for end in RANGE)}, confidence: assumed}}`. Ranges that are one
quantity name one `link` (`{{low: ..., mid: ..., high: ..., link: gas price, source: "..."}}`; an alias
of an anchor carries it along): they move together, at their low ends, or at
their high ends. Any mapping may carry
{", ".join(f"`{key}`" for key in KEYS)} beside its keys.
"""


def scenario_reference(model: type[BaseModel] | None = None) -> str:
    """Write the reference of every key that a scenario may hold.

    Parameters
    ----------
    model
        Where to begin; the whole scenario where it is left out.

    Examples
    --------
    >>> from pydantic import create_model
    >>> from gigawatt.kernel.inputs import InputModel, Positive
    >>> Grid = create_model("Grid", __base__=InputModel, import_limit_mw=(Positive, ...))
    >>> print(scenario_reference(Grid).splitlines()[-1])
    | `import_limit` | a number with W, kW, MW or GW | required |  |
    """
    if model is None:
        from gigawatt.scenario.models import Scenario

        model = Scenario
    found: dict[type[BaseModel], None] = {}
    _collect(model, found)
    return "\n\n".join([_HEAD.strip(), *(_section(each) for each in found)])


def _collect(model: type[BaseModel], found: dict[type[BaseModel], None]) -> None:
    """List a model and all that stand in it, each once, in the order in which they are met."""
    if model in found:
        return
    found[model] = None
    for info in model.model_fields.values():
        for below in _models_in(info.annotation):
            _collect(below, found)


def _models_in(annotation: Any) -> list[type[BaseModel]]:
    shape = shape_of(annotation)
    inner = [part for part in (shape.items, shape.values) if part is not None]
    return [*shape.models, *(model for part in inner for model in _models_in(part))]


def _section(model: type[BaseModel]) -> str:
    lines = [f"## {model.__name__}", "", _flat(model.__doc__ or ""), ""]
    lines += ["| key | written as | default | meaning |", "|---|---|---|---|"]
    for name in dict.fromkeys(keys_of(model).values()):
        info = model.model_fields[name]
        cells = (_written_as(info.annotation, name), _default(info, name), _flat(info.description or ""))
        lines.append(f"| `{info.alias or bare_name(name)}` | {' | '.join(map(_cell, cells))} |")
    return "\n".join(lines)


def _written_as(annotation: Any, name: str = "") -> str:
    """Say in words what stands under a key."""
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return _written_as(arguments[0], name)
    if origin in {Union, types.UnionType}:
        parts = [_written_as(part, name) for part in arguments if part is not type(None)]
        return " or ".join(dict.fromkeys(parts))
    if origin is Literal:
        return " or ".join(f"`{word}`" for word in arguments)
    shape = shape_of(annotation)
    return _single(annotation, name) if shape.takes_scalar else _several(shape)


def _several(shape: Shape) -> str:
    if shape.values is not None:
        return f"names, each with {_written_as(shape.values)}"
    if shape.items is not None:
        return f"a list of {_written_as(shape.items)}"
    return " or ".join(f"[{model.__name__}](#{model.__name__.lower()})" for model in shape.models)


def _single(annotation: Any, name: str) -> str:
    units = units_in_words(name)
    if units and not (annotation is int and units == "a number"):
        return units
    words = {str: "a text", bool: "true or false", int: "a whole number", float: "a number", date: "a day"}
    return words[annotation]


def _default(info: FieldInfo, name: str) -> str:
    if info.is_required():
        return "required"
    match info.get_default(call_default_factory=True, validated_data={}):
        case None:
            text = "none"
        case BaseModel():
            text = "its own defaults"
        case bool() as value:
            text = f"`{str(value).lower()}`"
        case int() | float() as value:
            text = f"`{f'{value:g} {unit_of(name)}'.strip()}`"
        case str() as value:
            text = f"`{value}`" if value else "empty"
        case values:
            text = ", ".join(f"`{value}`" for value in values) or "empty"
    return text


def _flat(text: str) -> str:
    return " ".join(text.split())


def _cell(text: str) -> str:
    return text.replace("|", r"\|")
