"""Serving rates, staffing and profiles."""

import numpy as np
import pytest

from gigawatt import catalog
from gigawatt.compute import (
    ServingTable,
    demand_served,
    hourly_ratio,
    language_model,
    slots_needed,
    staffing_beta,
    system,
)
from gigawatt.kernel.errors import InputError

TABLE = ServingTable.from_catalog()


def rate(chip, model, prompts=1.0, table=TABLE):
    return table.output_tokens_per_s_per_gpu(
        system=system(chip), model=language_model(model), prompt_per_output=prompts
    )


def test_published_pairs_come_back_as_published():
    for row in catalog.rows("serving").values():
        v = row.values
        assert rate(v["chip"], v["model"], v["prompt_per_output"]) == pytest.approx(
            v["output_tokens_per_s_per_gpu"]
        )


def test_longer_prompts_cost_in_proportion():
    assert rate("h200", "llama2-70b", 3.0) == pytest.approx(rate("h200", "llama2-70b", 1.0) / 2)
    assert rate("gb200", "gpt-3-175b", 3.0) == pytest.approx(rate("gb200", "gpt-3-175b", 1.0) / 2)


def test_newer_chips_serve_an_unmeasured_model_faster():
    rates = [rate(chip, "gpt-3-175b") for chip in ("a100-80", "h100", "gb200", "gb300")]
    assert rates == sorted(rates)


def test_a_report_can_be_left_out():
    short = TABLE.without("Lenovo MLPerf 5.1")
    assert {p.report for p in short.points} == {p.report for p in TABLE.points} - {"Lenovo MLPerf 5.1"}
    with pytest.raises(ValueError, match="at least one point"):
        rate("h100", "llama2-70b", table=ServingTable(()))


def test_staffing_inverts():
    demand = np.array([0.0, 1.0, 500.0, 1e6])
    slots = slots_needed(demand, 20.0, 1.2, 2.37)
    assert demand_served(slots, 20.0, 1.2, 2.37) == pytest.approx(demand, rel=1e-9, abs=1e-9)


def test_less_waiting_needs_more_slack():
    betas = [staffing_beta(p) for p in (0.5, 0.1, 0.01, 0.001)]
    assert betas == sorted(betas)
    with pytest.raises(ValueError, match="within 0 and 1"):
        staffing_beta(1.0)


def test_profiles_have_a_mean_of_one():
    for name in catalog.names("demand_profile"):
        assert hourly_ratio(name).shape == (24,)
        assert hourly_ratio(name).mean() == pytest.approx(1.0)
    assert hourly_ratio([2.0] * 12 + [0.0] * 12).max() == 2.0
    with pytest.raises(InputError, match="GW101"):
        hourly_ratio("langauge-service")
