"""The OpenAPI document: whole, the page made of it, and as strict as what answers requests."""

from __future__ import annotations

import json
import re
from pathlib import Path

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gigawatt.kernel.errors import InputError
from gigawatt.live.http.openapi import document
from gigawatt.live.http.reference import reference
from gigawatt.live.http.requests import Drain, NewTenant, Submission, TenantChange, checked
from gigawatt.live.http.routes import ROUTES, find_route

ROOT = Path(__file__).parents[3]
MODELS = {model.__name__: model for model in (Submission, Drain, NewTenant, TenantChange)}


def schema_of(name: str) -> dict:
    return {"$ref": f"#/components/schemas/{name}", "components": document()["components"]}


def test_the_reference_page_is_that_of_the_models():
    page = (ROOT / "docs" / "reference" / "api.md").read_text(encoding="utf-8")
    assert page == reference(), "python docs/write_generated.py"


def test_the_document_names_all_that_is_asked_and_is_whole():
    told = document()
    text = json.dumps(told)
    for name in re.findall(r'"#/components/schemas/(\w+)"', text):
        jsonschema.Draft202012Validator.check_schema(told["components"]["schemas"][name])
    assert {(m.upper(), path) for path, of in told["paths"].items() for m in of} == {
        (route.method, route.path) for route in ROUTES
    }
    identifiers = [one["operationId"] for of in told["paths"].values() for one in of.values()]
    assert len(set(identifiers)) == len(identifiers)
    assert {route.body.__name__ for route in ROUTES if route.body} == set(MODELS)
    for route in ROUTES:
        path = route.path.replace("{number}", "1").replace("{name}", "a")
        assert find_route(route.method, path)[0] is route


def test_an_array_is_as_large_as_what_it_writes():
    body = {"gpus": 1, "command": ["x" * 1000], "array": 10_000}
    assert len(checked(Submission, body, "submission").specs("a", "/", "")) == 10_000
    for command, after in ((["x" * 100_000], []), (["true"], list(range(1000)))):
        with pytest.raises(InputError, match=r"GW810 .* 10,000 jobs of"):
            checked(Submission, {**body, "command": command, "after": after}, "submission")


WORDS = st.sampled_from(["", "a", "a b", "..", "/", "/data", "a\0", "x" * 200, "é", "\ud800", "1"])
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats() | WORDS,
    lambda more: st.lists(more, max_size=3) | st.dictionaries(WORDS, more, max_size=2),
    max_leaves=5,
)


@pytest.mark.parametrize("name", MODELS)
@settings(max_examples=150, deadline=None, derandomize=True)
@given(data=st.data())
def test_what_the_document_refuses_is_refused_and_nothing_else_happens(name: str, data):
    """A body near a good one: what the schema forbids the model forbids, with a problem for each mistake."""
    good = {"Submission": {"gpus": 1, "command": ["true"]}, "NewTenant": {"name": "a"}}.get(name, {})
    fields = [*MODELS[name].model_fields, "more"]
    body = good | data.draw(st.dictionaries(st.sampled_from(fields), VALUES, max_size=3))
    sound = jsonschema.Draft202012Validator(schema_of(name)).is_valid(body)
    refused = None
    try:
        checked(MODELS[name], body, "request")
    except InputError as error:
        refused = error
    if refused is None:
        assert sound
    else:
        assert all(problem.code == "GW810" and problem.remedy for problem in refused.problems)
        assert len(str(refused)) < 20_000
        json.dumps([problem.message for problem in refused.problems])
