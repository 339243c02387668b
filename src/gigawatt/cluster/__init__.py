"""Jobs on machines: a supercluster simulated event by event, and the policies that schedule it."""

from gigawatt.cluster import policies
from gigawatt.cluster.coherent import CoherentCase, coherent_table, compare_coherent, young_interval_s
from gigawatt.cluster.costs import Costs, cost_by_tenant
from gigawatt.cluster.failures import Cause, Failures, Recovery
from gigawatt.cluster.jobs import Jobs
from gigawatt.cluster.machines import Drain, Machines, spread_speed_frac
from gigawatt.cluster.power import PowerBudget
from gigawatt.cluster.prices import Price, Prices, capital_recovery_usd_per_gpu_h
from gigawatt.cluster.repeat import Repeated, Spread, repeat
from gigawatt.cluster.schedule import STATES, Curves, Fates, PartAnswer, Runs, Schedule
from gigawatt.cluster.simulate import simulate

__all__ = [
    "STATES",
    "Cause",
    "CoherentCase",
    "Costs",
    "Curves",
    "Drain",
    "Failures",
    "Fates",
    "Jobs",
    "Machines",
    "PartAnswer",
    "PowerBudget",
    "Price",
    "Prices",
    "Recovery",
    "Repeated",
    "Runs",
    "Schedule",
    "Spread",
    "capital_recovery_usd_per_gpu_h",
    "coherent_table",
    "compare_coherent",
    "cost_by_tenant",
    "policies",
    "repeat",
    "simulate",
    "spread_speed_frac",
    "young_interval_s",
]
