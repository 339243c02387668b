"""The simulation against exact recursions, path by path, and the closed forms against each other.

Oracles: Lindley (1952) for one server, Kiefer and Wolfowitz (1955) for several, first in, first out:
they give each job's own wait, so nothing is left to chance.
"""

from __future__ import annotations

import numpy as np
import pytest

from gigawatt.cluster import Jobs, Machines, policies, simulate
from gigawatt.validation import queueing
from gigawatt.validation.cluster import rows
from gigawatt.validation.cluster_logs import log_rows


def path(seed: int, jobs: int, load: float, servers: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    return np.cumsum(rng.exponential(1.0 / (load * servers), jobs)), rng.exponential(1.0, jobs)


@pytest.mark.parametrize("seed", range(3))
def test_lindley(seed):
    submit_s, duration_s = path(seed, 5_000, 0.9, 1)
    done = simulate(Machines.pool(1), Jobs(submit_s, duration_s), policies.fifo())
    wait = np.zeros(len(submit_s))
    for i in range(1, len(wait)):
        wait[i] = max(0.0, wait[i - 1] + duration_s[i - 1] - (submit_s[i] - submit_s[i - 1]))
    assert done.wait_s == pytest.approx(wait, abs=1e-6)


@pytest.mark.parametrize(("servers", "size"), [(3, 1), (8, 8)])
def test_kiefer_and_wolfowitz(servers, size):
    submit_s, duration_s = path(7, 5_000, 0.9, servers)
    jobs = Jobs(submit_s, duration_s, gpus=size)
    done = simulate(Machines.pool(servers * size), jobs, policies.fifo())
    work = np.zeros(servers)
    wait = np.zeros(len(submit_s))
    last = 0.0
    for i, now in enumerate(submit_s):
        work = np.sort(np.maximum(work - (now - last), 0.0))
        last, wait[i] = now, work[0]
        work[0] += duration_s[i]
    assert done.wait_s == pytest.approx(wait, abs=1e-6)


def test_closed_forms_agree_where_they_meet():
    assert queueing.wait_m_g_1_s(0.8, 1.0, 2.0) == pytest.approx(queueing.wait_m_m_1_s(0.8, 1.0))
    assert queueing.wait_m_m_c_s(0.8, 1.0, 1) == pytest.approx(queueing.wait_m_m_1_s(0.8, 1.0))
    # Kleinrock's conservation law: preemption or not, the mean over the load is that of no priorities.
    waits = queueing.wait_by_priority_s([0.3, 0.4], [1.0, 1.0], [2.0, 2.0])
    assert (0.3 * waits[0] + 0.4 * waits[1]) / 0.7 == pytest.approx(queueing.wait_m_m_1_s(0.7, 1.0))
    times = queueing.completion_preemptive_s([0.3, 0.4], [1.0, 1.0], [2.0, 2.0])
    assert (0.3 * times[0] + 0.4 * times[1]) / 0.7 == pytest.approx(queueing.wait_m_m_1_s(0.7, 1.0) + 1.0)


def test_erlangs_c_against_the_sum_that_defines_it():
    from math import factorial

    for servers, offered in ((2, 1.5), (5, 3.0), (20, 18.0)):
        top = offered**servers / factorial(servers) * servers / (servers - offered)
        bottom = sum(offered**k / factorial(k) for k in range(servers)) + top
        assert queueing.erlang_c(servers, offered) == pytest.approx(top / bottom)


def test_every_row_holds_without_the_shared_data():
    found = rows(None)
    assert len(found) >= 20
    assert [row.quantity for row in found if not row.holds] == []
    # A tolerance that lets anything pass would say nothing.
    assert max(row.tolerance for row in found) < 0.12


@pytest.mark.shared
def test_the_logged_runs(shared):
    found = {row.quantity: row for row in log_rows(shared) if row.group.startswith("logged runs")}
    assert [row.quantity for row in found.values() if not row.holds] == []
    modelled = {
        name.split(", ")[1]: row.modelled for name, row in found.items() if name.startswith("mean completion")
    }
    # The figures that the folder's README gives for these rules.
    assert modelled["SRTF"] == pytest.approx(249_328, abs=1)
    assert modelled["SRSF"] == pytest.approx(238_514, abs=1)
    assert modelled["Tiresias"] == pytest.approx(322_629, abs=1)
