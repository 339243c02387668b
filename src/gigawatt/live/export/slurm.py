"""Configuration, accounts and batch scripts for Slurm.

References
----------
Manual pages slurm.conf(5), gres.conf(5), sacctmgr(1), sbatch(1), srun(1), of Slurm 23.11 and later:
``GrpTRES`` limits what all jobs of a QOS hold, ``Preempt`` names the QOS whose jobs it may take off,
``Fairshare`` weighs accounts against each other.
"""

from __future__ import annotations

import shlex
from math import ceil

from gigawatt.live.export.source import Source, slugs
from gigawatt.live.transitions import Job

PARTITION, BORROW = "gigawatt", "borrow"
_SHARES = 1000
"""Fairshare of the weight 1: Slurm's are whole numbers."""
_RANK = """\
export RANK=$SLURM_PROCID LOCAL_RANK=$SLURM_LOCALID WORLD_SIZE=$SLURM_NTASKS NODE_RANK=$SLURM_NODEID
before=$SLURM_NODEID
for part in ${SLURM_STEP_TASKS_PER_NODE//,/ }; do
  times=1
  if [[ $part == *x* ]]; then times=${part#*x}; times=${times%)}; fi
  if ((before < times)); then export LOCAL_WORLD_SIZE=${part%%(*}; break; fi
  before=$((before - times))
done
exec "$@"
"""
"""Gives a task torchrun's variables; Slurm writes 8 tasks on each of two nodes and 3 on one as 8(x2),3."""


def slurm_files(source: Source) -> dict[str, str]:
    """Return the files by name."""
    names = slugs(tuple(tenant.name for tenant in source.tenants))
    files = {
        "slurm.conf.part": _configuration(source),
        "gres.conf.part": "AutoDetect=nvml\n",
        "accounts.sh": _accounts(source, names),
    }
    least = min((job.spec.priority for job in source.jobs), default=0)
    for job in source.jobs:
        files[f"jobs/{job.id}.sbatch"] = _script(source, job, names[job.spec.tenant], least)
    if source.jobs:
        files["submit.sh"] = _submissions(source)
    return files


def notes(source: Source) -> list[str]:
    """Say what Slurm does otherwise, or must be told besides."""
    found = [
        "add users to their accounts: sacctmgr -i add user NAME account=TENANT",
        "put what slurmd -C prints on a node in the place of NodeName's CPUs: here they are one a GPU",
    ]
    if _has_quotas(source) and source.borrowing:
        found.append(
            f"Slurm does not see by itself whether a job borrows: beyond a quota, submit with --qos={BORROW}"
        )
    if source.preempts:
        found.append(
            "a more important job takes no GPUs from one that runs (PreemptType=preempt/none); "
            "a QOS for each priority would"
        )
    if any(job.spec.restarts for job in source.jobs):
        found.append(
            "jobs whose ranks fail are not started again, only those that lose a node or are preempted: "
            "RequeueExit would, for all jobs, up to MaxBatchRequeue times"
        )
    if held := sum(bool(_left_behind(source, job)) for job in source.jobs):
        found.append(
            f"{held:,} job{' is' if held == 1 else 's are'} held, --after one that runs on here: "
            "scontrol release them when it has finished (submit.sh says which)"
        )
    return found


def _left_behind(source: Source, job: Job) -> list[int]:
    """Running jobs, which are not exported, that a job waits for."""
    return [number for number in job.spec.after if number in source.running]


def _listed(numbers: list[int]) -> str:
    return f"job{'' if len(numbers) == 1 else 's'} {', '.join(str(number) for number in numbers)}"


def _has_quotas(source: Source) -> bool:
    return any(tenant.quota_gpus is not None for tenant in source.tenants)


def _configuration(source: Source) -> str:
    last = source.nodes - 1
    nodes = f"node[0-{last}]" if last else "node0"
    preempts = source.reclaim and _has_quotas(source)
    lines = [
        "GresTypes=gpu",
        "SelectType=select/cons_tres",
        f"SchedulerType={'sched/builtin' if source.policy.name == 'fifo' else 'sched/backfill'}",
        "PriorityType=priority/multifactor",
        f"PriorityWeightFairshare={100_000 if source.policy.name == 'fair' else 0}",
        "PriorityWeightQOS=1000000",
        "PriorityWeightAge=1000",
        f"PreemptType={'preempt/qos' if preempts else 'preempt/none'}",
        f"PreemptMode={'REQUEUE' if preempts else 'OFF'}",
        f"KillWait={max(ceil(source.grace_s), 1)}",
        "JobRequeue=1",
        "AccountingStorageTRES=gres/gpu",
        "AccountingStorageEnforce=associations,limits,qos",
        "# Instead of CPUs put what slurmd -C prints on a node; fewer CPUs than GPUs leave GPUs idle.",
        f"NodeName={nodes} CPUs={source.gpus_per_node} Gres=gpu:{source.gpus_per_node} State=UNKNOWN",
        f"PartitionName={PARTITION} Nodes={nodes} Default=YES MaxTime=UNLIMITED State=UP",
    ]
    return "\n".join(lines) + "\n"


