"""Generated workloads: Lublin-Feitelson, a heavy-tailed mix of GPU jobs, arrivals by hour of day."""

from gigawatt.cluster.generate.arrivals import daily_arrivals
from gigawatt.cluster.generate.lublin import cycle_weights, lublin
from gigawatt.cluster.generate.mix import gpu_mix, size_shares
from gigawatt.cluster.generate.spec import GENERATORS, PREFIX, generate, read_spec

__all__ = [
    "GENERATORS",
    "PREFIX",
    "cycle_weights",
    "daily_arrivals",
    "generate",
    "gpu_mix",
    "lublin",
    "read_spec",
    "size_shares",
]
