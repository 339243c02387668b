"""Flows of energy from the ledger, as a graph without cycles that a Sankey diagram can draw."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from gigawatt.report.payload.rounding import six
from gigawatt.results import Ledger

Edge = tuple[str, str]


def _without_cycles(edges: dict[Edge, list[float]]) -> list[tuple[str, str, list[float]]]:
    """Give a node that would close a cycle a second life, marked by a trailing apostrophe.

    A store is filled from the bus and empties into it: it is drawn as two nodes, the filling on the
    right and the emptying on the left.
    """
    ahead: dict[str, set[str]] = defaultdict(set)

    def reaches(start: str, goal: str) -> bool:
        seen, todo = {start}, [start]
        while todo:
            here = todo.pop()
            if here == goal:
                return True
            fresh = ahead[here] - seen
            seen |= fresh
            todo += fresh
        return False

    out = []
    for (source, sink), values in edges.items():
        end = sink
        while reaches(end, source):
            end += "'"
        ahead[source].add(end)
        out.append((source, end, values))
    return out


def flows(ledger: Ledger, site: str) -> dict[str, Any]:
    """Energy moved between nodes by month, MWh: links with a value for every month."""
    edges: dict[Edge, list[float]] = {}
    for entry in ledger.entries:
        if entry.account != "energy" or entry.site != site or entry.source == entry.sink:
            continue
        have = edges.get((entry.source, entry.sink), [0.0] * len(ledger.months))
        edges[entry.source, entry.sink] = [a + float(b) for a, b in zip(have, entry.quantity, strict=True)]
    # What flows out of a node that only gives comes first, so that the second life falls on the sink side.
    gives = {source for source, _ in edges} - {sink for _, sink in edges}
    order = dict(sorted(edges.items(), key=lambda e: (e[0][0] not in gives, e[0][1] == "store")))
    moved = [(s, t, v) for s, t, v in _without_cycles(order) if sum(v) > 0.0]
    return {"links": [{"source": s, "sink": t, "mwh": [six(q) for q in v]} for s, t, v in moved]}
