"""Small schedules that can be followed by hand."""

from __future__ import annotations

import numba
import numpy as np
import pytest

from gigawatt.cluster import Cause, Failures, Jobs, Machines, PowerBudget, Recovery, policies, simulate
from gigawatt.cluster.schedule import FINISHED, NEVER, OVER_LIMIT, USER_FAILED
from gigawatt.cluster.writers import trace_of


def starts(jobs: Jobs, policy, gpus: int = 8, **more) -> list[float]:
    return simulate(Machines.pool(gpus), jobs, policy, **more).first_start_s.tolist()


def test_checkpoints_are_written_between_not_at_the_end() -> None:
    jobs = Jobs(0.0, 100.0, gpus=4, checkpoint_interval_s=25.0, checkpoint_write_s=3.0)
    schedule = simulate(Machines.pool(8), jobs, "fifo")
    assert schedule.end_s.tolist() == [109.0]
    assert schedule.fates.checkpoint * 3600 == pytest.approx(36.0)


def test_a_preempted_job_keeps_its_work_and_pays_its_load() -> None:
    jobs = Jobs([0, 10], [100, 20], gpus=8, priority=[5, 1], checkpoint_load_s=7.0)
    schedule = simulate(Machines.pool(8), jobs, "priority")
    assert schedule.end_s.tolist() == [100 + 20 + 7, 30]
    assert schedule.preemptions.tolist() == [1, 0]
    assert schedule.fates.restart * 3600 == pytest.approx(56.0)


def test_serving_is_never_preempted() -> None:
    jobs = Jobs([0, 10], [100, 20], gpus=8, priority=[5, 1], serving=[True, False])
    assert starts(jobs, "priority") == [0.0, 100.0]


def test_dependencies_limits_user_failures_and_what_never_fits() -> None:
    jobs = Jobs(
        [0, 0, 0, 0], [50, 10, 40, 10], gpus=[2, 2, 2, 99], after=[-1, 0, -1, -1],
        limit_s=[np.inf, np.inf, 30, np.inf], fails_at_frac=[0.5, np.inf, np.inf, np.inf],
    )  # fmt: skip
    schedule = simulate(Machines.pool(8), jobs, "fifo")
    assert schedule.state.tolist() == [USER_FAILED, 3, OVER_LIMIT, NEVER]
    assert schedule.end_s[:3].tolist() == [25.0, 35.0, 30.0]


@pytest.mark.parametrize("limit_s", [np.inf, [np.inf, np.inf, 1000.0]])  # ends are foretold, or not
def test_a_user_failure_at_the_end_of_the_work_is_one_and_a_later_one_is_none(limit_s: object) -> None:
    jobs = Jobs([0, 0, 0], [50, 50, 50], gpus=4, fails_at_frac=[1.0, 1.5, np.inf], limit_s=limit_s)
    schedule = simulate(Machines.pool(12), jobs, "fifo")
    assert schedule.state.tolist() == [USER_FAILED, FINISHED, FINISHED]
    assert schedule.end_s.tolist() == [50.0] * 3
    assert (schedule.fates.useful * 3600, schedule.fates.user_failed * 3600) == (400.0, 200.0)
    assert trace_of(jobs).failed.tolist() == [True, False, False]


def test_gangs_are_packed_and_fragmentation_holds_them_back() -> None:
    """Three nodes of 8: three jobs of 5 leave 9 free GPUs, but no whole node."""
    jobs = Jobs([0, 0, 0, 1, 2], [100, 50, 70, 10, 10], gpus=[5, 5, 5, 8, 3])
    schedule = simulate(Machines.of(24, 8), jobs, "easy")
    assert schedule.first_start_s.tolist() == [0, 0, 0, 50, 2]
    assert schedule.runs.node[schedule.runs.job.tolist().index(3)] == 1
    assert schedule.curves.stranded_gpus[0] > 0


