"""Columns beyond what every trace has: read, refused by line, written and read back."""

from __future__ import annotations

import numpy as np
import pytest

from gigawatt.cluster import Jobs
from gigawatt.cluster.readers import read_trace, to_jobs
from gigawatt.cluster.writers import write_trace
from gigawatt.cluster.writers.trace_of import trace_of
from gigawatt.kernel.errors import InputError

TABLE = """submit_s,duration_s,gpus,min_gpus,max_gpus,deadline_s,reserved_s,limit_s,serving,chips
100,50,8,4,16,400,,,,
110,60,4,,,,200,90,yes,h100
120,70,2,,,,,,no,gb200|h100
"""


def test_what_is_there_reaches_the_jobs(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text(TABLE, encoding="utf-8")
    jobs = to_jobs(read_trace(path)).jobs
    assert jobs.min_gpus.tolist() == [4, 4, 2]
    assert jobs.max_gpus.tolist() == [16, 4, 2]
    assert jobs.deadline_s.tolist() == [300.0, np.inf, np.inf]
    assert jobs.reserved_s.tolist() == [np.inf, 100.0, np.inf]
    assert jobs.limit_s.tolist() == [np.inf, 90.0, np.inf]
    assert jobs.serving.tolist() == [False, True, False]
    assert [jobs.chip_sets[i] for i in jobs.chip_set] == [(), ("h100",), ("gb200", "h100")]


@pytest.mark.parametrize("form", ["csv", "parquet"])
def test_written_and_read_back(tmp_path, form):
    jobs = Jobs(
        [5, 10, 20], [50, 60, 70], gpus=[8, 4, 2], min_gpus=[4, 4, 1], max_gpus=[16, 4, 2],
        deadline_s=[300.0, np.inf, 90.0], reserved_s=[np.inf, 30.0, np.inf], limit_s=[np.inf, 80.0, np.inf],
        serving=[False, True, False], chip_set=[0, 1, 2], chip_sets=((), ("a",), ("a", "b")),
    )  # fmt: skip
    path = tmp_path / f"t.{form}"
    write_trace(trace_of(jobs), path, form)
    back = to_jobs(read_trace(path)).jobs
    for name in ("min_gpus", "max_gpus", "limit_s", "serving"):
        assert getattr(back, name).tolist() == getattr(jobs, name).tolist(), name
    for name in ("deadline_s", "reserved_s"):
        assert (getattr(back, name) + 5.0).tolist() == getattr(jobs, name).tolist(), name
    assert [back.chip_sets[i] for i in back.chip_set] == [jobs.chip_sets[i] for i in jobs.chip_set]


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ("100,50,8,9,16,,,,,", "min_gpus is '9', not at most gpus"),
        ("100,50,8,4,7,,,,,", "max_gpus is '7', not at least gpus"),
        ("100,50,8,,,,99,,,", "reserved_s is '99', not a time from submit_s on"),
        ("100,50,8,,,soon,,,,", "deadline_s is 'soon'"),
        ("100,50,8,,,,,-1,,", "limit_s is '-1'"),
        ("100,50,8,,,,,,maybe,", "serving is 'maybe', not true or false"),
    ],
)
def test_a_wrong_word_is_told_with_its_line(tmp_path, row, told):
    path = tmp_path / "t.csv"
    path.write_text(TABLE.splitlines()[0] + "\n" + row + "\n", encoding="utf-8")
    with pytest.raises(InputError) as caught:
        read_trace(path)
    problem = next(p for p in caught.value.problems if p.line == 2)
    assert problem.code == "GW605"
    assert told in problem.message


def test_stamps_and_numbers_are_not_mixed(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text("submit_s,duration_s,gpus,deadline_s\n2026-01-01 00:00:00,50,8,400\n", encoding="utf-8")
    with pytest.raises(InputError, match="not both time stamps"):
        read_trace(path)
