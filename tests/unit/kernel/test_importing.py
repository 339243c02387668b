"""Imports in haste: what is left out is there afterwards, and nothing is changed for what follows."""

from __future__ import annotations

import gc
import subprocess
import sys

import pytest

from gigawatt.kernel.importing import in_haste


def test_garbage_is_collected_again_and_what_was_there_stays():
    seen = []

    def fail() -> None:
        with in_haste(without=["json", "colorsys"]):
            seen.append(gc.isenabled())
            import json

            raise ValueError(json.loads('"on the way"'))

    with pytest.raises(ValueError, match="on the way"):
        fail()
    assert (seen, gc.isenabled()) == ([False], True)
    import colorsys

    assert colorsys.rgb_to_hsv(1.0, 1.0, 1.0) == (0.0, 0.0, 1.0)


def test_a_policy_decides_the_same_without_scipy_and_scipy_can_be_had_later():
    code = """
import sys
from gigawatt.cluster import policies
from gigawatt.cluster.stepper import Stepper
from gigawatt.kernel.importing import in_haste

with in_haste(without=["scipy.linalg"]):
    stepper = Stepper(policies.easy(), 8, 10)
assert "scipy.linalg" not in sys.modules
jobs = [stepper.submit(0.0, gpus, left_s) for gpus, left_s in ((6, 100.0), (6, 100.0), (2, 50.0))]
assert [order.job for order in stepper.decide(0.0)] == [0, 2]
import scipy.linalg
assert scipy.linalg.det([[2.0, 0.0], [0.0, 3.0]]) == 6.0
"""
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
