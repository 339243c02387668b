"""The words of the comparison's page, in one table; what every page says comes from the report's own."""
# ruff: noqa: E501 - one table of words: a sentence stays on its line

from __future__ import annotations

import re
from collections.abc import Mapping

from gigawatt.report.messages import DATES, MESSAGES, PAGE

_PLACE = re.compile(r"\{(\w+)\}")
_SHARED = ("method.what", "method.formula", "method.inputs", "method.source", "method.limits")

_OWN: Mapping[str, str] = {
    "noscript": "This browser runs no script, so the charts are not drawn. What differs:",
    "nav.skip": "Go to the comparison",
    "title": "{a} against {b}",
    "verdict.same": "Nothing differs: {inputs}, {figures} and {series} are the same on both sides.",
    "verdict.differs": "{inputs}; with {them} differ {figures}, {events} and {series}.",
    "verdict.unknown": "{figures}, {events} and {series} differ.",
    "verdict.no_inputs": "Inputs are the same; {figures}, {events} and {series} differ.",
    "verdict.kind": "Numbers within 1e-9 of each other count as the same.",
    "one.input": "1 input differs",
    "many.inputs": "{n} inputs differ",
    "it": "it",
    "them": "them",
    "count.inputs": "{n} inputs",
    "count.figures": "{n} figures",
    "of.figures": "{n} of {all} figures",
    "of.events": "{n} events",
    "of.event": "1 event",
    "of.series": "{n} of {all} curves",
    "count.series": "{n} curves",
    "side.a": "A",
    "side.b": "B",
    "side.version": "version {version}",
    "section.inputs": "Inputs that differ",
    "section.inputs.about": "Every value that one side was made from and the other was not.",
    "section.figures": "Figures that differ",
    "section.figures.about": "Difference and share are those of B from A; shares of a fraction are told in points of a hundred.",
    "section.curves": "Curves",
    "section.curves.about": "Month by month, A dashed and B solid. What stands in several tables is shown once.",
    "section.events": "Events",
    "section.events.about": "What happened on both sides on another day, and what happened on one side only.",
    "section.reproduce": "How to get this again",
    "section.reproduce.about": "The two sides, and what makes them.",
    "chart.main": "What parts most",
    "chart.main.unit": "above: A dashed, B solid; below: B less A",
    "chart.one": "One curve and its difference",
    "chart.one.unit": "above: A dashed, B solid; below: B less A",
    "curve.choose": "Curve",
    "curve.difference": "B less A",
    "curve.note": "From {first}; largest difference {most} in {at}.",
    "column.path": "Path",
    "column.a": "A",
    "column.b": "B",
    "column.difference": "Difference",
    "column.relative": "Of A",
    "column.source": "Source",
    "column.day_a": "Day in A",
    "column.day_b": "Day in B",
    "column.site": "Site",
    "column.what": "What",
    "column.moved": "Moved",
    "source.both": "{a}; in B: {b}",
    "source.set": "set on the command line",
    "points": "{n} points",
    "day": "{n} day",
    "days": "{n} days",
    "more": "{n} more differ; the command's JSON has them all.",
    "inputs.none": "All inputs are the same.",
    "figures.none": "All figures are the same.",
    "events.none": "The same events happened on the same days.",
    "curves.none": "All curves are the same.",
    "only.a": "Only in A",
    "only.b": "Only in B",
    "method.no_assumption": "On the inputs of the two sides, listed above.",
    "method.no_assumption_needed": "On the inputs of the two sides, listed above.",
    "method.main.what": "The curves of both sides that part: first those that most readers ask for (GPUs, megawatts, draws, debt, cover), then those that part most.",
    "method.main.formula": "how far two curves part = sum |B - A| / sum max(|A|, |B|)",
    "method.main.limits": "Months that only one side has are compared with nothing. Daily and hourly values are not laid side by side; they are in the tables of both folders.",
    "method.one.what": "Any curve of the two results, and what B has more than A in each month.",
    "method.one.formula": "difference = B - A",
    "method.one.limits": "Differences below 1e-9 of the curve's largest value are rounding and count as none.",
    "method.input": "the same column of both sides' tables",
    "reproduce.a": "A",
    "reproduce.b": "B",
    "reproduce.none": "no command is known; it lies in {label}",
}

WORDS: Mapping[str, str] = {
    **PAGE, **DATES, **{key: MESSAGES[key] for key in _SHARED}, **_OWN,
}  # fmt: skip


def tell(key: str, **values: str) -> str:
    """Fill the places of a message.

    >>> tell("days", n="+86")
    '+86 days'
    """
    return _PLACE.sub(lambda place: values.get(place[1], place[0]), WORDS[key])
