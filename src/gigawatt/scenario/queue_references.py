"""What a queue of jobs names: its trace, columns, generator, policy and failures.

Works on plain data, as :mod:`gigawatt.scenario.references` does. The cluster room is loaded only where a
scenario has such a workload, and never its compiler.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from os.path import isfile
from pathlib import Path
from typing import Any

from gigawatt.kernel.errors import InputError, Problem

WITHOUT_FILE = ("off", "llama3")
"""What ``failures`` may say beside the path of a file."""


def queue_problems(path: str, work: dict[str, Any], folder: Path) -> Iterator[Problem]:
    """Find every name of one workload of the kind 'jobs' that leads nowhere.

    Parameters
    ----------
    path
        The workload's dotted path.
    work
        The workload as plain data, keys as in a file.
    folder
        Where relative paths begin.
    """
    from gigawatt.cluster.generate import read_spec
    from gigawatt.cluster.readers import ColumnMap, read_policy

    yield from _file(f"{path}.trace", "GW601", work.get("trace"), folder, "give the path of a trace")
    if work.get("failures") not in WITHOUT_FILE:
        remedy = f"give the path of a YAML file, or {' or '.join(WITHOUT_FILE)}"
        yield from _file(f"{path}.failures", "GW612", work.get("failures"), folder, remedy)
    yield from _read(f"{path}.generate", read_spec, work.get("generate"))
    yield from _read(f"{path}.policy", read_policy, work.get("policy"))
    yield from _read(f"{path}.map", ColumnMap.parse, work.get("map"))


def _file(path: str, code: str, written: Any, folder: Path, remedy: str) -> Iterator[Problem]:
    if not isinstance(written, str):
        return
    if not isfile(_joined(folder, written)):  # noqa: PTH113 - never raises, whatever the text
        seen = f"there is no file {written[:200]!r} in {str(folder)!r}"
        yield Problem(code, seen, f"{remedy}, relative to the scenario's file", path=path)


def _joined(folder: Path, written: str) -> str:
    return str(folder / written)


def _read(path: str, read: Callable[[str], Any], written: Any) -> Iterator[Problem]:
    """Tell what a reader of a text refuses, at the text's own place."""
    if not isinstance(written, str):
        return
    try:
        read(written)
    except InputError as error:
        for problem in error.problems:
            remedy = problem.remedy.replace("--map ", "")
            yield Problem(problem.code, problem.message, remedy, path=path)
