"""The engine takes values: what reads, writes or generates files is never imported by it."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOM = Path(__file__).parents[3] / "src" / "gigawatt" / "cluster"
ENGINE = sorted([*ROOM.glob("*.py"), *(ROOM / "policies").glob("*.py")])


@pytest.mark.parametrize("module", ENGINE, ids=lambda path: path.stem)
def test_no_import_of_readers_writers_or_generators(module):
    named = set()
    for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom):
            named.add(node.module or "")
            named |= {f"{node.module}.{alias.name}" for alias in node.names}
        elif isinstance(node, ast.Import):
            named |= {alias.name for alias in node.names}
    outside = tuple(f"gigawatt.cluster.{part}" for part in ("readers", "writers", "generate"))
    assert not [name for name in named if name.startswith(outside)]
