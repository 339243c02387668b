"""Who gets which GPUs, what they draw, and what shedding takes."""

from datetime import date

import numpy as np
import pytest

from gigawatt.compute import (
    FixedMfu,
    Lease,
    MfuTable,
    Other,
    Recovery,
    Serving,
    Training,
    account_shed,
    goodput_frac,
    language_model,
    plan_load,
    system,
    training_flops_per_token,
)
from gigawatt.kernel.clock import Clock
from gigawatt.kernel.errors import InputError

START = date(2025, 1, 1)
CLOCK = Clock(START, date(2025, 1, 11))
H100, GB200 = system("h100"), system("gb200")
MFU = FixedMfu(0.4)
SAFE = Recovery(gpu_mtbf_h=1e15, checkpoint_write_h=0.0)


def training(name="run", **more):
    given = {"gpus": 1024, "target_tokens": 1e18, "model": "llama3.1-8b", "recovery": SAFE} | more
    return Training(kind="training", name=name, site="a", **({"from_": START} | given))


def other(name="lab", **more):
    return Other(kind="other", name=name, site="a", **({"from_": START, "share_frac": 0.5} | more))


def serving(name="chat", **more):
    given = {"model": "llama2-70b", "demand_tokens_per_s": 1e5, "hourly_profile": "flat"} | more
    return Serving(kind="serving", name=name, site="a", **({"from_": START} | given))


def plan(workloads, columns=((H100, 8000.0),), clock=CLOCK, mfu=MFU, utc_offset_h=0.0):
    gpus = np.column_stack([np.full(clock.days, n) for _, n in columns])
    return plan_load(workloads, [s for s, _ in columns], gpus, clock, utc_offset_h, mfu)


def test_the_smaller_priority_number_is_served_first():
    asked = [training("late", gpus=6000, priority=20), training("early", gpus=6000, priority=10)]
    load = plan(asked)
    assert load.workloads == ("late", "early")
    assert load.gpus[:, 0].tolist() == [2000.0, 6000.0]
    assert load.shed_order == (0, 1)


def test_equal_priorities_keep_the_order_given():
    load = plan([training("a", gpus=6000), training("b", gpus=6000)])
    assert load.gpus[:, 0].tolist() == [6000.0, 2000.0]
    assert load.shed_order == (1, 0)


def test_the_newest_chip_goes_first_and_chips_are_kept_to():
    columns = ((H100, 800.0), (GB200, 720.0))
    load = plan([training(gpus=1000)], columns)
    newest_kw = GB200.measured_kw_per_gpu("training") * 720 + H100.measured_kw_per_gpu("training") * 280
    assert load.gpus[0, 0] == 1000.0
    assert load.it_mw[0, 0] == pytest.approx(newest_kw / 1000)
    old = plan([training(gpus=1000, chips=("h100",))], columns)
    assert old.gpus[0, 0] == 800.0


def test_training_takes_whole_groups_of_one_chip():
    assert plan([training(gpus=1000)], ((GB200, 8000.0),)).gpus[0, 0] == 13 * 72
    assert plan([training(gpus=1000, group_gpus=512)]).gpus[0, 0] == 512
    assert plan([training(gpus=1000, group_gpus=2048)]).gpus[0, 0] == 0


def test_a_share_is_of_the_chips_it_may_use():
    columns = ((H100, 800.0), (GB200, 720.0))
    assert plan([other(share_frac=0.5)], columns).gpus[0, 0] == 760.0
    assert plan([other(share_frac=0.5, chips=("gb200",))], columns).gpus[0, 0] == 360.0
    assert plan([other(share_frac=0.1, chips=("b200",))], columns).gpus[0, 0] == 0.0


def test_a_run_ends_in_the_hour_of_its_last_token_and_frees_its_gpus():
    model = language_model("llama3.1-8b")
    per_h = 1024 * 3600 * 0.4 * 989.4e12 / training_flops_per_token(model)
    load = plan([training(target_tokens=10.25 * per_h), other(share_frac=1.0, priority=200)])
    assert load.tokens[0, :11] == pytest.approx([per_h] * 10 + [0.25 * per_h])
    assert load.tokens[0].sum() == pytest.approx(10.25 * per_h, rel=1e-12)
    assert load.gpus[0, 10] == 1024
    assert load.gpus[0, 11:].sum() == 0
    assert load.gpus[1, 10:12].tolist() == [8000.0 - 1024, 8000.0]
    assert load.useful_gpus[0, 10] == pytest.approx(0.25 * 1024)
    kinds = [(m.kind, m.hour) for m in load.milestones]
    assert kinds == [("training_started", 0), ("training_finished", 10)]


