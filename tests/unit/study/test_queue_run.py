"""A queue of jobs on the GPUs of a site: machines by date, energy, goodput, seeds, and what is refused."""

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest

from gigawatt.cluster import Failures
from gigawatt.cluster.generate import generate
from gigawatt.cluster.readers import read_policy
from gigawatt.compute import FixedMfu, QueuedJobs, allot, plan_load, system
from gigawatt.kernel.clock import Clock
from gigawatt.kernel.errors import InputError
from gigawatt.study.queue_run import Queue, repeated, run_queue, seed_of

START = date(2026, 1, 1)
CLOCK = Clock(START, START + timedelta(days=30))
H100, GB200 = system("h100"), system("gb200")
STEADY = [256] * 30
CHECKPOINTS = {"checkpoint_interval_s": 1800.0, "checkpoint_write_s": 10.0, "checkpoint_load_s": 60.0}


def queue(failures=None, checkpoints=None, trace=None, **more):
    given = {"gpus": 256, "generate": "lublin?jobs=300,load=0.7", "policy": "easy:depth=100"} | more
    if trace is not None:
        given["generate"], given["trace"] = None, "given.csv"
    work = QueuedJobs(kind="jobs", name="lab", site="a", **({"from_": START} | given))
    return Queue(work, trace, read_policy(work.policy), failures, checkpoints or {})


def run(asked, days=STEADY, systems=(H100,), cap_mw=1e3, seed=1):
    """Allot, simulate, plan: the queue's result and the site's load."""
    gpus = np.array(days, dtype=float).reshape(len(days), -1)
    given = allot([asked.work], systems, gpus, CLOCK, 0.0, FixedMfu(0.4))["lab"]
    result = run_queue(asked, given, np.broadcast_to(cap_mw, CLOCK.hours), seed)
    load = plan_load([asked.work], systems, gpus, CLOCK, 0.0, FixedMfu(0.4), used={"lab": result.use})
    return result, load, given


def jobs(submit_h, duration_h, gpus):
    """A trace by hand."""
    count = len(submit_h)
    made = generate(f"lublin?jobs={count}", 64, 0)
    return replace(
        made,
        submit_s=np.array(submit_h) * 3600.0,
        duration_s=np.array(duration_h) * 3600.0,
        gpus=np.array(gpus),
        estimate_s=np.full(count, np.nan),
    )


def test_hand_made_jobs_give_the_hours_that_one_expects():
    trace = jobs([0.5, 1.0, 2.0], [2.0, 3.0, 1.0], [256, 128, 128])
    result, load, _ = run(queue(trace=trace))
    use = result.use
    assert use.busy_gpus[:7].tolist() == [128.0, 256.0, 256.0, 192.0, 128.0, 64.0, 0.0]
    assert use.useful_gpus == pytest.approx(use.busy_gpus)
    assert use.waiting_jobs[:3].tolist() == [0.0, 1.0, 1.0]
    assert use.submitted_jobs[:3].tolist() == [1.0, 1.0, 1.0]
    assert use.finished_jobs.sum() == 3.0
    assert use.mean_wait_h == pytest.approx((0.0 + 1.5 + 0.5) / 3)
    assert load.milestones[0].text == (
        "lab has finished 3 of 3 jobs, no job is left, and its GPUs idle for the 30 days to come; "
        "the mean wait is 0.7 h"
    )


@pytest.mark.parametrize("failures", [None, Failures.llama3()])
def test_the_simulated_power_is_what_compute_accounts(failures):
    result, load, given = run(queue(failures, CHECKPOINTS))
    done = result.schedule
    step_h = np.minimum(done.end_of_simulation_s / 3600 - np.arange(len(done.curves.power_kw)), 1.0)
    simulated_kwh = float(done.curves.power_kw @ step_h)
    beyond_h = CLOCK.hours - done.end_of_simulation_s / 3600
    always_kwh = given.down_kw_per_gpu * float(given.total_gpus.sum())
    idle_kwh = (given.idle_kw_per_gpu - given.down_kw_per_gpu) * 256 * beyond_h
    accounted_kwh = float(load.it_mw.sum()) * 1e3
    assert accounted_kwh == pytest.approx(simulated_kwh + always_kwh + idle_kwh, rel=1e-6)
    assert result.use.loaded_gpus == pytest.approx(result.use.busy_gpus, abs=1e-6)


def test_what_counts_adds_up_to_the_fates():
    failing = replace(Failures.llama3(), causes=Failures.poisson(5_000.0).causes)
    result, _, _ = run(queue(failing, CHECKPOINTS, generate="lublin?jobs=2000,load=1.2"))
    fates = result.schedule.fates
    counted = fates.useful + fates.unfinished
    assert result.use.useful_gpus.sum() == pytest.approx(counted, rel=1e-9)
    held = fates.total - fates.idle - fates.down
    assert result.use.busy_gpus.sum() == pytest.approx(held, rel=1e-9)
    assert result.schedule.failures > 0
    assert result.use.down_gpus.max() > 0.0
    assert counted < held


def test_machines_come_and_go_by_date():
    days = [0] * 3 + [64] * 5 + [256] * 10 + [128] * 12
    result, load, given = run(queue(generate="lublin?jobs=3000,load=1.5"), days)
    use = result.use
    assert given.total_gpus[::24].tolist() == days
    assert not use.busy_gpus[:72].any()
    assert use.waiting_jobs[71] > 0.0
    assert use.busy_gpus[72:192].max() == pytest.approx(64.0)
    assert use.busy_gpus[192:432].max() > 200.0
    assert (use.busy_gpus + use.down_gpus <= given.total_gpus + 1e-6).all()
    assert use.busy_gpus[440:].max() == pytest.approx(128.0)
    assert load.it_mw[0, :72].max() == 0.0