def test_a_gang_takes_the_smallest_part_that_holds_it() -> None:
    """Two racks of two nodes: a job of one node leaves the other rack whole for the next of two."""
    m = Machines.of(32, 8, nodes_per_rack=2, tier_speed_frac=(1.0, 1.0, 0.5, 0.5, 0.5))
    jobs = Jobs([0, 1, 2], [100, 100, 100], gpus=[8, 16, 8])
    schedule = simulate(m, jobs, "fifo")
    assert schedule.runs.node[np.argsort(schedule.runs.job)].tolist() == [0, 2, 1]
    assert schedule.end_s.tolist() == [100, 101, 102]


def test_a_spread_gang_is_slower_and_a_patient_one_waits() -> None:
    """At 10 s one node of each rack comes free: two racks at half the speed, or all of one at 100 s."""
    m = Machines.of(32, 8, nodes_per_rack=2, tier_speed_frac=(1.0, 1.0, 0.5, 0.5, 0.5))
    jobs = Jobs([0, 0, 0, 0, 1], [10, 100, 10, 100, 100], gpus=[8, 8, 8, 8, 16])
    assert simulate(m, jobs, "fifo").end_s[4] == 210.0
    assert simulate(m, jobs, policies.pack(patience_s=1e4)).end_s[4] == 200.0
    assert simulate(m, jobs, policies.pack(patience_s=30.0)).end_s[4] == 31.0 + 200.0


def test_spares_run_out() -> None:
    """Repairs take for ever: the second broken node finds no spare, and the job waits."""
    failures = Failures.poisson(
        16 * 10.0, recovery=Recovery("hot-spares"), spare_gpus=8, repair_median_s=1e12, repair_sigma=0.0
    )
    jobs = Jobs(0.0, 1e7, gpus=8, checkpoint_interval_s=60.0)
    schedule = simulate(Machines.of(16, 8), jobs, "fifo", failures, seed=1, until_s=1e6)
    assert schedule.runs.end_s.size == 1
    assert schedule.fates.down > 0
    assert schedule.state.tolist() == [1]


def test_lemons_fail_more_until_they_are_quarantined() -> None:
    plain = {"repair_median_s": 60.0, "lemon_frac": 0.1, "lemon_multiplier": 30.0}
    jobs = Jobs(0.0, 3e7, gpus=72, checkpoint_interval_s=600.0)
    counts = []
    for after in (0, 3):
        failures = Failures.poisson(2_000.0, quarantine_after=after, quarantine_s=3600.0, **plain)
        schedule = simulate(Machines.of(80, 8), jobs, "fifo", failures, seed=3, until_s=1e7)
        counts.append(int(schedule.restarts.sum()))
    assert counts[1] < 0.6 * counts[0]


def test_new_machines_fail_more() -> None:
    jobs = Jobs(0.0, 1e9, gpus=8, checkpoint_interval_s=600.0)
    old, new = (
        simulate(
            Machines.pool(8), jobs, "fifo",
            Failures.poisson(1_000.0, repair_median_s=0.0, infant_multiplier=5.0, age_s=age), until_s=5e6,
        ).failures
        for age in (1e9, 0.0)
    )  # fmt: skip
    # 5e6 s = 1.93 decay times of the excess 4: mean hazard 1 + 4 (1 - e^-1.93) / 1.93 = 2.77
    assert new / old == pytest.approx(2.77, rel=0.5)


def test_a_budget_slows_first_then_takes_off_the_least_important() -> None:
    power = PowerBudget(1.0, 0.0, np.array([8.0, 4.0, 8.0]), least_speed_frac=0.8, exponent=1.0)
    jobs = Jobs([0, 0], [7200, 7200], gpus=[4, 4], priority=[1, 2])
    schedule = simulate(Machines.pool(8), jobs, "easy", power=power)
    # Second hour: 8 kW x 0.8 is above 4 kW, so job 1 goes; job 0 runs at 0.8, as was set for both.
    assert schedule.preemptions.tolist() == [0, 1]
    assert schedule.curves.power_kw[1] == pytest.approx(3.2)
    assert schedule.end_s[0] == pytest.approx(7200 + 720)


