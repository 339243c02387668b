"""A drill: a cluster's parts are killed at random while jobs run, and then it is counted what was lost.

The jobs bear witness themselves: each rank holds a kernel lock while it or anything that it started lives,
and notes each step behind a checkpoint. A watcher reads /proc meanwhile. At the end journal, notes and the
process table must agree with the rules of a cluster.
"""

from gigawatt.live.drill.plan import IMPATIENT, Plan
from gigawatt.live.drill.run import run_drill
from gigawatt.live.drill.verdict import Verdict

__all__ = ["IMPATIENT", "Plan", "Verdict", "run_drill"]
