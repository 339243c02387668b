"""Each format is read as its documentation says."""

from __future__ import annotations

import gzip
from datetime import UTC, datetime

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from gigawatt.cluster import Machines, simulate
from gigawatt.cluster.readers import ColumnMap, read_trace, to_jobs

from .files import PHILLY, SACCT, SWF, read


def stamp(*parts: int) -> float:
    return datetime(*parts, tzinfo=UTC).timestamp()


def test_philly_is_sorted_by_time_then_position_and_keeps_duplicates(tmp_path):
    trace = read(tmp_path, PHILLY)
    assert trace.form == "philly"
    assert trace.tenants == ("a", "b")
    assert trace.submit_s.tolist() == [0.0, 2932.0, 2932.0, 2932.0]
    assert trace.duration_s.tolist() == [2951.0, 66.0, 30.5, 66.0]
    assert trace.gpus.tolist() == [8, 1, 2, 1]
    assert [trace.tenants[i] for i in trace.tenant] == ["a", "b", "a", "b"]
    assert trace.start_s == stamp(2017, 10, 9, 6, 13, 3)
    assert trace.stamped
    assert trace.duplicates == 1
    assert trace.estimates == 0


def test_arrays_of_a_trace_cannot_be_changed(tmp_path):
    trace = read(tmp_path, PHILLY)
    for array in (trace.submit_s, trace.duration_s, trace.gpus, trace.tenant, trace.estimate_s, trace.failed):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 1


def test_columns_may_come_in_any_order_and_more_of_them(tmp_path):
    text = "x,num_gpus,duration,timestamp\nhello,4,10,2020-01-01 00:00:00\n"
    trace = read(tmp_path, text)
    assert (trace.gpus.tolist(), trace.duration_s.tolist(), trace.tenants) == ([4], [10.0], ("all",))


def test_line_ends_byte_order_mark_and_empty_lines(tmp_path):
    text = b"\xef\xbb\xbf" + PHILLY.replace("\n", "\r\n").encode() + b"\r\n\r\n"
    trace = read(tmp_path, text)
    assert trace.jobs == 4
    assert trace.rows == 4


def test_gzip_is_unpacked(tmp_path):
    assert read(tmp_path, gzip.compress(SWF.encode()), "trace.swf.gz").jobs == 3


def test_sacct(tmp_path):
    trace = read(tmp_path, SACCT, "sacct.txt")
    assert trace.form == "slurm"
    assert trace.names == ("8", "7", "12")
    assert trace.gpus.tolist() == [6, 8, 16]
    assert trace.duration_s.tolist() == [60.0, 3600.0, 90061.0]
    assert trace.submit_s.tolist() == [0.0, 3600.0, 3.5 * 3600]
    assert np.isnan(trace.estimate_s[0])
    assert trace.estimate_s[1:].tolist() == [7200.0, 3 * 86_400.0]
    assert trace.failed.tolist() == [True, False, True]
    assert [trace.tenants[i] for i in trace.tenant] == ["speech", "vision", "vision"]
    # Slurm's larger numbers go first; here smaller ones do.
    assert trace.priority.tolist() == [-900, -500, -400]
    assert trace.left_out == {
        "a step of a job": 1,
        "has not ended": 1,
        "asked for no GPU": 1,
        "ran for no time": 1,
    }


def test_sacct_elapsed_with_days(tmp_path):
    head = "JobID|Submit|Elapsed|AllocTRES\n"
    text = head + "".join(f"1|2025-01-01T00:00:00|{e}|gres/gpu=1\n" for e in ("1-02:03:04", "03:04"))
    assert read(tmp_path, text).duration_s.tolist() == [93_784.0, 184.0]


def test_swf(tmp_path):
    trace = read(tmp_path, SWF, "trace.swf")
    assert trace.form == "swf"
    assert trace.names == ("2", "1", "4")
    assert trace.gpus.tolist() == [4, 16, 2]
    assert trace.duration_s.tolist() == [60.0, 120.0, 10.0]
    assert trace.start_s == 1_000_000_020.0
    assert trace.stamped
    assert [trace.tenants[i] for i in trace.tenant] == ["(none)", "group 1", "user 4"]
    assert trace.failed.tolist() == [True, False, False]
    assert trace.after.tolist() == [-1, -1, 1]
    assert np.isnan(trace.estimate_s[0])
    assert trace.estimate_s[1:].tolist() == [300.0, 20.0]
    assert list(trace.left_out.values()) == [1]