def test_power_aware_does_not_start_what_a_coming_hour_cannot_carry() -> None:
    power = PowerBudget(1.0, 0.0, np.array([8.0, 4.0, 4.0, 8.0]))
    jobs = Jobs([0, 0, 0], [3600, 7000, 3000], gpus=[4, 4, 4])
    assert starts(jobs, "easy", power=power)[:2] == [0.0, 0.0]
    aware = simulate(Machines.pool(8), jobs, policies.power_aware(), power=power)
    assert aware.preemptions.sum() == 0
    assert aware.first_start_s.tolist()[:2] == [0.0, 0.0]
    assert aware.first_start_s[2] >= 3600.0


@pytest.mark.parametrize("name", ["srtf", "srsf", "las", "priority"])
def test_a_job_for_which_there_is_no_power_takes_no_gpus_from_others(name: str) -> None:
    # Six GPUs are more than the budget carries: the first in rank, and never to start.
    power = PowerBudget(1.0, 0.0, np.array([4.0]))
    policy = policies.las((50.0,)) if name == "las" else policies.named(name)
    jobs = Jobs([0.0, 0.0, 5.0], [100.0, 90.0, 1.0], gpus=[2, 2, 6], priority=[1, 1, 0])
    done = simulate(Machines.pool(8), jobs, policy, power=power)
    assert done.start_s[:2].tolist() == [0.0, 0.0]
    assert done.end_s[:2].tolist() == [100.0, 90.0]
    assert np.isnan(done.start_s[2])
    assert done.preemptions.sum() == 0


def test_what_a_budget_just_carries_takes_turns_under_it() -> None:
    # Ten GPUs of 0.7 kW are 7 kW but for rounding; the short job takes all of the long one's power.
    power = PowerBudget(0.7, 0.0, np.array([7.0]))
    jobs = Jobs([0.0, 0.0, 10.0], [100.0, 300.0, 20.0], gpus=[3, 7, 7])
    done = simulate(Machines.pool(16), jobs, "srtf", power=power)
    assert done.first_start_s.tolist() == [0.0, 0.0, 10.0]
    assert done.end_s.tolist() == [100.0, 320.0, 30.0]
    assert done.preemptions.tolist() == [0, 1, 0]


def test_nobody_is_taken_off_for_a_job_that_a_reservation_forbids() -> None:
    reserved_s = [100.0, np.inf, np.inf]
    jobs = Jobs([0, 0, 10], [100, 50, 200], gpus=[8, 8, 8], reserved_s=reserved_s, priority=[1, 9, 5])
    done = simulate(Machines.pool(8), jobs, "priority")
    assert done.end_s.tolist() == [200.0, 50.0, 400.0]
    assert done.preemptions.tolist() == [0, 0, 0]


@pytest.mark.parametrize("at_s", [1e7 + 0.3, 3.1e7 + 0.7])
def test_a_wake_that_rounding_puts_at_now_passes(at_s: float) -> None:
    # Service falls short of the threshold by less than an instant's rounding times the gang.
    jobs = Jobs([0.0, at_s, at_s + 1.0], [10.0, 1e5, 1e5], gpus=[8, 216, 216])
    done = simulate(Machines.pool(216), jobs, "las", until_s=at_s + 1e6)
    ended_s = [at_s + 2e5, at_s + 1e5 + 57_600 / 216]
    assert (done.end_s[1:] - ended_s).tolist() == pytest.approx([0.0, 0.0], abs=1e-3)


def test_a_policy_that_asks_for_now_can_be_interrupted() -> None:
    @numba.njit
    def decide(state, now_s):
        state.cluster[0].wake_s = now_s
        return 0

    class StopError(Exception):
        pass

    def tell(*_done: object) -> None:
        raise StopError

    with pytest.raises(StopError):
        simulate(Machines.pool(8), Jobs([0.0], [1.0]), decide, progress=tell)


def test_a_policy_of_ones_own_in_python() -> None:
    def last_in_first_out(state, now_s):
        c = state.cluster[0]
        free, count = int(c["free"]), 0
        for at in range(int(c["tail"]) - 1, int(c["head"]) - 1, -1):
            j = int(state.queue[at])
            if state.jobs["gpus"][j] <= free:
                state.actions[count] = (1, j, at)
                free -= int(state.jobs["gpus"][j])
                count += 1
        return count

    jobs = Jobs([0, 1, 2, 3], [10, 10, 10, 10], gpus=8)
    assert starts(jobs, last_in_first_out) == [0.0, 30.0, 20.0, 10.0]


