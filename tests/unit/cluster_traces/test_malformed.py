"""Untrusted input: what makes no sense is counted, shown by line, and skipped only if asked."""

from __future__ import annotations

import gzip

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from gigawatt.cluster.readers import FORMATS, ColumnMap, Limits, read_trace
from gigawatt.kernel.errors import InputError

from .files import PHILLY, SACCT, SWF, problems, read, written

HEAD = "timestamp,duration,num_gpus,gpu_time,cluster\n"
GOOD = "2017-10-09 07:01:55,66.0,1,66.0,b\n"
BAD_ROWS = {
    "2017-13-09 07:01:55,66.0,1,66.0,b": "timestamp is '2017-13-09 07:01:55', not a time",
    "2017-02-31 07:01:55,66.0,1,66.0,b": "timestamp is '2017-02-31 07:01:55', not a time",
    "9999-02-01 07:01:55,66.0,1,66.0,b": "timestamp is '9999-02-01 07:01:55', not a time",
    ",66.0,1,66.0,b": "timestamp is empty",
    "2017-10-09 07:01:55,-1,1,66.0,b": "duration is '-1', not a number from 0",
    "2017-10-09 07:01:55,nan,1,66.0,b": "duration is 'nan'",
    "2017-10-09 07:01:55,inf,1,66.0,b": "duration is 'inf'",
    "2017-10-09 07:01:55,1e30,1,66.0,b": "duration is '1e30'",
    "2017-10-09 07:01:55,,1,66.0,b": "duration is empty",
    "2017-10-09 07:01:55,sixty,1,66.0,b": "duration is 'sixty'",
    "2017-10-09 07:01:55,66.0,0,66.0,b": "num_gpus is '0', not a whole number from 1",
    "2017-10-09 07:01:55,66.0,1.5,66.0,b": "num_gpus is '1.5'",
    "2017-10-09 07:01:55,66.0,99999999999,66.0,b": "num_gpus is '99999999999'",
    "2017-10-09 07:01:55,66.0,0x10,66.0,b": "num_gpus is '0x10'",
    f"2017-10-09 07:01:55,66.0,1,66.0,{'b' * 300}": "not a name of at most 200 characters",
    "2017-10-09 07:01:55,66.0": "2 columns instead of 5",
    "2017-10-09 07:01:55,66.0,1,66.0,b,c": "6 columns instead of 5",
}


@pytest.mark.parametrize("row", BAD_ROWS)
def test_a_malformed_row_is_shown_with_its_line(tmp_path, row):
    found = problems(tmp_path, HEAD + GOOD + row + "\n" + GOOD)
    summary, told = found[0], found[1]
    assert "1 of 3 rows are malformed" in summary.message
    assert told.code == "GW605"
    assert told.line == 3
    assert told.file.endswith("trace.csv")
    assert BAD_ROWS[row] in told.message
    assert "--skip-malformed" in told.remedy


@pytest.mark.parametrize("row", BAD_ROWS)
def test_a_malformed_row_is_skipped_if_asked(tmp_path, row):
    trace = read(tmp_path, HEAD + GOOD + row + "\n" + GOOD, skip_malformed=True)
    assert (trace.jobs, trace.malformed, trace.rows) == (2, 1, 3)
    assert trace.problems[0].line == 3


NOTES = (
    """submit_s,duration_s,gpus,note
0,10,1,"x, ""y"" z"
9,10,1,5" disk
10,10,1,"hm
11,10,1,y
12,10,1,"ok"
13,10,1,"a"" b
14,10,1,z
""",
    "0,10,1,z\n",
)


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("more", [0, 200_000])  # one block of the reader, and several
def test_a_quote_that_is_not_closed_loses_no_other_line(tmp_path, end, more):
    text = (NOTES[0] + more * NOTES[1]).replace("\n", end)
    told = problems(tmp_path, text)
    assert f"2 of {7 + more:,} rows are malformed" in told[0].message
    assert [(p.line, p.message) for p in told[1:]] == [
        (4, "a quote is opened and not closed on this line"),
        (7, "a quote is opened and not closed on this line"),
    ]
    trace = read(tmp_path, text, skip_malformed=True)
    assert (trace.jobs, trace.malformed, trace.rows) == (5 + more, 2, 7 + more)


def test_a_value_with_a_line_break_is_malformed(tmp_path):
    told = problems(tmp_path, NOTES[0].splitlines()[0] + '\n0,10,1,"two\nlines"\n' + NOTES[1])
    assert [(p.line, p.message) for p in told[1:]] == [
        (2, "a quote is opened and not closed on this line"),
        (3, "1 columns instead of 4"),
    ]


def test_bytes_that_are_no_utf_8(tmp_path):
    found = problems(tmp_path, (HEAD + GOOD).encode() + b"2017-10-09 07:01:55,66.0,1,66.0,\xff\xfe\n")
    assert found[1].line == 3
    assert "UTF-8" in found[1].message


def test_many_malformed_rows_are_counted_and_the_first_are_shown(tmp_path):
    found = problems(tmp_path, HEAD + GOOD + "x,y,z,0,b\n" * 5000)
    assert len(found) == 21
    assert "5,000 of 5,001 rows are malformed; the first 20 are listed" in found[0].message
    assert [problem.line for problem in found[1:]] == list(range(3, 23))


def test_lines_are_right_after_empty_ones_and_comments(tmp_path):
    assert problems(tmp_path, HEAD + "\n\n" + GOOD + "bad\n")[1].line == 5
    broken = SWF + "   5  x 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1\n   6 7\n"
    told = problems(tmp_path, broken, "t.swf")
    assert [(p.line, p.message.split(",")[0]) for p in told[1:]] == [
        (8, "submit is 'x'"),
        (9, "2 columns instead of 18"),
    ]


