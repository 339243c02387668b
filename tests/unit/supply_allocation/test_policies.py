"""Each policy has its defining property, on cases that can be worked out by hand."""

import itertools

import numpy as np
import pytest

from gigawatt.kernel.errors import InputError
from gigawatt.supply import AllocationInput, allocate, lay_out
from gigawatt.supply.allocation.policies import dominant_fill


def market(wants, stock=60, *, lot=1, weights=None, **more):
    """One chip and one drop of supply, everybody ready: who gets what is the policy's doing."""
    names = [f"t{i}" for i in range(len(wants))]
    weights = weights or [1.0] * len(names)
    return AllocationInput.model_validate(
        {
            "name": "market",
            "start": "2024-01-01",
            "end": "2024-12-31",
            "period": "month",
            "chips": [
                {"name": "c", "it_power_kw": 1.0, "gpus_per_rack": 8, "lot": lot, "value_usd_per_gpu_h": 2.0}
            ],
            "tenants": [{"name": n, "weight": w} for n, w in zip(names, weights, strict=True)],
            "sites": [
                {"name": f"s{n}", "tenant": n, "power": [{"from": "2024-01-01", "it_power": "1 MW"}]}
                for n in names
            ],
            "supply": [{"chip": "c", "date": "2024-01-01", "gpus": stock}],
            "bookings": [
                {
                    "tenant": n,
                    "chip": "c",
                    "gpus": gpus,
                    "ordered": f"2023-{i + 1:02d}-01",
                    "due": "2024-01-01",
                }
                for i, (n, gpus) in enumerate(zip(names, wants, strict=True))
            ],
            **more,
        }
    )


def got(policy, *args, **kwargs):
    return allocate(market(*args, **kwargs), policy).delivered[:, 0, -1].tolist()


def test_first_come_is_served_first():
    assert got("fcfs", [40, 30, 20]) == [40, 20, 0]


def test_proportional_to_what_is_booked():
    assert got("proportional", [60, 40, 20]) == [30, 20, 10]


def test_max_min_raises_the_poorest():
    assert got("max-min", [10, 40, 50]) == [10, 25, 25]
    assert got("max-min", [40, 40], 60, weights=[2.0, 1.0]) == [40, 20]


def test_max_min_counts_from_the_first_period():
    more = {
        "supply": [{"chip": "c", "date": f"2024-0{m}-01", "gpus": 30} for m in (1, 2)],
        "bookings": [
            {"tenant": "t0", "chip": "c", "gpus": 60, "ordered": "2023-01-01", "due": "2024-01-01"},
            {"tenant": "t1", "chip": "c", "gpus": 60, "ordered": "2023-01-01", "due": "2024-02-01"},
        ],
    }
    done = allocate(market([1, 1], **more), "max-min").delivered[:, 0, :3]
    assert done.tolist() == [[30, 30, 30], [0, 30, 30]], "who came late catches up first"


def test_whole_lots():
    assert got("proportional", [40, 40], 56, lot=8) in ([24, 32], [32, 24])
    assert got("fcfs", [40, 40], 61, lot=8) == [40, 16]


def test_drf_on_the_paper_s_example():
    # Ghodsi et al. 2011: 9 CPUs, 18 GB; A's tasks take (1, 4), B's (3, 1): A gets 3 tasks, B 2.
    assert tasks([[1.0, 4.0], [3.0, 1.0]]) == pytest.approx([3.0, 2.0])


CAPACITY = np.array([9.0, 18.0])
MANY = 1000.0


def tasks(demands):
    wanted = MANY * np.array(demands)
    weight = np.ones(len(wanted))
    return MANY * dominant_fill(CAPACITY, np.zeros_like(wanted), wanted, wanted, CAPACITY, weight)


def tasks_from(bundle, demand):
    """Tasks of one's own kind that fit into a bundle of resources."""
    return min(b / d for b, d in zip(bundle, demand, strict=True) if d > 0)


