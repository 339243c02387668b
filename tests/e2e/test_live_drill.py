"""The drill as a command: nothing is lost when anything is killed; interrupted, it leaves nothing."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from live_fixture import until

GIGAWATT = Path(sys.executable).with_name("gigawatt")


def of_folder(folder: Path) -> list[int]:
    """Processes that have a name in a folder on their command line."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal() and int(entry.name) != os.getpid():
            try:
                if str(folder).encode() in (entry / "cmdline").read_bytes():
                    found.append(int(entry.name))
            except OSError:
                continue
    return found


@pytest.mark.engines("embedded", "ray")
def test_nothing_is_lost_when_anything_is_killed(tmp_path: Path, engine: str, request: pytest.FixtureRequest):
    kills = 20 if engine == "embedded" else 8
    keep = tmp_path / "drill"
    words = [GIGAWATT, "drill", "--kills", str(kills), "--jobs", "40", "--seed", "5", "--limit", "4 min"]
    words += ["--engine", engine, "--keep", keep, "--json"]
    if engine == "ray":
        words += ["--address", request.getfixturevalue("ray_address")]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert done.returncode == 0, (done.stdout, done.stderr)
    told = json.loads(done.stdout)
    assert (told["holds"], told["kills"]) == (True, kills)
    assert told["jobs"] >= 40
    assert told["restarts"] >= 3
    done_to_it = {"rank", "keeper", "agent", "controller", "frozen agent", "full disk", "clock jump"}
    if engine == "embedded":
        done_to_it |= {"watchers", "partition"}
    assert set(told["faults"]) == done_to_it | {"second controller"}
    assert all(rule["broken"] == [] for rule in told["rules"])
    assert (keep / "state" / "cluster.sqlite").is_file()
    assert not of_folder(keep)
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert (done.returncode, "GW811" in done.stderr) == (1, True)


def test_an_interrupted_drill_leaves_neither_process_nor_folder(tmp_path: Path):
    words = [GIGAWATT, "drill", "--kills", "1000", "--jobs", "50"]
    with subprocess.Popen(
        words, env={**os.environ, "TMPDIR": str(tmp_path)}, stderr=subprocess.PIPE
    ) as drill:
        until(lambda: list(tmp_path.glob("*/state/checkpoints/*/record")), 60.0)
        drill.send_signal(signal.SIGINT)
        drill.communicate(timeout=60)
    assert drill.returncode == 130
    assert not of_folder(tmp_path)
    assert not list(tmp_path.iterdir())
