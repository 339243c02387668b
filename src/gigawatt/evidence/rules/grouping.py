"""Groups and pairs of claims that rules compare."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator
from itertools import combinations

from gigawatt.evidence import counting
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
    return (claim.within.count, *_apart_from_count(claim))


def _apart_from_count(claim: Claim) -> tuple[str | None, ...]:
    scope = claim.within
    return (scope.level, scope.capital, scope.extent)


def comparable(one: Claim, other: Claim) -> bool:
    """Whether two numbers can be compared, at least after racks, superchips and the like become GPUs.

    Counts of two chips that both claims name are two things, unless one of them is in H100-equivalents.
    """
    if dimension(one) != "chips" or dimension(other) != "chips":
        return sides(one) == sides(other)
    if _apart_from_count(one) != _apart_from_count(other):
        return False
    ours, theirs = one.within, other.within
    if ours.chip and theirs.chip and ours.chip != theirs.chip:
        return False
    return counting.convertible(ours, theirs)
