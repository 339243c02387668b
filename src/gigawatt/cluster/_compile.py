"""Imports what is compiled, and compiles it on two processors where it is not in the cache yet.

The loop takes about as long to compile as all that it calls: another process compiles that meanwhile, and
what it has written to the cache is then read here.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from types import ModuleType

from gigawatt.kernel.importing import in_haste

_FOLDER = Path(__file__).parent
_IMPORT = """
from gigawatt.kernel.importing import in_haste
with in_haste(without=["scipy.linalg"]):
    import """


def load(loop: str, others: Sequence[str]) -> list[ModuleType]:
    """Import modules of compiled functions, by their full names; the loop's comes first in the answer."""
    with in_haste():
        with _beside(others if _is_new(loop) else ()) as goes_on:
            first = import_module(loop)
            for name in reversed(others):  # it begins at the other end
                if not goes_on():
                    break
                import_module(name)
        return [first, *(import_module(name) for name in others)]


def _is_new(name: str) -> bool:
    """Whether a module of this folder is to be compiled: the cache has nothing younger than the text."""
    if name in sys.modules:
        return False
    from numba.core.caching import FunctionCache

    try:
        folder = Path(FunctionCache(_is_new).cache_path)  # type: ignore[no-untyped-call]
    except RuntimeError:  # there is no place for a cache
        return False
    written = max((path.stat().st_mtime for path in _FOLDER.rglob("*.py")), default=0.0)
    kept = folder.glob(f"{name.rpartition('.')[2]}.*.nbi")
    return not any(path.stat().st_mtime > written for path in kept)


def _processors() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@contextmanager
def _beside(names: Sequence[str]) -> Iterator[Callable[[], bool]]:
    """Let another process import modules meanwhile; gives whether it goes on.

    What it could not do is done here, and fails here.
    """
    if not names or _processors() < 2 or not sys.executable or getattr(sys, "frozen", False):
        yield lambda: False
        return
    process = subprocess.Popen(  # noqa: S603  # this interpreter, with names of our own modules
        [sys.executable, "-c", _IMPORT + ", ".join(names)],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield lambda: process.poll() is None
        process.wait()
    finally:
        process.kill()
        process.wait()
