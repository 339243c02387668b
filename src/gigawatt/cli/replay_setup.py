"""What ``gigawatt replay`` needs before it can begin, and the folder it leaves."""

from __future__ import annotations

import json
import re
import shlex
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from gigawatt.cli.folder import check_target, whole_folder
from gigawatt.cli.outcome import refuse

if TYPE_CHECKING:
    from pydantic import BaseModel

    from gigawatt.cli.replay_seeds import Drawn
    from gigawatt.cluster import Failures, Jobs, Machines, PowerBudget, Prices, Repeated, Schedule
    from gigawatt.cluster.policies import Policy
    from gigawatt.cluster.readers import Trace
    from gigawatt.cluster.readers.inputs import ClusterFile, FailuresFile, PartsFile
    from gigawatt.report.schedule import About
    from gigawatt.scenario.read import LoadedScenario

    M = TypeVar("M", bound=BaseModel)

_BEGINNING = 1_000_000
"""Bytes of a cluster's file in which its parts are looked for."""
FORMAT = "gigawatt-replay/1"
"""Name of the folder's layout, in its manifest."""


@dataclass(frozen=True, slots=True)
class Setup:
    """A replay that can begin."""

    source: str
    jobs: Jobs
    drawn: Drawn | None
    """Draws the jobs of another seed; None where they come from a file."""
    machines: Machines | tuple[Machines, ...]
    policy: Policy
    failures: Failures | None
    power: PowerBudget | tuple[PowerBudget | None, ...] | None
    prices: Prices | None
    quotas_gpus: tuple[float, ...] | None
    weights: tuple[float, ...] | None
    seed: int
    malformed: int
    notes: tuple[str, ...]


def prepare(
    source: str,
    *,
    policy: str,
    gpus: int | None,
    gpus_per_node: int | None,
    cluster: Path | None,
    failures: str,
    seed: int,
    form: str | None,
    columns: str | None,
    estimate_factor: float | None,
    skip_malformed: bool,
    tokens_per_gpu_s: float | None = None,
) -> Setup:
    """Read and check everything that a replay needs; the trace last, for it takes longest.

    Raises
    ------
    InputError
        GW601 to GW617, and GW2xx and GW3xx for the YAML files.
    """
    from gigawatt.cli.replay_prices import read_prices
    from gigawatt.cli.replay_seeds import Drawn
    from gigawatt.cluster.generate import PREFIX
    from gigawatt.cluster.readers import read_policy, to_jobs
    from gigawatt.cluster.readers.cluster_values import checkpoint_columns, shares_of
    from gigawatt.cluster.readers.text import check_file

    if not source.startswith(PREFIX):
        check_file(Path(source))
    loaded = _cluster_file(cluster, gpus, gpus_per_node)
    file = None if loaded is None else loaded.scenario
    machines, power = _machines(file, gpus, gpus_per_node)
    total = sum(part.gpus for part in in_parts(machines))
    chosen = read_policy(policy, "--policy")
    failing, failure_file = _failures(failures)
    trace = _trace(source, total, seed, form, columns, tokens_per_gpu_s, skip_malformed=skip_malformed)
    more = checkpoint_columns(failure_file) if failure_file is not None else {}
    replay = to_jobs(trace, estimate_factor=estimate_factor, **more)
    notes = list(replay.notes)
    quotas = weights = prices = None
    if loaded is not None and file is not None:
        shares = shares_of(file, trace.tenants)
        quotas, weights = shares.quotas_gpus, shares.weights
        if shares.unknown:
            notes.append(f"the trace has no tenant {', '.join(shares.unknown)}")
        prices, told = read_prices(loaded)
        notes += told
        if prices is not None and prices.share_idle == "quota" and quotas is None:
            seen = "idle GPU-hours are to be shared by quota, but no tenant of the trace has one"
            raise refuse("GW617", seen, "write share_idle: held, or give these tenants quotas", str(cluster))
    if failing is not None and not more:
        notes.append("no checkpoints were given: a failure loses all that a job has done")
    return Setup(
        source=trace.source,
        jobs=replay.jobs,
        drawn=Drawn(source, total, estimate_factor, more) if source.startswith(PREFIX) else None,
        machines=machines,
        policy=chosen,
        failures=failing,
        power=power,
        prices=prices,
        quotas_gpus=quotas,
        weights=weights,
        seed=seed,
        malformed=trace.malformed,
        notes=tuple(notes),
    )


def _trace(
    source: str,
    gpus: int,
    seed: int,
    form: str | None,
    columns: str | None,
    tokens_per_gpu_s: float | None,
    *,
    skip_malformed: bool,
) -> Trace:
    from gigawatt.cluster.generate import PREFIX, generate
    from gigawatt.cluster.readers import FORMATS, ColumnMap, read_trace
    from gigawatt.cluster.readers.tokens import no_tokens

    if source.startswith(PREFIX):
        if tokens_per_gpu_s is not None:
            raise no_tokens("a generated workload", Path(source))
        return generate(source, gpus, seed)
    if form is not None and form not in FORMATS:
        raise refuse("GW603", f"there is no format {form!r}", _nearest(form, FORMATS), "--format")
    mapped = None if columns is None else ColumnMap.parse(columns)
    return read_trace(
        Path(source),
        form,
        columns=mapped,
        skip_malformed=skip_malformed,
        tokens_per_gpu_s=tokens_per_gpu_s,
    )


def in_parts(machines: Machines | tuple[Machines, ...]) -> tuple[Machines, ...]:
    """The parts of the machines; one where there is one."""
    return machines if isinstance(machines, tuple) else (machines,)


