"""Queues of jobs on the sites of a campus: read, all at once, and simulated on the GPUs they are given."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from gigawatt import cluster, compute
from gigawatt.cluster.readers import ColumnMap, Trace, read_policy, read_trace
from gigawatt.cluster.readers.cluster_values import checkpoint_columns, failures_of
from gigawatt.cluster.readers.inputs import FailuresFile
from gigawatt.compute import QueuedJobs
from gigawatt.kernel.errors import InputError, Problem
from gigawatt.scenario.campus import Campus, SiteCampus
from gigawatt.scenario.read import read
from gigawatt.study.build import SiteBuild
from gigawatt.study.queue_run import Queue, QueueResult, Tell, run_queue


@dataclass(frozen=True, slots=True)
class SiteQueues:
    """What the queues of jobs of a site did, by the name of the workload."""

    results: Mapping[str, QueueResult]

    @property
    def used(self) -> dict[str, compute.JobsUse]:
        """As compute takes it."""
        return {name: result.use for name, result in self.results.items()}


def read_queues(campus: Campus) -> dict[str, Queue]:
    """Read the traces, policies and failures of all queues of jobs, by the name of the workload.

    Raises
    ------
    InputError
        GW2xx, GW3xx and GW6xx, of all queues at once.
    """
    found: dict[str, Queue] = {}
    problems: list[Problem] = []
    for site in campus.sites.values():
        for work in site.workloads:
            if isinstance(work, QueuedJobs):
                try:
                    found[work.name] = _read(campus, work)
                except InputError as error:
                    problems += error.problems
    if problems:
        raise InputError(problems)
    return found


def _read(campus: Campus, work: QueuedJobs) -> Queue:
    failures, checkpoints = _failures(campus, work)
    return Queue(work, _trace(campus, work), read_policy(work.policy), failures, checkpoints)


def _trace(campus: Campus, work: QueuedJobs) -> Trace | None:
    if work.trace is None:
        return None
    columns = None if work.map is None else ColumnMap.parse(work.map)
    path = campus.folder / work.trace
    return read_trace(path, work.format, columns=columns, skip_malformed=work.skip_malformed)


def _failures(campus: Campus, work: QueuedJobs) -> tuple[cluster.Failures | None, dict[str, float]]:
    """What breaks, and the checkpoints: the workload's own, else those of the file of failures."""
    failures: cluster.Failures | None = None
    checkpoints: dict[str, float] = {}
    if work.failures == "llama3":
        failures = cluster.Failures.llama3()
    elif work.failures != "off":
        file = read(campus.folder / work.failures, FailuresFile).scenario
        failures, checkpoints = failures_of(file), checkpoint_columns(file)
    if work.checkpoints is not None:
        checkpoints = {
            "checkpoint_interval_s": work.checkpoints.interval_s,
            "checkpoint_write_s": work.checkpoints.write_s,
            "checkpoint_load_s": work.checkpoints.load_s,
        }
    return failures, checkpoints


def simulate_queues(
    campus: Campus,
    site: SiteCampus,
    build: SiteBuild,
    queues: Mapping[str, Queue],
    tell: Tell | None = None,
) -> SiteQueues:
    """Simulate the queues of jobs of one site on the GPUs that they are given.

    The cap of each is its share of the site's firm power (step 3 of a run) in IT megawatts of the design
    hour, by provisioned power; or its own limit, where that is lower.

    Raises
    ------
    InputError
        GW613, GW614: what a queue is made of does not go together; the path is that of the workload.
    """
    allotted = compute.allot(
        site.workloads,
        build.systems,
        build.energised.gpus,
        campus.clock,
        site.place.utc_offset_h,
        compute.MfuTable(),
    )
    firm_it_mw = np.repeat(build.firm.total_mw / build.pue_design, 24)
    energised_mw = np.repeat(build.energised.it_mw, 24)
    results = {}
    for name, allotment in allotted.items():
        share = np.divide(
            allotment.provisioned_mw, energised_mw, out=np.zeros_like(energised_mw), where=energised_mw > 0.0
        )
        limit_mw = queues[name].work.power_limit_mw
        cap_mw = firm_it_mw * share if limit_mw is None else np.minimum(firm_it_mw * share, limit_mw)
        results[name] = run_queue(queues[name], allotment, cap_mw, campus.scenario.seed, tell)
    return SiteQueues(results)
