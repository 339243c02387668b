"""Conservation, limits and each policy's defining property, on random markets."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gigawatt.supply import AllocationInput, allocate, allocate_all, lay_out
from gigawatt.supply.allocation import find_swaps
from gigawatt.supply.allocation.energise import by_tenant
from gigawatt.supply.allocation.policies import first_come
from gigawatt.supply.allocation.results import useful_if

MONTHS = [f"2024-{m:02d}-01" for m in range(1, 7)]
month = st.sampled_from(MONTHS)


@st.composite
def markets(draw):
    lots = [draw(st.sampled_from([1, 8])), draw(st.sampled_from([4, 18]))]
    chips = [
        {"name": f"c{i}", "it_power_kw": kw, "gpus_per_rack": 18, "lot": lot, "value_usd_per_gpu_h": value}
        for i, (kw, lot, value) in enumerate(zip((1.0, 2.0), lots, (2.0, 4.5), strict=True))
    ]
    count = draw(st.integers(2, 3))
    tenants = [
        {
            "name": f"t{i}",
            "consents_to_swaps": draw(st.booleans()),
            "late": f"{draw(st.sampled_from([0, 0.5]))} USD/GPU-h",
            "worth": draw(st.sampled_from([0.5, 1.0, 1.5])),
        }
        for i in range(count)
    ]
    sites = []
    for i in range(draw(st.integers(1, 4))):
        begin = draw(st.integers(0, 5))
        first = draw(st.integers(0, 200))
        power = [{"from": MONTHS[begin], "it_power": f"{first} kW"}]
        if begin < 5:
            power.append({"from": MONTHS[begin + 1], "it_power": f"{first + draw(st.integers(0, 200))} kW"})
        site = {"name": f"s{i}", "tenant": f"t{draw(st.integers(0, count - 1))}", "power": power}
        if draw(st.booleans()):
            site["racks"] = [{"from": MONTHS[0], "racks": draw(st.integers(0, 10))}]
        if draw(st.booleans()):
            site["crews"] = [{"from": MONTHS[0], "crews": 1, "rate": f"{draw(st.integers(1, 5))} GPUs/day"}]
        sites.append(site)
    supply = [
        {"chip": f"c{draw(st.integers(0, 1))}", "date": draw(month), "gpus": draw(st.integers(1, 200))}
        for _ in range(draw(st.integers(1, 5)))
    ]
    bookings = []
    for _ in range(draw(st.integers(1, 6))):
        chip = draw(st.integers(0, 1))
        bookings.append(
            {
                "tenant": f"t{draw(st.integers(0, count - 1))}",
                "chip": f"c{chip}",
                "gpus": lots[chip] * draw(st.integers(1, 15)),
                "ordered": f"2023-{draw(st.integers(1, 12)):02d}-01",
                "due": draw(month),
                "price": f"{draw(st.sampled_from([0, 30_000]))} USD",
            }
        )
    return AllocationInput.model_validate(
        {
            "name": "random", "start": "2024-01-01", "end": "2024-06-30", "period": "month", "chips": chips,
            "tenants": tenants, "sites": sites, "supply": supply, "bookings": bookings,
        }
    )  # fmt: skip


@given(markets())
def test_nothing_is_lost_and_every_limit_holds(market):
    problem = lay_out(market)
    for done in allocate_all(problem):
        on, ready = done.energised, problem.on_time
        mine = by_tenant(problem, on)
        assert (np.diff(done.delivered, axis=2) >= 0).all(), "delivered chips stay"
        assert (np.diff(on, axis=2) >= 0).all(), "energised chips stay"
        assert (mine <= done.delivered).all()
        assert (done.delivered.sum(axis=0) <= problem.stock).all()
        assert (done.delivered <= problem.booked[:, :, None]).all()
        assert (done.delivered % problem.lot[None, :, None] == 0).all()
        assert ((problem.kw[None, :, None] * on).sum(axis=1) <= ready.mw * 1e3 + 1e-6).all()
        assert ((on / problem.gpus_per_rack[None, :, None]).sum(axis=1) <= ready.racks + 1e-9).all()
        assert (np.diff(on.sum(axis=1), axis=1, prepend=0) <= ready.crew_gpus).all()
        there = (problem.stock.sum(axis=0) * problem.months).sum()
        told = done.useful_gpu_months + done.idle_gpu_months + done.held_gpu_months
        assert told == pytest.approx(float(there), abs=1e-6)


@given(markets())
def test_no_policy_is_worth_more_than_the_bound(market):
    for done in allocate_all(market):
        slack = 1e-6 * max(1.0, abs(done.bound_usd))
        assert done.objective_usd <= done.bound_usd + slack


@given(markets())
def test_max_min_no_tenant_can_gain_without_a_poorer_one_losing(market):
    problem = lay_out(market)
    done = allocate(problem, "max-min").delivered
    before = np.concatenate([np.zeros_like(done[:, :, :1]), done[:, :, :-1]], axis=2)
    for chip, lot in enumerate(problem.lot):
        for t in range(problem.periods):
            now, claims = done[:, chip, t], problem.due[:, chip, t] - done[:, chip, t]
            free = problem.stock[chip, t] - now.sum()
            for poor in np.flatnonzero(claims >= lot):
                assert free < lot, "chips lie there that somebody claims"
                gained = now > before[:, chip, t]
                assert (now[gained] <= now[poor] + lot).all(), "who gained is no richer, up to one lot"


@given(markets())
def test_proportional_to_what_is_due_up_to_a_lot(market):
    problem = lay_out(market)
    done = allocate(problem, "proportional").delivered
    before = np.concatenate([np.zeros_like(done[:, :, :1]), done[:, :, :-1]], axis=2)
    for chip, lot in enumerate(problem.lot):
        for t in range(problem.periods):
            claims = problem.due[:, chip, t] - before[:, chip, t]
            pool = problem.stock[chip, t] - before[:, chip, t].sum()
            share = claims * min(1.0, pool / claims.sum()) if claims.any() else np.zeros(len(claims))
            assert (abs(done[:, chip, t] - before[:, chip, t] - share) < lot + 1e-6).all()


@given(markets())
def test_gated_no_chip_idles_while_a_ready_site_lacks_one(market):
    problem = lay_out(market)
    done = allocate(problem, "readiness-gated")
    assert done.idle_gpu_months == 0.0
    crew = np.diff(done.energised.sum(axis=1), axis=1, prepend=0)
    for t in range(problem.periods):
        for c, lot in enumerate(problem.lot):
            held = problem.stock[c, t] - done.delivered[:, c, t].sum()
            for k in range(len(problem.tenants)):
                open_orders = problem.booked[k, c] - done.delivered[k, c, t]
                room = 0.0
                for s in np.flatnonzero(problem.site_tenant == k):
                    kw = problem.on_time.mw[s, t] * 1e3 - (problem.kw * done.energised[s, :, t]).sum()
                    racks = (
                        problem.on_time.racks[s, t] - (done.energised[s, :, t] / problem.gpus_per_rack).sum()
                    )
                    left = problem.on_time.crew_gpus[s, t] - crew[s, t]
                    room += np.floor(min(kw / problem.kw[c], racks * problem.gpus_per_rack[c], left) + 1e-9)
                assert min(held, open_orders, room) < lot


@settings(max_examples=30)
@given(markets())
def test_the_plan_keeps_its_word_and_beats_the_bookings(market):
    problem = lay_out(market)
    plan, booked = allocate(problem, "value"), allocate(problem, "fcfs")
    assert plan.breaks_word_to == ()
    whole = allocate(problem, "value", method="milp", gap=0.0)
    slack = 1e-6 * max(1.0, abs(whole.bound_usd))
    assert whole.objective_usd >= plan.objective_usd - slack, "branch and bound starts from the rounded plan"
    assert whole.bound_usd <= plan.bound_usd + slack, "and its bound is no looser"
    assert whole.bound_usd >= booked.objective_usd - slack, "the bookings are one of the plans it looks at"


@given(markets())
def test_swaps_harm_nobody_and_each_gains(market):
    problem = lay_out(market)
    found, after = find_swaps(problem)
    before = useful_if(problem, first_come(problem))
    now = useful_if(problem, after)
    assert all(a >= b - 1e-9 for a, b in zip(now, before, strict=True))
    assert all(swap.gain_gpu_months > 0 for swap in found)
    assert sum(now) - sum(before) == pytest.approx(sum(s.gain_gpu_months for s in found), abs=1e-6)
    assert (after.sum(axis=0) == first_come(problem).sum(axis=0)).all(), "chips are conserved in every period"


@given(markets())
def test_the_order_of_tenants_in_the_file_changes_nothing(market):
    turned = market.model_copy(update={"tenants": market.tenants[::-1]})
    for policy in ("fcfs", "readiness-gated"):
        one, two = allocate(market, policy), allocate(turned, policy)
        for name, figures in one.tenants.items():
            assert two.tenants[name].useful_gpu_months == figures.useful_gpu_months
