"""A sweep: a scenario run many times over its ranges, to percentiles and a tornado.

    ranges      what moves: each range, or those of one link together
    sampling    where each draw stands in each range, from a seed
    plan        all runs of a sweep by number: the middle, the draws, each range at its ends
    figures     what is kept of a run
    work        one run after another, each kept as one file; what a worker does
    local       workers as processes of this machine
    tables      percentiles, tornado, draws, outcomes
    folder      the sweep's folder

A run is told by its number alone: any number of workers, on any machine, killed and started again at any
moment, leave the same files, and the tables are made of those in the order of their numbers.
"""

from gigawatt.study.sweep.plan import SweepPlan, make_plan, read_cases
from gigawatt.study.sweep.tables import Sweep, gather
from gigawatt.study.sweep.work import Work

__all__ = ["Sweep", "SweepPlan", "Work", "gather", "make_plan", "read_cases"]
