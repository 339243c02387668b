"""A file about a cluster or its failures is refused where the simulation's values would be."""

from __future__ import annotations

import pytest

from gigawatt.cluster.readers.inputs import ClusterFile, FailuresFile
from gigawatt.kernel.errors import InputError
from gigawatt.scenario.read import read

CAUSE = "causes: [{name: a, gpu_hours_between: "
WRONG = {
    "gpus: 16\nspeeds: {pod: 0}": ("GW305", "more than 0"),
    "gpus: 16\npower: {least_speed: 0}": ("GW305", "more than 0"),
    "gpus: 16\npower: {busy_kw_per_gpu: 1, idle_kw_per_gpu: 2}": ("GW310", "2.0 kW idle and 1.0 kW busy"),
    "gpus: 16\npower: {idle_kw_per_gpu: 2}": ("GW310", "2.0 kW idle and 1.57 kW busy"),
    "gpus: 9999999999999992": ("GW305", "at most 1e+09"),
    "gpus: 16\nnodes_per_rack: 9999999999": ("GW305", "at most 1e+09"),
    CAUSE + "100, slow: 100 %}]": ("GW305", "less than 1"),
    CAUSE + "100, scope: job, slow: 50 %}]": ("GW310", "strikes jobs alone"),
    CAUSE + "1e-9}]": ("GW305", "at least 0.001"),
}


@pytest.mark.parametrize("text", WRONG)
def test_what_cannot_be_simulated_is_refused(tmp_path, text):
    path = tmp_path / "file.yaml"
    path.write_text(text + "\n", encoding="utf-8")
    with pytest.raises(InputError) as caught:
        read(path, FailuresFile if text.startswith(CAUSE) else ClusterFile)
    (problem,) = caught.value.problems
    code, words = WRONG[text]
    assert (problem.code, words in problem.message) == (code, True), problem
    assert problem.remedy
