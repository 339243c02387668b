"""A JSON Schema from which an editor completes a scenario.

It describes what the reader takes, not only what the models hold: each
quantity under its bare key with a unit, or under its key with the unit as a
number; any single value with its evidence or as a range; evidence beside the
keys of any mapping.
"""

from __future__ import annotations

import copy
import json
import re
from typing import Any

from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from gigawatt import catalog
from gigawatt.kernel.units import QuantityError, parse_quantity, suffix_of, units_of
from gigawatt.scenario.evidence import AS_OF, KEYS, LINK, RANGE
from gigawatt.scenario.wording import unit_of, units_in_words

_MARK = "x-model"
DIALECT = "https://json-schema.org/draft/2020-12/schema"
_NUMBER = r"[-+]?([0-9][0-9,]*)?(\.[0-9]+)?([eE][-+]?[0-9]+)?"
_BOUNDS = {"gt": "exclusiveMinimum", "ge": "minimum", "lt": "exclusiveMaximum", "le": "maximum"}
_DAY = {
    "type": "string",
    "pattern": r"^\d{4}-\d{2}(-\d{2})?$",
    "description": "A day, YYYY-MM-DD; YYYY-MM means the first of the month.",
}
Schema = dict[str, Any]


class _Writer(GenerateJsonSchema):
    """Describes models as a person writes them."""

    schema_dialect = DIALECT

    def __init__(self, *, by_alias: bool = True) -> None:
        super().__init__(by_alias=by_alias)
        self.models: dict[str, type[BaseModel]] = {}

    def model_schema(self, schema: core_schema.ModelSchema) -> JsonSchemaValue:
        made = super().model_schema(schema)
        mark = f"{schema['cls'].__module__}.{schema['cls'].__qualname__}"
        self.models[mark] = schema["cls"]
        return {**made, _MARK: mark}

    def date_schema(self, schema: core_schema.DateSchema) -> JsonSchemaValue:  # noqa: ARG002
        return dict(_DAY)


def json_schema(model: type[BaseModel] | None = None) -> Schema:
    """Return the JSON Schema (2020-12) of a scenario file.

    Parameters
    ----------
    model
        The model to describe; the whole scenario where it is left out.

    Examples
    --------
    >>> from pydantic import create_model
    >>> from gigawatt.kernel.inputs import InputModel, Positive
    >>> Grid = create_model("Grid", __base__=InputModel, import_limit_mw=(Positive, ...))
    >>> list(json_schema(Grid)["properties"])[:2]
    ['import_limit', 'import_limit_mw']
    """
    if model is None:
        from gigawatt.scenario.models import Scenario

        model = Scenario
    writer = _Writer()
    made = writer.generate(model.__pydantic_core_schema__, mode="validation")
    for part in (made, *made.get("$defs", {}).values()):
        if _MARK in part:
            _write_keys(part, writer.models[part.pop(_MARK)])
    forms: dict[str, str] = {}
    made = _shared(made, forms)
    named = {name: json.loads(text) for text, name in forms.items()}
    made["$defs"] = {**made.get("$defs", {}), **_evidence_keys(), **named}
    return {"$schema": DIALECT, **made}


def _shared(value: Any, forms: dict[str, str]) -> Any:
    """Keep each form of a value with its source once, and refer to it; else an editor reads megabytes."""
    if isinstance(value, list):
        return [_shared(item, forms) for item in value]
    if not isinstance(value, dict):
        return value
    within = {key: _shared(inner, forms) for key, inner in value.items()}
    if within.get("required") not in (["value"], list(RANGE)) and "examples" not in within:
        return within
    text = json.dumps(within, sort_keys=True)
    return {"$ref": f"#/$defs/{forms.setdefault(text, f'form-{len(forms) + 1}')}"}


