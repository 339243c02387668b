"""Every code block of the README runs."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```", README, re.MULTILINE | re.DOTALL)
COMMANDS = [
    line.split("  #")[0].strip()
    for kind, text in BLOCKS
    if kind == "console"
    for line in text.splitlines()
    if line.strip()
]


def test_there_is_a_block_of_each_kind():
    assert {kind for kind, _ in BLOCKS} == {"console", "python", "yaml"}
    assert COMMANDS[:2] == ["make run", "make test"]


def test_commands_in_order(tmp_path):
    env = dict(os.environ, PATH=f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
    env["GIGAWATT_STATE_DIR"] = str(tmp_path / "cluster")
    try:
        for line in COMMANDS:
            if line == "make test":  # this test is part of it: only that make can plan it is checked
                arguments, where = ["make", "-n", "test"], ROOT
            elif line.startswith("make"):
                arguments, where = [*line.split(), f"VENV={sys.prefix}"], ROOT
            else:
                arguments, where = shlex.split(line), tmp_path
            done = subprocess.run(arguments, cwd=where, env=env, capture_output=True, text=True, check=False)
            assert done.returncode == 0, (line, done.stdout[-2000:], done.stderr[-2000:])
    finally:
        # No cluster may outlive the test; where the last command was reached there is none.
        subprocess.run(["gigawatt", "down"], env=env, capture_output=True, check=False)


@pytest.mark.parametrize("text", [text for kind, text in BLOCKS if kind == "python"])
def test_python(text):
    exec(compile(text, "README.md", "exec"), {})  # noqa: S102 - our own README


@pytest.mark.parametrize("text", [text for kind, text in BLOCKS if kind == "yaml"])
def test_yaml_is_a_part_of_a_scenario(text):
    from gigawatt.kernel.inputs import InputModel
    from gigawatt.power import PowerInput
    from gigawatt.scenario import read_text

    class Part(InputModel):
        """The part that the README shows."""

        power: PowerInput

    loaded = read_text(text, Part, ["power.region=srtv"])
    assert loaded.scenario.power.grid[0].import_limit_mw == 150.0
    assert loaded.evidence_of("power.fuel_price").is_range
