"""The yearly model beside the System Advisor Model's Singleowner module (nrel-pysam 7.1.1), line by line.

Tolerances: rate of return 1e-4 percentage points, net present value 1e-4 relative, debt, cover ratios and
yearly cash flows 1e-6 relative or 0.01 USD, whichever is larger.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from gigawatt.finance.readers.singleowner import read_single_owner
from gigawatt.finance.singleowner import single_owner
from gigawatt.kernel.errors import InputError

FOLDER = Path(__file__).parents[2] / ".." / "shared" / "validation" / "finance"
FILES = sorted(FOLDER.glob("so_*.json")) if FOLDER.is_dir() else []

pytestmark = [
    pytest.mark.shared,
    pytest.mark.skipif(not FILES, reason="no measured data beside the repository"),
]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_line_is_that_modules(path):
    file = read_single_owner(path)
    ours = single_owner(file.values)
    assert (
        abs(ours.scalars["project_return_aftertax_irr"] - file.outputs["project_return_aftertax_irr"]) < 1e-4
    )
    assert ours.scalars["project_return_aftertax_npv"] == pytest.approx(
        file.outputs["project_return_aftertax_npv"], rel=1e-4
    )
    for name in ("size_of_debt", "min_dscr", "cost_installed", "debt_fraction", "lcoe_nom", "lppa_real"):
        assert ours.scalars[name] == pytest.approx(file.outputs[name], rel=1e-6), name
    compared = 0
    for name, row in ours.yearly.items():
        published = np.array(file.outputs[name], dtype=float)
        off = np.abs(row - published)
        if name.endswith("_irr"):
            assert np.nanmax(off, initial=0.0) < 1e-4, name
            continue
        assert np.all(off <= np.maximum(1e-6 * np.abs(published), 0.01)), name
        compared += 1
    assert compared > 100


def test_a_cap_of_70_per_cent_comes_out_lower_of_the_final_cost():
    found = single_owner(read_single_owner(FOLDER / "so_gpu70_macrs.json").values).scalars
    assert found["debt_fraction"] == pytest.approx(64.5533, abs=1e-3)


@pytest.mark.parametrize(
    ("changes", "row", "published", "debt", "irr"),
    [
        (
            {"cp_capacity_payment_amount": (50000.0,), "cp_capacity_payment_esc": 2.0,
             "cp_capacity_payment_type": 0.0, "cp_capacity_credit_percent": (40.0,),
             "cp_system_nameplate": 7.0, "system_capacity": 2500.0},
            "cf_capacity_payment", (50000.0, 51000.0, 52020.0), 35700000.0, 39.19428929985134,
        ),
        ({"term_tenor": 1.0, "debt_option": 0.0}, "cf_disbursement_debtservice", (0.0, 0.0, 0.0),
         45375774.592584535, 8.876496816694642),
        ({"term_tenor": 1.0, "debt_option": 1.0}, "cf_disbursement_debtservice",
         (-6413571.428571429, 0.0, 0.0), 11768020.969855832, 24.14405797121077),
    ],
    ids=["capacity in megawatts of the system", "share of cost over one year", "cover over one year"],
)  # fmt: skip
def test_corners_that_the_files_do_not_show(changes, row, published, debt, irr):
    """Run with nrel-pysam 7.1.1 on so_gpu70_macrs.json with these inputs changed."""
    found = single_owner({**read_single_owner(FOLDER / "so_gpu70_macrs.json").values, **changes})
    assert found.yearly[row][1:4] == pytest.approx(published, abs=0.01)
    assert found.scalars["size_of_debt"] == pytest.approx(debt, rel=1e-6)
    assert found.scalars["project_return_aftertax_irr"] == pytest.approx(irr, abs=1e-4)


def test_other_modules_are_refused_by_name():
    with pytest.raises(InputError, match="Levpartflip"):
        read_single_owner(FOLDER / "levpartflip_default.json")


@pytest.mark.parametrize(
    ("group", "name", "value"),
    [
        ("FinancialParameters", "system_use_recapitalization", 1.0),
        ("Lifetime", "system_use_lifetime_output", 1.0),
        ("BatterySystem", "en_batt", 1.0),
        ("Revenue", "dispatch_tod_factors", [1.0, 2.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0]),
        ("GridLimits", "grid_curtailment_price", [0.02]),
        ("SystemCosts", "om_fuel_cost", [3.0]),
    ],
)
def test_what_is_not_modelled_is_refused_by_name(tmp_path, group, name, value):
    data = json.loads((FOLDER / "so_gpu70_macrs.json").read_text(encoding="utf-8"))
    data["inputs"][group][name] = value
    if name.startswith("dispatch"):
        data["inputs"]["Revenue"]["dispatch_sched_weekday"][0][5] = 2.0
    path = tmp_path / "changed.json"
    path.write_text(json.dumps(data), encoding="utf-8")
    with pytest.raises(InputError, match=name):
        read_single_owner(path)
