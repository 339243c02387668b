"""Rules that the compiler finds at once: the types of sums, comparisons and the like of plain numbers.

For each of them it goes through dozens of rules for arrays and containers first, and for ``min``, ``max`` and
``int`` it compiles a function for each kind of argument. It finds here what it would find there.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

from numba import types
from numba.core.imputils import lower_builtin
from numba.core.typing.templates import AbstractTemplate, infer_global, signature

_NUMBERS = (types.int64, types.float64)
_WHOLE = (types.int64, types.int32, types.uint64, types.boolean, types.float64)
_COMPARISONS = (operator.lt, operator.le, operator.gt, operator.ge, operator.eq, operator.ne)
_SUMS = (operator.add, operator.sub, operator.mul, operator.iadd, operator.isub, operator.imul)


def first(*asked: Any) -> Callable[[type[AbstractTemplate]], type[AbstractTemplate]]:
    """Let a rule come before others: those for this target do before those for any."""

    def register(rule: type[AbstractTemplate]) -> type[AbstractTemplate]:
        rule.metadata = {"target": "cpu"}
        for what in asked:
            infer_global(what)(rule)
        return rule

    return register


@first(*_SUMS, *_COMPARISONS, min, max)
class _OfTwo(AbstractTemplate):
    key: Any

    def generic(self, given: Any, _named: Any) -> Any:
        """Of two whole numbers or of two fractions; of one of each, as of two fractions."""
        if len(given) != 2 or given[0] not in _NUMBERS or given[1] not in _NUMBERS:
            return None
        kind = given[0] if given[0] == given[1] else types.float64
        return signature(types.boolean if self.key in _COMPARISONS else kind, kind, kind)


@first(bool)
class _Bool(AbstractTemplate):
    def generic(self, given: Any, _named: Any) -> Any:
        """Of what is one already: each condition of an ``if``."""
        return signature(types.boolean, types.boolean) if given == (types.boolean,) else None


@first(int)
class _Int(AbstractTemplate):
    def generic(self, given: Any, _named: Any) -> Any:
        """Of any number; a whole one keeps its type."""
        if len(given) != 1 or given[0] not in _WHOLE:
            return None
        return signature(given[0] if isinstance(given[0], types.Integer) else types.intp, given[0])


def _int(context: Any, builder: Any, sig: Any, given: Any) -> Any:
    return context.cast(builder, given[0], sig.args[0], sig.return_type)


def _extreme(compare: Any) -> Any:
    def lower(context: Any, builder: Any, sig: Any, given: Any) -> Any:
        """The second where it compares so with the first, else the first, as in Python."""
        better = context.get_function(compare, signature(types.boolean, *sig.args))
        return builder.select(better(builder, given[::-1]), given[1], given[0])

    return lower


for _kind in _WHOLE:
    lower_builtin(int, _kind)(_int)
for _kind in _NUMBERS:
    lower_builtin(min, _kind, _kind)(_extreme(operator.lt))
    lower_builtin(max, _kind, _kind)(_extreme(operator.gt))
