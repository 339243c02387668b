"""How compiled code sees a tuple of arrays: as one pointer to a table of their addresses and shapes.

A tuple of arrays handed from one compiled function to another takes seven machine words an array: through a
function pointer, where nothing is optimised away, some two hundred for each call. A handle takes one. The
text of a function stays the same: ``state.jobs[j].gpus`` reads an array in Python, and through the table in
compiled code.

The table is constant while compiled code runs; who replaces an array makes a new table (:func:`sealed`).
"""

from __future__ import annotations

from typing import Any, TypeVar

import numpy as np
from llvmlite import ir
from numba import typeof, types
from numba.core import cgutils
from numba.core.datamodel import models
from numba.core.imputils import lower_getattr_generic
from numba.core.typing.templates import AttributeTemplate, infer_getattr
from numba.extending import NativeValue, register_model, typeof_impl, unbox
from numba.np.arrayobj import populate_array

T = TypeVar("T", bound=tuple[Any, ...])
_WORDS = 3
"""Of an array in the table: its address and up to two lengths."""
_I64 = ir.IntType(64)
_TABLE = types.Array(types.uint64, 1, "C")


def sealed(value: T) -> T:
    """The same named tuple with its ``table`` made anew; every array must be contiguous."""
    fields = [name for name in value._fields if name != "table"]  # type: ignore[attr-defined]
    table = np.zeros(_WORDS * len(fields), dtype=np.uint64)
    for i, name in enumerate(fields):
        array = getattr(value, name)
        if not (array.flags.c_contiguous and array.flags.writeable):
            raise ValueError(f"{name} is not contiguous and writeable")
        table[_WORDS * i] = array.ctypes.data
        table[_WORDS * i + 1 : _WORDS * i + 1 + array.ndim] = array.shape
    return value._replace(table=table)  # type: ignore[attr-defined,no-any-return]


class Handle(types.Type):
    """Type of a pointer to the table of a named tuple of arrays."""

    def __init__(self, name: str, fields: dict[str, Any]) -> None:
        self.fields = fields
        super().__init__(name=f"gigawatt.cluster.{name}")


def handle_of(example: Any) -> Handle:
    """Return the handle type of a named tuple's class and let the compiler know it."""
    kind = type(example)
    made = Handle(kind.__name__, {n: typeof(getattr(example, n)) for n in kind._fields if n != "table"})
    typeof_impl.register(kind)(lambda _value, _context: made)
    return made


@register_model(Handle)
class _HandleModel(models.OpaqueModel):
    """A bare pointer."""


@unbox(Handle)
def _unbox(_kind: Handle, given: Any, c: Any) -> Any:
    table = c.pyapi.object_getattr_string(given, "table")
    native = c.unbox(_TABLE, table)
    c.pyapi.decref(table)
    array = c.context.make_array(_TABLE)(c.context, c.builder, native.value)
    pointer = c.builder.bitcast(array.data, c.context.get_value_type(_kind))
    return NativeValue(pointer, is_error=native.is_error)


@infer_getattr
class _Fields(AttributeTemplate):
    key = Handle

    def generic_resolve(self, kind: Handle, name: str) -> Any:  # type: ignore[override]
        """The type of a field."""
        return kind.fields.get(name)


@lower_getattr_generic(Handle)
def _field(context: Any, builder: Any, kind: Handle, pointer: Any, name: str) -> Any:
    """Make an array of what the table says; its words never change while compiled code runs."""
    of = kind.fields[name]
    first = _WORDS * list(kind.fields).index(name)
    table = builder.bitcast(pointer, _I64.as_pointer())
    unchanging = builder.module.add_metadata([])

    def word(at: int) -> Any:
        value = builder.load(builder.gep(table, [ir.Constant(_I64, at)]))
        value.set_metadata("invariant.load", unchanging)
        return value

    element = context.get_data_type(of.dtype)
    size = ir.Constant(_I64, context.get_abi_sizeof(element))
    shape = [word(first + 1 + i) for i in range(of.ndim)]
    strides = [size] if of.ndim == 1 else [builder.mul(size, shape[1]), size]
    array = context.make_array(of)(context, builder)
    populate_array(
        array,
        data=builder.inttoptr(word(first), element.as_pointer()),
        shape=cgutils.pack_array(builder, shape),
        strides=cgutils.pack_array(builder, strides),
        itemsize=size,
        meminfo=None,
    )
    return array._getvalue()
