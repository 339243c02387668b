"""Every number that a person may write carries its unit last in its name."""

from __future__ import annotations

import types
from collections.abc import Iterator
from typing import Annotated, Any, Union, get_args, get_origin

import pytest

from gigawatt.kernel.inputs import InputModel, bare_name
from gigawatt.kernel.units import suffix_of
from gigawatt.scenario.models import Scenario

BARE = {
    "seed", "price_year", "units", "gpus", "spare_units", "priority", "hour", "start_events",
    "layers", "width", "hourly_profile", "gpus_per_node", "jobs", "jobs_required", "equity_cures",
    "tail_months", "debt_service_months", "cure_months", "longest_delay_months", "later_saved_months",
}  # fmt: skip
"""Counts, ordinals and years name their unit by being what they are; ``hour`` is an hour of the day, a
model's ``layers`` and ``width`` are counts, of ``hourly_profile`` only the ratios count; ``gpus_per_node``
is a count of GPUs. A deal counts calendar months, which are no quantity of time."""


def models(of: Any, seen: set[type]) -> Iterator[type[InputModel]]:
    for part in flat(of):
        if isinstance(part, type) and issubclass(part, InputModel) and part not in seen:
            seen.add(part)
            yield part
            for info in part.model_fields.values():
                yield from models(info.annotation, seen)


def flat(of: Any) -> Iterator[Any]:
    origin = get_origin(of)
    if origin is Annotated:
        yield from flat(get_args(of)[0])
    elif origin in (Union, types.UnionType) or origin is not None:
        for part in get_args(of):
            yield from flat(part)
    else:
        yield of


MODELS = list(models(Scenario, set()))


@pytest.mark.parametrize("model", MODELS, ids=lambda m: m.__name__)
def test_every_number_carries_its_unit(model):
    for name, info in model.model_fields.items():
        kinds = set(flat(info.annotation))
        if kinds & {int, float} and bool not in kinds:
            suffix = suffix_of(name)
            assert suffix is not None or name in BARE, f"{model.__name__}.{name} has no unit"


@pytest.mark.parametrize("model", MODELS, ids=lambda m: m.__name__)
def test_every_field_is_described_and_no_two_share_a_key(model):
    keys = [info.alias or bare_name(name) for name, info in model.model_fields.items()]
    assert len(keys) == len(set(keys))
    for name, info in model.model_fields.items():
        plain = {"name", "title", "description", "site", "kind", "note_to_reader"}
        if suffix_of(name) and name not in BARE and info.default is not None and not info.is_required():
            assert info.description, f"{model.__name__}.{name} has a default and no description"
        assert info.description or name in plain or info.is_required() or not suffix_of(name), name


def test_the_tree_was_walked():
    names = {m.__name__ for m in MODELS}
    assert {"Scenario", "Site", "PowerInput", "Permit", "OpenTower", "Serving", "MoneyInput"} <= names
