"""Work in several processes: every item once, mistakes handed back, nothing left running."""

from __future__ import annotations

import multiprocessing
import os
import pickle
import signal
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest

from gigawatt.kernel.errors import GigawattError, InputError, Problem
from gigawatt.kernel.processes import in_processes


def test_every_item_once_for_any_number_of_workers() -> None:
    for workers in (1, 2, 9):
        assert sorted(in_processes(abs, [-3, 1, -2], workers)) == [(0, 3), (1, 1), (2, 2)]
    assert list(in_processes(abs, [], 2)) == []
    assert not multiprocessing.active_children()


def test_a_value_that_is_refused_is_refused_here() -> None:
    with pytest.raises(ValueError, match="invalid literal"):
        list(in_processes(int, ["1", "one"], 1))


def test_problems_cross_from_one_process_to_another() -> None:
    sent = InputError([Problem("GW601", "seen", "mend it", line=3)])
    back = pickle.loads(pickle.dumps(sent))  # noqa: S301
    assert back.problems == sent.problems
    assert str(back) == str(sent)


def test_a_process_that_dies_is_told() -> None:
    with pytest.raises(GigawattError, match="exit code 7"):
        list(in_processes(os._exit, [7], 1))


def test_a_closed_iterator_ends_its_processes() -> None:
    began = time.monotonic()
    with closing(in_processes(time.sleep, [0.0, 600.0, 600.0], 2)) as done:
        assert next(done) == (0, None)
        assert multiprocessing.active_children()
    assert not multiprocessing.active_children()
    assert time.monotonic() - began < 60.0


@pytest.mark.skipif(not hasattr(signal, "pthread_sigmask"), reason="signals cannot be kept back here")
def test_no_worker_sees_an_interrupt_not_even_the_first(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(
        "import signal\n"
        "from gigawatt.kernel.processes import in_processes\n"
        "def kept_back(_):\n"
        "    return signal.SIGINT in signal.pthread_sigmask(signal.SIG_BLOCK, set())\n"
        "if __name__ == '__main__':\n"
        "    print(sorted(in_processes(kept_back, [0, 1], 2)))\n",
        encoding="utf-8",
    )
    done = subprocess.run([sys.executable, str(script)], capture_output=True, text=True, check=True)
    assert done.stdout == "[(0, True), (1, True)]\n"
