"""What Kueue and Slurm are told: of the documented shape, and run through stand-ins of Slurm's commands."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import jsonschema
import pytest
from ruamel.yaml import YAML

from gigawatt.cluster.readers import read_policy
from gigawatt.live.export.kueue import kueue_files
from gigawatt.live.export.slurm import notes as slurm_notes
from gigawatt.live.export.slurm import slurm_files
from gigawatt.live.export.source import Source
from gigawatt.live.tenants import Tenant
from gigawatt.live.transitions import Job, JobSpec

GOLDEN = Path(__file__).with_name("exported")
AWKWARD = ("sh", "-c", 'echo "$RANK of $WORLD_SIZE" \'it\'\'s\' $(pwd) "$0" "$1"', "a b", "c\nd")


def job(number: int, gpus: int, tenant: str = "vision", **more: object) -> Job:
    spec = {"command": ("python", "train.py"), "cwd": "/", "checkpoint_dir": f"/c/{number}", **more}
    return Job(number, JobSpec(tenant, gpus, **spec))


def source(policy: str = "fair", **more: object) -> Source:
    told = {
        "nodes": 4, "gpus_per_node": 8, "policy": read_policy(policy, "--policy"),
        "tenants": (Tenant("Speech_1", 8.0), Tenant("thesis", None, 2.0), Tenant("vision", 16.0)),
        "jobs": (
            job(3, 16, priority=5, time_limit_s=5400.0, restarts=2),
            job(4, 2, "thesis", priority=-1, after=(2, 3), array_index=0, command=AWKWARD),
        ),
        **more,
    }  # fmt: skip
    return Source(**told)


def documents(text: str) -> list[dict]:
    return list(YAML(typ="safe", pure=True).load_all(text))


def shape(required: dict, optional: dict | None = None) -> dict:
    """An object of these keys and no others."""
    return {
        "type": "object", "properties": {**required, **(optional or {})}, "required": list(required),
        "additionalProperties": False,
    }  # fmt: skip


TEXT, COUNT = {"type": "string"}, {"type": "integer", "minimum": 0}
DNS = {"type": "string", "pattern": "^[a-z0-9]([-a-z0-9]*[a-z0-9])?$", "maxLength": 63}
QUOTA = shape({"name": TEXT, "nominalQuota": COUNT}, {"borrowingLimit": COUNT})
FLAVOR = shape({"name": DNS, "resources": {"type": "array", "items": QUOTA}})
GROUP = shape(
    {
        "coveredResources": {"type": "array", "items": TEXT, "minItems": 1},
        "flavors": {
            "type": "array",
            "items": shape({"name": DNS, "resources": {"type": "array", "items": QUOTA}}),
        },
    }
)
PREEMPTION = {
    "reclaimWithinCohort": {"enum": ["Never", "LowerPriority", "Any"]},
    "withinClusterQueue": {"enum": ["Never", "LowerPriority", "LowerOrNewerEqualPriority"]},
}
KINDS = {
    "ClusterQueue": {
        "spec": shape(
            {
                "cohortName": DNS,
                "namespaceSelector": {"type": "object"},
                "queueingStrategy": {"enum": ["StrictFIFO", "BestEffortFIFO"]},
                "preemption": shape(PREEMPTION),
                "fairSharing": shape({"weight": TEXT}),
                "resourceGroups": {"type": "array", "items": GROUP},
            }
        )
    },
    "LocalQueue": {"spec": shape({"clusterQueue": DNS})},
    "ResourceFlavor": {},
    "WorkloadPriorityClass": {"value": {"type": "integer"}, "description": TEXT},
}
"""Of kueue.x-k8s.io/v1beta2: what its types allow, of the fields that are used."""


@pytest.mark.parametrize("policy", ["fair", "fair:borrowing=0", "fifo", "priority"])
def test_manifests_have_the_documented_shape_and_refer_to_each_other(policy: str):
    files = kueue_files(source(policy), "lab/train:1")
    found = [document for text in files.values() for document in documents(text)]
    named = {(one["kind"], one["metadata"]["name"]) for one in found}
    assert len(named) == len(found)
    for one in found:
        metadata = shape({"name": DNS}, {"namespace": DNS, "labels": {"type": "object"}})
        if one["apiVersion"] == "kueue.x-k8s.io/v1beta2":
            fields = {"apiVersion": TEXT, "kind": TEXT, "metadata": metadata, **KINDS[one["kind"]]}
            jsonschema.validate(one, shape(fields))
        else:
            assert (one["apiVersion"], one["kind"]) in {
                ("v1", "Namespace"),
                ("v1", "Service"),
                ("batch/v1", "Job"),
            }
            jsonschema.validate(one["metadata"], metadata)
    queues = [one["spec"] for one in found if one["kind"] == "ClusterQueue"]
    quotas = [queue["resourceGroups"][0]["flavors"][0]["resources"][0] for queue in queues]
    assert sum(quota["nominalQuota"] for quota in quotas) == 32
    assert all(("borrowingLimit" in quota) == (policy == "fair:borrowing=0") for quota in quotas)
    assert {queue["preemption"]["reclaimWithinCohort"] for queue in queues} == {
        "Any" if policy.startswith("fair") else "Never"
    }
    assert {queue["queueingStrategy"] for queue in queues} == {
        "StrictFIFO" if policy == "fifo" else "BestEffortFIFO"
    }
    jobs = [one for one in found if one["kind"] == "Job"]
    for one in jobs:
        labels, spec = one["metadata"]["labels"], one["spec"]
        assert ("LocalQueue", labels["kueue.x-k8s.io/queue-name"]) in named
        assert ("WorkloadPriorityClass", labels["kueue.x-k8s.io/priority-class"]) in named
        assert spec["suspend"] is True
        assert spec["completions"] == spec["parallelism"]
        assert ("Service", spec["template"]["spec"]["subdomain"]) in named
    container = jobs[1]["spec"]["template"]["spec"]["containers"][0]
    assert tuple(taken_by_kubernetes(word) for word in container["command"]) == AWKWARD
    values = {
        one["metadata"]["name"]: one["value"] for one in found if one["kind"] == "WorkloadPriorityClass"
    }
    assert values == {"gigawatt-minus-1": 1, "gigawatt-5": -5}


def taken_by_kubernetes(text: str) -> str:
    """As its documentation of variables has it: $$ is $, and $(NAME) the variable's value."""
    return re.sub(r"\$\$|\$\([A-Za-z_]\w*\)", lambda found: "$" if found[0] == "$$" else "EXPANDED", text)