GRID = [(1.0, 4.0), (3.0, 1.0), (1.0, 1.0), (2.0, 3.0), (1.0, 8.0), (4.0, 1.0)]


@pytest.mark.parametrize("pair", list(itertools.permutations(GRID, 2)))
def test_drf_is_envy_free(pair):
    counts = tasks(pair)
    bundles = counts[:, None] * np.array(pair)
    for me, other in ((0, 1), (1, 0)):
        assert tasks_from(bundles[other], pair[me]) <= counts[me] * (1 + 1e-9)


@pytest.mark.parametrize("pair", list(itertools.permutations(GRID, 2)))
def test_drf_rewards_no_lie(pair):
    honest = tasks(pair)[0]
    for lie in GRID:
        bundle = tasks([lie, pair[1]])[0] * np.array(lie)
        assert tasks_from(bundle, pair[0]) <= honest * (1 + 1e-9)


@pytest.mark.parametrize("pair", list(itertools.permutations(GRID, 2)))
def test_drf_shares_at_least_as_well_as_halves_and_wastes_nothing(pair):
    counts = tasks(pair)
    for me in (0, 1):
        assert counts[me] >= tasks_from(CAPACITY / 2, pair[me]) * (1 - 1e-9)
    used = counts @ np.array(pair)
    assert (np.isclose(used, CAPACITY, rtol=1e-9)).any(), "one resource at least is used up"


def test_drf_allots_by_the_dominant_share():
    # Racks are scarce for whoever takes few chips a rack: its rack share is dominant, so it gets fewer GPUs.
    more = {
        "chips": [
            {"name": "thin", "it_power_kw": 1.0, "gpus_per_rack": 4, "value_usd_per_gpu_h": 2.0},
            {"name": "thick", "it_power_kw": 1.0, "gpus_per_rack": 64, "value_usd_per_gpu_h": 2.0},
        ],
        "supply": [{"chip": c, "date": "2024-01-01", "gpus": 64} for c in ("thin", "thick")],
        "sites": [
            {
                "name": f"s{n}",
                "tenant": n,
                "power": [{"from": "2024-01-01", "it_power": "1 MW"}],
                "racks": [{"from": "2024-01-01", "racks": 10}],
            }
            for n in ("t0", "t1")
        ],
        "bookings": [
            {"tenant": t, "chip": c, "gpus": g, "ordered": "2023-01-01", "due": "2024-01-01"}
            for t, c, g in (("t0", "thin", 60), ("t1", "thin", 60), ("t1", "thick", 60))
        ],
    }
    done = allocate(market([1, 1], **more), "drf").delivered[:, :, -1]
    # t1's thick chips barely raise its share, so it gets (nearly) all that t0 gets of the thin ones.
    assert done.sum(axis=0).tolist() == [64, 60]
    assert done[0, 0] > done[1, 0] > 0


def test_gated_gives_nothing_to_who_is_not_ready():
    late = {
        "sites": [
            {"name": "a", "tenant": "t0", "power": [{"from": "2024-06-01", "it_power": "1 MW"}]},
            {"name": "b", "tenant": "t1", "power": [{"from": "2024-01-01", "it_power": "20 kW"}]},
        ]
    }
    done = allocate(market([40, 40], **late), "readiness-gated")
    assert done.delivered[:, 0, 0].tolist() == [0, 20]
    assert done.delivered[:, 0, 5].tolist() == [40, 20]
    assert done.idle_gpu_months == 0.0