def _write_keys(made: JsonSchemaValue, model: type[BaseModel]) -> None:
    """Rewrite one model's properties in place: keys with and without unit, evidence."""
    if "properties" not in made:
        return
    required = set(made.pop("required", []))
    properties: Schema = {}
    rules: list[Schema] = []
    for name, info in model.model_fields.items():
        key = info.alias or name
        own = _plain(made["properties"][key], info)
        suffix = suffix_of(name)
        numbers = [option for option in _options(own) if option.get("type") in {"number", "integer"}]
        if suffix is None or key == name or not numbers:
            properties[key] = _sourced(own)
            if key != name:
                properties[name] = properties[key]
            continue
        properties[key] = _sourced(_bare(own, suffix, name))
        properties[name] = _sourced(_numeric(own, suffix))
        if key in required:
            required.remove(key)
            rules.append({"oneOf": [{"required": [key]}, {"required": [name]}]})
        else:
            rules.append({"not": {"required": [key, name]}})
    for key in KEYS:
        properties.setdefault(key, {"$ref": f"#/$defs/evidence-{key}"})
    made["properties"] = properties
    if required:
        made["required"] = [key for key in properties if key in required]
    if rules:
        made["allOf"] = rules


def _plain(written: Schema, info: FieldInfo) -> Schema:
    """Copy what pydantic wrote, in the standard's words, with the catalogue's names."""
    own: Schema = _standard(copy.deepcopy(written))
    own.pop("title", None)
    kind = own.pop("catalog", None)
    extra = info.json_schema_extra
    if kind is None and isinstance(extra, dict):
        kind = extra.get("catalog")
    if isinstance(kind, str) and kind in catalog.kinds():
        for option in _options(own):
            if option.get("type") == "string":
                option["enum"] = list(catalog.names(kind))
    return own


def _standard(value: Any) -> Any:
    """Say limits as JSON Schema does."""
    if isinstance(value, list):
        return [_standard(item) for item in value]
    if not isinstance(value, dict):
        return value
    return {_BOUNDS.get(key, key): _standard(inner) for key, inner in value.items()}


def _options(own: Schema) -> list[Schema]:
    """List the alternatives of a schema; itself where there is one."""
    found: list[Schema] = own.get("anyOf", [own])
    return found


def _bare(own: Schema, suffix: str, name: str) -> Schema:
    """Describe a quantity under its bare key: a text with its unit, a number where it has none."""
    text = {"type": "string", "pattern": _pattern(suffix), "examples": [f"10 {u}" for u in units_of(suffix)]}
    forms: list[Schema] = []
    for option in _options(own):
        is_number = option.get("type") in {"number", "integer"}
        if not is_number or _is_dimensionless(suffix):
            forms.append({k: v for k, v in option.items() if k not in {"description", "default"}})
        if is_number:
            forms.append(text)
    words = f"Written as {units_in_words(name)}." if units_of(suffix) else ""
    bare: Schema = {"description": " ".join(filter(None, (own.get("description"), words))), "anyOf": forms}
    if isinstance(own.get("default"), int | float) and not isinstance(own["default"], bool):
        bare["default"] = f"{own['default']:g} {unit_of(name)}".strip()
    return bare


def _numeric(own: Schema, suffix: str) -> Schema:
    """Describe a quantity under the key that names its unit: a plain number."""
    words = f"A plain number; its unit is in the key ({suffix})."
    return {**own, "description": " ".join(filter(None, (own.get("description"), words)))}


def _sourced(own: Schema) -> Schema:
    """Let a value be written with its source, or as a range."""
    about: Schema = {key: own[key] for key in ("description", "default") if key in own}
    bare = [_inner({k: v for k, v in option.items() if k not in about}) for option in _options(own)]
    evidence = {key: {"$ref": f"#/$defs/evidence-{key}"} for key in KEYS}
    forms = list(bare)
    if any(_is_single(option) or _is_list_of_singles(option) for option in bare):
        forms.append(_object({"value": _any_of(bare), **evidence}, ["value"]))
    ends = [option for option in bare if _can_range(option)]
    if ends:
        link = {LINK: {"$ref": f"#/$defs/evidence-{LINK}"}}
        forms.append(_object({**dict.fromkeys(RANGE, _any_of(ends)), **evidence, **link}, list(RANGE)))
    return {**about, **_any_of(forms)}


