"""The compiler's cache is not trusted across versions: a change anywhere in the package compiles anew."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import gigawatt
from gigawatt.cluster import _compile

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


def test_what_another_process_cannot_compile_is_left_to_this_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_compile, "_processors", lambda: 2)
    with _compile._beside(["gigawatt.no_such_module"]):
        pass  # it failed there, and says so where it is imported here
    monkeypatch.setattr(_compile, "_is_new", lambda _: True)
    with pytest.raises(ModuleNotFoundError):
        _compile.load("gigawatt.cluster._engine", ["gigawatt.no_such_module"])


def test_an_interruption_ends_the_other_process_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_compile, "_processors", lambda: 2)
    started: list[subprocess.Popen[bytes]] = []

    class Noted(subprocess.Popen):
        def __init__(self, _words: Any, **more: Any) -> None:
            super().__init__([sys.executable, "-c", "import time; time.sleep(60)"], **more)
            started.append(self)

    monkeypatch.setattr(_compile.subprocess, "Popen", Noted)
    with pytest.raises(KeyboardInterrupt), _compile._beside(["time"]):
        raise KeyboardInterrupt
    assert [process.poll() for process in started] == [-signal.SIGKILL]


def test_only_a_cache_older_than_the_text_is_new(tmp_path: Path) -> None:
    code = (
        "import sys; from gigawatt.cluster import _compile\n"
        "name = 'gigawatt.cluster._roles'\n"
        "print(_compile._is_new(name)); __import__(name); del sys.modules[name]\n"
        "print(_compile._is_new(name))"
    )
    env = {**os.environ, "NUMBA_CACHE_DIR": str(tmp_path)}
    done = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["True", "False"]
