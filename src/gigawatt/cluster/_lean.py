"""How the cluster's functions are compiled: with less work than in the compiler's own way.

A function that only other compiled ones call is handed to them as it is. Optimised and made into machine code
is what it becomes in the functions that are called from outside.

This reaches into the compiler, so it holds for the versions that it was tried with; others go their own way.
"""

from __future__ import annotations

from typing import Any

import llvmlite.binding as llvm
import numba
from llvmlite import ir
from numba.core import cgutils, typed_passes, untyped_passes
from numba.core.codegen import JITCodeLibrary
from numba.core.compiler import CompilerBase, DefaultPassBuilder
from numba.core.compiler_machinery import PassManager

TRIED = ((0, 68),)
"""Versions of numba."""
_NEEDLESS = (
    untyped_passes.WithLifting,
    untyped_passes.InlineClosureLikes,
    untyped_passes.MakeFunctionToJitFunction,
    untyped_passes.LiteralUnroll,
    typed_passes.InlineOverloads,
)
"""They look for what is not here: blocks under ``with``, closures, loops over mixed tuples."""


class Outer(CompilerBase):
    """Compiles a function that is called from outside."""

    def define_pipelines(self) -> list[Any]:
        """The compiler's steps without those for what is not here."""
        lean = PassManager("gigawatt")
        for step, why in DefaultPassBuilder.define_nopython_pipeline(self.state).passes:
            if step not in _NEEDLESS:
                lean.add_pass(step, why)
        lean.finalize()
        return [lean]


class Inner(Outer):
    """Compiles a function that only other compiled ones call."""

    def define_pipelines(self) -> list[Any]:
        """The same, to code that is kept for callers."""
        self.state.library = _Code(self.state.targetctx.codegen(), self.state.func_id.func_qualname)
        self.state.library.enable_object_caching()
        return super().define_pipelines()


class _Code(JITCodeLibrary):
    """Code for callers only: not optimised as a whole, and without machine code."""

    def _optimize_final_module(self) -> None:
        """Leave that to the callers."""

    def _finalize_final_module(self) -> None:
        """Keep the code to be linked; the engine gets only the variables that are set for each function."""
        self._finalize_dynamic_globals()
        self._finalized = True
        code = self._get_module_for_linking()
        self._finalized = False
        bare = self._codegen._create_empty_module(self.name)
        for one in code.global_variables:
            if one.name.startswith("_ZN08NumbaEnv"):
                variable = ir.GlobalVariable(bare, cgutils.voidptr_t, one.name)
                variable.linkage = "common"
                variable.initializer = cgutils.get_null_value(cgutils.voidptr_t)
        self._final_module = llvm.parse_assembly(str(bare))
        super()._finalize_final_module()


_LEAN = numba.version_info.short in TRIED
OUTER: dict[str, Any] = {"no_rewrites": True, "pipeline_class": Outer} if _LEAN else {}
"""Options of a function that is called from outside."""
INNER: dict[str, Any] = {"no_rewrites": True, "pipeline_class": Inner} if _LEAN else {}
"""Options of one that only other compiled ones call."""