def _any_of(forms: list[Schema]) -> Schema:
    return forms[0] if len(forms) == 1 else {"anyOf": forms}


def _inner(option: Schema) -> Schema:
    """Go into lists and mappings of names."""
    if option.get("type") == "array" and isinstance(option.get("items"), dict):
        return {**option, "items": _sourced(option["items"])}
    return _names(option) if option.get("type") == "object" else option


def _names(own: Schema) -> Schema:
    """Let a mapping of freely chosen names carry evidence, and its single values theirs."""
    own = dict(own)
    evidence = {key: {"$ref": f"#/$defs/evidence-{key}"} for key in KEYS}
    if isinstance(own.get("additionalProperties"), dict):
        own["properties"] = evidence
        own["additionalProperties"] = _sourced(own["additionalProperties"])
    if isinstance(own.get("patternProperties"), dict):
        apart = f"^(?!({'|'.join(KEYS)})$)"
        own["properties"] = evidence
        own["patternProperties"] = {
            apart + pattern.removeprefix("^"): _sourced(value)
            for pattern, value in own["patternProperties"].items()
        }
        own["additionalProperties"] = False
    return own


def _is_single(option: Schema) -> bool:
    # A word that tells models apart stays plain: editors choose by it.
    is_plain = option.get("type") in {"number", "integer", "string", "boolean"} or "enum" in option
    return is_plain and "const" not in option


def _is_list_of_singles(option: Schema) -> bool:
    items = option.get("items")
    return isinstance(items, dict) and any(_is_single(item) for item in _options(items))


def _can_range(option: Schema) -> bool:
    if option.get("type") in {"number", "integer"}:
        return True
    pattern = str(option.get("pattern", ""))
    return pattern == _DAY["pattern"] or pattern.startswith(rf"^\s*{_NUMBER}")


def _object(properties: Schema, required: list[str]) -> Schema:
    return {"type": "object", "properties": properties, "required": required, "additionalProperties": False}


def _is_dimensionless(suffix: str) -> bool:
    try:
        parse_quantity("1", suffix)
    except QuantityError:
        return False
    return True


def _pattern(suffix: str) -> str:
    """Match what :func:`gigawatt.kernel.units.parse_quantity` reads for a suffix."""
    units = [_unit_pattern(unit) for unit in units_of(suffix)]
    if "(USD|\\$)" in units:
        units.append("(million|billion) (USD|\\$)")
    optional = "?" if _is_dimensionless(suffix) else ""
    return rf"^\s*{_NUMBER}\s*" + (f"({'|'.join(units)}){optional}" if units else "") + r"\s*$"


def _unit_pattern(unit: str) -> str:
    # A blank may stand for the table's underscore ("short tons", "bn USD"), a $ for USD.
    return re.sub(r"([^\w/%°-])", r"\\\1", unit).replace("_", "[ _]").replace("USD", r"(USD|\$)")


def _evidence_keys() -> Schema:
    return {
        "evidence-source": {
            "type": "string",
            "description": "Where the figure stands: document, page, link.",
        },
        "evidence-as_of": {
            "description": "When the source says so: YYYY, YYYY-Qn, YYYY-MM or YYYY-MM-DD.",
            "anyOf": [{"type": "string", "pattern": f"^({AS_OF.pattern})$"}, {"type": "integer"}],
        },
        "evidence-confidence": {
            "enum": list(catalog.CONFIDENCES),
            "description": "How far the figure can be trusted.",
        },
        "evidence-link": {
            "type": "string",
            "minLength": 1,
            "maxLength": 64,
            "description": "Ranges of one link are one quantity, and move together.",
        },
        "evidence-note": {"type": "string", "description": "What a reader should know about it."},
    }
