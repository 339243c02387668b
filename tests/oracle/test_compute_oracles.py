"""The compute room beside independent calculations and published formulas.

- Goodput: an event simulation of exponential interruptions, written here; Kokolis et al. (HPCA 2025,
  arXiv 2410.21680), E[ETTR] = (1 - N rf (u0 + dt/2)) / (1 + w/dt), for small losses; the exact optimum of
  Daly's complete model by the Lambert W function (Daly 2006, doi:10.1016/j.future.2004.11.016).
- Staffing: the Erlang C formula by its recursion (Erlang 1917).
- FLOPs: Llama 3's published budget, 3.8e25 (arXiv 2407.21783, table 3).
- Network: 9 ports of 400 Gb/s for 8 GPUs; non-blocking trees counted port by port here.
- The validation rows themselves.
"""

import math
from pathlib import Path

import numpy as np
import pytest

from gigawatt.compute import (
    daly_interval_h,
    fabric_tiers,
    goodput_frac,
    language_model,
    slots_needed,
    staffing_beta,
    time_shares,
    training_flops_per_token,
)
from gigawatt.validation.compute import rows


def simulate(rng, mtbf, restart, write, interval, segments):
    """Play segments of work and writing with interruptions at any time; return useful and restart shares."""
    clock = restarting = 0.0
    for _ in range(segments):
        while True:
            gap = rng.exponential(mtbf)
            if gap >= interval + write:
                clock += interval + write
                break
            clock += gap
            while (again := rng.exponential(mtbf)) < restart:
                clock += again
                restarting += again
            clock += restart
            restarting += restart
    return segments * interval / clock, restarting / clock


@pytest.mark.parametrize(
    ("mtbf", "restart", "write", "interval"),
    [(3.0, 0.25, 0.01, 0.25), (1.0, 0.5, 0.1, 0.5), (10.0, 0.1, 0.5, 3.0)],
)
def test_goodput_agrees_with_an_event_simulation(mtbf, restart, write, interval):
    useful, restarting = simulate(np.random.default_rng(7), mtbf, restart, write, interval, 60_000)
    shares = time_shares(1, 1 / mtbf, restart, write, interval)
    assert float(shares.useful_frac) == pytest.approx(useful, rel=0.006)
    assert float(shares.restart_frac) == pytest.approx(restarting, rel=0.02)


@pytest.mark.parametrize("nodes", [16, 128, 1024])
def test_small_losses_tend_to_kokolis(nodes):
    per_node_day, restart_days, step_days, write_days = 6.5e-3, 5 / 1440, 60 / 1440, 1 / 1440
    kokolis = (1 - nodes * per_node_day * (restart_days + step_days / 2)) / (1 + write_days / step_days)
    ours = float(goodput_frac(nodes, per_node_day / 24, restart_days * 24, write_days * 24, step_days * 24))
    loss = 1 - kokolis
    assert ours == pytest.approx(kokolis, abs=0.06 * loss + 0.3 * loss * loss)


def test_published_mean_times_between_failures():
    """RSC-1: 6.5 per 1,000 node-days give 1.8 h at 16,384 GPUs; Llama 3: 419 in 54 days on 16,384."""
    assert pytest.approx(1.8, abs=0.05) == 24 / (16_384 / 8 * 6.5e-3)
    assert pytest.approx(50_700, rel=2e-3) == 16_384 * 54 * 24 / 419


def lambert_w_branch_0(x):
    w = 0.0 if x > -0.25 else -1 + math.sqrt(2 * (1 + math.e * x))
    for _ in range(100):
        w -= (w * math.exp(w) - x) / (math.exp(w) * (w + 1))
    return w


@pytest.mark.parametrize("share", [1e-4, 1e-3, 1e-2, 0.1])
def test_dalys_estimate_is_near_the_exact_optimum(share):
    exact = 1 + lambert_w_branch_0(-math.exp(-share - 1))
    assert float(daly_interval_h(1.0, share)) == pytest.approx(exact, rel=0.01)


def erlang_c(servers, offered):
    blocked = 1.0
    for k in range(1, servers + 1):
        blocked = offered * blocked / (k + offered * blocked)
    return blocked / (1 - offered / servers * (1 - blocked))


@pytest.mark.parametrize("offered", [1e3, 1e4, 1e5])
@pytest.mark.parametrize("wait", [0.001, 0.01, 0.1])
def test_square_root_staffing_agrees_with_erlang_c(offered, wait):
    slots = math.ceil(float(slots_needed(np.array(offered * 20.0), 20.0, 1.0, staffing_beta(wait))))
    assert erlang_c(slots, offered) == pytest.approx(wait, rel=0.35)
    extra = math.ceil(slots + 0.2 * math.sqrt(offered))
    assert erlang_c(extra, offered) < wait


def test_llama_3_budget():
    model = language_model("llama3.1-405b")
    assert 6 * model.active_parameters * 15.6e12 == pytest.approx(3.8e25, rel=0.01)
    assert training_flops_per_token(model) == pytest.approx(2.63e12, rel=0.01)


@pytest.mark.parametrize("radix", [4, 8, 64])
def test_a_tree_of_tiers_holds_as_many_endpoints_as_its_ports_allow(radix):
    """Two tiers: k leaves, each with k/2 hosts. Three: k pods of k/2 leaves with k/2 hosts each."""
    two, three = radix * (radix // 2), radix * (radix // 2) * (radix // 2)
    assert fabric_tiers(two, radix) == 2
    assert fabric_tiers(two + 1, radix) == 3
    assert fabric_tiers(three, radix) == 3
    assert fabric_tiers(three + 1, radix) == 4


def test_validation_rows_hold_and_beat_their_baselines():
    found = rows(None)
    assert len(found) >= 20
    assert [r.quantity for r in found if not r.holds] == []
    held_out = [r for r in found if not r.fitted and r.baseline is not None and r.published > 0]
    ours = np.mean([abs(r.error_frac) for r in held_out])
    naive = np.mean([abs(r.baseline / r.published - 1) for r in held_out])
    assert ours < 0.6 * naive


@pytest.mark.shared
def test_validation_rows_on_the_measured_nodes(shared: Path):
    extra = rows(shared)[len(rows(None)) :]
    assert len(extra) == 6
    assert [r.quantity for r in extra if not r.holds] == []