def test_dollars_are_the_same_in_kubernetes():
    dollars = "$$ $(HOME) $$(HOME) $HOME ${HOME} $"
    asked = job(3, 1, command=("sh", "-c", dollars), checkpoint_dir=f"/c/{dollars}")
    files = kueue_files(source(jobs=(asked,)), "lab/train:1")
    container = documents(files["jobs.yaml"])[1]["spec"]["template"]["spec"]["containers"][0]
    env = {one["name"]: one.get("value") for one in container["env"]}
    assert taken_by_kubernetes(container["command"][2]) == dollars
    assert taken_by_kubernetes(env["GIGAWATT_CHECKPOINT_DIR"]) == f"/c/{dollars}"
    assert env["NODE_RANK"] is None


def test_what_is_written_is_what_was_written_down():
    written = {
        **{f"kueue/{name}": text for name, text in kueue_files(source(), "lab/train:1").items()},
        **{f"slurm/{name}": text for name, text in slurm_files(source()).items()},
    }
    if os.environ.get("GIGAWATT_WRITE_SNAPSHOTS"):
        for name, text in written.items():
            (GOLDEN / name).parent.mkdir(parents=True, exist_ok=True)
            (GOLDEN / name).write_text(text, encoding="utf-8")
    there = {
        str(p.relative_to(GOLDEN)): p.read_text(encoding="utf-8") for p in GOLDEN.rglob("*") if p.is_file()
    }
    assert written == there


@pytest.fixture
def slurm(tmp_path: Path):
    """Stand-ins of Slurm's commands, which note how they are called; run a file that was exported."""
    bin_ = tmp_path / "bin"
    bin_.mkdir()
    noted = tmp_path / "noted"
    note = f'printf "%s|" "$(basename "$0")" "$@" >> {noted}; echo >> {noted}\n'
    for name, body in {
        "sacctmgr": "", "sbatch": "echo 7001\n", "scontrol": "echo node3; echo node4\n",
        "srun": 'shift 2; SLURM_PROCID=1 SLURM_LOCALID=1 SLURM_NTASKS=2 exec "$@"\n',
    }.items():  # fmt: skip
        (bin_ / name).write_text(f"#!/bin/bash\n{note}{body}")
        (bin_ / name).chmod(0o755)
    files = slurm_files(source())
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)

    path = f"{bin_}:{os.environ['PATH']}"
    env = {"PATH": path, "SLURM_JOB_ID": "7", "SLURM_JOB_NODELIST": "node[3-4]"}

    def run(name: str) -> tuple[str, list[str]]:
        done = subprocess.run(
            ["bash", str(tmp_path / name)], capture_output=True, text=True, check=True, env=env,
        )  # fmt: skip
        return done.stdout, noted.read_text().splitlines()

    return run


