"""The words of an allotment's answers, in one table; numbers go through the report's formatter."""
# ruff: noqa: E501 - one table of words: a sentence stays on its line

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gigawatt.report.format import quantity, significant

WORDS: dict[str, str] = {
    "policies": "Policies side by side",
    "policies.about": "The same chips, bookings and sites; only the rule differs. Useful is energised over time; "
    "idle is delivered and waiting; held is still with the supplier.",
    "tenants": "What each tenant gets",
    "tenants.about": "Two delays are told apart: until a booked chip arrives, and until a chip that arrived runs. "
    "Regret is against the tenant's own booking delivered when due; below zero it is better off. Envy is what "
    "it would gain with another's deliveries, scaled to its own booking.",
    "turning": "Where the verdict turns",
    "turning.about": "Useful GPU-months that the exchange makes over the bookings, by the day on which the tenant's "
    "first power is ready.",
    "swaps": "Swaps that make no one worse",
    "swaps.about": "Found by search, one on top of the other, over first come, first served: nobody energises later.",
    "swaps.none": "None was found.",
    "readiness": "What it costs to be wrong about readiness",
    "readiness.about": "Deliveries are decided before readiness is known; futures are drawn through P50 and P90.",
    "marginal": "What one more would be worth",
    "marginal.about": "The plan that is worth most, made anew with one thing changed at one site.",
    "ranges": "What the unknowns change",
    "ranges.about": "Each range at its low and its high end, the others at their middle.",
    "sources": "Where the figures come from",
    "notes": "To be known",
    "method": "How it is worked out",
    "fcfs": "First come, first served: orders in the order of booking, ready or not.",
    "proportional": "In proportion to what is due and not yet delivered.",
    "max-min": "The least GPUs received are raised first, then the next least.",
    "drf": "Dominant shares of GPUs, megawatts and racks rise together.",
    "readiness-gated": "Only what a site can switch on in the same period; orders due later are filled early.",
    "value": "The plan that is worth most within what is owed; HiGHS, rounded to whole lots.",
    "given": "What really happened.",
}


def turning_sentence(each: Mapping[str, Any]) -> str:
    """Say from which readiness date on an exchange is right.

    >>> turning_sentence({"tenant": "A", "against": "given", "ready": "2024-07-01", "gain_gpu_months": 42000.0,
    ...     "harms": [], "gains_from": "2024-01-01", "harms_nobody_from": "2024-07-01"})[:60]
    'What happened makes 42,000 useful GPU-months more than the b'
    """
    what = "What happened" if each["against"] == "given" else "The swaps"
    ready = f"first power on {each['ready']}" if each["ready"] else "no power within the horizon"
    one = each["against"] == "given"
    harms = f"{'harms' if one else 'harm'} {', '.join(each['harms']) or 'nobody'}"
    gain = each["gain_gpu_months"]
    change = f"{significant(abs(gain))} useful GPU-months {'less' if gain < 0 else 'more'} than the bookings"
    head = f"{what} {'makes' if one else 'make'} {change}"
    return (
        f"{head}, and {harms}, with {each['tenant']}'s {ready}. "
        f"{'It makes' if one else 'They make'} more where that is {_from(each['gains_from'])}; "
        f"nobody energises later where it is {_from(each['harms_nobody_from'])}."
    )


def _from(day: str | None) -> str:
    return f"{day} or later" if day else "on no day"


def swap_sentence(each: Mapping[str, Any]) -> str:
    """Say who lets whom go first."""
    consent = "both consent" if each["consented"] else "consent is needed"
    return (
        f"swap: {each['gives']} lets {each['takes']} have {each['gpus']:,} {each['chip']} on {each['on']} and "
        f"has them back on {each['made_good']}: {significant(each['gain_gpu_months'])} useful GPU-months more; "
        f"{consent}."
    )


def readiness_sentence(each: Mapping[str, Any]) -> str:
    """Say which plan is best over the futures, and what it costs to be wrong."""
    common = each["common_cause_frac"]
    apart = f"with {quantity(common, 'frac')} of lateness in common" if common else "each late on its own"
    gap = (
        "" if each["gap"] is None else f"; in whole lots it is within {100 * each['gap']:.3f} % of the bound"
    )
    return (
        f"readiness: over {each['scenarios']} futures of power, cooling, racks and crews, {apart} (seed "
        f"{each['seed']}), the best plan is the one made for {each['best']}, worth "
        f"{quantity(_expected(each), 'USD')} (standard error {quantity(each['standard_error_usd'], 'USD')}){gap}. "
        f"Planning for the P50 dates alone gives away {quantity(each['stochastic_solution_usd'], 'USD')} (value of "
        "the stochastic solution); knowing the dates would add "
        f"{quantity(each['perfect_information_usd'], 'USD')} (expected value of perfect information)."
    )


def _expected(each: Mapping[str, Any]) -> float:
    return next(float(plan["expected_usd"]) for plan in each["plans"] if plan["plan"] == each["best"])


def marginal_sentence(each: Mapping[str, Any], period: str) -> str:
    """Say what one more period of power and one more crew are worth at a site."""
    return (
        f"{each['site']} ({each['tenant']}): power one {period} earlier is worth "
        f"{quantity(each['power_earlier_usd'], 'USD')}, one more crew {quantity(each['one_more_crew_usd'], 'USD')}."
    )


def range_sentence(each: Mapping[str, Any]) -> str:
    """Say what a range changes in the exchange's gain."""
    ends = [_end(each["at_low"]), _end(each["at_high"])]
    told = " to ".join(dict.fromkeys(ends))
    return f"range: {each['path']} from {each['low']} to {each['high']}: {told}."


def _end(at: Mapping[str, Any]) -> str:
    if "impossible" in at:
        return "impossible"
    harmed = f", harming {', '.join(at['harms'])}" if at["harms"] else ""
    name = next((n for n in ("given", "value") if n in at["policies"]), next(iter(at["policies"])))
    worth = quantity(at["policies"][name]["objective_usd"], "USD")
    return f"a gain of {significant(at['gain_gpu_months'])} GPU-months{harmed} ({name} worth {worth})"