def test_a_power_limit_that_falls_slows_jobs_and_is_kept():
    cap_mw = np.where(np.arange(CLOCK.hours) < 240, 1.0, 0.22)
    free, _, _ = run(queue(generate="lublin?jobs=2000,load=1.5"))
    limited, load, given = run(queue(generate="lublin?jobs=2000,load=1.5"), cap_mw=cap_mw)
    assert 256 * given.working_kw_per_gpu > 220.0 > 256 * given.idle_kw_per_gpu
    assert (load.total_it_mw <= cap_mw * (1 + 1e-6)).all()
    assert load.it_mw[0, 240:].max() > 0.2
    slowed = limited.use.busy_gpus - limited.use.loaded_gpus
    assert slowed[:240] == pytest.approx(np.zeros(240), abs=1e-6)
    assert slowed[240:].max() > 10.0
    assert limited.schedule.fates.slowed > 0.0
    assert limited.use.finished_jobs.sum() < free.use.finished_jobs.sum()


def test_a_limit_below_what_idle_gpus_draw_is_told():
    result, _, _ = run(queue(), cap_mw=0.01)
    assert any("without any job" in note for note in result.notes)


def test_several_kinds_of_gpu_are_one_pool_and_it_says_so():
    days = [[128, 144]] * 30
    result, load, given = run(queue(gpus=272), days, (H100, GB200))
    assert given.total_gpus[0] == 272.0
    assert any("2 kinds of GPU" in note for note in result.notes)
    assert any("one pool" in note for note in result.notes)
    accounted = float(load.it_mw.sum())
    use = result.use
    mean = (
        given.idle_kw_per_gpu * (given.total_gpus - use.loaded_gpus)
        + given.working_kw_per_gpu * use.loaded_gpus
    )
    assert accounted == pytest.approx(float(mean.sum()) / 1e3, rel=1e-9)


def test_equal_seeds_give_equal_hours_and_others_do_not():
    first, again, other = (run(queue(Failures.llama3()), seed=s)[0].use for s in (1, 1, 2))
    assert first.busy_gpus.tobytes() == again.busy_gpus.tobytes()
    assert first.busy_gpus.tobytes() != other.busy_gpus.tobytes()
    assert len({seed_of(s, p) for s in (1, 2) for p in ("jobs a", "jobs b", "failures a")}) == 6


def test_a_queue_that_is_never_given_a_gpu_simulates_nothing():
    result, load, _ = run(queue(), [0] * 30)
    assert result.schedule is None
    assert "never given a GPU" in result.notes[0]
    assert load.milestones == ()


def test_jobs_larger_than_the_machines_never_start():
    trace = jobs([0.0, 1.0], [1.0, 1.0], [1024, 8])
    _, load, _ = run(queue(trace=trace, policy="easy"))
    assert [m.kind for m in load.milestones] == ["jobs_oversized", "jobs_finished"]


def test_a_trace_with_calendar_times_keeps_its_hour_of_the_day():
    trace = replace(jobs([0.0, 2.0], [1.0, 1.0], [8, 8]), stamped=True, start_s=86_400.0 * 9 + 6.5 * 3600)
    use = run(queue(trace=trace))[0].use
    assert np.flatnonzero(use.submitted_jobs).tolist() == [6, 8]


def test_repeated_jobs_keep_their_hour_and_their_links():
    trace = replace(jobs([0.0, 30.0], [1.0, 1.0], [8, 16]), after=np.array([-1, 0]))
    again = repeated(trace, 6.5 * 86_400.0, "lab")
    assert (again.submit_s / 3600).tolist() == [0, 30, 48, 78, 96, 126, 144, 174]
    assert again.gpus.tolist() == [8, 16] * 4
    assert again.after.tolist() == [-1, 0, -1, 2, -1, 4, -1, 6]
    assert "again every 2 days" in again.notes[-1]


def test_repeated_jobs_keep_a_queue_busy_to_the_end():
    once, more = (run(queue(generate="lublin?jobs=100,load=0.8", repeat=r))[0].use for r in (False, True))
    assert not once.busy_gpus[-240:].any()
    assert more.busy_gpus[-240:].mean() > 50.0
    assert more.submitted_jobs.sum() > once.submitted_jobs.sum()


def refused(asked, **more):
    with pytest.raises(InputError) as caught:
        run(asked, **more)
    (problem,) = caught.value.problems
    return problem


def test_what_does_not_go_together_is_refused_with_its_field():
    spare = refused(queue(replace(Failures.llama3(), spare_gpus=3)))
    assert (spare.code, spare.path) == ("GW614", "workloads.lab")
    small = refused(queue(gpus=8, generate="mix?jobs=10,largest=1024"))
    assert (small.code, small.path) == ("GW613", "workloads.lab.generate")


def test_too_many_repetitions_are_refused():
    trace = jobs([0.0], [1.0], [8])
    with pytest.raises(InputError, match="30,000,000 jobs"):
        repeated(trace, 30e6 * 86_400.0, "lab")


def test_a_cap_that_just_carries_its_gpus_slows_nobody_when_they_fall():
    days = [256] * 15 + [128] * 15
    cap_mw = np.repeat(days, 24) * H100.provisioned_kw_per_gpu / 1e3
    result, _, _ = run(queue(generate="lublin?jobs=3000,load=1.5"), days, cap_mw=cap_mw)
    assert result.use.busy_gpus[300:360].max() > 128.0
    assert result.use.loaded_gpus == pytest.approx(result.use.busy_gpus, abs=1e-6)
    assert result.schedule.over_budget_kwh == 0.0
