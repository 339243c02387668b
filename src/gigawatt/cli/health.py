"""What a machine needs to run Gigawatt, and what of it is there."""

from __future__ import annotations

import os
import re
import shutil
import sys
import tempfile
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path
from typing import Literal

MIN_PYTHON = (3, 11)
MIN_FREE_GB = 1.0
_EXTRAS = {
    "ray": ("ray", "gigawatt up --engine ray"),
    "train": ("torch", "the training job of a live cluster"),
}
"""Package and purpose of each extra that commands use."""
_BROWSERS = ("chromium", "chromium-browser", "google-chrome")


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at."""

    what: str
    state: Literal["ok", "missing", "optional"]
    """'optional': not there, and not needed for a run."""
    seen: str
    do: str = ""


def findings() -> list[Finding]:
    """Look at everything."""
    return [_python(), *_packages(), *_extras(), _compile_cache(), _free_space(), _browser(), _gpus()]


def _python() -> Finding:
    seen = ".".join(map(str, sys.version_info[:3]))
    if sys.version_info[:2] >= MIN_PYTHON:
        return Finding("Python", "ok", seen)
    return Finding("Python", "missing", seen, f"install Python {'.'.join(map(str, MIN_PYTHON))} or newer")


def _packages() -> list[Finding]:
    found = []
    for requirement in requires("gigawatt") or []:
        if "extra ==" in requirement:
            continue
        name = re.split(r"[<>=!~;\[ ]", requirement, maxsplit=1)[0]
        try:
            found.append(Finding(name, "ok", version(name)))
        except PackageNotFoundError:
            found.append(Finding(name, "missing", "not installed", f"pip install '{requirement}'"))
    return found


def _extras() -> list[Finding]:
    """Find what single commands need and a run does not."""
    found = []
    for extra, (name, purpose) in _EXTRAS.items():
        try:
            found.append(Finding(name, "ok", version(name)))
        except PackageNotFoundError:
            remedy = f"only for {purpose}: pip install 'gigawatt[{extra}]'"
            found.append(Finding(name, "optional", "not installed", remedy))
    return found


def _compile_cache() -> Finding:
    """Find where compiled kernels are kept, so that the next run need not compile again."""
    own = os.environ.get("NUMBA_CACHE_DIR")
    beside = Path(__file__).resolve().parents[1]
    for folder in [Path(own)] if own else [beside, Path.home() / ".cache"]:
        if _is_writable(folder):
            return Finding("compilation cache", "ok", f"{folder} is writable")
    remedy = "set NUMBA_CACHE_DIR to a folder that you may write, or each run compiles again"
    return Finding("compilation cache", "missing", "no folder that can be written", remedy)


def _is_writable(folder: Path) -> bool:
    try:
        with tempfile.TemporaryFile(dir=folder):
            return True
    except OSError:
        return False


def _free_space() -> Finding:
    free_gb = shutil.disk_usage(Path.cwd()).free / 1e9
    if free_gb >= MIN_FREE_GB:
        return Finding("disk", "ok", f"{free_gb:.0f} GB free here")
    remedy = f"free {MIN_FREE_GB:g} GB, or run in another folder"
    return Finding("disk", "missing", f"{free_gb:.2f} GB free here", remedy)


def _browser() -> Finding:
    for name in _BROWSERS:
        if path := shutil.which(name):
            return Finding("Chromium", "ok", path)
    return Finding(
        "Chromium", "optional", "not found", "only for the report's own tests; any browser opens a report"
    )


def _gpus() -> Finding:
    """Look for GPUs that a live cluster can give to ranks."""
    from gigawatt.kernel.errors import InputError
    from gigawatt.live.nodes.gpus import find_gpus, in_words

    try:
        return Finding("GPUs", "ok", in_words(find_gpus()))
    except InputError as error:
        problem = error.problems[0]
        return Finding(
            "GPUs", "optional", f"{problem.message}; a cluster counts virtual ones", problem.remedy
        )
