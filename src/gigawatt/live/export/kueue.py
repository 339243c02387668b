"""Manifests for Kueue on Kubernetes.

References
----------
Kueue's API ``kueue.x-k8s.io/v1beta2`` (served since v0.15): ClusterQueue (``cohortName``, ``nominalQuota``,
``borrowingLimit``, ``preemption``, ``fairSharing``), LocalQueue, ResourceFlavor, WorkloadPriorityClass.
Kubernetes' ``batch/v1`` Job: ``suspend``, indexed completions; a pod's host name is JOB-INDEX.
"""

from __future__ import annotations

import io
from math import ceil
from typing import Any

from gigawatt.live.export.source import Source, slugs
from gigawatt.live.tenants import Tenant
from gigawatt.live.transitions import Job

API = "kueue.x-k8s.io/v1beta2"
COHORT, FLAVOR, REST = "gigawatt", "gigawatt-gpu", "gigawatt-rest"
_PORT = 29500
_INDEX = "metadata.annotations['batch.kubernetes.io/job-completion-index']"

Manifest = dict[str, Any]


def kueue_files(source: Source, image: str, resource: str = "nvidia.com/gpu") -> dict[str, str]:
    """Return the manifests by file name.

    Parameters
    ----------
    source
        What is exported.
    image
        Container image of the jobs.
    resource
        Name of a GPU among the nodes' resources.
    """
    names = slugs(tuple(tenant.name for tenant in source.tenants))
    queues: list[Manifest] = [{"apiVersion": API, "kind": "ResourceFlavor", "metadata": {"name": FLAVOR}}]
    for tenant in source.tenants:
        queues += _of_tenant(source, tenant, names[tenant.name], resource)
    if source.unpromised_gpus > 0.0:
        # What is in nobody's quota is there to be borrowed.
        nobody = {"matchLabels": {REST: REST}}
        queues.append(_cluster_queue(source, REST, source.unpromised_gpus, 1.0, nobody, resource))
    priorities = sorted({job.spec.priority for job in source.jobs})
    files = {"queues.yaml": _text(queues)}
    if priorities:
        files["priorities.yaml"] = _text([_priority_class(priority) for priority in priorities])
    if source.jobs:
        jobs = [part for job in source.jobs for part in _of_job(job, names[job.spec.tenant], image, resource)]
        files["jobs.yaml"] = _text(jobs)
    return files


def notes(source: Source) -> list[str]:
    """Say what Kueue does otherwise, or must be told besides."""
    found = [
        "its configuration needs waitForPodsReady for gangs to start whole, and fairSharing for weights",
        "only GPUs are in the quotas: a job that also requests CPUs or memory needs them there too",
    ]
    if source.jobs:
        found.append("folders are not exported: mount what GIGAWATT_CHECKPOINT_DIR and the jobs name")
    if any(job.spec.after for job in source.jobs):
        found.append("Kubernetes knows no order of jobs: create those with --after when their turn comes")
    if source.policy.name in {"easy", "conservative"}:
        found.append("BestEffortFIFO keeps no reservation for a large job: smaller ones may pass it for long")
    return found


def _of_tenant(source: Source, tenant: Tenant, name: str, resource: str) -> list[Manifest]:
    selector = {"matchLabels": {"kubernetes.io/metadata.name": name}}
    return [
        {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}},
        _cluster_queue(source, name, tenant.quota_gpus or 0.0, tenant.weight, selector, resource),
        {
            "apiVersion": API,
            "kind": "LocalQueue",
            "metadata": {"name": name, "namespace": name},
            "spec": {"clusterQueue": name},
        },
    ]


