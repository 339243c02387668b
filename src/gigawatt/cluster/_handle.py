"""How compiled code sees a tuple of arrays: as one pointer to a table of their addresses and shapes.

A tuple of arrays handed from one compiled function to another takes seven machine words an array: through a
function pointer, where nothing is optimised away, some two hundred for each call. A handle takes one. The
text of a function stays the same: ``state.jobs[j].gpus`` reads an array in Python, and through the table in
compiled code.

The table is constant while compiled code runs; who replaces an array writes the table anew (:func:`sealed`).
"""

from __future__ import annotations

import hashlib
import operator
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from llvmlite import ir
from numba import typeof, types
from numba.core import cgutils, config
from numba.core.datamodel import models
from numba.core.imputils import lower_builtin, lower_cast, lower_getattr, lower_getattr_generic
from numba.core.typeconv.castgraph import Conversion
from numba.core.typing.templates import (
    AbstractTemplate,
    AttributeTemplate,
    infer_getattr,
    signature,
)
from numba.extending import NativeValue, intrinsic, register_model, typeof_impl, unbox
from numba.np.arrayobj import populate_array

from gigawatt.cluster._rules import first

T = TypeVar("T", bound=tuple[Any, ...])
_WORDS = 3
"""Of an array in the table: its address and up to two lengths."""
_I64 = ir.IntType(64)


def _digest_of_sources() -> str:
    """A digest of this package's text.

    The compiler's cache asks whether a function's own file has changed, not whether one has from which a
    function was inlined: a mixture of old and new code would run. As part of the types of all arguments, the
    digest makes any change of the package a reason to compile anew.
    """
    found = hashlib.sha256()
    folder = Path(__file__).parent
    for path in sorted([*folder.glob("*.py"), *folder.glob("policies/*.py")]):
        found.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return found.hexdigest()[:16]


_SOURCES = _digest_of_sources()
_TABLE = types.Array(types.uint64, 1, "C")


def sealed(value: T) -> T:
    """The same named tuple with its table written anew, in its old place; every array must be contiguous."""
    fields = [name for name in value._fields if name != "table"]  # type: ignore[attr-defined]
    table = value.table  # type: ignore[attr-defined]
    if table.size != _WORDS * len(fields):
        table = np.zeros(_WORDS * len(fields), dtype=np.uint64)
    for i, name in enumerate(fields):
        array = getattr(value, name)
        if not array.flags.c_contiguous:
            raise ValueError(f"{name} is not contiguous")
        table[_WORDS * i] = array.ctypes.data
        table[_WORDS * i + 1 : _WORDS * i + 1 + array.ndim] = array.shape
    return value._replace(table=table)  # type: ignore[attr-defined,no-any-return]


class Rows(types.Type):
    """Type of a one-dimensional array that is only read and written by index, from 0; slices need arrays."""

    def __init__(self, dtype: Any) -> None:
        self.dtype = dtype
        super().__init__(name=f"gigawatt.cluster.Rows({dtype})")


class Handle(types.Type):
    """Type of a pointer to the table of a named tuple of arrays."""

    def __init__(self, name: str, fields: dict[str, Any]) -> None:
        self.of = name
        self.fields = fields
        kinds = "rows" if any(isinstance(kind, Rows) for kind in fields.values()) else "arrays"
        super().__init__(name=f"gigawatt.cluster.{name}({kinds}) {_SOURCES}")

    def can_convert_to(self, _context: Any, other: Any) -> Any:
        """Both views of one table are the same pointer."""
        return Conversion.safe if isinstance(other, Handle) and other.of == self.of else None


def handle_of(example: Any) -> Handle:
    """Return the handle type of a named tuple's class and let the compiler know it."""
    kind = type(example)
    made = Handle(kind.__name__, {n: typeof(getattr(example, n)) for n in kind._fields if n != "table"})
    typeof_impl.register(kind)(lambda _value, _context: made)
    return made


def in_rows(handle: Handle, but: tuple[str, ...] = ()) -> Handle:
    """The same table, seen without what arrays offer beyond plain indices: less to compute at each access."""
    plain = {name for name, kind in handle.fields.items() if kind.ndim == 1 and name not in but}
    fields = {n: Rows(kind.dtype) if n in plain else kind for n, kind in handle.fields.items()}
    return Handle(handle.of, fields)


@lower_cast(Handle, Handle)
def _same_pointer(_context: Any, _builder: Any, _from: Handle, _to: Handle, value: Any) -> Any:
    return value


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


@register_model(Rows)
class _RowsModel(models.StructModel):
    """The first element's address, and how many there are."""

    def __init__(self, manager: Any, kind: Rows) -> None:
        super().__init__(manager, kind, [("data", types.CPointer(kind.dtype)), ("size", types.intp)])


