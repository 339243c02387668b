"""Computers at work: power by state, training progress, serving capacity, failures and goodput.

>>> from gigawatt import compute
>>> gb200 = compute.system("gb200")
>>> round(110_000 * gb200.provisioned_kw_per_gpu / 1000)  # MW of IT, 110,000 GB200
222
"""

from gigawatt.compute.fabric import Fabric, fabric_power_kw_per_gpu, fabric_tiers
from gigawatt.compute.goodput import TimeShares, daly_interval_h, goodput_frac, time_shares
from gigawatt.compute.inputs import (
    Lease,
    ModelShape,
    Other,
    Precision,
    Recovery,
    Serving,
    Training,
    Workload,
)
from gigawatt.compute.mfu import FixedMfu, MfuPoint, MfuSource, MfuTable
from gigawatt.compute.models import (
    LanguageModel,
    language_model,
    serving_flops_per_output_token,
    training_flops_per_token,
)
from gigawatt.compute.systems import ComputeSystem, PowerState, system

__all__ = [
    "ComputeSystem",
    "Fabric",
    "FixedMfu",
    "LanguageModel",
    "Lease",
    "MfuPoint",
    "MfuSource",
    "MfuTable",
    "ModelShape",
    "Other",
    "PowerState",
    "Precision",
    "Recovery",
    "Serving",
    "TimeShares",
    "Training",
    "Workload",
    "daly_interval_h",
    "fabric_power_kw_per_gpu",
    "fabric_tiers",
    "goodput_frac",
    "language_model",
    "serving_flops_per_output_token",
    "system",
    "time_shares",
    "training_flops_per_token",
]
