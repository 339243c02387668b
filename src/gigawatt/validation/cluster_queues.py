"""Means of simulated queues beside the closed forms, with tolerances from the simulation's own scatter."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gigawatt.cluster import Jobs, Machines, policies, simulate
from gigawatt.cluster.policies import Policy
from gigawatt.validation import queueing
from gigawatt.validation.rows import ValidationRow

Floats = NDArray[np.float64]
Draw = Callable[[np.random.Generator, int], Floats]

REPEATS = 40
JOBS = 20_000
WARM_UP = 2_000
"""Jobs at the beginning that are not counted: the queue starts empty."""
T_999 = 3.574
"""Student's t with 37 degrees of freedom, two-sided 99.9 %: the tolerance in standard errors, 40 repeats less
three coefficients."""
_KLEINROCK = "Kleinrock, Queueing Systems I (1975)"


@dataclass(frozen=True, slots=True)
class Scatter:
    """A simulated mean and its tolerance."""

    mean: float
    tolerance: float


def exponential(mean_s: float) -> Draw:
    """Draw exponential times."""
    return lambda rng, n: rng.exponential(mean_s, n)


def _equal(mean_s: float) -> Draw:
    return lambda _, n: np.full(n, mean_s)


def _hyper(mean_s: float) -> Draw:
    """Draw from two exponentials in equal shares, of 0.2 and 1.8 times the mean: E[S^2] = 3.28 mean^2."""
    return lambda rng, n: rng.exponential(np.where(rng.random(n) < 0.5, 0.2 * mean_s, 1.8 * mean_s))


def _lognormal(mean_s: float, sigma: float) -> Draw:
    return lambda rng, n: mean_s * np.exp(rng.normal(-0.5 * sigma**2, sigma, n))


def measure(
    policy: Policy,
    gpus: int,
    classes: Sequence[tuple[float, Draw, float]],
    *,
    size: int = 1,
    of_class: int = 0,
    completion: bool = False,
    seed: int = 1,
) -> Scatter:
    """Simulate Poisson arrivals of one or more classes, and average over independent repeats.

    Parameters
    ----------
    policy
        Who goes first; the class's number is its priority.
    gpus
        GPUs of the pool.
    classes
        For each its rate, 1/s, how its services are drawn, and their mean, s.
    size
        GPUs of every job.
    of_class
        Whose mean is taken.
    completion
        Whether completion times are averaged, not waits.
    seed
        Of the first repeat.
    """
    rates = np.array([rate for rate, _, _ in classes])
    service_s = float(rates @ [mean for _, _, mean in classes] / rates.sum())
    means, controls = [], []
    for repeat in range(REPEATS):
        rng = np.random.default_rng([seed, repeat])
        submit_s = np.cumsum(rng.exponential(1.0 / rates.sum(), JOBS))
        kind = rng.choice(len(classes), JOBS, p=rates / rates.sum())
        duration_s = np.empty(JOBS)
        for k, (_, draw, _) in enumerate(classes):
            duration_s[kind == k] = draw(rng, int((kind == k).sum()))
        jobs = Jobs(submit_s, np.maximum(duration_s, 1e-12), gpus=size, priority=kind)
        done = simulate(Machines.pool(gpus), jobs, policy)
        counted = (np.arange(JOBS) >= WARM_UP) & (kind == of_class)
        values = done.jct_s if completion else done.wait_s
        means.append(float(values[counted].mean()))
        controls.append((duration_s.mean() - service_s, submit_s[-1] / JOBS - 1.0 / rates.sum()))
    return _controlled(np.array(means), np.array(controls))


def _controlled(means: Floats, controls: Floats) -> Scatter:
    """Average repeats, less what their own mean service and gap explain (control variates with known means).

    Law, Simulation Modeling and Analysis (2015), section 11.4: the intercept of
    a regression on the controls, with its standard error.
    """
    design = np.column_stack([np.ones(len(means)), controls])
    coefficients, *_ = np.linalg.lstsq(design, means, rcond=None)
    residual = means - design @ coefficients
    variance = residual @ residual / (len(means) - design.shape[1])
    error = float(np.sqrt(variance * np.linalg.pinv(design.T @ design)[0, 0]))
    return Scatter(float(coefficients[0]), T_999 * error)


def queue_rows() -> list[ValidationRow]:
    """Lay simulated waits and completion times beside the closed forms."""
    return [*_one_server(), *_several_servers(), *_any_service(), *_priorities(), *_shortest_first()]


def _row(
    group: str, quantity: str, expected: float, seen: Scatter, source: str, baseline: float | None = None
) -> ValidationRow:
    return ValidationRow(
        model="cluster",
        group=group,
        quantity=quantity,
        published=expected,
        modelled=seen.mean,
        tolerance=seen.tolerance / expected,
        relative=True,
        source=source,
        baseline=baseline,
        note=f"tolerance: 99.9 % confidence of {REPEATS} repeats of {JOBS - WARM_UP:,} jobs",
    )


def _one_server() -> list[ValidationRow]:
    found = []
    for load in (0.5, 0.7, 0.8):
        expected = queueing.wait_m_m_1_s(load, 1.0)
        seen = measure(policies.fifo(), 1, [(load, exponential(1.0), 1.0)], seed=int(100 * load))
        text = f"mean wait, M/M/1 at a load of {load}, service times"
        found.append(_row("queue M/M/1", text, expected, seen, f"{_KLEINROCK}, section 3.2", load))
    return found


def _several_servers() -> list[ValidationRow]:
    found = []
    for servers, load, size in ((2, 0.7, 1), (8, 0.8, 8), (32, 0.9, 1)):
        expected = queueing.wait_m_m_c_s(servers * load, 1.0, servers)
        classes = [(servers * load, exponential(1.0), 1.0)]
        seen = measure(policies.fifo(), servers * size, classes, size=size, seed=servers)
        gangs = f"gangs of {size} on {servers * size} GPUs" if size > 1 else f"{servers} GPUs"
        text = f"mean wait, M/M/{servers} at a load of {load}, {gangs}, service times"
        naive = queueing.wait_m_m_1_s(load, 1.0) / servers
        found.append(
            _row("queue M/M/c (Erlang C)", text, expected, seen, f"{_KLEINROCK}, section 3.5", naive)
        )
    return found


def _any_service() -> list[ValidationRow]:
    found = []
    cases: tuple[tuple[str, Draw, float], ...] = (
        ("equal services", _equal(1.0), 1.0),
        ("two exponentials", _hyper(1.0), 3.28),
        ("log-normal services, sigma 1", _lognormal(1.0, 1.0), float(np.e)),
    )
    naive = queueing.wait_m_m_1_s(0.7, 1.0)
    for seed, (name, draw, second) in enumerate(cases):
        expected = queueing.wait_m_g_1_s(0.7, 1.0, second)
        seen = measure(policies.fifo(), 1, [(0.7, draw, 1.0)], seed=300 + seed)
        text = f"mean wait, M/G/1 at a load of 0.7, {name}, service times"
        source = f"Pollaczek and Khinchine; {_KLEINROCK}, section 5.6"
        found.append(_row("queue M/G/1 (Pollaczek-Khinchine)", text, expected, seen, source, naive))
    return found


def _priorities() -> list[ValidationRow]:
    rates, means, seconds = (0.3, 0.45), (1.0, 1.0), (2.0, 2.0)
    classes = [(rate, exponential(mean), mean) for rate, mean in zip(rates, means, strict=True)]
    waits = queueing.wait_by_priority_s(rates, means, seconds)
    times = queueing.completion_preemptive_s(rates, means, seconds)
    equal = queueing.wait_m_m_1_s(sum(rates), 1.0)
    found = []
    for k, name in enumerate(("first", "second")):
        seen = measure(policies.priority(preemption=False), 1, classes, of_class=k, seed=400)
        text = f"mean wait of the {name} of two classes, no preemption, service times"
        found.append(
            _row("priority queues", text, waits[k], seen, "Cobham, Operations Research 2 (1954)", equal)
        )
    for k, name in enumerate(("first", "second")):
        seen = measure(policies.priority(), 1, classes, of_class=k, completion=True, seed=401)
        text = f"mean completion of the {name} of two classes, with preemption, service times"
        source = "Kleinrock, Queueing Systems II (1976), section 3.4"
        found.append(_row("priority queues", text, times[k], seen, source, equal + 1.0))
    return found


def _shortest_first() -> list[ValidationRow]:
    expected = queueing.completion_srpt_s(0.8, lambda t: np.exp(-t), 40.0)
    seen = measure(policies.srtf(), 1, [(0.8, exponential(1.0), 1.0)], completion=True, seed=500)
    text = "mean completion, M/M/1 at a load of 0.8, shortest remaining first, service times"
    source = "Schrage and Miller, Operations Research 14 (1966)"
    return [
        _row("shortest remaining first", text, expected, seen, source, queueing.wait_m_m_1_s(0.8, 1.0) + 1.0)
    ]
