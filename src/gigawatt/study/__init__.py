"""The only place where the domains meet: a scenario becomes a run.

>>> from gigawatt.scenario import read_scenario
>>> from gigawatt.study import run_scenario
>>> run = run_scenario(read_scenario("reference-100mw"))
>>> max(run.ledger.residuals().values()) < 1e-9
True
"""

from gigawatt.study.run import Progress, resolve_loaded, run_scenario
from gigawatt.study.summary import summarise

__all__ = ["Progress", "resolve_loaded", "run_scenario", "summarise"]