def _own(name: str) -> str:
    return f"{name}-own"


def _accounts(source: Source, names: dict[str, str]) -> str:
    """Accounts with their weights; a QOS for each quota, which takes back what others have borrowed."""
    lines = [
        "#!/bin/sh",
        "set -e",
        f"sacctmgr -i add qos {BORROW}",
        f"sacctmgr -i modify qos {BORROW} set priority=0",
    ]
    for tenant in source.tenants:
        name = names[tenant.name]
        share = max(round(tenant.weight * _SHARES), 1)
        told = f"description={shlex.quote(tenant.name)} fairshare={share}"
        lines.append(f"sacctmgr -i add account {name} {told}")
        allowed = [BORROW] if source.borrowing or tenant.quota_gpus is None else []
        if tenant.quota_gpus is not None:
            own = _own(name)
            limit = f"grptres=gres/gpu={int(tenant.quota_gpus)}"
            preempt = f" preempt={BORROW}" if source.reclaim else ""
            lines.append(f"sacctmgr -i add qos {own}")
            lines.append(f"sacctmgr -i modify qos {own} set priority=10 {limit}{preempt}")
            allowed.insert(0, own)
        lines.append(f"sacctmgr -i modify account {name} set qos={','.join(allowed)} defaultqos={allowed[0]}")
    return "\n".join(lines) + "\n"


def _qos(source: Source, job: Job, account: str) -> str:
    """A job that its tenant's quota never holds has to borrow, where that is allowed."""
    quota = next(one.quota_gpus for one in source.tenants if one.name == job.spec.tenant)
    if quota is None or (source.borrowing and job.spec.gpus > int(quota)):
        return BORROW
    return _own(account)


def _script(source: Source, job: Job, account: str, least: int) -> str:
    spec = job.spec
    options = [
        f"--job-name=gigawatt-{job.id}",
        f"--account={account}",
        f"--qos={_qos(source, job, account)}",
        f"--partition={PARTITION}",
        f"--ntasks={spec.gpus}",
        "--gpus-per-task=1",
        f"--nice={spec.priority - least}",
        # Preemptions and lost nodes are no restarts: a job without any left comes back from them too.
        "--requeue",
    ]
    if spec.time_limit_s is not None:
        options.append(f"--time={_minutes(spec.time_limit_s - job.ran_s)}")
    index = [] if spec.array_index is None else [f"export GIGAWATT_ARRAY_INDEX={spec.array_index}"]
    # --gpus-per-task alone would show each task its own GPU, as number 0, whatever its LOCAL_RANK.
    srun = "srun --kill-on-bad-exit=1 --gpu-bind=none"
    return "\n".join(
        [
            "#!/bin/bash",
            *(f"#SBATCH {option}" for option in options),
            'MASTER_ADDR=$(scontrol show hostnames "$SLURM_JOB_NODELIST" | head -n 1)',
            "MASTER_PORT=$((20000 + SLURM_JOB_ID % 20000))",
            f"GIGAWATT_CHECKPOINT_DIR={shlex.quote(spec.checkpoint_dir)}",
            "export MASTER_ADDR MASTER_PORT GIGAWATT_CHECKPOINT_DIR",
            *index,
            f"cd {shlex.quote(spec.cwd)}",
            f"{srun} bash -c {shlex.quote(_RANK)} rank {shlex.join(spec.command)}",
            "",
        ]
    )


def _minutes(left_s: float) -> str:
    """Write a time limit, whole minutes rounded up.

    >>> _minutes(90061.0), _minutes(1.0)
    ('1-01:02:00', '0-00:01:00')
    """
    minutes = max(ceil(left_s / 60.0), 1)
    return f"{minutes // 1440}-{minutes // 60 % 24:02d}:{minutes % 60:02d}:00"


def _submissions(source: Source) -> str:
    """Submit in the order of submission, each after those that it waits for."""
    here = {job.id for job in source.jobs}
    lines = ["#!/bin/sh", "set -e", 'cd "$(dirname "$0")"']
    for job in source.jobs:
        after = [f"$job{n}" for n in job.spec.after if n in here]
        wait = f" --dependency=afterok:{':'.join(after)}" if after else ""
        if left := _left_behind(source, job):
            wait += " --hold"
            lines.append(
                f"# Held: {_listed(left)} stayed behind. scontrol release it when that has finished."
            )
        lines.append(f"job{job.id}=$(sbatch --parsable{wait} jobs/{job.id}.sbatch)")
    return "\n".join(lines) + "\n"