def test_a_mapped_csv_in_other_units(tmp_path):
    text = "when,ms,n,who\n5000,120000,2,x\n0,60000,1,\n"
    columns = ColumnMap.parse("submit_ms=when,duration_ms=ms,gpus=n,tenant=who")
    trace = read(tmp_path, text, columns=columns)
    assert trace.submit_s.tolist() == [0.0, 5.0]
    assert trace.duration_s.tolist() == [60.0, 120.0]
    assert trace.tenants == ("(none)", "x")
    assert not trace.stamped


def test_a_duration_from_start_and_end(tmp_path):
    text = "q,b,e,n\n2024-01-01,2024-01-01 01:00:00,2024-01-01T02:00:00Z,1\n"
    columns = ColumnMap.parse("submit=q,start=b,end=e,gpus=n")
    assert read(tmp_path, text, columns=columns).duration_s.tolist() == [3600.0]


def test_time_zones_are_honoured(tmp_path):
    text = PHILLY.splitlines()[0] + "\n2020-01-01T02:00:00+02:00,1,1,1,a\n2020-01-01 00:00:00,1,1,1,a\n"
    trace = read(tmp_path, text)
    assert trace.submit_s.tolist() == [0.0, 0.0]
    assert trace.start_s == stamp(2020, 1, 1)


def test_parquet_with_types_of_its_own(tmp_path):
    table = pa.table(
        {
            "submit_s": pa.array([3_600_000, 0], pa.timestamp("ms")),
            "duration_s": pa.array([5, 6], pa.int32()),
            "gpus": pa.array([1.0, 2.0]),
            "tenant": pa.array(["x", "y"]).dictionary_encode(),
            "failed": [True, False],
            "priority": pa.array([None, 3], pa.int8()),
        }
    )
    path = tmp_path / "t.parquet"
    pq.write_table(table, path)
    trace = read_trace(path)
    assert trace.form == "parquet"
    assert trace.duration_s.tolist() == [6.0, 5.0]
    assert trace.submit_s.tolist() == [0.0, 3600.0]
    assert trace.failed.tolist() == [False, True]
    assert trace.priority.tolist() == [3, 100]


def test_the_estimate_is_the_true_duration_unless_a_factor_is_asked_for(tmp_path):
    trace = read(tmp_path, PHILLY)
    plain = to_jobs(trace)
    assert plain.jobs.estimate_s.tolist() == trace.duration_s.tolist()
    assert "no job has an estimate: its true duration was used" in plain.notes
    tripled = to_jobs(trace, estimate_factor=3.0)
    assert tripled.jobs.estimate_s.tolist() == (3.0 * trace.duration_s).tolist()
    assert "no job has an estimate: 3 times its true duration was used" in tripled.notes
    mixed = to_jobs(read(tmp_path, SACCT), estimate_factor=2.0)
    assert mixed.jobs.estimate_s.tolist() == [120.0, 7200.0, 3 * 86_400.0]
    assert any(note.startswith("1 of 3 jobs have no estimate") for note in mixed.notes)


def test_a_failed_job_ends_without_success_after_its_logged_duration(tmp_path):
    replay = to_jobs(read(tmp_path, SACCT))
    assert replay.jobs.fails_at_frac.tolist() == [1.0, np.inf, 1.0]
    schedule = simulate(Machines.pool(64), replay.jobs, "easy")
    assert schedule.finished.tolist() == [False, True, False]
    assert schedule.ended.all()


@pytest.mark.shared
def test_philly_itself(shared):
    trace = read_trace(shared / "traces/philly/philly_jobs.csv")
    # The figures of the folder's README.
    assert trace.jobs == 82_247
    assert trace.duplicates == 65
    assert round(trace.span_s / 86_400, 1) == 108.9
    assert int((np.diff(trace.submit_s) == 0).sum()) == 6_664
    assert round(3600 * trace.gpu_hours / (800 * trace.span_s), 2) == 0.47


@pytest.mark.shared
def test_the_lublin_file(shared):
    trace = read_trace(shared / "traces/swf/lublin_256.swf")
    assert (trace.jobs, int(trace.gpus.max()), trace.malformed) == (10_000, 256, 0)


@pytest.mark.shared
def test_the_muri_traces_are_in_milliseconds(shared):
    columns = ColumnMap.parse("submit_ms=submit_time,duration_ms=duration,gpus=num_gpu,name=job_id")
    trace = read_trace(shared / "traces/muri/trace3.csv", columns=columns)
    assert trace.duration_s[0] == 927_475.0
