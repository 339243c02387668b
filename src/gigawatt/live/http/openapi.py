"""The OpenAPI document of a cluster's HTTP API, made from the table and the models that answer requests."""

from __future__ import annotations

from functools import cache
from typing import Any

from pydantic import TypeAdapter
from pydantic.json_schema import models_json_schema

from gigawatt import __version__
from gigawatt.live.http import answers
from gigawatt.live.http.requests import LogQuery
from gigawatt.live.http.routes import ROUTES, Route

_TEMPLATE = "#/components/schemas/{model}"
_REFUSAL = {"$ref": "#/components/schemas/Refusal"}
_HEADERS = {
    "Gigawatt-Run": "Number of the run.",
    "Gigawatt-Next-Offset": "Where the next part begins.",
    "Gigawatt-Size": "Bytes of the log until now.",
    "Gigawatt-Ended": "true where nothing more will be written to it.",
}
_TEXT = (
    "A running cluster. Every request but this document's needs `Authorization: Bearer TOKEN`: the owner's "
    "token stands in `api.json` of the state folder, a tenant's is made by `gigawatt tenant token`. A tenant "
    "sees and touches its own jobs only; another one's answers like one that is not there. A refused request "
    "has changed nothing, and is answered with `problems`, whose codes docs/reference/errors.md explains."
)


@cache
def document() -> dict[str, Any]:
    """Return the document (OpenAPI 3.1).

    >>> document()["paths"]["/v1/jobs"]["post"]["requestBody"]["required"]
    True
    """
    asked = [model for route in ROUTES for model in (route.body,) if model is not None]
    told = {route.answer for route in ROUTES if isinstance(route.answer, type)}
    adapters: list[Any] = [(kind, "serialization", TypeAdapter(kind)) for kind in sorted(told, key=repr)]
    adapters.append((answers.Refusal, "serialization", TypeAdapter(answers.Refusal)))
    _, described = models_json_schema(
        [(model, "validation") for model in dict.fromkeys(asked)], ref_template=_TEMPLATE
    )
    found, more = TypeAdapter.json_schemas(adapters, ref_template=_TEMPLATE)
    schemas = described.get("$defs", {}) | more.get("$defs", {})
    _inherit(schemas)
    paths: dict[str, dict[str, Any]] = {}
    for route in ROUTES:
        schema = (
            {}
            if isinstance(route.answer, str)
            else found.get((route.answer, "serialization"), {"type": "object"})
        )
        paths.setdefault(route.path, {})[route.method.lower()] = _operation(route, schema)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Gigawatt live cluster", "version": __version__, "description": _TEXT},
        "paths": paths,
        "components": {
            "schemas": dict(sorted(schemas.items())),
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
        "security": [{"token": []}],
    }


def _inherit(schemas: dict[str, Any]) -> None:
    """Let a shape that extends another one bear that one's words; they are read of each class alone."""
    for name, schema in schemas.items():
        for base in getattr(getattr(answers, name, None), "__orig_bases__", ()):
            for field, told in schemas.get(base.__name__, {}).get("properties", {}).items():
                schema["properties"][field] = told | schema["properties"][field]


def _operation(route: Route, answer: dict[str, Any]) -> dict[str, Any]:
    content: dict[str, Any] = {"application/json": {"schema": answer}}
    done: dict[str, Any] = {"description": "Done.", "content": content}
    if isinstance(route.answer, str):
        done["content"] = {route.answer.partition(";")[0]: {"schema": {"type": "string", "format": "binary"}}}
    if route.query is LogQuery:
        done["headers"] = {
            name: {"description": text, "schema": {"type": "string"}} for name, text in _HEADERS.items()
        }
    refused = {
        "description": "Refused; nothing was done.",
        "content": {"application/json": {"schema": _REFUSAL}},
    }
    operation: dict[str, Any] = {
        "operationId": _identifier(route),
        "summary": route.says,
        "parameters": [*_in_path(route), *_in_query(route)],
        "responses": {"200": done, "4XX": refused, "5XX": refused},
    }
    if route.of_owner:
        operation["description"] = "For the cluster's owner alone."
    if route.public:
        operation["security"] = []
    if route.body is not None:
        schema = {"$ref": _TEMPLATE.format(model=route.body.__name__)}
        needed = any(field.is_required() for field in route.body.model_fields.values())
        operation["requestBody"] = {"required": needed, "content": {"application/json": {"schema": schema}}}
    return operation


def _identifier(route: Route) -> str:
    path = route.path.removeprefix("/v1").replace(".json", "")
    words = [word for word in path.split("/") if word and "{" not in word]
    one = "one_" if route.path.endswith("}") else ""
    return f"{route.method.lower()}_{one}{'_'.join(words) or 'page'}"


def _in_path(route: Route) -> list[dict[str, Any]]:
    kinds = {"number": {"type": "integer", "minimum": 0, "maximum": 10**12 - 1}, "name": {"type": "string"}}
    return [
        {"name": name, "in": "path", "required": True, "schema": schema}
        for name, schema in kinds.items()
        if f"{{{name}}}" in route.path
    ]


def _in_query(route: Route) -> list[dict[str, Any]]:
    if route.query is None:
        return []
    schema = route.query.model_json_schema()
    return [
        {
            "name": name,
            "in": "query",
            "required": name in schema.get("required", []),
            "description": field.pop("description", ""),
            "schema": field,
        }
        for name, field in schema["properties"].items()
    ]
