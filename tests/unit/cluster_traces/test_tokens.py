"""Work in tokens: a duration, or tokens with a rate; what is missing or does not agree is told by line."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from gigawatt.cluster.readers import ColumnMap, read_trace

from .files import PHILLY, problems, read, written

HEAD = "submit_s,duration_s,gpus,tokens,tokens_per_gpu_s\n"
GOOD = "0,10,2,,\n"
SHORT = "submit_s,gpus,tokens\n"
BAD_ROWS = {
    "0,,2,,": "duration_s is empty, not a number from 0, and neither is tokens",
    "0,,2,1e6,": "tokens_per_gpu_s is empty, not a number, which tokens without a duration need",
    "0,10,2,,50": "tokens is empty, not a number, which belongs to tokens_per_gpu_s",
    "0,10,2,1e6,50": "duration_s is '10', not the time that its tokens take",
    "0,0,2,1e6,50": "duration_s is '0', not the time that its tokens take",
    "0,10,2,many,50": "tokens is 'many', not a number from 1 to 1e+18",
    "0,,2,0,50": "tokens is '0', not a number from 1",
    "0,,2,1e19,50": "tokens is '1e19', not a number from 1",
    "0,,2,nan,50": "tokens is 'nan'",
    "0,,2,1e6,0": "tokens_per_gpu_s is '0', not a number from 1e-09 to 1e+09",
    "0,,2,1e6,-5": "tokens_per_gpu_s is '-5'",
    "0,,2,1e18,1e-9": "tokens is '1e18', not work of at most 3.1536e+09 s",
    "0,1e-9,1,1e18,": "tokens is '1e18', not work at 1e-09 to 1e+09 tokens/s a GPU",
    "0,ten,2,1e6,50": "duration_s is 'ten'",
    "0,,x,1e6,50": "gpus is 'x'",
}


@pytest.mark.parametrize("row", BAD_ROWS)
def test_a_malformed_row_is_shown_with_its_line(tmp_path, row):
    found = problems(tmp_path, HEAD + GOOD + row + "\n" + GOOD)
    assert "1 of 3 rows are malformed" in found[0].message
    assert (found[1].code, found[1].line) == ("GW605", 3)
    assert found[1].message.startswith(BAD_ROWS[row])
    trace = read(tmp_path, HEAD + GOOD + row + "\n" + GOOD, skip_malformed=True)
    assert (trace.jobs, trace.malformed) == (2, 1)


def test_durations_follow_from_tokens_and_a_note_says_so(tmp_path):
    trace = read(tmp_path, HEAD + GOOD + "1,,2,1e6,50\n2,10000,2,1e6,50\n3,80,1,1e6,\n")
    assert trace.duration_s.tolist() == [10.0, 10_000.0, 10_000.0, 80.0]
    assert trace.tokens.tolist()[1:] == [1e6, 1e6, 1e6]
    assert trace.notes == (
        "the durations of 1 jobs follow from their tokens",
        "1 jobs have a duration and tokens without a rate: the duration was taken",
    )
    assert "3 with tokens, 3e+06 in all" in repr(trace)


def test_a_rate_for_all_rows(tmp_path):
    trace = read(tmp_path, SHORT + "0,4,1e6\n5,8,2e6\n", tokens_per_gpu_s=100.0)
    assert trace.duration_s.tolist() == [2_500.0, 2_500.0]
    assert "2 jobs work off 100 tokens/s a GPU, as given for all" in trace.notes
    own = read(tmp_path, HEAD + "0,,4,1e6,\n0,,4,1e6,50\n", tokens_per_gpu_s=100.0)
    assert own.duration_s.tolist() == [2_500.0, 5_000.0]
    told = problems(tmp_path, "submit_s,duration_s,gpus,tokens\n0,10,4,1e6\n", tokens_per_gpu_s=100.0)
    assert told[1].message == "duration_s is '10', not the time that its tokens take"


def test_tokens_without_any_rate(tmp_path):
    (told,) = problems(tmp_path, SHORT + "0,4,1e6\n")
    assert (told.code, told.line) == ("GW604", 1)
    assert "--tokens-per-gpu-s" in told.remedy
    mixed = problems(tmp_path, "submit_s,duration_s,gpus,tokens\n0,,4,1e6\n")
    assert "tokens alone need --tokens-per-gpu-s" in mixed[1].message
    bare = problems(tmp_path, SHORT + "0,4,\n", tokens_per_gpu_s=1.0)
    assert "tokens is empty, not a number from 1" in bare[1].message


@pytest.mark.parametrize("rate", [0.0, -1.0, float("nan"), float("inf"), 1e10])
def test_a_rate_that_no_machine_has(tmp_path, rate):
    assert problems(tmp_path, SHORT + "0,4,1e6\n", tokens_per_gpu_s=rate)[0].code == "GW615"


@pytest.mark.parametrize(
    "text", [PHILLY, "submit_s,duration_s,gpus\n0,1,1\n", HEAD + "0,,4,1e6,50\n", HEAD + GOOD]
)
def test_a_rate_without_use_is_refused(tmp_path, text):
    assert problems(tmp_path, text, tokens_per_gpu_s=100.0)[0].code == "GW615"


def test_columns_by_a_map(tmp_path):
    path = written(tmp_path, "q,n,work,speed\n0,4,1e6,100\n")
    mapped = ColumnMap.parse("submit=q,gpus=n,tokens=work,tokens_per_gpu_s=speed")
    assert read_trace(path, columns=mapped).duration_s.tolist() == [2_500.0]
    started = written(tmp_path, "q,n,work,a,b\n0,4,1e6,5,9\n1,4,8e5,,\n")
    both = ColumnMap.parse("submit=q,gpus=n,tokens=work,start=a,end=b")
    told = read_trace(started, columns=both, skip_malformed=True)
    assert (told.duration_s.tolist(), told.malformed) == ([4.0], 1)


@pytest.mark.parametrize("text", ["submit=q,gpus=n", "submit=q,gpus=n,duration=d,tokens_per_gpu_s=v"])
def test_a_map_without_work(tmp_path, text):
    from gigawatt.kernel.errors import InputError

    with pytest.raises(InputError) as caught:
        ColumnMap.parse(text)
    assert caught.value.problems[0].code == "GW604"
    assert "tokens" in caught.value.problems[0].message


def test_a_parquet_file_with_whole_and_missing_numbers(tmp_path):
    table = pa.table(
        {"submit_s": [0, 1], "gpus": [2, 4], "duration_s": [None, 3.0], "tokens": [1000, None],
         "tokens_per_gpu_s": [5, None]}
    )  # fmt: skip
    pq.write_table(table, tmp_path / "t.parquet")
    trace = read_trace(tmp_path / "t.parquet")
    assert trace.duration_s.tolist() == [100.0, 3.0]
