"""The twin from journals written by hand, and counters of energy that wrap and vanish."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from journal_fixture import Written

from gigawatt.kernel.errors import InputError
from gigawatt.live.nodes.meter import Meter, Rapl
from gigawatt.live.power import Budget
from gigawatt.live.twin.answer import twin_of
from gigawatt.live.twin.compare import same_order
from gigawatt.live.twin.journal import read_recording
from gigawatt.live.twin.record import measure


@pytest.fixture
def written(tmp_path: Path) -> Written:
    made = Written(tmp_path)
    yield made
    made.store.close()


def test_what_happened_is_laid_out_as_a_schedule(written: Written):
    written.submit(10.0, 1, 3, estimate_s=8.0)
    written.start(10.0, 1, 0, 1, 2)
    written.submit(11.0, 2, 2, estimate_s=4.0)
    written.submit(12.0, 3, 1)
    written.stop(14.0, 1, "lost", 15.0)
    written.start(15.0, 2, 0, 1)
    written.add("cancelled", 16.0, 3)
    written.add("finished", 19.0, 2)
    written.start(19.0, 1, 0, 1, 2)
    written.add("finished", 27.0, 1)
    measured = measure(read_recording(written.folder))
    s = measured.schedule
    assert s.jobs.ids.tolist() == [1, 2]
    assert measured.withdrawn == 1
    assert s.first_start_s.tolist() == [0.0, 5.0]
    assert s.end_s.tolist() == [17.0, 9.0]
    assert s.wait_s.tolist() == [4.0, 4.0]
    assert s.restarts.tolist() == [1, 0]
    hour = 3600.0
    fates = {name: getattr(s.fates, name) * hour for name in ("useful", "lost", "idle", "down")}
    assert fates == pytest.approx({"useful": 24.0 + 8.0, "lost": 15.0, "idle": 68.0 - 47.0, "down": 0.0})
    assert (s.curves.busy_gpus * s.curves.step_s).sum() == pytest.approx(47.0)
    assert (s.curves.waiting_jobs * s.curves.step_s)[:-1].sum() == pytest.approx(4.0 + 4.0 + 4.0)
    assert measured.interruptions == {"gangs that lost a node": 1}


def test_preemptions_keep_work_and_the_simulation_says_the_same(written: Written):
    written.add("up", 0.0, policy="priority", grace_s=1.0)
    written.submit(0.0, 1, 4, priority=9, estimate_s=10.0)
    written.start(0.0, 1, 0, 1, 2, 3)
    written.submit(4.0, 2, 4, priority=1, estimate_s=3.0)
    written.add("decided", 4.0, 1, order="preempt")
    written.add("decided", 4.0, 2, order="start")
    written.add("stopping", 4.0, 1, why="preempt", reason="preempted")
    written.add("stopped", 4.25, 1)
    written.add("started", 4.25, 2, places=[[0, [0, 1, 2, 3]]], port=1)
    written.add("finished", 7.0, 2)
    written.start(7.0, 1, 0, 1, 2, 3)
    written.add("finished", 13.0, 1)
    answer = twin_of(written.folder).answer()
    scheduler, known = answer["predictions"]
    assert scheduler["starts"]["orders"] == scheduler["starts"]["orders_at_the_same_instant"] == 3
    assert scheduler["jct_error_frac"]["largest"] == 0.0
    assert known["jct_error_frac"]["largest"] == 0.0  # the estimates were right
    assert answer["measured"]["preemptions"] == 1
    assert answer["energy"]["measured_kwh"] is None
    assert answer["energy"]["why_not"]
    other = twin_of(written.folder, "fifo").answer()["predictions"][0]
    assert other["starts"]["in_order"]
    assert other["policy"] == "fifo"
    assert other["jct_s"]["predicted"] > scheduler["jct_s"]["predicted"]


def test_a_budget_is_kept_as_the_cluster_kept_it(written: Written):
    budget = Budget(2.0, 8.0, (4.0, 2.0, 4.0), 1.0, 0.0, lead_s=2.0)
    written.submit(3.0, 1, 2, estimate_s=20.0)
    written.start(3.0, 1, 0, 1)
    written.add("power", 3.0, **budget.event())
    written.submit(4.0, 2, 2, estimate_s=4.0)
    written.start(4.0, 2, 2, 3)
    written.stop(8.0, 2, "power", 8.5)
    written.start(18.0, 2, 2, 3)
    written.add("finished", 20.0, 2)
    written.add("finished", 23.0, 1)
    scheduler = twin_of(written.folder).answer()["predictions"][0]
    assert scheduler["starts"]["orders_at_the_same_instant"] == 3


def test_what_cannot_be_compared_is_told(tmp_path: Path):
    with pytest.raises(InputError, match="GW853"):
        twin_of(tmp_path)
    written = Written(tmp_path)
    with pytest.raises(InputError, match="GW855"):
        twin_of(tmp_path)
    written.store.close()


def test_pairs_in_the_same_order():
    rng = np.random.default_rng(1)
    a, b = rng.integers(0, 300, 1500).astype(float), rng.integers(0, 300, 1500).astype(float)
    b[::7] = np.nan
    slow = [
        (a[i] - a[j]) * (b[i] - b[j]) >= 0
        for i in range(300) for j in range(i) if not np.isnan(b[i] + b[j])
    ]  # fmt: skip
    assert same_order(a[:300], b[:300]) == (sum(slow), len(slow))
    assert same_order(a, a)[0] == 1500 * 1499 // 2


def test_counters_that_wrap_and_vanish(tmp_path: Path):
    for number, name in ((0, "package-0"), (1, "package-1")):
        zone = tmp_path / f"intel-rapl:{number}"
        zone.mkdir()
        (zone / "name").write_text(name + "\n")
        (zone / "max_energy_range_uj").write_text("262143328850\n")
        (zone / "energy_uj").write_text("262143000000\n")
    part = tmp_path / "intel-rapl:0:0"
    part.mkdir()
    meter = Meter([Rapl(tmp_path)])
    (tmp_path / "intel-rapl:0" / "energy_uj").write_text("671150\n")
    (tmp_path / "intel-rapl:1" / "energy_uj").unlink()
    assert meter.counts
    assert meter.read() == {"rapl package-0": pytest.approx(1.0)}
    assert not Meter([Rapl(tmp_path / "none")]).counts