def test_malformed_rows_of_sacct(tmp_path):
    text = (
        SACCT
        + "13|a|b|Unknown|5|||gres/gpu=1|1|COMPLETED\n14|a|b|2025-03-01T10:00:00||||gres/gpu=1|1|COMPLETED\n"
    )
    text += "15|a|b|2025-03-01T10:00:00|5|2 hours||gres/gpu=1|1|COMPLETED\n"
    text += "16|a|b|2025-03-01T10:00:00|5|||gres/gpu=1|1|DONE\n"
    told = problems(tmp_path, text)[1:]
    assert [(p.line, p.message.split(" ")[0]) for p in told] == [
        (9, "Submit"),
        (10, "ElapsedRaw"),
        (11, "Timelimit"),
        (12, "State"),
    ]


def test_malformed_rows_of_parquet(tmp_path):
    path = tmp_path / "t.parquet"
    pq.write_table(
        pa.table({"submit_s": [0.0, 1.0, None], "duration_s": [1.0, -1.0, 1.0], "gpus": [1, 1, 1]}), path
    )
    with pytest.raises(InputError) as caught:
        read_trace(path)
    assert [p.line for p in caught.value.problems] == [0, 2, 3]
    assert read_trace(path, skip_malformed=True).jobs == 1


REFUSED = {
    "GW602 empty": (b"", "empty"),
    "GW602 blank": (b"\n \n", "empty"),
    "GW602 binary": (b"\x00\x01\x02" * 100, "zero bytes"),
    "GW603": (b"hello world\n1,2,3\n", "no known format"),
    "GW606": (HEAD.encode(), "no job in it"),
    "GW602 parquet": (b"PAR1 and nothing more", "no readable Parquet"),
    "GW601 gzip": (gzip.compress(PHILLY.encode())[:40], "damaged"),
}


@pytest.mark.parametrize("code", REFUSED)
def test_a_file_that_cannot_be_used(tmp_path, code):
    text, part = REFUSED[code]
    told = problems(tmp_path, text)
    assert len(told) == 1
    assert told[0].code == code.split()[0]
    assert part in told[0].message


@pytest.mark.parametrize("form", FORMATS)
def test_junk_in_every_format(tmp_path, form):
    for junk in (b"\x00\xff" * 500, b"\xff\xfe\xfd\n" * 30, b'"', b"a" * 100_000, b"|" * 50, b",\n,\n"):
        told = problems(tmp_path, junk, form=form)
        assert told[0].code.startswith("GW60")


def test_no_file_and_a_folder(tmp_path):
    for path in (tmp_path / "absent.csv", tmp_path):
        with pytest.raises(InputError) as caught:
            read_trace(path)
        assert caught.value.problems[0].code == "GW601"


def test_sizes_are_bounded(tmp_path):
    bomb = gzip.compress(b"0" * 3_000_000)
    assert len(bomb) < 10_000
    found = problems(tmp_path, bomb, form="swf", limits=Limits(max_bytes=1_000_000))
    assert (found[0].code, "more than 1 MiB" in found[0].message) == ("GW601", True)
    many = problems(tmp_path, HEAD + GOOD * 3000, limits=Limits(max_rows=100))
    assert many[0].code == "GW607"
    rows = "".join(f"2017-10-09 07:01:55,66.0,1,66.0,t{i}\n" for i in range(20))
    tenants = problems(tmp_path, HEAD + rows, limits=Limits(max_tenants=10))
    assert tenants[0].code == "GW607"


def test_a_large_parquet_is_refused_before_it_is_read(tmp_path):
    path = tmp_path / "t.parquet"
    pq.write_table(pa.table({"submit_s": [0.0] * 1000, "duration_s": [1.0] * 1000, "gpus": [1] * 1000}), path)
    for limits, code in ((Limits(max_rows=10), "GW607"), (Limits(max_bytes=10), "GW601")):
        with pytest.raises(InputError) as caught:
            read_trace(path, limits=limits)
        assert caught.value.problems[0].code == code


MAPS = {
    "": "is not field=column",
    "submit": "is not field=column",
    "submit=a,gpus=b": "nothing is mapped to duration",
    "submit=a,submit=b,gpus=c,duration=d": "submit is mapped twice",
    "submit=a,gpus=c,length=d": "'length' is no field of a job",
    "submit=a,gpus=c,duration_years=d": "is no field of a job",
}


@pytest.mark.parametrize("text", MAPS)
def test_a_wrong_map(text):
    with pytest.raises(InputError) as caught:
        ColumnMap.parse(text)
    problem = caught.value.problems[0]
    assert problem.code == "GW604"
    assert MAPS[text] in problem.message


def test_a_mapped_column_that_is_not_there(tmp_path):
    told = problems(tmp_path, "a,b,c\n1,2,3\n", columns=ColumnMap.parse("submit=a,duration=b,gpus=x"))
    assert told[0].code == "GW604"
    assert "no column x" in told[0].message
    twice = problems(tmp_path, "a,a,c\n1,2,3\n", columns=ColumnMap.parse("submit=a,duration=a,gpus=c"))
    assert "the column a twice" in twice[0].message
    path = written(tmp_path, PHILLY)
    with pytest.raises(InputError) as caught:
        read_trace(path, "philly", columns=ColumnMap.own())
    assert caught.value.problems[0].code == "GW604"


def test_a_column_of_lists_is_refused(tmp_path):
    path = tmp_path / "t.parquet"
    pq.write_table(pa.table({"submit_s": [[1.0]], "duration_s": [1.0], "gpus": [1]}), path)
    with pytest.raises(InputError) as caught:
        read_trace(path)
    assert caught.value.problems[0].code == "GW604"