def test_goodput_takes_tokens_and_power():
    risky = training(recovery=Recovery(gpu_mtbf_h=1000.0, restart_h=0.5))
    load = plan([risky])
    useful = float(goodput_frac(1024, 1e-3, 0.5, 10 / 3600))
    assert load.goodput_frac[0, 0] == pytest.approx(useful)
    assert load.tokens[0, 0] == pytest.approx(useful * plan([training()]).tokens[0, 0])
    restarting = 1 - np.exp(-1.024 * 0.5)
    mean_kw = H100.measured_kw_per_gpu("training") * (1 - restarting)
    mean_kw += H100.measured_kw_per_gpu("idle") * restarting
    assert load.it_mw[0, 0] == pytest.approx(1024 * mean_kw / 1000)


def test_the_stated_utilisation_overrides_the_source():
    assert plan([training(mfu_frac=0.2)]).tokens[0, 0] == pytest.approx(plan([training()]).tokens[0, 0] / 2)


def test_an_unfinished_run_says_how_much_is_missing():
    load = plan([training(target_tokens=1e18)])
    (last,) = [m for m in load.milestones if m.kind == "training_short"]
    assert last.amount == pytest.approx(1e18 - load.tokens.sum())
    assert last.at == "2025-01-10 23:00Z"


def test_a_run_that_finds_no_chip_says_so():
    (only,) = plan([training(chips=("tpu-v7x",))]).milestones
    assert (only.kind, only.amount) == ("training_short", 1e18)


def test_days_of_a_workload_are_kept_to():
    load = plan([other(from_=date(2025, 1, 3), until=date(2025, 1, 5))])
    held = np.flatnonzero(load.gpus[0])
    assert (held[0], held[-1]) == (48, 95)
    early = plan([other(from_=date(2024, 1, 1))])
    assert early.gpus[0, 0] == 4000.0


def test_serving_meets_its_demand_with_slack_for_waiting():
    load = plan([serving()])
    rate = 2889.1 / 1.3  # the published H200 rate is not the H100's; only bounds are tested here
    assert load.tokens[0] == pytest.approx(1e5 * 3600)
    assert 0 < load.gpus[0, 0] < 8000
    assert 0.75 < load.goodput_frac[0, 0] < 0.9
    assert load.gpus[0, 0] % 8 == 0
    assert load.gpus[0, 0] > 1e5 / rate


def test_a_service_holds_its_peak_unless_elastic():
    fixed = plan([serving(hourly_profile="consumer-evening")])
    loose = plan([serving(hourly_profile="consumer-evening", elastic=True)])
    assert np.ptp(fixed.gpus[0]) == 0
    assert loose.gpus[0].max() == fixed.gpus[0].max()
    assert loose.gpus[0].mean() < 0.8 * fixed.gpus[0].mean()
    assert loose.tokens == pytest.approx(fixed.tokens)
    assert loose.it_mw[0].sum() < fixed.it_mw[0].sum()


def test_the_local_hour_places_the_peak():
    peak = {o: int(plan([serving(hourly_profile="consumer-evening")], utc_offset_h=o).tokens[0, :24].argmax())
            for o in (0.0, -6.0)}  # fmt: skip
    assert peak == {0.0: 20, -6.0: 2}


def test_demand_grows_by_the_year():
    clock = Clock(START, date(2027, 1, 2))
    load = plan([serving(annual_growth_frac=1.0)], clock=clock)
    assert load.tokens[0, -1] / load.tokens[0, 0] == pytest.approx(4.0, rel=2e-3)
    began = plan([serving(annual_growth_frac=1.0, from_=date(2024, 1, 2))])
    assert began.tokens[0, 0] == pytest.approx(2e5 * 3600, rel=5e-3)


def test_unmet_demand_is_counted():
    load = plan([serving(max_share_frac=0.001)])
    assert load.gpus[0, 0] == 8.0
    assert (load.tokens[0] < load.demand_tokens[0]).all()
    (unmet,) = load.milestones
    assert (unmet.kind, unmet.hour, unmet.amount) == ("demand_unmet", 0, 240.0)
    assert load.goodput_frac[0, 0] < 1.0


