"""The compiler's cache is not trusted across versions: a change anywhere in the package compiles anew."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import gigawatt

CODE = """
import numpy as np
from gigawatt.cluster import Jobs, Machines, simulate
print(simulate(Machines.pool(2), Jobs([0, 0], [10, 10], gpus=2), "fifo").end_s.tolist())
"""


def run(folder: Path) -> str:
    env = {**os.environ, "PYTHONPATH": str(folder), "NUMBA_CACHE_DIR": str(folder / "cache")}
    done = subprocess.run(
        [sys.executable, "-c", CODE], env=env, capture_output=True, text=True, check=False, timeout=240
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_a_change_in_an_inlined_module_is_seen(tmp_path: Path) -> None:
    """Work takes twice as long once `_work.py` says so, though the loop's own file is untouched."""
    source = Path(gigawatt.__file__).parent
    shutil.copytree(source, tmp_path / "gigawatt", ignore=shutil.ignore_patterns("__pycache__"))
    assert run(tmp_path) == "[10.0, 20.0]"
    work = tmp_path / "gigawatt" / "cluster" / "_work.py"
    text = work.read_text(encoding="utf-8")
    shorter = "return float(until_s - w.done_s if rate == 1.0"
    assert shorter in text
    work.write_text(
        text.replace(shorter, "return float(2 * (until_s - w.done_s) if rate == 1.0"), encoding="utf-8"
    )
    assert run(tmp_path) == "[20.0, 40.0]"
