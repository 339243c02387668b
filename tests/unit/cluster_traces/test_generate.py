"""Generated workloads: seeded, of the sizes and loads that were asked for."""

from __future__ import annotations

import numpy as np
import pytest

from gigawatt.cluster.generate import cycle_weights, daily_arrivals, generate, gpu_mix, lublin
from gigawatt.cluster.generate.arrivals import time_of_mass
from gigawatt.cluster.readers import read_trace
from gigawatt.kernel.errors import InputError


def rng(seed: int = 1) -> np.random.Generator:
    return np.random.default_rng(seed)


@pytest.mark.parametrize("make", [lublin, gpu_mix])
def test_the_same_seed_gives_the_same_jobs(make):
    one, same, other = make(500, 128, rng(4)), make(500, 128, rng(4)), make(500, 128, rng(5))
    for name in ("submit_s", "duration_s", "gpus", "tenant"):
        assert np.array_equal(getattr(one, name), getattr(same, name))
    assert not np.array_equal(one.duration_s, other.duration_s)


@pytest.mark.parametrize("make", [lublin, gpu_mix])
def test_jobs_fit_and_are_sorted(make):
    for gpus in (2, 5, 100, 1000):
        trace = make(3000, gpus, rng())
        assert trace.gpus.min() >= 1
        assert trace.gpus.max() <= gpus
        assert (np.diff(trace.submit_s) >= 0).all()
        assert trace.submit_s[0] == 0.0
        assert (trace.duration_s > 0).all()


def test_the_load_that_was_asked_for():
    for trace in (lublin(5000, 256, rng(), load_frac=0.7), gpu_mix(5000, 256, rng(), load_frac=0.7)):
        offered = 3600 * trace.gpu_hours / (256 * trace.span_s)
        assert offered == pytest.approx(0.7, rel=0.03)


def test_means_of_the_mix():
    trace = gpu_mix(200_000, 1024, rng(), mean_gpus=5.68, mean_duration_s=1414.0, spread=1.0)
    assert trace.gpus.mean() == pytest.approx(5.68, rel=0.03)
    assert trace.duration_s.mean() == pytest.approx(1414.0, rel=0.05)


def test_lublin_has_the_published_parts():
    trace = lublin(200_000, 128, rng())
    serial = (trace.gpus == 1).mean()
    assert serial == pytest.approx(0.244, abs=0.004)
    power = np.isin(trace.gpus, 2 ** np.arange(1, 8))[trace.gpus > 1].mean()
    # Powers of two: those that are made such, and those that are by chance.
    assert 0.576 / 0.756 < power < 0.576 / 0.756 + 0.1
    assert np.log(trace.duration_s).max() <= 12.0


def test_the_daily_cycle():
    weights = cycle_weights()
    assert weights.mean() == pytest.approx(1.0)
    days = lublin(100_000, 128, rng()).submit_s
    counts = np.bincount((days % 86_400 // 1800).astype(int), minlength=48)
    # A trace begins at the first arrival, not at midnight: compare the range, not the phase.
    assert counts.max() / counts.min() > 5.0


def test_arrivals_follow_the_weights():
    weights = np.arange(24, dtype=float)
    times = daily_arrivals(200_000, 10 * 86_400.0, weights, rng())
    counts = np.bincount((times % 86_400 // 3600).astype(int), minlength=24) / len(times)
    assert counts == pytest.approx(weights / weights.sum(), abs=0.003)
    assert times.max() < 10 * 86_400.0


def test_half_a_day_holds_half_a_days_arrivals():
    times = daily_arrivals(1000, 43_200.0, np.ones(24), rng())
    assert times.max() < 43_200.0


def test_mass_and_time_are_inverse():
    weights = np.array([1.0, 0.0, 3.0, 0.5])
    mass = np.linspace(0.0, 20.0, 501)
    times = time_of_mass(weights, mass)
    edges = np.concatenate([[0.0], np.cumsum(weights)])
    back = times // 86_400 * edges[-1] + np.interp(times % 86_400, np.arange(5) * 21_600.0, edges)
    assert back == pytest.approx(mass, abs=1e-9)


@pytest.mark.parametrize("weights", [[], [0.0] * 24, [-1.0] + [1.0] * 23, [np.nan] * 24])
def test_wrong_weights(weights):
    with pytest.raises(ValueError, match="weights"):
        daily_arrivals(10, 86_400.0, weights, rng())


def test_a_specification():
    trace = generate("generate:mix?jobs=300,load=0.5,tenants=3,mean_duration=2h&largest=16", gpus=64, seed=9)
    assert trace.jobs == 300
    assert trace.tenants == ("tenant-1", "tenant-2", "tenant-3")
    assert trace.gpus.max() <= 16
    assert "generated jobs, no measurement" in trace.notes


WRONG = {
    "generate:lubin": "write 'lublin'",
    "generate:lublin?job=3": "write 'jobs'",
    "generate:lublin?jobs=0": "correct jobs",
    "generate:lublin?jobs=1e9": "correct jobs",
    "generate:lublin?jobs=5,jobs=6": "give each option once",
    "generate:lublin?load=-1": "change the option",
    "generate:lublin?load=nan": "change the option",
    "generate:mix?hours=1:2:3": "correct hours",
    "generate:mix?mean_gpus=0.5": "change the option",
    "generate:mix?mean_duration=forever": "correct mean_duration",
    "generate:mix?mean_duration=90d,longest=1min,jobs=5": "change the option",
    "generate:mix?largest=1000": "change the option",
}


@pytest.mark.parametrize("text", WRONG)
def test_a_wrong_specification(text):
    with pytest.raises(InputError) as caught:
        generate(text, gpus=64, seed=0)
    problem = caught.value.problems[0]
    assert problem.code == "GW613"
    assert WRONG[text] in problem.remedy


@pytest.mark.shared
def test_lublin_against_a_file_of_its_authors_program(shared):
    """10,000 jobs of the authors' program for 256 nodes: shares, sizes and run times."""
    theirs = read_trace(shared / "traces/swf/lublin_256.swf")
    ours = lublin(200_000, 256, rng())
    standard_error = 1.0 / np.sqrt(theirs.jobs)
    for share in (lambda t: t.gpus == 1, lambda t: np.isin(t.gpus, 2 ** np.arange(9)), lambda t: t.gpus > 64):
        a, b = share(theirs).mean(), share(ours).mean()
        assert a == pytest.approx(b, abs=4.0 * np.sqrt(b * (1 - b)) * standard_error)
    a, b = np.log(theirs.duration_s), np.log(ours.duration_s)
    assert a.mean() == pytest.approx(b.mean(), abs=4.0 * b.std() * standard_error)
    assert a.std() == pytest.approx(b.std(), rel=0.03)
    assert theirs.gpus.mean() == pytest.approx(ours.gpus.mean(), abs=4.0 * ours.gpus.std() * standard_error)
