"""Which engine a cluster comes up with, and that nobody else waits for Ray."""

from __future__ import annotations

import subprocess
import sys

import pytest

from gigawatt.cli import engine_choice
from gigawatt.cli.engine_choice import check_counted, choose_engine
from gigawatt.kernel.errors import InputError

BEFORE = {"shape": "2 x 8", "engine": "ray", "address": "10.0.0.1:6379"}


def test_what_is_said_counts_else_what_was_before():
    assert choose_engine({}, None, None) == ("embedded", "")
    assert choose_engine(BEFORE, None, None) == ("ray", "10.0.0.1:6379")
    assert choose_engine(BEFORE, "ray", "10.0.0.2:6379") == ("ray", "10.0.0.2:6379")
    assert choose_engine(BEFORE, "embedded", None) == ("embedded", "")


def test_an_address_needs_ray_and_ray_needs_its_package(monkeypatch: pytest.MonkeyPatch):
    with pytest.raises(InputError, match="GW895"):
        choose_engine({}, None, "10.0.0.1:6379")
    monkeypatch.setattr(engine_choice, "find_spec", lambda _: None)
    with pytest.raises(InputError, match=r"GW890(.|\n)*gigawatt\[ray\]"):
        choose_engine({}, "ray", None)
    assert choose_engine({}, None, None) == ("embedded", "")


def test_a_power_budget_needs_gpus_that_are_counted():
    check_counted("", None, None)
    check_counted("10.0.0.1:6379", 2, 8)
    with pytest.raises(InputError, match="GW896"):
        check_counted("10.0.0.1:6379", 2, None)


@pytest.mark.parametrize(
    "module", ["gigawatt.cli.main", "gigawatt.live.controller", "gigawatt.live.nodes.agent"]
)
def test_who_does_not_want_ray_does_not_load_it(module: str):
    code = f"import sys, {module}; sys.exit('ray' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
