"""Groups and pairs of claims that rules compare."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator
from itertools import combinations

from gigawatt.evidence.claim import Claim


def grouped(claims: Iterable[Claim], by: Callable[[Claim], Hashable]) -> list[list[Claim]]:
    """Group claims by a key, each group and the groups in the order of their ids."""
    groups: dict[Hashable, list[Claim]] = {}
    for claim in sorted(claims, key=lambda c: c.id):
        groups.setdefault(by(claim), []).append(claim)
    return list(groups.values())


def pairs(claims: Iterable[Claim], by: Callable[[Claim], Hashable]) -> Iterator[tuple[Claim, Claim]]:
    """Pair the claims that share a key."""
    for group in grouped(claims, by):
        yield from combinations(group, 2)


def dimension(claim: Claim) -> str:
    """Return what a claim's number measures; empty where the claim is in words."""
    return "" if claim.amount is None else claim.amount.dimension


def thing(claim: Claim) -> Hashable:
    """Key of claims about one thing in one dimension, at any time."""
    return (*claim.key, dimension(claim))


def sides(claim: Claim) -> Hashable:
    """Return what must agree for two numbers to be compared; the stage is compared apart."""
    scope = claim.within
    extent = "first" if scope.extent == "first" else scope.extent
    return (scope.level, scope.count, scope.capital, extent)