def test_the_plan_keeps_its_word_to_who_does_not_consent():
    late = {
        "sites": [
            {"name": "a", "tenant": "t0", "power": [{"from": "2024-06-01", "it_power": "1 MW"}]},
            {"name": "b", "tenant": "t1", "power": [{"from": "2024-01-01", "it_power": "1 MW"}]},
        ]
    }
    strict = allocate(market([40, 40], **late), "value")
    assert strict.delivered[0, 0, 0] == 40
    assert strict.breaks_word_to == ()
    free = {**late, "tenants": [{"name": "t0", "consents_to_swaps": True}, {"name": "t1"}]}
    swapped = allocate(market([40, 40], **free), "value")
    assert swapped.delivered[:, 0, 0].tolist() == [0, 40]
    assert swapped.delivered[:, 0, 5].tolist() == [20, 40]
    assert swapped.objective_usd > strict.objective_usd
    assert strict.price_of_fairness_frac > 0


def test_a_swap_is_made_good_by_its_date():
    more = {
        "tenants": [{"name": "t0", "consents_to_swaps": True}, {"name": "t1"}],
        "sites": [
            {"name": "a", "tenant": "t0", "power": [{"from": "2024-11-01", "it_power": "1 MW"}]},
            {"name": "b", "tenant": "t1", "power": [{"from": "2024-01-01", "it_power": "1 MW"}]},
        ],
        "supply": [{"chip": "c", "date": day, "gpus": 40} for day in ("2024-01-01", "2024-04-01")],
        "bookings": [
            {
                "tenant": "t0", "chip": "c", "gpus": 40, "ordered": "2023-01-01", "due": "2024-01-01",
                "make_good_by": "2024-04-01",
            },
            {"tenant": "t1", "chip": "c", "gpus": 40, "ordered": "2023-02-01", "due": "2024-01-01"},
        ],
    }  # fmt: skip
    done = allocate(market([1, 1], **more), "value").delivered[:, 0, :5]
    assert done.tolist() == [[0, 0, 0, 40, 40], [40, 40, 40, 40, 40]]


def test_a_make_good_date_without_more_chips_forbids_the_swap():
    more = {
        "tenants": [{"name": "t0", "consents_to_swaps": True}, {"name": "t1"}],
        "sites": [
            {"name": "a", "tenant": "t0", "power": [{"from": "2024-11-01", "it_power": "1 MW"}]},
            {"name": "b", "tenant": "t1", "power": [{"from": "2024-01-01", "it_power": "1 MW"}]},
        ],
        "supply": [{"chip": "c", "date": "2024-01-01", "gpus": 40}],
        "bookings": [
            {
                "tenant": "t0", "chip": "c", "gpus": 40, "ordered": "2023-01-01", "due": "2024-01-01",
                "make_good_by": "2024-03-01",
            },
            {"tenant": "t1", "chip": "c", "gpus": 40, "ordered": "2023-02-01", "due": "2024-01-01"},
        ],
    }  # fmt: skip
    done = allocate(market([1, 1], **more), "value").delivered[:, 0, :4]
    assert done[0].tolist() == [0, 0, 40, 40]
    assert done[1].tolist() == [0, 0, 0, 0], "chips do not come back from a tenant, so none goes there"


def test_penalties_and_costs_of_waiting_enter_the_worth():
    plain = allocate(market([40, 40]), "fcfs")
    fined = allocate(
        market([40, 40], tenants=[{"name": "t0"}, {"name": "t1", "late": "0.5 USD/GPU-h"}]), "fcfs"
    )
    problem = fined.problem
    missing, hours = 20, 730.5
    expected = float((missing * 0.5 * hours * problem.discount).sum())
    assert plain.objective_usd - fined.objective_usd == pytest.approx(expected, rel=1e-12)


def test_crews_racks_and_cooling_bind():
    def on(**site):
        given = {"name": "a", "tenant": "t0", "power": [{"from": "2024-01-01", "it_power": "1 MW"}], **site}
        return allocate(market([40], 60, sites=[given]), "fcfs").energised[0, 0, :3].tolist()

    assert on() == [40, 40, 40]
    assert on(racks=[{"from": "2024-02-01", "racks": 4}]) == [0, 32, 32]
    assert on(cooling=[{"from": "2024-01-01", "it_power": "30 kW"}]) == [30, 30, 30]
    # January has 31 days, February 29
    assert on(crews=[{"from": "2024-01-01", "crews": 1, "rate": "0.5 GPUs/day"}]) == [15, 30, 40]