def _cluster_file(
    path: Path | None, gpus: int | None, gpus_per_node: int | None
) -> LoadedScenario[ClusterFile] | LoadedScenario[PartsFile] | None:
    from gigawatt.cluster.readers.inputs import ClusterFile, PartsFile

    if path is None:
        return None
    if gpus is not None or gpus_per_node is not None:
        seen = "--cluster says how many GPUs there are; --gpus and --gpus-per-node do not go with it"
        raise refuse("GW611", seen, "leave them away", "--cluster")
    if path.is_file() and re.search(rb"^parts\s*:", path.read_bytes()[:_BEGINNING], re.MULTILINE):
        return _read_yaml(path, PartsFile)
    return _read_yaml(path, ClusterFile)


def _machines(
    file: ClusterFile | PartsFile | None, gpus: int | None, gpus_per_node: int | None
) -> tuple[Machines | tuple[Machines, ...], PowerBudget | tuple[PowerBudget | None, ...] | None]:
    from gigawatt.cluster.readers.cluster_values import machines_of, power_of
    from gigawatt.cluster.readers.inputs import PartsFile

    if isinstance(file, PartsFile):
        draws = tuple(power_of(part) for part in file.parts)
        power = None if all(draw is None for draw in draws) else draws
        return tuple(machines_of(part) for part in file.parts), power
    if file is not None:
        return machines_of(file), power_of(file)
    return _plain_machines(gpus, gpus_per_node), None


def _plain_machines(gpus: int | None, gpus_per_node: int | None) -> Machines:
    from gigawatt.cluster import Machines

    if gpus is None:
        raise refuse(
            "GW611", "nothing says how many GPUs there are", "give --gpus N or --cluster FILE", "--gpus"
        )
    if gpus_per_node is None:
        return Machines.pool(gpus)
    try:
        return Machines.of(gpus, gpus_per_node)
    except ValueError as error:
        raise refuse("GW611", str(error), "change --gpus or --gpus-per-node", "--gpus-per-node") from None


def _failures(written: str) -> tuple[Failures | None, FailuresFile | None]:
    from gigawatt.cluster import Failures
    from gigawatt.cluster.readers.cluster_values import failures_of
    from gigawatt.cluster.readers.inputs import FailuresFile

    if written == "off":
        return None, None
    if written == "llama3":
        return Failures.llama3(), None
    path = Path(written)
    if not path.exists():
        seen = f"there is no file {written!r}"
        raise refuse("GW612", seen, "give a file, off, or llama3", "--failures")
    file = _read_yaml(path, FailuresFile).scenario
    return failures_of(file), file


def _read_yaml(path: Path, model: type[M]) -> LoadedScenario[M]:
    from gigawatt.scenario.read import read_text
    from gigawatt.scenario.yaml_text import read_bytes

    return read_text(read_bytes(path, str(path)), model, file=str(path))


def _nearest(word: str, allowed: tuple[str, ...]) -> str:
    close = get_close_matches(word, allowed, n=1)
    return f"write {close[0]!r}" if close else f"choose from {', '.join(allowed)}"


def check_place(target: Path | None) -> None:
    """Refuse a place where a replay's folder must not be put; an earlier replay may be replaced."""
    if target is not None and not is_replay_folder(target):
        check_target(target)


def is_replay_folder(folder: Path) -> bool:
    """Whether a folder was written by ``gigawatt replay``."""
    if folder.is_symlink() or not (folder / "manifest.json").is_file():
        return False
    try:
        manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return isinstance(manifest, dict) and manifest.get("format") == FORMAT


def write_folder(
    setup: Setup,
    done: Schedule,
    answer: dict[str, Any],
    target: Path,
    repeated: Repeated | None = None,
) -> int:
    """Write the schedule's folder, whole or not at all; return how many runs the Chrome trace shows.

    ``tables/jobs``, ``runs`` and ``curves`` (and ``seeds`` where there are several) as Parquet and CSV,
    ``trace.json``, ``report.html``, ``manifest.json``. The same input gives the same bytes.
    """
    from gigawatt import __version__
    from gigawatt.cluster.writers import write_chrome_trace, write_schedule
    from gigawatt.report.schedule import write_schedule_report

    with whole_folder(target) as folder:
        tables = write_schedule(done, folder / "tables", repeated)
        shown = write_chrome_trace(done, folder / "trace.json")
        write_schedule_report(done, _about(setup, answer), folder / "report.html")
        machines = "; ".join(repr(part) for part in in_parts(setup.machines))
        timeless = {key: value for key, value in answer.items() if key != "wall_s"}
        manifest = {"format": FORMAT, "version": __version__, **timeless, "machines": machines}
        manifest |= {"tables": tables, "trace_runs": shown}
        text = json.dumps(manifest, indent=1, ensure_ascii=False, allow_nan=False)
        (folder / "manifest.json").write_text(text + "\n", encoding="utf-8")
    return shown


def _about(setup: Setup, answer: dict[str, Any]) -> About:
    from gigawatt.report.schedule import About

    return About(
        trace=setup.source,
        machines=setup.machines,
        seed=None if setup.drawn is None and setup.failures is None else setup.seed,
        command=as_typed(sys.argv[1:]),
        failures=setup.failures,
        power=setup.power,
        notes=tuple(answer["notes"]),
    )


def as_typed(arguments: Sequence[str]) -> str:
    """Write the command for another shell, without what only says where and how the answer goes.

    >>> as_typed(["replay", "generate:mix?jobs=10", "--gpus", "8", "--out", "runs/a", "--json"])
    "gigawatt replay 'generate:mix?jobs=10' --gpus 8"
    """
    kept: list[str] = []
    skip = False
    for word in arguments:
        if not skip and word not in {"--out", "--json", "--quiet", "-q"} and not word.startswith("--out="):
            kept.append(word)
        skip = not skip and word == "--out"
    return shlex.join(["gigawatt", *kept])
