"""What a person may write about work: units, defaults, and mistakes with a remedy."""

from datetime import date

import pytest
from pydantic import TypeAdapter, ValidationError

from gigawatt.compute import Lease, Serving, Training, Workload

ADAPTER = TypeAdapter(Workload)
TRAINING = {
    "kind": "training",
    "name": "grok",
    "site": "colossus-1",
    "from": "2024-09-01",
    "model": {"total": "314 B", "active": "86 B"},
    "target": "12 T tokens",
    "share": "80 %",
}
SERVING = {
    "kind": "serving",
    "name": "chat",
    "site": "colossus-1",
    "from": "2024-09",
    "model": "grok-1",
    "demand": "0.5 M_tokens/s",
}


def test_quantities_are_read_with_their_units():
    work = ADAPTER.validate_python(TRAINING)
    assert isinstance(work, Training)
    assert (work.target_tokens, work.share_frac, work.from_) == (12e12, 0.8, date(2024, 9, 1))
    assert work.model.active_parameters == 86e9
    chat = ADAPTER.validate_python(SERVING)
    assert isinstance(chat, Serving)
    assert chat.demand_tokens_per_s == 0.5e6
    assert chat.from_ == date(2024, 9, 1)
    let = ADAPTER.validate_python(
        {
            "kind": "lease", "name": "a", "site": "b", "from": "2026-05-06", "share": 1,
            "rent": "1.25 bn USD", "notice": "90 days",
        }
    )  # fmt: skip
    assert isinstance(let, Lease)
    assert (let.rent_usd_per_month, let.notice_days) == (1.25e9, 90.0)


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        ({"until": "2024-09-01"}, "end_before_start"),
        ({"until": "2024-01-01"}, "end_before_start"),
        ({"gpus": 100_000}, "gpus_or_share"),
        ({"share": None}, "gpus_or_share"),
        ({"model": {"total": "10 B", "active": "11 B"}}, "active_above_total"),
        ({"model": {"total": "10 B", "layers": 32}}, "attention_incomplete"),
        ({"target": "12 MW"}, "quantity"),
        ({"target": 0}, "greater_than"),
        ({"share": 1.2}, "less_than_equal"),
        ({"mfu": 0}, "greater_than"),
        ({"precision": "fp6"}, "literal_error"),
        ({"chips": []}, "too_short"),
        ({"recovery": {"gpu_mtbf": 50_700}}, "unit_missing"),
        ({"tokens": 1}, "extra_forbidden"),
        ({"kind": "mining"}, "union_tag_invalid"),
    ],
)
def test_a_mistake_in_training_is_named(change, kind):
    with pytest.raises(ValidationError) as caught:
        ADAPTER.validate_python(TRAINING | change)
    found = [e["type"] for e in caught.value.errors()]
    assert kind in found


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        ({"hourly_profile": [1.0] * 23}, "too_short"),
        ({"hourly_profile": [0.0] * 24}, "profile_empty"),
        ({"hourly_profile": [1.0] * 23 + [-1.0]}, "greater_than_equal"),
        ({"demand": 100}, "unit_missing"),
        ({"annual_growth": -1}, "greater_than"),
        ({"wait_probability": 0}, "greater_than"),
        ({"burst": 0.9}, "greater_than_equal"),
        ({"burst": float("inf")}, "not_finite"),
    ],
)
def test_a_mistake_in_serving_is_named(change, kind):
    with pytest.raises(ValidationError) as caught:
        ADAPTER.validate_python(SERVING | change)
    assert kind in [e["type"] for e in caught.value.errors()]


def test_two_rents_are_refused_with_a_remedy():
    with pytest.raises(ValidationError) as caught:
        Lease(
            kind="lease", name="a", site="b", from_=date(2026, 5, 6), share_frac=1.0,
            rent_usd_per_month=1e9, hourly_rent_usd_per_gpu_h=2.0,
        )  # fmt: skip
    (error,) = caught.value.errors()
    assert error["type"] == "two_rents"
    assert error["ctx"]["remedy"] == "keep one of them"


def test_every_field_says_what_it_is_and_workloads_are_frozen():
    for model in (Training, Serving, Lease):
        assert all(field.description for field in model.model_fields.values())
    work = ADAPTER.validate_python(TRAINING)
    with pytest.raises(ValidationError):
        work.name = "other"
