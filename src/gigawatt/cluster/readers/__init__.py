"""Readers of job traces: Philly-style CSV, Slurm's sacct, Standard Workload Format, Parquet, any CSV."""

from gigawatt.cluster.readers.jobs import Replay, to_jobs
from gigawatt.cluster.readers.mapping import ColumnMap
from gigawatt.cluster.readers.philly import read_philly
from gigawatt.cluster.readers.policy_text import read_policy
from gigawatt.cluster.readers.read import FORMATS, detect, read_trace
from gigawatt.cluster.readers.slurm import read_sacct
from gigawatt.cluster.readers.swf import read_swf
from gigawatt.cluster.readers.table import read_csv, read_parquet
from gigawatt.cluster.readers.trace import Limits, Trace

__all__ = [
    "FORMATS",
    "ColumnMap",
    "Limits",
    "Replay",
    "Trace",
    "detect",
    "read_csv",
    "read_parquet",
    "read_philly",
    "read_policy",
    "read_sacct",
    "read_swf",
    "read_trace",
    "to_jobs",
]
