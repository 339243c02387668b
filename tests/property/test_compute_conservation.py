"""What must hold for any scenario: nothing appears, nothing is lost, more is never worse."""

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from gigawatt.compute import (
    Fabric,
    FixedMfu,
    JobsUse,
    Lease,
    Other,
    QueuedJobs,
    Recovery,
    Serving,
    Training,
    account_shed,
    allot,
    daly_interval_h,
    fabric_power_kw_per_gpu,
    goodput_frac,
    plan_load,
    system,
    time_shares,
)
from gigawatt.kernel.clock import Clock

START = date(2025, 3, 1)
DAYS = 6
CLOCK = Clock(START, START + timedelta(days=DAYS))
SYSTEMS = [system(name) for name in ("h100", "h200", "gb200", "gb300")]
CHIPS = st.none() | st.lists(
    st.sampled_from([s.chip for s in SYSTEMS] + ["mi300x"]), min_size=1, max_size=3, unique=True
).map(tuple)
SHARE = st.floats(0, 1)


def build(work, /, **fields):
    """Build by attribute names; hypothesis would add the required names of the file."""
    return st.fixed_dictionaries(fields).map(lambda given: work(**given))


common = {
    "site": st.just("a"),
    "priority": st.integers(0, 5),
    "from_": st.integers(-3, DAYS + 1).map(lambda d: START + timedelta(days=d)),
    "until": st.just(START + timedelta(days=DAYS + 5)) | st.none(),
    "chips": CHIPS,
}
WORK = st.one_of(
    build(
        Training,
        kind=st.just("training"),
        name=st.just("run"),
        model=st.sampled_from(["llama3.1-405b", "deepseek-v3"]),
        target_tokens=st.floats(1e9, 1e14),
        gpus=st.none(),
        share_frac=SHARE,
        precision=st.sampled_from(["bf16", "fp8"]),
        recovery=build(Recovery, gpu_mtbf_h=st.floats(1e3, 1e6), restart_h=st.floats(0, 2)),
        **common,
    ),
    build(
        Serving,
        kind=st.just("serving"),
        name=st.just("chat"),
        model=st.sampled_from(["llama2-70b", "grok-1"]),
        demand_tokens_per_s=st.floats(1.0, 1e9),
        hourly_profile=st.sampled_from(["flat", "consumer-evening"]),
        max_share_frac=SHARE,
        elastic=st.booleans(),
        **common,
    ),
    build(Lease, kind=st.just("lease"), name=st.just("let"), share_frac=SHARE, **common),
    build(Other, kind=st.just("other"), name=st.just("lab"), share_frac=SHARE, **common),
)
GPUS = arrays(np.float64, (DAYS, len(SYSTEMS)), elements=st.floats(0, 200_000).map(np.floor))


@settings(derandomize=True, deadline=None, max_examples=60)
@given(works=st.lists(WORK, max_size=6), gpus=GPUS, share=st.floats(0, 1), utc=st.integers(-12, 12))
def test_gpus_and_power_are_conserved_before_and_after_shedding(works, gpus, share, utc):
    load = plan_load(works, SYSTEMS, gpus, CLOCK, float(utc), FixedMfu(0.4))
    assert np.array_equal(load.gpus.sum(axis=0) + load.idle_gpus, load.energised_gpus)
    assert (load.gpus >= 0).all()
    assert (load.idle_gpus >= 0).all()
    assert (load.total_it_mw <= load.provisioned_mw * (1 + 1e-12)).all()
    assert (load.useful_gpus <= load.gpus * (1 + 1e-12)).all()
    assert (load.tokens <= np.where(load.demand_tokens > 0, load.demand_tokens, np.inf) * (1 + 1e-12)).all()
    assert (load.tokens.sum(axis=1) <= load.target_tokens * (1 + 1e-12)).all()
    assert (load.heat.air_mw >= -1e-9).all()

    shed = share * load.total_it_mw
    result = account_shed(load, shed)
    scale = max(float(load.total_it_mw.max()), 1.0)
    assert np.abs(result.total_it_mw + shed - load.total_it_mw).max() <= 1e-9 * scale
    assert np.abs(result.shed_it_mw - shed).max() <= 1e-9 * scale
    everything = result.gpus.sum(axis=0) + result.idle_gpus + result.shed_gpus
    assert np.allclose(everything, load.energised_gpus, rtol=1e-12, atol=1e-6)
    assert np.allclose(result.heat.it_mw, result.total_it_mw, rtol=0, atol=1e-9 * scale)
    assert (result.tokens <= load.tokens).all()


QUEUE = build(
    QueuedJobs,
    kind=st.just("jobs"),
    name=st.just("queue"),
    generate=st.just("lublin"),
    share_frac=SHARE,
    gpus_per_node=st.none() | st.integers(1, 100),
    **common,
)
SHARES = arrays(np.float64, (4, CLOCK.hours), elements=st.floats(0, 1))


def use_of(given, parts):
    """Any use of the GPUs that a queue is given: held, broken, loaded and useful parts of them."""
    held = given.total_gpus * parts[0]
    some = JobsUse.none(CLOCK.hours)
    down = (given.total_gpus - held) * parts[1]
    return replace(
        some, busy_gpus=held, down_gpus=down, loaded_gpus=held * parts[2], useful_gpus=held * parts[3]
    )