def _cluster_queue(
    source: Source, name: str, quota_gpus: float, weight: float, selector: Manifest, resource: str
) -> Manifest:
    quota: Manifest = {"name": resource, "nominalQuota": int(quota_gpus)}
    if not source.borrowing:
        quota["borrowingLimit"] = 0
    return {
        "apiVersion": API,
        "kind": "ClusterQueue",
        "metadata": {"name": name},
        "spec": {
            "cohortName": COHORT,
            "namespaceSelector": selector,
            "queueingStrategy": "StrictFIFO" if source.policy.name == "fifo" else "BestEffortFIFO",
            "preemption": {
                "reclaimWithinCohort": "Any" if source.reclaim else "Never",
                "withinClusterQueue": "LowerPriority" if source.preempts else "Never",
            },
            "fairSharing": {"weight": f"{weight:g}"},
            "resourceGroups": [
                {"coveredResources": [resource], "flavors": [{"name": FLAVOR, "resources": [quota]}]}
            ],
        },
    }


def _class_name(priority: int) -> str:
    return f"gigawatt-{'minus-' if priority < 0 else ''}{abs(priority)}"


def _priority_class(priority: int) -> Manifest:
    """Kueue's greater values come first, ours last."""
    return {
        "apiVersion": API,
        "kind": "WorkloadPriorityClass",
        "metadata": {"name": _class_name(priority)},
        "value": -priority,
        "description": f"priority {priority} of the exported cluster, where smaller numbers come first",
    }


def _literal(text: str) -> str:
    """Write what Kubernetes takes for the text: it replaces $(NAME) by a variable, and $$ by $.

    >>> _literal("echo $$ $(date) $RANK")
    'echo $$$$ $$(date) $$RANK'
    """
    return text.replace("$", "$$")


def _of_job(job: Job, namespace: str, image: str, resource: str) -> list[Manifest]:
    """A job of one pod a rank, and the service through which ranks find each other."""
    spec, name = job.spec, f"gigawatt-{job.id}"
    labels = {
        "kueue.x-k8s.io/queue-name": namespace,
        "kueue.x-k8s.io/priority-class": _class_name(spec.priority),
    }
    env: list[Manifest] = [
        {"name": "RANK", "valueFrom": {"fieldRef": {"fieldPath": _INDEX}}},
        {"name": "LOCAL_RANK", "value": "0"},
        {"name": "LOCAL_WORLD_SIZE", "value": "1"},
        {"name": "WORLD_SIZE", "value": str(spec.gpus)},
        {"name": "NODE_RANK", "valueFrom": {"fieldRef": {"fieldPath": _INDEX}}},
        {"name": "MASTER_ADDR", "value": f"{name}-0.{name}"},
        {"name": "MASTER_PORT", "value": str(_PORT)},
        {"name": "GIGAWATT_CHECKPOINT_DIR", "value": _literal(spec.checkpoint_dir)},
    ]
    if spec.array_index is not None:
        env.append({"name": "GIGAWATT_ARRAY_INDEX", "value": str(spec.array_index)})
    container = {
        "name": "rank",
        "image": image,
        "command": [_literal(word) for word in spec.command],
        "env": env,
        "resources": {"limits": {resource: 1}},
    }
    work: Manifest = {
        "suspend": True,
        "completionMode": "Indexed",
        "completions": spec.gpus,
        "parallelism": spec.gpus,
        "backoffLimit": spec.restarts,
    }
    if spec.time_limit_s is not None:
        work["activeDeadlineSeconds"] = max(ceil(spec.time_limit_s - job.ran_s), 1)
    work["template"] = {
        "metadata": {"labels": {"gigawatt-job": name}},
        "spec": {"restartPolicy": "Never", "subdomain": name, "containers": [container]},
    }
    return [
        {
            "apiVersion": "v1",
            "kind": "Service",
            "metadata": {"name": name, "namespace": namespace},
            "spec": {
                "clusterIP": "None",
                "publishNotReadyAddresses": True,
                "selector": {"gigawatt-job": name},
            },
        },
        {
            "apiVersion": "batch/v1",
            "kind": "Job",
            "metadata": {"name": name, "namespace": namespace, "labels": labels},
            "spec": work,
        },
    ]


def _text(manifests: list[Manifest]) -> str:
    from ruamel.yaml import YAML

    yaml = YAML()
    yaml.default_flow_style = False
    yaml.width = 100
    out = io.StringIO()
    for manifest in manifests:
        out.write("---\n")
        yaml.dump(manifest, out)
    return out.getvalue()
