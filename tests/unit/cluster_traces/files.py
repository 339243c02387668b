"""Small traces in every format, written by hand."""

from __future__ import annotations

from pathlib import Path

import pytest

from gigawatt.cluster.readers import Trace, read_trace
from gigawatt.kernel.errors import InputError, Problem

PHILLY = """timestamp,duration,num_gpus,gpu_time,cluster
2017-10-09 07:01:55,66.0,1,66.0,b
2017-10-09 06:13:03,2951.0,8,23608.0,a
2017-10-09 07:01:55,30.5,2,61.0,a
2017-10-09 07:01:55,66.0,1,66.0,b
"""

SACCT = """JobID|Account|User|Submit|ElapsedRaw|Timelimit|AllocTRES|ReqTRES|Priority|State
7|vision|ada|2025-03-01T10:00:00|3600|02:00:00|billing=8,cpu=64,gres/gpu=8,node=1||500|COMPLETED
7.batch|vision||2025-03-01T10:00:00|3600|||||COMPLETED
8|speech|bob|2025-03-01T09:00:00|60|UNLIMITED|cpu=4,gres/gpu:a100=4,gres/gpu:h100=2||900|CANCELLED by 1000
9|speech|bob|2025-03-01T09:30:00|10|1-00:00:00|cpu=4||900|COMPLETED
10|speech|bob|2025-03-01T11:00:00|0|1-00:00:00||gres/gpu=4|1|PENDING
11_3|speech|bob|2025-03-01T12:00:00|0|1-00:00:00||gres/gpu=4|1|CANCELLED
12|vision|ada|2025-03-01T12:30:00|90061|3-00:00:00|gres/gpu=16||400|TIMEOUT
"""

SWF = """; Version: 2
; UnixStartTime: 1000000000
;
    1     50 -1   120  16 -1 -1 -1    300 -1 1  3  1 -1 -1 -1 -1 -1
    2     20  5    60   4 -1 -1  8     -1 -1 0 -1 -1 -1 -1 -1 -1 -1
    3     90  5    -1   4 -1 -1  8     -1 -1 5  4 -1 -1 -1 -1 -1 -1
    4    100  5    10   0 -1 -1  2     20 -1 1  4 -1 -1 -1 -1  1 -1
"""


def written(folder: Path, text: str | bytes, name: str = "trace.csv") -> Path:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def read(folder: Path, text: str | bytes, name: str = "trace.csv", **options: object) -> Trace:
    return read_trace(written(folder, text, name), **options)


def problems(
    folder: Path, text: str | bytes, name: str = "trace.csv", **options: object
) -> tuple[Problem, ...]:
    with pytest.raises(InputError) as caught:
        read(folder, text, name, **options)
    return caught.value.problems
