"""Closed forms of queueing theory and of checkpoints, which a simulation must reproduce."""

from __future__ import annotations

import heapq
import math
from collections.abc import Callable, Sequence

import numpy as np

# Arrivals are Poisson with rate_per_s; the mean of a service is mean_s, its second moment second_s2.


def wait_m_m_1_s(rate_per_s: float, mean_s: float) -> float:
    r"""Mean wait in a queue with one server and exponential services, :math:`\rho s/(1-\rho)`.

    References
    ----------
    Kleinrock, Queueing Systems, volume 1 (1975), section 3.2.

    Examples
    --------
    >>> round(wait_m_m_1_s(0.8, 1.0), 9)
    4.0
    """
    load = rate_per_s * mean_s
    return load * mean_s / (1.0 - load)


def erlang_c(servers: int, offered: float) -> float:
    r"""Probability that an arrival waits, with so many servers and ``offered`` erlangs (< servers).

    By the recursion of Erlang's B, :math:`B_c = aB_{c-1}/(c + aB_{c-1})`, then
    :math:`C = cB/(c - a(1-B))`.

    References
    ----------
    Erlang, "Solution of some problems in the theory of probabilities of significance in automatic telephone
    exchanges" (1917); Kleinrock (1975), section 3.5.

    Examples
    --------
    >>> round(erlang_c(1, 0.8), 9), round(erlang_c(10, 8.0), 4)
    (0.8, 0.4092)
    """
    blocked = 1.0
    for c in range(1, servers + 1):
        blocked = offered * blocked / (c + offered * blocked)
    return servers * blocked / (servers - offered * (1.0 - blocked))


def wait_m_m_c_s(rate_per_s: float, mean_s: float, servers: int) -> float:
    """Mean wait with several servers and exponential services.

    Examples
    --------
    >>> round(wait_m_m_c_s(0.8, 1.0, 1), 9)
    4.0
    """
    return erlang_c(servers, rate_per_s * mean_s) * mean_s / (servers - rate_per_s * mean_s)


def wait_m_g_1_s(rate_per_s: float, mean_s: float, second_s2: float) -> float:
    r"""Mean wait with one server and any service times, :math:`\lambda E[S^2]/2(1-\rho)`.

    References
    ----------
    Pollaczek (1930), Khinchine (1932); Kleinrock (1975), section 5.6.

    Examples
    --------
    Half of the wait with exponential services where all are alike:

    >>> round(wait_m_g_1_s(0.8, 1.0, 1.0), 9)
    2.0
    """
    return rate_per_s * second_s2 / (2.0 * (1.0 - rate_per_s * mean_s))


def completion_preemptive_s(
    rates_per_s: Sequence[float], means_s: Sequence[float], seconds_s2: Sequence[float]
) -> list[float]:
    r"""Mean completion time by class, one server, the first class preempts and the others resume.

    .. math:: T_k = \frac{s_k}{1-\sigma_{k-1}} +
              \frac{\sum_{i\le k}\lambda_i E[S_i^2]/2}{(1-\sigma_{k-1})(1-\sigma_k)}

    References
    ----------
    Kleinrock, Queueing Systems, volume 2 (1976), section 3.4.

    Examples
    --------
    The first class does not notice the second:

    >>> [round(t, 6) for t in completion_preemptive_s([0.4, 0.4], [1.0, 1.0], [2.0, 2.0])]
    [1.666667, 8.333333]
    """
    found = []
    for k in range(len(rates_per_s)):
        above = sum(rates_per_s[i] * means_s[i] for i in range(k))
        with_it = above + rates_per_s[k] * means_s[k]
        residual = 0.5 * sum(rates_per_s[i] * seconds_s2[i] for i in range(k + 1))
        found.append(means_s[k] / (1.0 - above) + residual / ((1.0 - above) * (1.0 - with_it)))
    return found


def completion_srpt_s(
    rate_per_s: float, density: Callable[[np.ndarray], np.ndarray], longest_s: float
) -> float:
    r"""Mean completion time with one server that always serves the shortest remaining time.

    .. math:: T(x) = \frac{\lambda\int_0^x t^2 f\,dt + \lambda x^2(1-F(x))}{2(1-\rho(x))^2}
              + \int_0^x \frac{dt}{1-\rho(t)}, \quad \rho(x) = \lambda\int_0^x t f\,dt

    by the trapezium rule.

    References
    ----------
    Schrage and Miller, "The queue M/G/1 with the shortest remaining processing time discipline", Operations
    Research 14 (1966) 670-684.

    Examples
    --------
    Exponential services of 1 s at a load of 0.8; first come first served takes 5 s:

    >>> round(completion_srpt_s(0.8, lambda t: np.exp(-t), 40.0), 3)
    2.353
    """
    x = np.linspace(0.0, longest_s, 200_001)
    f = density(x)
    below = _integral(x, f)
    load = rate_per_s * _integral(x, x * f)
    residual = rate_per_s * (_integral(x, x**2 * f) + x**2 * (below[-1] - below))
    of_size = residual / (2.0 * (1.0 - load) ** 2) + _integral(x, 1.0 / (1.0 - load))
    return float(_integral(x, of_size * f)[-1] / below[-1])


