"""Computers at work: power by state, training progress, serving capacity, failures and goodput.

>>> from gigawatt import compute
>>> gb200 = compute.system("gb200")
>>> round(110_000 * gb200.provisioned_kw_per_gpu / 1000)  # MW of IT, 110,000 GB200
222
"""

from gigawatt.compute.fabric import Fabric, fabric_power_kw_per_gpu, fabric_tiers
from gigawatt.compute.goodput import TimeShares, daly_interval_h, goodput_frac, time_shares
from gigawatt.compute.inputs import (
    JobCheckpoints,
    Lease,
    ModelShape,
    Other,
    Precision,
    QueuedJobs,
    QueueTenant,
    Recovery,
    Serving,
    Training,
    Workload,
)
from gigawatt.compute.load import ComputeLoad, ComputeResult, Milestone
from gigawatt.compute.mfu import FixedMfu, MfuPoint, MfuSource, MfuTable
from gigawatt.compute.models import (
    LanguageModel,
    language_model,
    serving_flops_per_output_token,
    training_flops_per_token,
)
from gigawatt.compute.plan import allot, plan_load
from gigawatt.compute.queue import Allotment, JobsUse
from gigawatt.compute.serving import (
    ServingPoint,
    ServingSource,
    ServingTable,
    demand_served,
    hourly_ratio,
    slots_needed,
    staffing_beta,
)
from gigawatt.compute.shed import account_shed
from gigawatt.compute.systems import ComputeSystem, PowerState, system

__all__ = [
    "Allotment",
    "ComputeLoad",
    "ComputeResult",
    "ComputeSystem",
    "Fabric",
    "FixedMfu",
    "JobCheckpoints",
    "JobsUse",
    "LanguageModel",
    "Lease",
    "MfuPoint",
    "MfuSource",
    "MfuTable",
    "Milestone",
    "ModelShape",
    "Other",
    "PowerState",
    "Precision",
    "QueueTenant",
    "QueuedJobs",
    "Recovery",
    "Serving",
    "ServingPoint",
    "ServingSource",
    "ServingTable",
    "TimeShares",
    "Training",
    "Workload",
    "account_shed",
    "allot",
    "daly_interval_h",
    "demand_served",
    "fabric_power_kw_per_gpu",
    "fabric_tiers",
    "goodput_frac",
    "hourly_ratio",
    "language_model",
    "plan_load",
    "serving_flops_per_output_token",
    "slots_needed",
    "staffing_beta",
    "system",
    "time_shares",
    "training_flops_per_token",
]