def test_no_gpus_no_load():
    load = plan([training(), serving(), other()], ((H100, 0.0),))
    assert load.total_it_mw.sum() == 0
    assert load.useful_frac.tolist() == [0.0] * CLOCK.hours


def test_no_work_leaves_everything_idle():
    load = plan([])
    assert load.idle_it_mw == pytest.approx(8 * H100.measured_kw_per_gpu("idle"))
    assert load.provisioned_mw == pytest.approx(8 * H100.provisioned_kw_per_gpu)


def test_heat_is_the_power_and_splits_by_system():
    load = plan([training(gpus=8000)])
    assert load.heat.it_mw == pytest.approx(load.total_it_mw)
    share = H100.liquid_kw_per_gpu("training") / H100.measured_kw_per_gpu("training")
    assert load.heat.liquid_mw / load.heat.it_mw == pytest.approx(share, rel=1e-6)


def test_wrong_shapes_and_numbers_are_refused():
    with pytest.raises(ValueError, match="shape"):
        plan_load([], [H100], np.zeros((3, 1)), CLOCK, 0.0, MFU)
    with pytest.raises(ValueError, match="negative"):
        plan_load([], [H100], np.full((10, 1), -1.0), CLOCK, 0.0, MFU)
    with pytest.raises(ValueError, match="negative"):
        plan_load([], [H100], np.full((10, 1), np.nan), CLOCK, 0.0, MFU)
    with pytest.raises(InputError, match="GW101"):
        plan([training(model="llama-4")])
    with pytest.raises(InputError, match="GW101"):
        plan([training(chips=("h1000",))])


def test_shedding_takes_the_idle_first_then_the_last_in_priority():
    load = plan([training(gpus=2000, priority=1), other(share_frac=0.25, priority=9)])
    idle, first, last = load.idle_it_mw[0], load.it_mw[0, 0], load.it_mw[1, 0]
    for shed, left in (
        (0.0, (idle, first, last)),
        (idle / 2, (idle / 2, first, last)),
        (idle + last / 4, (0.0, first, 0.75 * last)),
        (idle + last + first / 5, (0.0, 0.8 * first, 0.0)),
        (idle + last + first, (0.0, 0.0, 0.0)),
    ):
        result = account_shed(load, np.full(CLOCK.hours, shed))
        assert result.idle_it_mw[0] == pytest.approx(left[0], abs=1e-9)
        assert result.it_mw[:, 0] == pytest.approx(left[1:], abs=1e-9)
    assert result.shed_gpus == pytest.approx(load.energised_gpus)


def test_shed_training_progresses_in_proportion_and_falls_short():
    load = plan([training(gpus=8000, target_tokens=1e13)])
    end = next(m.hour for m in load.milestones if m.kind == "training_finished")
    result = account_shed(load, 0.5 * load.total_it_mw)
    assert result.tokens[0, : end + 1].sum() == pytest.approx(0.5e13)
    (short,) = [m for m in result.milestones if m.kind == "training_short"]
    assert (short.hour, short.amount) == (end, pytest.approx(0.5e13))
    assert account_shed(load, np.zeros(CLOCK.hours)).milestones == load.milestones


def test_more_than_the_load_cannot_be_shed():
    load = plan([other()])
    with pytest.raises(ValueError, match="2025-01-01 00:00Z"):
        account_shed(load, load.total_it_mw * 1.1)
    with pytest.raises(ValueError, match="never negative"):
        account_shed(load, np.full(CLOCK.hours, -1.0))
    with pytest.raises(ValueError, match="never negative"):
        account_shed(load, np.full(CLOCK.hours, np.nan))
    with pytest.raises(ValueError, match="shape"):
        account_shed(load, np.zeros(3))


def test_a_lease_and_its_repr():
    let = Lease(kind="lease", name="tenant", site="a", from_=START, share_frac=1.0, rent_usd_per_month=1e9)
    load = plan([let], mfu=MfuTable.from_catalog())
    assert load.useful_gpus[0, 0] == pytest.approx(0.8 * 8000)
    assert "tenant" in repr(load)
    assert "ComputeResult" in repr(account_shed(load, np.zeros(CLOCK.hours)))