@infer_getattr
class _RowsSize(AttributeTemplate):
    key = Rows

    def resolve_size(self, _kind: Rows) -> Any:
        """How many elements there are."""
        return types.intp


@lower_getattr(Rows, "size")
def _rows_size(context: Any, builder: Any, kind: Rows, value: Any) -> Any:
    return cgutils.create_struct_proxy(kind)(context, builder, value).size


@first(operator.getitem)
class _RowsGet(AbstractTemplate):
    def generic(self, given: Any, _named: Any) -> Any:
        """An element by its index."""
        rows, index = given
        if isinstance(rows, Rows) and isinstance(index, types.Integer):
            return signature(rows.dtype, rows, types.intp)
        return None


@first(operator.setitem)
class _RowsSet(AbstractTemplate):
    def generic(self, given: Any, _named: Any) -> Any:
        """Set an element by its index."""
        rows, index, _ = given
        if isinstance(rows, Rows) and isinstance(index, types.Integer):
            return signature(types.none, rows, types.intp, rows.dtype)
        return None


def _element(context: Any, builder: Any, kind: Rows, rows: Any, index: Any) -> Any:
    proxy = cgutils.create_struct_proxy(kind)(context, builder, rows)
    if config.BOUNDSCHECK:  # type: ignore[attr-defined]
        outside = builder.icmp_unsigned(">=", index, proxy.size)
        with builder.if_then(outside, likely=False):
            context.call_conv.return_user_exc(builder, IndexError, (f"outside of {kind.dtype}",))
    return builder.gep(proxy.data, [index])


@lower_builtin(operator.getitem, Rows, types.intp)
def _get(context: Any, builder: Any, sig: Any, given: Any) -> Any:
    place = _element(context, builder, sig.args[0], given[0], given[1])
    return context.unpack_value(builder, sig.args[0].dtype, place)


@lower_builtin(operator.setitem, Rows, types.intp, types.Any)
def _set(context: Any, builder: Any, sig: Any, given: Any) -> Any:
    place = _element(context, builder, sig.args[0], given[0], given[1])
    context.pack_value(builder, sig.args[0].dtype, given[2], place)
    return context.get_dummy_value()


@infer_getattr
class _Fields(AttributeTemplate):
    key = Handle

    def generic_resolve(self, kind: Handle, name: str) -> Any:  # type: ignore[override]
        """The type of a field."""
        return kind.fields.get(name)


@lower_getattr_generic(Handle)
def _field(context: Any, builder: Any, kind: Handle, pointer: Any, name: str) -> Any:
    """Make rows or an array of what the table says; its words never change while compiled code runs."""
    of = kind.fields[name]
    first = _WORDS * list(kind.fields).index(name)
    table = builder.bitcast(pointer, _I64.as_pointer())
    unchanging = builder.module.add_metadata([])

    def word(at: int) -> Any:
        value = builder.load(builder.gep(table, [ir.Constant(_I64, at)]))
        value.set_metadata("invariant.load", unchanging)
        return value

    element = context.get_data_type(of.dtype)
    data = builder.inttoptr(word(first), element.as_pointer())
    if isinstance(of, Rows):
        rows = cgutils.create_struct_proxy(of)(context, builder)
        rows.data = data
        rows.size = word(first + 1)
        return rows._getvalue()
    size = ir.Constant(_I64, context.get_abi_sizeof(element))
    shape = [word(first + 1 + i) for i in range(of.ndim)]
    strides = [size] if of.ndim == 1 else [builder.mul(size, shape[1]), size]
    array = context.make_array(of)(context, builder)
    populate_array(
        array,
        data=data,
        shape=cgutils.pack_array(builder, shape),
        strides=cgutils.pack_array(builder, strides),
        itemsize=size,
        meminfo=None,
    )
    return array._getvalue()


def _move(_context: Any, array: Any, to: Any, first: Any, count: Any) -> Any:
    def generate(context: Any, builder: Any, _signature: Any, given: Any) -> Any:
        proxy = cgutils.create_struct_proxy(array) if isinstance(array, Rows) else context.make_array(array)
        data = proxy(context, builder, given[0]).data
        size = context.get_abi_sizeof(context.get_data_type(array.dtype))
        to_place, from_place = builder.gep(data, [given[1]]), builder.gep(data, [given[2]])
        cgutils.raw_memmove(builder, to_place, from_place, given[3], size)
        return context.get_dummy_value()

    return types.none(array, *(types.intp for _ in (to, first, count))), generate


move: Any = intrinsic(_move)
"""``move(array, to, first, count)``: move elements of a one-dimensional array; the two ranges may overlap."""