@settings(derandomize=True, deadline=None, max_examples=60)
@given(
    works=st.lists(WORK, max_size=3),
    queue=QUEUE,
    place=st.integers(0, 3),
    gpus=GPUS,
    parts=SHARES,
    share=SHARE,
)
def test_a_queue_keeps_its_allotment_and_the_balances(works, queue, place, gpus, parts, share):
    asked = [*works[:place], queue, *works[place:]]
    given = allot(asked, SYSTEMS, gpus, CLOCK, 0.0, FixedMfu(0.4))["queue"]
    use = use_of(given, parts)
    load = plan_load(asked, SYSTEMS, gpus, CLOCK, 0.0, FixedMfu(0.4), used={"queue": use})
    at = load.workloads.index("queue")
    assert np.array_equal(load.gpus[at], given.total_gpus)
    assert np.array_equal(load.gpus.sum(axis=0) + load.idle_gpus, load.energised_gpus)
    assert np.allclose(load.useful_gpus[at], use.useful_gpus, rtol=1e-12, atol=1e-9)
    idle_mw = given.gpus @ np.array([s.measured_kw_per_gpu("idle") for s in SYSTEMS]) / 1e3
    working_mw = given.gpus @ np.array([s.measured_kw_per_gpu("training") for s in SYSTEMS]) / 1e3
    assert (load.it_mw[at] <= working_mw * (1 + 1e-12)).all()
    assert (load.it_mw[at] >= idle_mw * (1 - 1e-12))[use.down_gpus == 0].all()
    assert (load.liquid_mw <= load.it_mw * (1 + 1e-12)).all()
    assert (load.it_mw[at] <= given.provisioned_mw * (1 + 1e-12)).all()

    shed = share * load.total_it_mw
    result = account_shed(load, shed)
    scale = max(float(load.total_it_mw.max()), 1.0)
    assert np.abs(result.total_it_mw + shed - load.total_it_mw).max() <= 1e-9 * scale
    assert (result.useful_gpus_by_workload[at] <= use.useful_gpus * (1 + 1e-12) + 1e-9).all()


@settings(derandomize=True, deadline=None, max_examples=40)
@given(works=st.lists(WORK, min_size=1, max_size=4), gpus=GPUS, low=st.floats(0, 1), high=st.floats(0, 1))
def test_shedding_more_never_does_more(works, gpus, low, high):
    low, high = sorted((low, high))
    load = plan_load(works, SYSTEMS, gpus, CLOCK, 0.0, FixedMfu(0.4))
    less, more = (account_shed(load, share * load.total_it_mw) for share in (low, high))
    assert (more.useful_gpus <= less.useful_gpus + 1e-6).all()
    assert (more.tokens <= less.tokens * (1 + 1e-9) + 1e-6).all()


@settings(derandomize=True, deadline=None, max_examples=40)
@given(works=st.lists(WORK, min_size=2, max_size=5), gpus=GPUS)
def test_the_first_in_priority_does_not_see_the_others(works, gpus):
    first = min(range(len(works)), key=lambda i: works[i].priority)
    together = plan_load(works, SYSTEMS, gpus, CLOCK, 0.0, FixedMfu(0.4))
    alone = plan_load([works[first]], SYSTEMS, gpus, CLOCK, 0.0, FixedMfu(0.4))
    assert np.array_equal(together.gpus[first], alone.gpus[0])
    assert np.array_equal(together.tokens[first], alone.tokens[0])


RATE = st.floats(1e-7, 1e-3)
HOURS = st.floats(0, 5)
NUMBER = st.floats(1, 200_000)


@settings(derandomize=True, deadline=None, max_examples=200)
@given(n=NUMBER, rate=RATE, restart=HOURS, write=HOURS, interval=st.none() | st.floats(1e-3, 100))
def test_time_shares_add_to_one(n, rate, restart, write, interval):
    shares = time_shares(n, rate, restart, write, interval)
    parts = (shares.useful_frac, shares.checkpoint_frac, shares.lost_frac, shares.restart_frac)
    assert all(-1e-9 <= float(p) <= 1 + 1e-12 for p in parts)
    assert abs(sum(float(p) for p in parts) - 1) < 1e-9


@settings(derandomize=True, deadline=None, max_examples=200)
@given(n=NUMBER, rate=RATE, restart=HOURS, write=st.floats(1e-4, 5), more=st.floats(1, 3))
def test_more_gpus_longer_restarts_and_longer_writes_never_help(n, rate, restart, write, more):
    at = float(goodput_frac(n, rate, restart, write, 1.0))
    assert float(goodput_frac(n * more, rate, restart, write, 1.0)) <= at + 1e-12
    assert float(goodput_frac(n, rate, restart * more, write, 1.0)) <= at + 1e-12
    assert float(goodput_frac(n, rate, restart, write * more, 1.0)) <= at + 1e-12


@settings(derandomize=True, deadline=None, max_examples=100)
@given(mtbf=st.floats(0.5, 1e4), write_share=st.floats(1e-6, 0.02), factor=st.floats(0.2, 5))
def test_daly_interval_is_near_the_best(mtbf, write_share, factor):
    write = write_share * mtbf
    best = float(daly_interval_h(mtbf, write))
    chosen = float(goodput_frac(1, 1 / mtbf, 0.0, write, best))
    assert float(goodput_frac(1, 1 / mtbf, 0.0, write, best * factor)) <= chosen + 1e-4


@settings(derandomize=True, deadline=None, max_examples=60)
@given(gpus=st.floats(1, 1e6), more=st.floats(1, 10), radix=st.sampled_from([32, 64, 128, 144, 512]))
def test_a_larger_fabric_never_draws_less_a_gpu(gpus, more, radix):
    fabric = Fabric(
        radix=radix, switch_kw=1.0, switch_optic_kw=0.01, endpoint_optic_kw=0.01, ports_per_gpu=1.0
    )
    assert fabric_power_kw_per_gpu(fabric, gpus * more) >= fabric_power_kw_per_gpu(fabric, gpus)
