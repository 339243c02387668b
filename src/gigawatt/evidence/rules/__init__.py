"""Consistency rules: each looks at keys, scopes and numbers, never at names."""

from __future__ import annotations

from gigawatt.evidence.conflict import Conflict, Known, Rule
from gigawatt.evidence.rules.forecasts import aged_forecasts
from gigawatt.evidence.rules.ledger import growth, time_dependence
from gigawatt.evidence.rules.numbers import homonyms
from gigawatt.evidence.rules.plans import changes, plans_told_as_fact, superseded_plans
from gigawatt.evidence.rules.ratios import out_of_range
from gigawatt.evidence.rules.records import disputed
from gigawatt.evidence.rules.same_key import different_values, stages_out_of_order
from gigawatt.evidence.rules.scopes import mixed_scopes
from gigawatt.evidence.rules.sides import left_out, not_comparable
from gigawatt.evidence.rules.sums import first_above_whole, rates_times_terms, sums

RULES: tuple[Rule, ...] = (
    different_values, stages_out_of_order, mixed_scopes, sums, first_above_whole, rates_times_terms, growth,
    time_dependence, out_of_range, plans_told_as_fact, superseded_plans, changes, aged_forecasts, disputed,
    left_out, not_comparable, homonyms,
)  # fmt: skip


def find(known: Known) -> list[Conflict]:
    """Apply every rule; what it finds is sorted by kind and ids."""
    found = dict.fromkeys(conflict for rule in RULES for conflict in rule(known))
    return sorted(found, key=lambda c: (c.kind, c.ids))


__all__ = ["RULES", "find"]
