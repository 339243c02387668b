"""What may stand at a place of a scenario, read off the models' annotations.

The readers of evidence, overrides and errors walk a scenario and its models
side by side: they need to know which keys are the models' own, which names a
person chose freely, and where a list or a single value belongs.
"""

from __future__ import annotations

import types
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel

from gigawatt.scenario.positions import Path, child


@dataclass(frozen=True, slots=True)
class Shape:
    """What an annotation allows."""

    models: tuple[type[BaseModel], ...] = ()
    items: Any = None
    """Annotation of a list's items, or None where no list may stand."""
    values: Any = None
    """Annotation of what freely chosen names stand for, or None where no such mapping may stand."""
    takes_scalar: bool = False
    members: int = 1
    """How many alternatives there are, null apart: pydantic names the one meant where it is not one."""
    field: str = ""
    """Attribute name of the model's field, with its unit; empty for list items and named values,
    which are plain numbers."""

    @property
    def is_known(self) -> bool:
        """Whether the models say anything about this place."""
        return bool(self.models or self.takes_scalar) or self.items is not None or self.values is not None


NOTHING = Shape(members=0)


@cache
def keys_of(model: type[BaseModel]) -> Mapping[str, str]:
    """Map each key that a file may use to the attribute name of its field."""
    found = {}
    for name, info in model.model_fields.items():
        found[name] = name
        found[info.alias or name] = name
    return found


def yaml_names(models: Collection[type[BaseModel]]) -> list[str]:
    """List the keys of models as a person writes them, without units, in the models' order."""
    names = {info.alias or name: None for model in models for name, info in model.model_fields.items()}
    return list(names)


def shape_of(annotation: Any, field: str = "") -> Shape:
    """Describe an annotation."""
    kind = _cached_shape(annotation) if _hashable(annotation) else _shape(annotation)
    if not field:
        return kind
    return Shape(kind.models, kind.items, kind.values, kind.takes_scalar, kind.members, field)


def narrowed(shape: Shape, value: Any) -> tuple[type[BaseModel], ...]:
    """Keep the models that a mapping can mean, by the words that tell them apart."""
    if not isinstance(value, dict) or len(shape.models) < 2:
        return shape.models
    fitting = tuple(model for model in shape.models if _fits(model, value))
    return fitting or shape.models


def step(shape: Shape, value: Any, part: str | int) -> Shape:
    """Describe what may stand under a key or index of a value of this shape."""
    if isinstance(part, int):
        return NOTHING if shape.items is None else shape_of(shape.items)
    for model in narrowed(shape, value):
        name = keys_of(model).get(part)
        if name is not None:
            return shape_of(model.model_fields[name].annotation, name)
    return NOTHING if shape.values is None else shape_of(shape.values)


def shape_at(model: type[BaseModel], data: Any, path: Path) -> Shape:
    """Describe what may stand at a path."""
    shape = shape_of(model)
    here = data
    for part in path:
        shape = step(shape, here, part)
        here = child(here, part)
    return shape


def canonical(model: type[BaseModel], data: Any, path: Path) -> Path:
    """Write the fields of a path by their names without unit, as the models' aliases are."""
    shape = shape_of(model)
    here = data
    parts: list[str | int] = []
    for part in path:
        parts.append(_alias(narrowed(shape, here), part) if isinstance(part, str) else part)
        shape, here = step(shape, here, part), child(here, part)
    return tuple(parts)


def _alias(models: Collection[type[BaseModel]], key: str) -> str:
    """Return a key as the models' alias has it; a name that no model knows stays."""
    for model in models:
        name = keys_of(model).get(key)
        if name is not None:
            return model.model_fields[name].alias or name
    return key


def tag_of(models: Sequence[type[BaseModel]]) -> tuple[str, list[str]]:
    """Return the key that tells models apart, and its words; empty where there is none."""
    for key in yaml_names(models):
        words = [_literals(model, key) for model in models]
        if all(words):
            return key, [word for group in words for word in group]
    return "", []


def _fits(model: type[BaseModel], value: dict[str, Any]) -> bool:
    return all(
        value[key] in words
        for key in keys_of(model)
        if key in value and isinstance(value[key], str) and (words := _literals(model, key))
    )


def _literals(model: type[BaseModel], key: str) -> tuple[str, ...]:
    name = keys_of(model).get(key)
    if name is None:
        return ()
    annotation = model.model_fields[name].annotation
    return get_args(annotation) if get_origin(annotation) is Literal else ()


def _hashable(annotation: Any) -> bool:
    try:
        hash(annotation)
    except TypeError:
        return False
    return True


def _shape(annotation: Any) -> Shape:
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return shape_of(arguments[0])
    if origin in {Union, types.UnionType}:
        return _union([shape_of(part) for part in arguments if part is not type(None)])
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return Shape(models=(annotation,))
    if isinstance(origin, type) and issubclass(origin, Mapping):
        return Shape(values=arguments[1])
    if isinstance(origin, type) and issubclass(origin, Sequence | set | frozenset):
        return Shape(items=arguments[0])
    return Shape(takes_scalar=True)


_cached_shape = cache(_shape)


def _union(parts: list[Shape]) -> Shape:
    return Shape(
        models=tuple(model for part in parts for model in part.models),
        items=next((part.items for part in parts if part.items is not None), None),
        values=next((part.values for part in parts if part.values is not None), None),
        takes_scalar=any(part.takes_scalar for part in parts),
        members=sum(part.members for part in parts),
    )
