"""What is written can be read back; a schedule's files say what it says."""

from __future__ import annotations

import numpy as np
import pyarrow.parquet as pq
import pytest

from gigawatt.cluster import Jobs
from gigawatt.cluster.readers import FORMATS, read_trace, to_jobs
from gigawatt.cluster.writers import trace_of, write_trace
from gigawatt.cluster.writers.schedule_files import _lanes
from gigawatt.kernel.errors import InputError

from .files import PHILLY, SACCT, SWF, read


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("text", [PHILLY, SACCT, SWF])
def test_back_and_forth(tmp_path, text, form):
    trace = read(tmp_path, text.replace("30.5", "30"))
    path = tmp_path / f"again.{form}"
    write_trace(trace, path, form)
    again = read_trace(path, form)
    assert again.submit_s.tolist() == trace.submit_s.tolist()
    assert again.duration_s.tolist() == trace.duration_s.tolist()
    assert again.gpus.tolist() == trace.gpus.tolist()
    assert again.start_s == trace.start_s
    assert [again.tenant.tolist().count(i) for i in range(9)] == [
        trace.tenant.tolist().count(i) for i in range(9)
    ]
    if form != "philly":
        assert np.array_equal(again.estimate_s, trace.estimate_s, equal_nan=True)
        assert again.failed.tolist() == trace.failed.tolist()
    if form not in {"philly", "slurm"}:
        assert again.after.tolist() == trace.after.tolist()
    if form != "swf":
        assert again.tenants == trace.tenants
    if form in {"parquet", "csv"}:
        assert again.priority.tolist() == trace.priority.tolist()


def test_fractions_of_a_second_survive_where_the_format_has_room(tmp_path):
    trace = read(tmp_path, PHILLY.replace("06:13:03", "06:13:03.25"))
    for form in ("philly", "csv", "parquet"):
        path = tmp_path / f"again.{form}"
        write_trace(trace, path, form)
        again = read_trace(path, form)
        assert again.submit_s == pytest.approx(trace.submit_s, abs=1e-6)
        assert again.duration_s.tolist() == trace.duration_s.tolist()
    write_trace(trace, tmp_path / "again.swf", "swf")
    assert read_trace(tmp_path / "again.swf").duration_s.tolist() == [2951.0, 66.0, 31.0, 66.0]


def test_slurm_keeps_the_order_of_priorities(tmp_path):
    jobs = Jobs([0, 0, 0], [1, 1, 1], priority=[5, 100, 1])
    write_trace(trace_of(jobs), tmp_path / "s", "slurm")
    assert np.argsort(read_trace(tmp_path / "s").priority).tolist() == [2, 0, 1]


@pytest.mark.parametrize("form", ["csv", "parquet"])
def test_tokens_come_back_and_can_be_written_again(tmp_path, form):
    text = "submit_s,duration_s,gpus,tokens,tokens_per_gpu_s\n0,,8,1e9,2500\n5,7.3,3,,\n9,100,4,12345,\n"
    trace = read(tmp_path, text)
    for name in ("a", "b"):
        write_trace(trace, tmp_path / name, form)
        again = read_trace(tmp_path / name, form)
        assert np.array_equal(again.tokens, trace.tokens, equal_nan=True)
        assert again.duration_s.tolist() == trace.duration_s.tolist()
        assert again.notes == ()
        trace = again
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()
    for short in ("philly", "slurm", "swf"):
        write_trace(trace, tmp_path / short, short)
        assert read_trace(tmp_path / short, short).tokens is None


def test_a_job_that_fails_has_the_tokens_until_then():
    jobs = Jobs.from_tokens([0, 0], [1e6, 4e5], [2, 1], 1000.0, fails_at_frac=[0.25, np.inf])
    trace = trace_of(jobs)
    assert trace.tokens.tolist() == [2.5e5, 4e5]
    assert trace.duration_s.tolist() == [125.0, 400.0]
    assert to_jobs(trace).jobs.tokens.tolist() == [2.5e5, 4e5]


def test_the_same_trace_gives_the_same_bytes(tmp_path):
    trace = read(tmp_path, SWF)
    for form in FORMATS:
        for name in ("a", "b"):
            write_trace(trace, tmp_path / name, form)
        assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_a_name_that_the_format_has_no_room_for(tmp_path):
    trace = read(tmp_path, PHILLY.replace(",b\n", ",a|b\n"))
    with pytest.raises(InputError) as caught:
        write_trace(trace, tmp_path / "x", "slurm")
    assert caught.value.problems[0].code == "GW609"
    with pytest.raises(InputError):
        write_trace(trace, tmp_path / "x", "json")


def test_jobs_to_a_trace_and_back():
    jobs = Jobs([5, 9], [10, 20], [12, 25], gpus=[8, 1], tenant=[1, 0], tenants=("x", "y"), priority=[3, 4])
    back = to_jobs(trace_of(jobs)).jobs
    for name in ("duration_s", "estimate_s", "gpus", "tenant", "priority"):
        assert getattr(back, name).tolist() == getattr(jobs, name).tolist()
    assert back.submit_s.tolist() == [0.0, 4.0]


def test_lanes_hold_runs_that_do_not_overlap():
    rng = np.random.default_rng(2)
    start = np.sort(rng.uniform(0, 100, 300))
    end = start + rng.exponential(5, 300)
    owner = rng.integers(0, 3, 300)
    lanes = np.array(_lanes(start, end, owner))
    for who in range(3):
        for lane in np.unique(lanes[owner == who]):
            mine = (owner == who) & (lanes == lane)
            assert (end[mine][:-1] <= start[mine][1:]).all()
        # No more lanes than runs at once.
        at_once = max(int(((start <= t) & (end > t) & (owner == who)).sum()) for t in start)
        assert lanes[owner == who].max() == at_once


def test_names_of_a_parquet_are_plain(tmp_path):
    write_trace(read(tmp_path, PHILLY), tmp_path / "t.parquet", "parquet")
    names = pq.read_table(tmp_path / "t.parquet").column_names
    assert names == ["name", "tenant", "submit_s", "duration_s", "gpus", "estimate_s", "priority", "failed"]