def test_starting_what_does_not_fit_is_refused() -> None:
    def greedy(state, now_s):
        c = state.cluster[0]
        count = int(c["tail"] - c["head"])
        for i in range(count):
            state.actions[i] = (1, state.queue[int(c["head"]) + i], -1)
        return count

    schedule = simulate(Machines.pool(8), Jobs([0, 0, 0], [10, 10, 10], gpus=[6, 6, 2]), greedy)
    assert schedule.first_start_s.tolist() == [0.0, 10.0, 0.0]
    assert schedule.refused == 1


def test_progress_is_called_and_can_stop() -> None:
    class StopNowError(Exception):
        pass

    def never(state, now_s):
        return 0

    def stop(ended: int, jobs: int, now_s: float) -> None:
        raise StopNowError

    n = 400_000
    jobs = Jobs(np.arange(n) * 1.0, 1.0, gpus=1)
    slow = policies.Policy("slow", function=never)
    with pytest.raises(StopNowError):
        simulate(Machines.pool(2), jobs, slow, progress=stop)


def test_names() -> None:
    for name in policies.NAMES:
        assert policies.named(name).name == name
    with pytest.raises(ValueError, match="no policy 'lifo'"):
        policies.named("lifo")


def test_deadlines_that_were_missed_are_counted() -> None:
    jobs = Jobs([0, 0, 0], [10, 10, 10], gpus=8, deadline_s=[np.inf, 15.0, 12.0])
    schedule = simulate(Machines.pool(8), jobs, "edf")
    assert schedule.start_s.tolist() == [20.0, 10.0, 0.0]
    summary = schedule.summary()
    assert (summary["deadlines"], summary["deadlines_missed"]) == (2, 1)


def shortest_first(state, now_s):
    """One's own: shortest first among all that wait, with what arrays offer beyond indices."""
    c = state.cluster[0]
    waiting = state.queue[c.head : c.tail].copy()
    waiting.sort()
    free = c.plan_free
    n = 0
    while True:
        best = -1
        for j in waiting:
            job = state.jobs[j]
            planned = False
            for i in range(n):
                planned = planned or state.actions[i, 1] == j
            if not planned and (best < 0 or job.left_s < state.jobs[best].left_s):
                best = j
        if best < 0 or state.jobs[best].gpus > free:
            return n
        state.actions[n, :] = (1, best, -1)
        free -= state.jobs[best].gpus
        n += 1


def in_python(state, now_s):
    """The same where records are read by name."""
    c = state.cluster[0]
    waiting = state.queue[c["head"] : c["tail"]]
    free, n = int(c["plan_free"]), 0
    for j in sorted(waiting.tolist(), key=lambda j: (state.jobs["left_s"][j], j)):
        if state.jobs["gpus"][j] > free:
            break
        state.actions[n] = (1, j, -1)
        free -= int(state.jobs["gpus"][j])
        n += 1
    return n


@pytest.mark.parametrize(
    "where", [Machines.pool(16), (Machines.pool(8), Machines.pool(8))], ids=["one", "two"]
)
def test_a_policy_of_ones_own_runs_through_the_same_interface(where) -> None:

    rng = np.random.default_rng(4)
    jobs = Jobs(
        rng.uniform(0, 2000, 150), rng.exponential(100.0, 150) + 1.0, gpus=rng.choice([1, 2, 4, 8], 150)
    )
    expected = simulate(where, jobs, "sjf")
    for own in (in_python, numba.njit(shortest_first)):
        schedule = simulate(where, jobs, own)
        np.testing.assert_array_equal(schedule.start_s, expected.start_s)
        np.testing.assert_array_equal(schedule.end_s, expected.end_s)


