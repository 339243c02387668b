"""Writers: traces in the formats that can be read, a schedule as tables and as a Chrome trace."""

from gigawatt.cluster.writers.schedule_files import (
    schedule_tables,
    seeds_table,
    write_chrome_trace,
    write_schedule,
)
from gigawatt.cluster.writers.trace_files import trace_table, write_trace
from gigawatt.cluster.writers.trace_of import trace_of

__all__ = [
    "schedule_tables",
    "seeds_table",
    "trace_of",
    "trace_table",
    "write_chrome_trace",
    "write_schedule",
    "write_trace",
]
