"""The JSON Schema takes what the reader takes; an independent validator judges both."""

from __future__ import annotations

from typing import Any

import pytest

from gigawatt.kernel.errors import InputError
from gigawatt.scenario import bundled_bytes, bundled_names, read_text
from gigawatt.scenario.models import Scenario
from gigawatt.scenario.schema import json_schema
from gigawatt.scenario.yaml_reader import read_yaml

jsonschema = pytest.importorskip("jsonschema")

REFERENCE = bundled_bytes("reference-100mw").decode()


@pytest.fixture(scope="module")
def validator() -> Any:
    made = json_schema()
    jsonschema.Draft202012Validator.check_schema(made)
    return jsonschema.Draft202012Validator(made)


@pytest.mark.parametrize("name", bundled_names())
def test_the_bundled_scenarios_are_valid(validator: Any, name: str) -> None:
    assert list(validator.iter_errors(read_yaml(bundled_bytes(name).decode(), name).data)) == []


@pytest.mark.parametrize(
    ("old", "new", "is_valid"),
    [
        ("it_power: 40 MW", "it_power_mw: 40", True),
        ("it_power: 40 MW", "it_power: {value: 40 MW, source: a plan, as_of: 2025-05}", True),
        ("it_power: 40 MW", "it_power_mw: {low: 30, mid: 40, high: 50, confidence: assumed}", True),
        ("it_power: 40 MW", "it_power: '40,000 kW'", True),
        ("rent: 0.9 m USD", "rent: '900,000 $'", True),
        ("nox_limit: 95 short tons", "nox_limit: 86 t", True),
        ("name: reference-100mw", "name: reference-100mw\nsource: me", True),
        ("it_power: 40 MW", "it_power: 40", False),
        ("it_power: 40 MW", "it_power_mw: 40 kg", False),
        ("it_power: 40 MW", "it_power: 40 kg", False),
        ("it_power: 40 MW", "it_power: -", False),
        ("it_power: 40 MW", "it_powr: 40 MW", False),
        ("it_power: 40 MW", "it_power: 40 MW, it_power_mw: 40", False),
        ("it_power: 40 MW", "it_power: {value: 40 MW, sorce: a plan}", False),
        ("it_power: 40 MW", "it_power: {low: 30 MW, high: 40 MW, source: a plan}", False),
        (", it_power: 40 MW", "", False),
        ("40 MW, confidence: assumed", "40 MW, confidence: sure", False),
        ("from: 2026-03-01", "from: March", False),
        ("mounting: single_axis", "mounting: sideways", False),
        ("start: 2026-01-01", "begin: 2026-01-01", False),
        ("seed: 1", "seed: -1", False),
    ],
)
def test_the_schema_and_the_reader_agree(validator: Any, old: str, new: str, is_valid: bool) -> None:
    assert old in REFERENCE
    text = REFERENCE.replace(old, new, 1)
    errors = list(validator.iter_errors(read_yaml(text, "a.yaml").data))
    assert (errors == []) is is_valid
    if is_valid:
        read_text(text, Scenario)
    else:
        with pytest.raises(InputError):
            read_text(text, Scenario)


def test_keys_are_described_for_an_editor() -> None:
    made = json_schema()
    hall = made["$defs"]["Hall"]["properties"]
    assert "IT power that its rows carry" in hall["it_power"]["description"]
    assert "W, kW, MW or GW" in hall["it_power"]["description"]
    assert "its unit is in the key" in hall["it_power_mw"]["description"]
    assert {"source", "as_of", "confidence", "note"} <= hall.keys()


def test_the_schema_is_the_same_each_time() -> None:
    assert json_schema() == json_schema()
