"""Costs by tenant: a bill made by hand, which energy is taken, what is refused."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from gigawatt.cluster import (
    Jobs,
    Machines,
    PowerBudget,
    Price,
    Prices,
    Schedule,
    capital_recovery_usd_per_gpu_h,
    cost_by_tenant,
    simulate,
)

POWER = PowerBudget(busy_kw_per_gpu=1.5, idle_kw_per_gpu=0.5)
HOUR = 3600.0


class Told:
    """A schedule that holds the energy of each job, or does not."""

    def __init__(self, done: Schedule, busy_kwh: np.ndarray | None) -> None:
        self.done, self.busy_kwh = done, busy_kwh

    def __getattr__(self, name):
        return getattr(self.done, name)


def two_tenants(busy_kwh: np.ndarray | None = None, **more) -> Told:
    """Of 8 GPUs for 2 h: a holds 4 for 1 h, b 2 for 2 h, and 2 for half an hour until they fail."""
    jobs = Jobs(
        [0, 0, 0], [HOUR, 2 * HOUR, HOUR], gpus=[4, 2, 2], tenant=[0, 1, 1], tenants=("a", "b"),
        fails_at_frac=[np.inf, np.inf, 0.5], **more,
    )  # fmt: skip
    return Told(simulate(Machines.pool(8), jobs, "fifo", power=POWER), busy_kwh)


def test_a_bill_made_by_hand() -> None:
    done = two_tenants(tokens=[6e6, 1e6, 9e6])
    prices = Prices(Price(2.0, 1.0, 3.0, "assumed"), Price(100.0), share_idle="held")
    told = cost_by_tenant(done, prices, power=POWER).as_data()
    # Held 4 + 5 = 9 of 16 GPU-hours; idle 7, of which a bears 4/9 and b 5/9.
    a, b = told["tenants"]["a"], told["tenants"]["b"]
    assert (a["held_gpu_h"], b["useful_gpu_h"], b["user_failed_gpu_h"]) == (4.0, 4.0, 1.0)
    assert (a["otherwise_gpu_h"], b["otherwise_gpu_h"]) == (0.0, 0.0)
    assert (a["idle_gpu_h"], b["idle_gpu_h"]) == pytest.approx((7 * 4 / 9, 7 * 5 / 9))
    energy = (4 * 1.5 + 7 * 0.5 * 4 / 9) / 1000.0
    assert a["energy_mwh"] == pytest.approx(energy)
    assert a["usd"] == pytest.approx(2.0 * (4 + 28 / 9) + 100.0 * energy)
    assert a["usd_low"] == pytest.approx(1.0 * (4 + 28 / 9) + 100.0 * energy)
    assert a["usd_per_useful_gpu_h"] == pytest.approx(a["usd"] / 4.0)
    assert a["usd_per_million_tokens"] == pytest.approx(a["usd"] / 6.0)
    total = told["total"]
    assert total["tokens"] == 7e6
    assert total["usd"] == pytest.approx(2.0 * 16 + 100.0 * (9 * 1.5 + 7 * 0.5) / 1000.0)
    assert told["prices"]["usd_per_gpu_h"] == {"low": 1.0, "mid": 2.0, "high": 3.0, "source": "assumed"}
    assert told["unshared"]["usd"] == 0.0
    assert told["energy_basis"].startswith("metered for all")
    assert "useful GPU-hour" in repr(cost_by_tenant(done, prices, power=POWER))


def test_what_no_tenant_bears_stands_by_itself() -> None:
    told = cost_by_tenant(two_tenants(), Prices(Price(2.0))).as_data()
    assert told["unshared"]["usd"] == 14.0
    assert told["total"]["usd"] == 32.0
    assert told["total"]["energy_mwh"] is None
    assert told["total"]["usd_per_million_tokens"] is None
    quota = Prices(Price(2.0), share_idle="quota")
    told = cost_by_tenant(two_tenants(), quota, quotas_gpus=(np.inf, 8.0)).as_data()
    assert (told["tenants"]["a"]["idle_gpu_h"], told["tenants"]["b"]["idle_gpu_h"]) == (0.0, 7.0)


def test_energy_that_is_metered_for_each_job_is_taken() -> None:
    each = np.array([5.0, 7.0, 1.0])
    costs = cost_by_tenant(two_tenants(each), Prices(None, Price(100.0)))
    assert costs.energy_basis == "metered for each job"
    assert costs.held_mwh.tolist() == [0.005, 0.008, 0.0]
    assert costs.energy_mwh.sum() == pytest.approx((9 * 1.5 + 7 * 0.5) / 1000.0)
    with pytest.raises(ValueError, match="not the power it was run with"):
        cost_by_tenant(two_tenants(10 * each), Prices(None, Price(100.0)))


def test_jobs_without_tokens_are_told() -> None:
    costs = cost_by_tenant(two_tenants(tokens=[6e6, np.nan, 9e6]), Prices(Price(2.0)))
    assert costs.notes == ("1 jobs have no tokens; the price of a token bears what they cost",)
    assert costs.done_tokens.tolist() == [6e6, 0.0, 0.0]


def test_nobody_held_a_gpu() -> None:
    done = simulate(Machines.pool(8), Jobs([10], [10], gpus=16), "fifo", until_s=HOUR)
    costs = cost_by_tenant(done, Prices(Price(1.0), share_idle="held"))
    assert costs.notes
    assert costs.usd()[0] == 0.0
    assert costs.as_data()["total"]["usd_per_useful_gpu_h"] is None


def test_what_does_not_go_together_is_refused() -> None:
    done = two_tenants()
    with pytest.raises(ValueError, match="no power was given"):
        cost_by_tenant(done, Prices(None, Price(60.0)))
    for quotas, message in ((None, "no tenant has one"), ((1.0,), "1 quotas"), ((0.0, 0.0), "are 0")):
        with pytest.raises(ValueError, match=message):
            cost_by_tenant(done, Prices(Price(1.0), share_idle="quota"), quotas_gpus=quotas)
    with pytest.raises(ValueError, match="not the power"):
        cost_by_tenant(
            done, Prices(Price(1.0)), power=replace(POWER, idle_kw_per_gpu=99.0, busy_kw_per_gpu=99.0)
        )
    with pytest.raises(ValueError, match="give a price"):
        Prices()
    with pytest.raises(ValueError, match="share_idle"):
        Prices(Price(1.0), share_idle="fair")


@pytest.mark.parametrize("wrong", [(-1.0,), (np.nan,), (2.0, 3.0, 4.0), (2.0, 1.0, 1.5), (2.0, 1.0)])
def test_a_price_that_makes_no_sense_is_refused(wrong: tuple) -> None:
    with pytest.raises(ValueError, match=r"allowed|low and a high"):
        Price(*wrong)


def test_capital_comes_back_with_interest() -> None:
    """The present value of what is paid each year is the capital."""
    yearly = 8760.0 * capital_recovery_usd_per_gpu_h(40_000.0, 6, 0.09)
    assert sum(yearly / 1.09**year for year in range(1, 7)) == pytest.approx(40_000.0, rel=1e-12)
    assert capital_recovery_usd_per_gpu_h(8760.0, 4.0, 0.0) == 0.25
    assert capital_recovery_usd_per_gpu_h(8760.0, 4.0, 1e-9) == pytest.approx(0.25, rel=1e-6)
    for wrong in ((-1.0, 5.0, 0.1), (1.0, 0.0, 0.1), (1.0, 5.0, -0.1), (np.inf, 5.0, 0.1)):
        with pytest.raises(ValueError, match="allowed"):
            capital_recovery_usd_per_gpu_h(*wrong)
