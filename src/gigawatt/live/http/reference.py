"""The reference page of the HTTP API, from its OpenAPI document."""

from __future__ import annotations

import json
from textwrap import fill
from typing import Any

_HEAD = """# The HTTP API of a live cluster

Written by `docs/write_generated.py` from the table and the models that answer requests; do not edit by hand.

{text}

The document itself: `GET /v1/openapi.json`, without a token. Bodies and answers are JSON objects, but for a
log's bytes. A head has up to 64 KiB, a body up to 1 MiB; a request must be here within 20 s. Fields that are
not named here are refused, and nothing is read as what it is not ("4" is no number).

HTTP's words: 200 done; 400, 411, 413, 422, 431 the request is wrong; 401 no token, or a wrong one; 403 for
the owner alone, or another tenant's; 404 not there; 405 another method; 408 too slow; 409 the state forbids
it; 503 too many connections, or the cluster goes down; 507 its disk is full.

```console
curl --cacert cluster.pem -H "Authorization: Bearer $GIGAWATT_TOKEN" https://cluster.example:8470/v1/status
```
"""


def reference() -> str:
    """Return the page as Markdown."""
    from gigawatt.live.http.openapi import document
    from gigawatt.live.http.routes import ROUTES

    told = document()
    parts = [_HEAD.format(text=fill(told["info"]["description"], 120))]
    for path, operations in told["paths"].items():
        for method, operation in operations.items():
            parts.append(_operation(method, path, operation))
    parts.append("## Shapes\n")
    bodies = {route.body.__name__ for route in ROUTES if route.body is not None}
    for name, schema in told["components"]["schemas"].items():
        fields = _fields(schema, asked=name in bodies)
        parts.append(f"### {name}\n\n{_line(schema.get('description', ''))}\n\n{fields}\n")
    return "\n".join(parts)


def _operation(method: str, path: str, operation: dict[str, Any]) -> str:
    lines = [f"## {method.upper()} {path}\n", operation["summary"]]
    if "description" in operation:
        lines[-1] += f" {operation['description']}"
    in_query = [p for p in operation["parameters"] if p["in"] == "query"]
    if in_query:
        lines.append("\n| behind the question mark | type | default | meaning |\n|---|---|---|---|")
        lines += [
            f"| `{p['name']}` | {_type(p['schema'])} | {_default(p['schema'])} | {_line(p['description'])} |"
            for p in in_query
        ]
    if "requestBody" in operation:
        lines.append(f"\nBody: {_type(operation['requestBody']['content']['application/json']['schema'])}.")
    [(kind, content)] = operation["responses"]["200"]["content"].items()
    lines.append(f"\nAnswer: {_type(content['schema'])}." if kind.endswith("json") else f"\nAnswer: {kind}.")
    for name, header in operation["responses"]["200"].get("headers", {}).items():
        lines.append(f"- `{name}`: {header['description']}")
    return "\n".join(lines) + "\n"


def _fields(schema: dict[str, Any], *, asked: bool) -> str:
    """Write a table of fields; ``asked``: of a request, where some may be left away."""
    needed = schema.get("required", [])
    lines = ["| field | type | default | meaning |", "|---|---|---|---|"]
    if not asked:
        lines = ["| field | type | meaning |", "|---|---|---|"]
    for name, field in schema["properties"].items():
        default = "required" if name in needed else _default(field)
        cells = [
            f"`{name}`",
            _type(field),
            *([default] if asked else []),
            _line(field.get("description", "")),
        ]
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


def _type(schema: dict[str, Any]) -> str:
    """Write a type with its bounds, in words.

    >>> _type({"anyOf": [{"type": "integer", "minimum": 1, "maximum": 9}, {"type": "null"}]})
    'integer, 1 to 9, or null'
    >>> _type({"type": "array", "items": {"$ref": "#/components/schemas/JobRow"}, "maxItems": 5})
    'list of up to 5: [JobRow](#jobrow)'
    """
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return f"[{name}](#{name.lower()})"
    if "anyOf" in schema:
        return ", or ".join(_type(one) for one in schema["anyOf"])
    kind = str(schema.get("type", "anything"))
    if kind == "array":
        most = f" of up to {schema['maxItems']:,}" if "maxItems" in schema else ""
        return f"list{most}: {_type(schema['items'])}"
    if kind == "string" and "maxLength" in schema:
        return f"string, up to {schema['maxLength']:,} characters"
    return _bounded(kind, schema) if kind in {"integer", "number"} else kind


def _bounded(kind: str, schema: dict[str, Any]) -> str:
    low = schema.get("minimum", schema.get("exclusiveMinimum"))
    high = schema.get("maximum", schema.get("exclusiveMaximum"))
    above = "above " if "exclusiveMinimum" in schema else ""
    below = "below " if "exclusiveMaximum" in schema else ""
    if low is None:
        return kind
    most = "" if high is None else f" to {below}{_number(high)}"
    return f"{kind}, {above}{_number(low)}{most}"


def _default(schema: dict[str, Any]) -> str:
    value = schema.get("default")
    if value is None:
        return ""
    return f"`{json.dumps(value)}`" if value != "" else ""


def _number(value: float) -> str:
    return f"{int(value):,}" if float(value).is_integer() else f"{value:g}"


def _line(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")
