"""Options of a policy are refused where they make no sense."""

from __future__ import annotations

import pytest

from gigawatt.cluster.readers import read_policy
from gigawatt.kernel.errors import InputError

WRONG = {
    "easy:depth=-1": "depth is -1",
    "easy:depth=nan": "depth is nan",
    "easy:depth=1.5": "whole numbers from 0",
    "easy:depth=1+2": "depth takes one number, not '1+2'",
    "conservative:depth=0": "depth is 0; allowed: whole numbers from 1, or inf",
    "power-aware:look_ahead_steps=-1": "look_ahead_steps is -1",
    "las:thresholds_gpu_s=-5": "thresholds_gpu_s has -5",
    "las:thresholds_gpu_s=100+nan": "thresholds_gpu_s has nan",
    "las:running_first=2": "running_first is 2",
    "srtf:round_s=-5": "round_s is -5",
    "srsf:round_s=inf": "round_s is inf",
    "fair:borrowing=7": "borrowing is 7; allowed: 0 for no, 1 for yes",
    "fair:reclaim=nan": "reclaim is nan",
    "sjf:pass_blocked=-1": "pass_blocked is -1",
    "edf:pass_blocked=0.5": "pass_blocked is 0.5",
    "priority:preemption=2": "preemption is 2",
    "pack:patience_s=-1": "patience_s is -1",
}


@pytest.mark.parametrize("written", WRONG)
def test_an_option_without_sense_is_refused(written):
    with pytest.raises(InputError) as caught:
        read_policy(written)
    (problem,) = caught.value.problems
    assert (problem.code, WRONG[written] in problem.message) == ("GW610", True), problem


@pytest.mark.parametrize(
    ("written", "options"),
    [
        ("easy:depth=0", (0.0,)),
        ("conservative:depth=inf", (float("inf"),)),
        ("las:thresholds_gpu_s=5,running_first=0", (0.0, 5.0)),
        ("fair:borrowing=0,reclaim=1", (0.0, 1.0)),
        ("pack:patience_s=0", (0.0,)),
    ],
)
def test_an_option_at_the_edge_is_read(written, options):
    assert read_policy(written).options == options