def test_accounts_jobs_and_dependencies_reach_slurm_whole(slurm):
    _, noted = slurm("accounts.sh")
    assert "sacctmgr|-i|add|account|speech-1|description=Speech_1|fairshare=1000|" in noted
    assert "sacctmgr|-i|modify|qos|vision-own|set|priority=10|grptres=gres/gpu=16|preempt=borrow|" in noted
    assert "sacctmgr|-i|modify|account|thesis|set|qos=borrow|defaultqos=borrow|" in noted
    _, noted = slurm("submit.sh")
    assert noted[-2:] == [
        "sbatch|--parsable|jobs/3.sbatch|",
        "sbatch|--parsable|--dependency=afterok:7001|jobs/4.sbatch|",
    ]
    told, _ = slurm("jobs/4.sbatch")
    assert told == "1 of 2 its / a b c\nd\n"


def test_limits_priorities_and_quotas_stand_in_the_scripts():
    files = slurm_files(source())
    assert "#SBATCH --time=0-01:30:00\n" in files["jobs/3.sbatch"]
    assert "#SBATCH --nice=6\n" in files["jobs/3.sbatch"]
    assert "#SBATCH --qos=vision-own\n" in files["jobs/3.sbatch"]
    assert "#SBATCH --requeue\n" in files["jobs/3.sbatch"]
    assert "#SBATCH --nice=0\n" in files["jobs/4.sbatch"]
    # Preemptions and lost nodes are no restarts.
    assert "#SBATCH --requeue\n" in files["jobs/4.sbatch"]
    assert "NodeName=node[0-3] CPUs=8 Gres=gpu:8 State=UNKNOWN\n" in files["slurm.conf.part"]
    alone = slurm_files(source("fair:borrowing=0"))["accounts.sh"]
    assert "set qos=vision-own defaultqos=vision-own\n" in alone
    assert source("las").notes()
    assert source(tenants=(Tenant("a", 40.0),), jobs=()).notes() == [
        "quotas promise 8 GPUs more than the 32 there are"
    ]


def test_a_job_larger_than_its_quota_borrows_where_that_is_allowed():
    jobs = (job(3, 17), job(4, 16))
    lent = slurm_files(source(jobs=jobs))
    assert "#SBATCH --qos=borrow\n" in lent["jobs/3.sbatch"]
    assert "#SBATCH --qos=vision-own\n" in lent["jobs/4.sbatch"]
    alone = slurm_files(source("fair:borrowing=0", jobs=jobs))
    assert "#SBATCH --qos=vision-own\n" in alone["jobs/3.sbatch"]


def test_a_job_after_one_that_stays_behind_is_held():
    told = source(running=(1, 2))
    lines = slurm_files(told)["submit.sh"].splitlines()
    assert lines[-2:] == [
        "# Held: job 2 stayed behind. scontrol release it when that has finished.",
        "job4=$(sbatch --parsable --dependency=afterok:$job3 --hold jobs/4.sbatch)",
    ]
    assert any(note.startswith("1 job is held") for note in slurm_notes(told))
    assert "2 running jobs stay behind" in told.notes()
    assert "--hold" not in slurm_files(source())["submit.sh"]


def test_what_slurm_does_otherwise_is_noted():
    def noted(word: str, policy: str = "fair", **more: object) -> bool:
        return any(word in note for note in slurm_notes(source(policy, **more)))

    assert noted("slurmd -C")
    assert noted("RequeueExit")
    assert not noted("RequeueExit", jobs=(job(3, 1),))
    assert noted("PreemptType=preempt/none", "priority")
    assert not noted("PreemptType=preempt/none", "fair")


@pytest.mark.parametrize(
    ("tasks", "node", "local_world"),
    [("8", 0, 8), ("8(x2),3", 1, 8), ("8(x2),3", 2, 3), ("2,8(x3),1(x2)", 3, 8), ("2,8(x3),1(x2)", 5, 1)],
)
def test_ranks_on_slurm_know_how_many_share_their_node(
    tmp_path: Path, tasks: str, node: int, local_world: int
):
    asked = job(3, 8, command=("sh", "-c", "echo $RANK $LOCAL_RANK $WORLD_SIZE $LOCAL_WORLD_SIZE $NODE_RANK"))
    script = tmp_path / "job.sbatch"
    script.write_text(slurm_files(source(jobs=(asked,)))["jobs/3.sbatch"])
    for name, body in {"scontrol": "echo node3", "srun": 'shift 2; exec "$@"'}.items():
        (tmp_path / name).write_text(f"#!/bin/bash\n{body}\n")
        (tmp_path / name).chmod(0o755)
    env = {
        "PATH": f"{tmp_path}:{os.environ['PATH']}", "SLURM_JOB_ID": "7", "SLURM_JOB_NODELIST": "node[3-8]",
        "SLURM_PROCID": "9", "SLURM_LOCALID": "0", "SLURM_NTASKS": "99", "SLURM_NODEID": str(node),
        "SLURM_STEP_TASKS_PER_NODE": tasks,
    }  # fmt: skip
    done = subprocess.run(["bash", str(script)], capture_output=True, text=True, check=True, env=env)
    assert done.stdout == f"9 0 99 {local_world} {node}\n"
    assert done.stderr == ""
