"""A queue of jobs in the plan: what it is given, what its use draws, what shedding and milestones say."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from pydantic import TypeAdapter, ValidationError

from gigawatt.compute import (
    FixedMfu,
    JobsUse,
    Other,
    QueuedJobs,
    Workload,
    account_shed,
    allot,
    plan_load,
    system,
)
from gigawatt.kernel.clock import Clock

START = date(2025, 1, 1)
CLOCK = Clock(START, date(2025, 1, 4))
H100, GB200 = system("h100"), system("gb200")
MFU = FixedMfu(0.4)
HOURS = np.arange(CLOCK.hours)


def queue(name="jobs", **more):
    given = {"from_": START, "gpus": 800, "generate": "lublin"} | more
    return QueuedJobs(kind="jobs", name=name, site="a", **given)


def gpus(*columns):
    return np.column_stack([np.full(CLOCK.days, float(n)) for n in columns])


def use(**arrays):
    return replace(JobsUse.none(CLOCK.hours), **{k: np.asarray(v, dtype=float) for k, v in arrays.items()})


def steady(busy=0.0, loaded=None, down=0.0, useful=0.0):
    full = {"busy_gpus": busy, "loaded_gpus": busy if loaded is None else loaded}
    full |= {"down_gpus": down, "useful_gpus": useful}
    return use(**{name: np.full(CLOCK.hours, value) for name, value in full.items()})


def plan(works, energised, systems, used):
    return plan_load(works, systems, energised, CLOCK, 0.0, MFU, used=used)


def test_it_is_given_whole_nodes_behind_what_comes_first_and_only_in_its_time():
    lab = Other(kind="other", name="lab", site="a", from_=START, share_frac=0.5, priority=1)
    works = [queue(gpus=1000, from_=date(2025, 1, 2), until=date(2025, 1, 3)), lab]
    given = allot(works, [H100], gpus(1205), CLOCK, 0.0, MFU)
    assert list(given) == ["jobs"]
    total = given["jobs"].total_gpus
    assert total[24] == 600.0  # 602.5 are left, in nodes of 8
    assert set(total[:24]) == set(total[48:]) == {0.0}
    assert given["jobs"].hours == slice(24, 48)
    assert given["jobs"].group_gpus == (8,)


def test_the_plan_gives_it_what_was_allotted():
    works = [queue(share_frac=0.7, gpus=None), queue("more", share_frac=0.7, gpus=None, chips=("h100",))]
    energised = gpus(4000, 7200)
    given = allot(works, [H100, GB200], energised, CLOCK, 0.0, MFU)
    load = plan(works, energised, [H100, GB200], {name: JobsUse.none(CLOCK.hours) for name in given})
    for i, name in enumerate(load.workloads):
        assert np.array_equal(load.gpus[i], given[name].total_gpus)
    assert given["jobs"].total_gpus[0] == 7200 + 640  # the newest first: 7,840 are asked for


def test_a_node_of_ones_own_size_and_the_mean_power_of_several_kinds():
    given = allot([queue(gpus=8200, gpus_per_node=16)], [H100, GB200], gpus(4000, 7200), CLOCK, 0.0, MFU)[
        "jobs"
    ]
    assert given.gpus[0].tolist() == [992.0, 7200.0]
    assert given.group_gpus == (16, 16)
    kw = [s.measured_kw_per_gpu("training") for s in (H100, GB200)]
    assert given.working_kw_per_gpu == pytest.approx((992 * kw[0] + 7200 * kw[1]) / 8192, rel=1e-12)
    provisioned = 992 * H100.provisioned_kw_per_gpu + 7200 * GB200.provisioned_kw_per_gpu
    assert given.provisioned_mw[0] == pytest.approx(provisioned / 1000, rel=1e-12)


def test_power_follows_the_use():
    load = plan([queue()], gpus(1000), [H100], {"jobs": steady(busy=600, loaded=450, down=40, useful=500)})
    working, idle, down = (H100.measured_kw_per_gpu(state) for state in ("training", "idle", "down"))
    expected_kw = 450 * working + (800 - 450 - 40) * idle + 40 * down
    assert load.it_mw[0, 0] == pytest.approx(expected_kw / 1000, rel=1e-12)
    liquid = 450 * H100.liquid_kw_per_gpu("training") + 310 * H100.liquid_kw_per_gpu("idle")
    assert load.liquid_mw[0, 0] == pytest.approx(liquid / 1000, rel=1e-12)
    assert load.gpus[0, 0] == 800.0
    assert load.useful_gpus[0, 0] == pytest.approx(500.0)
    assert load.goodput_frac[0, 0] == pytest.approx(500 / 800)
    assert load.tokens[0].sum() == 0.0


@pytest.mark.parametrize(
    ("used", "said"),
    [
        ({}, "nothing for the queue of jobs 'jobs'"),
        ({"jobs": steady(busy=700, down=101)}, r"busy_gpus \+ down_gpus of jobs is 801 in hour 0"),
        ({"jobs": steady(busy=100, useful=101)}, "useful_gpus of jobs is 101"),
        ({"jobs": steady(busy=100, loaded=101)}, "loaded_gpus of jobs is 101"),
        ({"jobs": steady(useful=-1)}, "useful_gpus of jobs is -1"),
        ({"jobs": steady(busy=np.nan)}, "busy_gpus"),
        ({"jobs": JobsUse.none(3)}, "shape"),
    ],
)
def test_a_use_that_cannot_be_is_refused(used, said):
    with pytest.raises(ValueError, match=said):
        plan([queue()], gpus(1000), [H100], used)


def test_shedding_takes_useful_gpus_and_leaves_the_schedule():
    load = plan([queue()], gpus(800), [H100], {"jobs": steady(busy=800, useful=640)})
    result = account_shed(load, 0.25 * load.total_it_mw)
    assert result.useful_gpus_by_workload[0] == pytest.approx(np.full(CLOCK.hours, 480.0))
    assert result.gpus[0, 0] == pytest.approx(600.0)
    assert result.milestones == load.milestones


def told(**arrays):
    done = use(busy_gpus=np.where(HOURS < 30, 8.0, 0.0), **arrays)
    return done, plan([queue()], gpus(800), [H100], {"jobs": done}).milestones


def at(hour, count):
    return np.where(hour == HOURS, float(count), 0.0)


def test_a_milestone_tells_that_no_job_is_left_and_how_long_its_gpus_idle():
    _, (only,) = told(submitted_jobs=at(1, 5), finished_jobs=at(23, 4), failed_jobs=at(9, 1))
    assert (only.kind, only.hour, only.amount) == ("jobs_finished", 23, 4.0)
    assert only.text == (
        "jobs has finished 4 of 5 jobs, 1 fail by their user's fault, no job is left, "
        "and its GPUs idle for the 2 days to come; the mean wait is 0.0 h"
    )


def test_a_milestone_tells_what_is_left_at_the_end_and_what_never_starts():
    waiting = np.where(HOURS >= 2, 3.0, 0.0)
    given = {"submitted_jobs": at(2, 9), "finished_jobs": at(20, 5), "waiting_jobs": waiting}
    done = replace(use(**given), oversized_jobs=1, mean_wait_h=1.26)
    never, short = plan([queue()], gpus(800), [H100], {"jobs": done}).milestones
    assert (never.kind, never.hour, never.amount) == ("jobs_oversized", 2, 1.0)
    assert (short.kind, short.hour, short.amount) == ("jobs_short", CLOCK.hours - 1, 3.0)
    assert short.text == (
        "jobs has finished 5 of 9 jobs by 2025-01-04 00:00Z, 3 run or wait; the mean wait is 1.3 h"
    )


def test_no_job_no_milestone():
    assert told()[1] == ()


WRITTEN = {"kind": "jobs", "name": "q", "site": "a", "from": "2025-01-01", "share": 0.5, "generate": "lublin"}


def test_it_is_written_with_units_and_plain_words():
    more = {"checkpoints": {"interval": "30 min"}, "estimate": 3, "power_limit": "20 MW"}
    more |= {"tenants": [{"name": "a team", "quota": 64, "weight": 2}], "gpus_per_node": 8}
    work = TypeAdapter(Workload).validate_python(WRITTEN | more)
    assert isinstance(work, QueuedJobs)
    assert work.checkpoints.interval_s == 1800.0
    assert (work.estimate_ratio, work.power_limit_mw, work.tenants[0].quota_gpus) == (3.0, 20.0, 64)
    assert (work.policy, work.failures, work.repeat) == ("easy:depth=100", "off", False)


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        ({"gpus": 8}, "gpus_or_share"),
        ({"share": None}, "gpus_or_share"),
        ({"trace": "jobs.csv"}, "trace_or_generate"),
        ({"generate": None}, "trace_or_generate"),
        ({"format": "swf"}, "no_trace_to_read"),
        ({"map": "submit=t"}, "no_trace_to_read"),
        ({"skip_malformed": True}, "no_trace_to_read"),
        ({"trace": "jobs.csv", "generate": None, "format": "xls"}, "literal_error"),
        ({"until": "2024-12-31"}, "end_before_start"),
        ({"checkpoints": {"interval": "0 s"}}, "greater_than"),
    ],
)
def test_a_contradiction_is_refused(change, kind):
    with pytest.raises(ValidationError) as caught:
        TypeAdapter(Workload).validate_python(WRITTEN | change)
    assert [error["type"] for error in caught.value.errors()] == [kind]