def test_of_a_run_that_was_stopped_the_held_time_is_within_what_there_was():
    jobs = Jobs([0.0, 0.0], [100.0, 10.0], gpus=[4, 4])
    assert simulate(Machines.pool(8), jobs, "fifo", until_s=50.0).utilisation_frac == (4 * 50 + 4 * 10) / (
        8 * 50
    )
    assert simulate(Machines.pool(8), jobs, "fifo").utilisation_frac == (4 * 100 + 4 * 10) / (8 * 100)


@pytest.mark.parametrize(
    ("step_s", "end_s", "rows"), [(3600.0, 7200.0, 2), (3600.0, 7201.0, 3), (0.1, 3 * 0.1, 3)]
)
def test_curves_end_with_the_last_step_in_which_time_passed(step_s, end_s, rows) -> None:
    curves = simulate(Machines.pool(8), Jobs(0.0, end_s, gpus=4), "fifo", curve_step_s=step_s).curves
    assert curves.busy_gpus.tolist() == pytest.approx([4.0] * rows)
    assert curves.in_service_gpus.tolist() == pytest.approx([8.0] * rows)


@pytest.mark.parametrize(
    ("job", "count", "message"),
    [
        (10**6, 1, "names job 1000000"),
        (-1, 1, "names job -1"),
        (0, 10**6, "returns 1000000"),
        (0, -1, "returns -1"),
    ],
)
def test_a_policy_in_python_that_names_what_is_not_there_is_told_so(job, count, message) -> None:
    def wrong(state, now_s: float) -> int:
        state.actions[0] = (1, job, -1)
        return count

    with pytest.raises(ValueError, match=message):
        simulate(Machines.pool(8), Jobs([0], [100], gpus=[4]), wrong)


@pytest.mark.parametrize(
    ("gangs", "expected"),
    [([4, 4], [400, 400]), ([1] * 4, [100] * 4), ([1], [100]), ([8], [800]), ([3], [300])],
)
def test_software_on_a_node_strikes_jobs_by_the_gpus_that_they_hold(gangs, expected) -> None:
    """800 failures on 8 GPUs in 1,000 h: a job of g GPUs gets 100 g of them, what is free the rest."""
    causes = (Cause("software", 1 / 10.0, "job", 0.0),)
    jobs = Jobs([0.0] * len(gangs), 4e6, gpus=gangs, checkpoint_interval_s=60.0)
    schedule = simulate(
        Machines.of(8, 8), jobs, "fifo", Failures(causes, Recovery("partial", partial_s=0.0)), until_s=3.6e6
    )
    assert (abs(schedule.restarts - np.array(expected)) < 4 * np.sqrt(expected)).all()
    assert sum(gangs) < 8 or schedule.restarts.sum() == schedule.failures


def test_software_on_a_lemon_strikes_all_of_its_jobs() -> None:
    causes = (Cause("software", 1 / 100.0, "job", 0.0),)
    failures = Failures(causes, Recovery("partial", partial_s=0.0), lemon_frac=1.0, lemon_multiplier=1000.0)
    jobs = Jobs([0.0] * 4, 4e6, gpus=2, checkpoint_interval_s=60.0)
    schedule = simulate(Machines.of(8, 8), jobs, "fifo", failures, until_s=36_000.0)
    assert (abs(schedule.restarts - 200) < 60).all()


def test_one_spare_node_takes_all_gangs_of_a_broken_one() -> None:
    """Two of ten nodes work and hold 16 jobs of one GPU; each break costs one of the eight spares."""
    causes = (Cause("node", 1 / 800.0, "node", 1e7, 0.0),)
    failures = Failures(causes, Recovery("hot-spares", swap_s=1.0), spare_gpus=64)
    jobs = Jobs([0.0] * 100, 72_000.0, gpus=1)
    schedule = simulate(Machines.of(80, 8), jobs, "fifo", failures, seed=1, until_s=36_000.0)
    runs = schedule.runs
    at_s, change = np.r_[runs.end_s, runs.start_s], np.r_[-runs.gpus, runs.gpus]
    assert schedule.restarts.sum() >= 8
    assert np.cumsum(change[np.lexsort((change, at_s))]).max() == 16
    assert schedule.curves.busy_gpus.tolist() == [16.0] * 10
    assert schedule.fates.total == pytest.approx(800.0)
