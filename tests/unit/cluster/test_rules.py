"""What the compiler is told at once about numbers is what it would have found by itself."""

from __future__ import annotations

import itertools
import math
from typing import Any

import numpy as np
import pytest
from numba import njit, types
from numba.core.errors import TypingError
from numba.core.registry import cpu_target

from gigawatt.cluster import _rules

KINDS = (types.int64, types.float64, types.int32, types.uint64, types.boolean, types.literal(3))
VALUES = (0.0, -0.0, 1.5, -1.5, math.inf, -math.inf, math.nan, 3, 2**53 + 1, -(2**62))


def answer(what: Any, given: tuple[Any, ...], own: bool) -> Any:
    context = cpu_target.typing_context
    context.refresh()
    rules = [
        rule
        for rule in context.resolve_value_type(what).templates
        if not (own and rule.__mro__[1].__module__ == _rules.__name__)
    ]
    try:
        return types.Function(tuple(rules)).get_call_type(context, given, {})
    except TypingError:
        return None


@pytest.mark.parametrize("what", [*_rules._SUMS, *_rules._COMPARISONS])
def test_a_sum_and_a_comparison_have_the_types_that_the_compiler_finds(what: Any) -> None:
    for given in itertools.product(KINDS, KINDS):
        ours, own = answer(what, given, own=False), answer(what, given, own=True)
        assert ours.return_type == own.return_type, given
        assert ours.args == tuple(types.unliteral(kind) for kind in own.args), given


@pytest.mark.parametrize(("what", "count"), [(bool, 1), (int, 1), (min, 2), (max, 2)])
def test_a_function_of_numbers_gives_the_type_that_the_compiler_finds(what: Any, count: int) -> None:
    for given in itertools.product(KINDS, repeat=count):
        ours, own = answer(what, given, own=False), answer(what, given, own=True)
        assert ours.return_type == own.return_type, given


@pytest.mark.parametrize("what", [min, max])
def test_the_least_and_the_most_are_those_of_python(what: Any) -> None:
    @njit
    def compiled(a: float, b: float) -> float:
        return what(a, b)

    for a, b in itertools.product(VALUES, VALUES):
        if type(a) is not type(b):
            continue  # the compiler turns the whole one into a fraction
        found = compiled(a, b)
        assert repr(found) == repr(what(a, b)), (a, b)
    assert compiled(2, 1.5) == what(2, 1.5)


def test_a_whole_number_is_cut_off() -> None:
    @njit
    def compiled(x: float) -> int:
        return int(x)

    for x in (3, -3, 2.9, -2.9, True, np.uint64(2**63)):
        assert int(compiled(x)) == int(x)
