"""Whatever a file holds, a reader gives jobs that make sense or says what is wrong, and nothing else."""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from gigawatt.cluster import Jobs
from gigawatt.cluster.generate import gpu_mix
from gigawatt.cluster.readers import FORMATS, Limits, Trace, read_trace, to_jobs
from gigawatt.cluster.writers import trace_of, write_trace
from gigawatt.kernel.errors import InputError


def _written(folder: Path, form: str) -> bytes:
    trace = gpu_mix(12, 64, np.random.default_rng(0), tenants=3)
    write_trace(trace, folder / "whole", form)
    return (folder / "whole").read_bytes()


def check(trace: Trace) -> None:
    assert trace.jobs >= 1
    assert trace.submit_s[0] == 0.0
    assert (np.diff(trace.submit_s) >= 0.0).all()
    assert (np.isfinite(trace.duration_s) & (trace.duration_s > 0.0)).all()
    assert ((trace.gpus >= 1) & (trace.gpus <= 10_000_000)).all()
    assert ((trace.tenant >= 0) & (trace.tenant < len(trace.tenants))).all()
    assert (trace.after < np.arange(trace.jobs)).all()
    assert trace.jobs + sum(trace.left_out.values()) + trace.malformed == trace.rows
    if trace.tokens is not None:
        told = ~np.isnan(trace.tokens)
        rate = trace.tokens[told] / (trace.gpus * trace.duration_s)[told]
        assert ((rate >= 0.9e-9) & (rate <= 1.1e9)).all()
    assert len(to_jobs(trace).jobs) == trace.jobs


def try_to_read(data: bytes, form: str | None, **options: float | None) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "trace"
        path.write_bytes(data)
        for skip in (False, True):
            try:
                trace = read_trace(path, form, skip_malformed=skip, **options)
            except InputError as error:
                told = error.problems
            else:
                told = trace.problems
                check(trace)
            assert all(problem.code.startswith(("GW60", "GW615")) and problem.remedy for problem in told)
            assert len(told) <= 21


@given(data=st.binary(max_size=400), form=st.sampled_from([None, *FORMATS]))
def test_any_bytes(data, form):
    try_to_read(data, form)


@given(
    form=st.sampled_from(FORMATS),
    known=st.booleans(),
    edits=st.lists(st.tuples(st.integers(0, 10_000), st.integers(0, 6), st.binary(max_size=6)), max_size=6),
)
def test_any_damage_to_a_good_file(form, known, edits):
    with tempfile.TemporaryDirectory() as folder:
        data = _written(Path(folder), form)
    for place, cut, put in edits:
        at = place % (len(data) + 1)
        data = data[:at] + put + data[at + cut :]
    try_to_read(data, form if known else None)


words = st.one_of(
    st.text(max_size=12),
    st.sampled_from(
        ["", "-1", "0", "1", "1e308", "nan", "inf", "-inf", "2020-02-30", "2020-01-01 00:00:00", "0.5"]
    ),
)


@given(rows=st.lists(st.lists(words, min_size=3, max_size=5), max_size=8))
def test_any_words_in_a_csv(rows):
    import csv
    import io

    out = io.StringIO()
    csv.writer(out).writerows([["submit_s", "duration_s", "gpus", "tenant", "failed"], *rows])
    try_to_read(out.getvalue().encode("utf-8", errors="surrogatepass"), "csv")


numbers = st.one_of(words, st.sampled_from(["10", "20", "1000", "1e-320", "1e18", "50", "2"]))


@given(
    rows=st.lists(st.lists(numbers, min_size=5, max_size=5), max_size=8),
    timed=st.booleans(),
    rate=st.sampled_from([None, 50.0, 1e-9]),
)
def test_any_words_where_tokens_are_expected(rows, timed, rate):
    import csv
    import io

    out = io.StringIO()
    head = ["submit_s", "gpus", "tokens", "tokens_per_gpu_s", "duration_s" if timed else "other"]
    csv.writer(out).writerows([head, *([row[0], "2", *row[2:]] for row in rows)])
    try_to_read(out.getvalue().encode("utf-8", errors="surrogatepass"), "csv", tokens_per_gpu_s=rate)


@given(
    jobs=st.lists(
        st.tuples(st.floats(1.0, 1e15), st.integers(1, 4096), st.floats(1e-3, 1e6), st.booleans()),
        min_size=1,
        max_size=12,
    ),
    form=st.sampled_from(["csv", "parquet"]),
)
def test_work_in_tokens_survives_being_written(jobs, form):
    tokens, gpus, rate, told = (np.array(column) for column in zip(*jobs, strict=True))
    made = Jobs.from_tokens(np.zeros(len(jobs)), tokens, gpus, rate)
    made = Jobs(made.submit_s, made.duration_s, gpus=gpus, tokens=np.where(told, tokens, np.nan))
    limits = Limits(max_time_s=1e30)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "trace"
        write_trace(trace_of(made), path, form)
        back = to_jobs(read_trace(path, form, limits=limits)).jobs
    assert back.duration_s.tolist() == made.duration_s.tolist()
    assert np.array_equal(back.tokens, made.tokens, equal_nan=True)


@given(
    times=st.lists(st.integers(0, 50), min_size=1, max_size=30),
    form=st.sampled_from(["philly", "csv", "parquet", "swf", "slurm"]),
)
def test_rows_are_sorted_by_time_then_position(times, form):
    head = "submit_s,duration_s,gpus,name\n"
    body = "".join(f"{t},{i + 1},1,j{i}\n" for i, t in enumerate(times))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "trace"
        path.write_text(head + body, encoding="utf-8")
        trace = read_trace(path)
        expected = sorted(range(len(times)), key=lambda i: (times[i], i))
        assert [int(d) - 1 for d in trace.duration_s] == expected
        write_trace(trace, path, form)
        assert read_trace(path, form).duration_s.tolist() == trace.duration_s.tolist()
