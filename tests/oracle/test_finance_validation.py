"""Every published figure of finance is met, with and without the data beside the repository."""

from __future__ import annotations

from pathlib import Path

import pytest

from gigawatt.validation.finance import rows

SHARED = Path(__file__).parents[2] / ".." / "shared"


def test_typed_in_figures_hold():
    found = rows(None)
    assert len(found) >= 15
    assert [row.quantity for row in found if not row.holds] == []


@pytest.mark.shared
@pytest.mark.skipif(not SHARED.is_dir(), reason="no measured data beside the repository")
def test_figures_of_the_files_hold():
    found = rows(SHARED)
    groups = {row.group for row in found}
    for name in (
        "so_default",
        "so_dscr130_noitc",
        "so_gpu70_macrs",
        "so_gpu70_rent1p7",
        "so_gpu_uncapped_macrs",
    ):
        assert f"Singleowner {name}.json" in groups
    assert [f"{row.group}: {row.quantity}" for row in found if not row.holds] == []
    assert rows(SHARED / "validation" / "finance") == found
