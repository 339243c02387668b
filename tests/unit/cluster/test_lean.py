"""What is compiled by a shorter way is the same; where the compiler is another one, it goes its own way."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from numba import njit

from gigawatt.cluster import _lean

ROOT = Path(__file__).parents[3]
PLAIN = {"error_model": "numpy", "_nrt": False}
UNCALLABLE = {"no_cpython_wrapper": True, "no_cfunc_wrapper": True}


@njit(**PLAIN, **_lean.INNER, **UNCALLABLE)
def twice(x: float) -> float:
    return 2.0 * x


@njit("float64(float64)", **PLAIN, **_lean.OUTER)
def twice_and_one(x: float) -> float:
    return twice(x) + 1.0


def test_the_pinned_compiler_is_one_that_was_tried() -> None:
    """Else compiling takes a third longer: try the new one, and add it to ``_lean.TRIED``."""
    pins = dict(line.split("==") for line in (ROOT / "constraints.txt").read_text().split() if "==" in line)
    assert tuple(int(word) for word in pins["numba"].split(".")[:2]) in _lean.TRIED


def test_an_inner_function_has_no_machine_code_of_its_own() -> None:
    assert twice_and_one(3.0) == 7.0
    inner = twice.overloads[twice.signatures[0]]
    assert list(inner.library.get_defined_functions()) == []
    code = inner.library._get_module_for_linking()
    assert [f.name for f in code.functions if not f.is_declaration] == [inner.fndesc.llvm_func_name]
    outer = twice_and_one.overloads[twice_and_one.signatures[0]].library
    assert inner.fndesc.llvm_func_name not in outer.get_asm_str()  # nothing is left of the call


def test_another_compiler_goes_its_own_way(tmp_path: Path) -> None:
    code = (
        "import numba; numba.version_info = numba.version_info._replace(short=(0, 1))\n"
        "from gigawatt.cluster import _lean; assert not _lean.INNER | _lean.OUTER\n"
        "from gigawatt.cluster.policies._fifo import decide; print(len(decide.signatures))"
    )
    env = {**os.environ, "NUMBA_CACHE_DIR": str(tmp_path)}
    done = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True, check=True)
    assert done.stdout == "1\n"