def test_unknown_names_are_told_together():
    with pytest.raises(InputError) as told:
        allocate(market([1]), "fcsf,maxmin")
    assert [(p.code, p.remedy) for p in told.value.problems] == [
        ("GW701", "write 'fcfs'"),
        ("GW701", "write 'max-min'"),
    ]
    with pytest.raises(InputError, match="GW702"):
        allocate(market([1]), "given")


def test_what_contradicts_itself_is_told_together():
    given = [{"tenant": "t0", "chip": "c", "gpus": g, "date": "2024-01-01"} for g in (50, 20)]
    with pytest.raises(InputError) as told:
        lay_out(market([60, 30], given=given, lot=8))
    assert [p.path for p in told.value.problems] == [
        "bookings.0.gpus", "bookings.1.gpus", "given.0.gpus", "given.1.gpus", "given.1.gpus", "given.1.gpus",
    ]  # fmt: skip


def test_a_problem_says_what_it_is():
    assert "2 tenants, 2 sites, 1 chips, 12 periods" in repr(lay_out(market([1, 2])))


def rich_and_poor(**more):
    tenants = [
        {"name": f"t{i}", "worth": worth, "consents_to_swaps": True}
        for i, worth in enumerate((1.2, 1.0, 1.0))
    ]
    return market([60, 60, 15], 60, tenants=tenants, **more)


def useful(*args, **kwargs):
    done = allocate(rich_and_poor(), "value", *args, **kwargs)
    return [t.useful_gpu_months / 12 for t in done.tenants.values()], done


def test_fairness_is_bought_with_worth():
    assert useful()[0] == [60, 0, 0], "all goes to whom it is worth most"
    # 60 chips on bookings of 60, 60 and 15: everybody gets 4 of 9.
    fair, done = useful(fair_within_frac=1.0)
    assert fair == pytest.approx([80 / 3, 80 / 3, 20 / 3], abs=1.0)
    assert done.gap == pytest.approx(1 - (80 / 3 * 2.2 + 20 / 3) / 72, abs=0.01)
    part, some = useful(fair_within_frac=0.05)
    assert 0 < min(part[1] / 60, part[2] / 15) < 4 / 9
    assert some.gap == pytest.approx(0.05, abs=0.01)


def test_after_the_least_the_next_is_raised():
    # t2 can run only 3 of its 15: it holds the least share, and the others still go on to share alike.
    sites = [
        {"name": f"s{i}", "tenant": f"t{i}", "power": [{"from": "2024-01-01", "it_power": power}]}
        for i, power in enumerate(("1 MW", "1 MW", "3 kW"))
    ]
    bookings = [
        {"tenant": f"t{i}", "chip": "c", "gpus": gpus, "ordered": "2023-01-01", "due": due}
        for i, (gpus, due) in enumerate(((60, "2024-01-01"), (60, "2024-01-01"), (15, "2024-01-01")))
    ]
    problem = rich_and_poor(sites=sites, bookings=bookings)
    done = allocate(problem, "value", fair_within_frac=1.0)
    got = [t.useful_gpu_months / 12 for t in done.tenants.values()]
    assert got[0] == pytest.approx(got[1], abs=1.0)
    assert sum(got) == pytest.approx(60, abs=1.0)


def test_the_fairest_of_equals_costs_nothing():
    tenants = [{"name": f"t{i}", "consents_to_swaps": True} for i in range(2)]
    done = allocate(market([60, 60], 60, tenants=tenants), "value", fair_within_frac=0.0)
    assert done.gap == pytest.approx(0.0, abs=1e-6)
    assert done.delivered[:, 0, -1].tolist() == [30, 30]