def _integral(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Running integral by the trapezium rule."""
    return np.concatenate([[0.0], np.cumsum(0.5 * (y[1:] + y[:-1]) * np.diff(x))])


def young_interval_s(mean_between_s: float, write_s: float) -> float:
    r"""Useful work between checkpoints after Young, :math:`\sqrt{2\delta M}`.

    References
    ----------
    Young, "A first order approximation to the optimum checkpoint interval", Comm. ACM 17 (1974) 530-531.

    Examples
    --------
    >>> round(young_interval_s(3600.0, 10.0), 1)
    268.3
    """
    return math.sqrt(2.0 * write_s * mean_between_s)


def wait_by_priority_s(
    rates_per_s: Sequence[float], means_s: Sequence[float], seconds_s2: Sequence[float]
) -> list[float]:
    r"""Mean wait by class, one server, the first class goes first but interrupts nobody.

    .. math:: W_k = \frac{\sum_i \lambda_i E[S_i^2]/2}{(1-\sigma_{k-1})(1-\sigma_k)}

    References
    ----------
    Cobham, "Priority assignment in waiting line problems", Operations Research 2 (1954) 70-76.

    Examples
    --------
    >>> [round(w, 6) for w in wait_by_priority_s([0.4, 0.4], [1.0, 1.0], [2.0, 2.0])]
    [1.333333, 6.666667]
    """
    residual = 0.5 * sum(r * second for r, second in zip(rates_per_s, seconds_s2, strict=True))
    loads = np.cumsum([0.0, *(r * m for r, m in zip(rates_per_s, means_s, strict=True))])
    return [float(residual / ((1.0 - loads[k]) * (1.0 - loads[k + 1]))) for k in range(len(rates_per_s))]


def time_in_closed_queue_s(
    away_s: Sequence[float], service_s: Sequence[float], until_s: float, rng: np.random.Generator
) -> float:
    """Mean time at one server that shares itself evenly, of customers who come back; played out.

    Event by event: who is away comes back after a time drawn between 0.8 and 1.2 of its mean; who is there
    gets one part of the server in as many as are there.

    Parameters
    ----------
    away_s, service_s
        Of each customer, shape (customers,): mean time away, time of a service alone.
    until_s
        How long it is played.
    rng
        Draws the times away.

    Examples
    --------
    >>> alone = time_in_closed_queue_s([600.0], [20.0], 1e5, np.random.default_rng(0))
    >>> round(alone, 6)
    20.0
    """
    due = [(float(rng.uniform(0.0, away)), i) for i, away in enumerate(away_s)]
    heapq.heapify(due)
    left: dict[int, float] = {}
    came: dict[int, float] = {}
    now = total = 0.0
    services = 0
    while now < until_s:
        end = now + min(left.values()) * len(left) if left else math.inf
        then = min(end, due[0][0] if due else math.inf)
        for i in left:
            left[i] -= (then - now) / len(left)
        now = then
        for i in [i for i, work in left.items() if work <= 1e-9]:
            del left[i]
            total += now - came[i]
            services += 1
            heapq.heappush(due, (now + away_s[i] * float(rng.uniform(0.8, 1.2)), i))
        while due and due[0][0] <= now:
            _, i = heapq.heappop(due)
            left[i], came[i] = service_s[i], now
    return total / services


def pace_beside_stragglers_frac(nodes: int, slow_per_s: float, mean_s: float, slow_frac: float) -> float:
    r"""Mean pace of a gang that goes as its slowest node does, where each is slowed again and again.

    Slow-downs of a node are a Poisson process and end by themselves (M/G/:math:`\infty`):
    :math:`1 - (1 - f)(1 - e^{-n \lambda m})`, for any distribution of their lengths.

    References
    ----------
    Kleinrock, Queueing Systems, volume 1 (1975), section 3.4.

    Examples
    --------
    >>> round(pace_beside_stragglers_frac(64, 1e-6, 3600.0, 0.5), 4)
    0.8971
    """
    return 1.0 - (1.0 - slow_frac) * (1.0 - math.exp(-nodes * slow_per_s * mean_s))
