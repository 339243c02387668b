"""The simulation against queueing theory and against renewal theory.

Oracles: M/M/1, Erlang C (M/M/c), Pollaczek and Khinchine (M/G/1), Cobham's priorities (non-preemptive M/M/1);
goodput of a run with checkpoints in closed form, Daly (2006), as in gigawatt.compute.goodput.
"""

from __future__ import annotations

from math import factorial

import numpy as np
import pytest

from gigawatt.cluster import Failures, Jobs, Machines, Recovery, policies, simulate
from gigawatt.compute import goodput_frac, time_shares

N = 400_000


def poisson_jobs(rate: float, service: np.ndarray, seed: int, **more) -> Jobs:
    rng = np.random.default_rng(seed)
    return Jobs(np.cumsum(rng.exponential(1 / rate, service.size)), service, gpus=1, **more)


def exponential(mean: float, seed: int) -> np.ndarray:
    return np.random.default_rng(seed + 1000).exponential(mean, N) + 1e-12


def erlang_c_wait(rate: float, mean: float, servers: int) -> float:
    load = rate * mean
    top = load**servers / factorial(servers) * servers / (servers - load)
    busy = top / (sum(load**k / factorial(k) for k in range(servers)) + top)
    return busy * mean / (servers - load)


@pytest.mark.parametrize("servers", [1, 3, 10])
def test_mean_wait_of_mmc(servers: int) -> None:
    """Mean of four long runs: one alone scatters by some 4 %."""
    rate = 0.8 * servers
    waits = [
        simulate(
            Machines.pool(servers), poisson_jobs(rate, exponential(1.0, seed), seed), "fifo"
        ).wait_s.mean()
        for seed in range(20, 24)
    ]
    assert np.mean(waits) == pytest.approx(erlang_c_wait(rate, 1.0, servers), rel=0.04)


@pytest.mark.parametrize("kind", ["constant", "uniform", "lognormal"])
def test_mean_wait_of_mg1(kind: str) -> None:
    rng = np.random.default_rng(5)
    draws = {
        "constant": np.ones(N),
        "uniform": rng.uniform(0.01, 2, N),
        "lognormal": rng.lognormal(-0.5, 1, N),
    }
    service = draws[kind]
    second = {"constant": 1.0, "uniform": (2**3 - 0.01**3) / 3 / 1.99, "lognormal": np.exp(1.0)}[kind]
    mean = {"constant": 1.0, "uniform": 1.005, "lognormal": 1.0}[kind]
    rate = 0.7 / mean
    schedule = simulate(Machines.pool(1), poisson_jobs(rate, service, 6), "fifo")
    assert schedule.wait_s.mean() == pytest.approx(rate * second / 2 / (1 - 0.7), rel=0.05)


def test_mean_waits_of_priorities() -> None:
    """Cobham (1954): W_k = R / ((1 - s_(k-1)) (1 - s_k)) with R the mean residual work."""
    rng = np.random.default_rng(9)
    rate, shares = 0.8, np.array([0.3, 0.3, 0.4])
    klass = rng.choice(3, N, p=shares)
    jobs = poisson_jobs(rate, exponential(1.0, 9), 9, priority=klass)
    schedule = simulate(Machines.pool(1), jobs, policies.priority(preemption=False))
    loads = np.concatenate([[0.0], np.cumsum(rate * shares)])
    for k in range(3):
        expected = rate / ((1 - loads[k]) * (1 - loads[k + 1]))
        assert schedule.wait_s[jobs.priority == k].mean() == pytest.approx(expected, rel=0.06)


def test_preemptive_priorities_do_not_see_lower_ones() -> None:
    """With preemptive resume the first class has an M/M/1 of its own."""
    rng = np.random.default_rng(10)
    klass = rng.choice(2, N, p=[0.5, 0.5])
    jobs = poisson_jobs(0.8, exponential(1.0, 10), 10, priority=klass)
    schedule = simulate(Machines.pool(1), jobs, policies.priority())
    assert schedule.wait_s[jobs.priority == 0].mean() == pytest.approx(0.4 / (1 - 0.4), rel=0.05)


@pytest.mark.parametrize("interval_s", [200.0, 800.0, 3000.0])
@pytest.mark.parametrize("mtbf_s", [1000.0, 5000.0])
def test_goodput_is_the_closed_form(interval_s: float, mtbf_s: float) -> None:
    """One job on all machines but the spares, which never run out; failures strike nothing else."""
    gpus, spares = 8_000, 800
    hours = mtbf_s / 3600.0 * gpus
    recovery = Recovery("hot-spares", swap_s=60.0)
    failures = Failures.poisson(
        hours, recovery=recovery, spare_gpus=spares, repair_median_s=600.0, repair_sigma=0.0, detect_s=30.0
    )
    machines = Machines.of(gpus + spares, 8)
    jobs = Jobs(0.0, 1e12, gpus=gpus, checkpoint_interval_s=interval_s, checkpoint_write_s=25.0,
                checkpoint_load_s=40.0)  # fmt: skip
    until_s = 4000.0 * mtbf_s
    schedule = simulate(machines, jobs, "fifo", failures, seed=1, until_s=until_s)
    offered = gpus * until_s / 3600.0
    # Failures fall on all machines alike: those that fall on the job come at the rate of its GPUs.
    shares = time_shares(gpus, 1 / hours, 130 / 3600, 25 / 3600, interval_s / 3600)
    assert schedule.fates.unfinished / offered == pytest.approx(float(shares.useful_frac), abs=0.012)
    assert schedule.fates.restart / offered == pytest.approx(float(shares.restart_frac), abs=0.012)


def test_the_interval_of_daly_is_the_best() -> None:
    useful = [float(goodput_frac(8_000, 1 / (8_000 * 0.5), 0.02, 25 / 3600, h)) for h in (0.02, 0.0765, 0.3)]
    failures = Failures.poisson(
        8_000 * 0.5, recovery=Recovery("hot-spares", swap_s=72.0), spare_gpus=800, repair_median_s=60.0
    )
    ours = []
    for h in (0.02, 0.0765, 0.3):
        jobs = Jobs(0.0, 1e12, gpus=8_000, checkpoint_interval_s=h * 3600, checkpoint_write_s=25.0)
        schedule = simulate(Machines.of(8_800, 8), jobs, "fifo", failures, seed=2, until_s=5e6)
        ours.append(schedule.fates.unfinished / (8_000 * 5e6 / 3600))
    assert ours == pytest.approx(useful, abs=0.012)
    assert max(ours) == ours[1]
