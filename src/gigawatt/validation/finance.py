"""Finance beside published figures: rates of return, cost of compute, debt, and another model's cash flows.

The files of the System Advisor Model that lie beside the repository are read as they come: every file of
inputs and outputs of its Singleowner module in the folder, whatever its name.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from gigawatt.finance.debt import annuity, sculpt
from gigawatt.finance.depreciation import depreciate
from gigawatt.finance.levelised import implied_cost_of_capital, levelise, own_or_rent
from gigawatt.finance.readers.singleowner import SingleOwnerFile, read_single_owner
from gigawatt.finance.returns import irr, npv, payback_years
from gigawatt.finance.singleowner import SingleOwnerResult, single_owner
from gigawatt.kernel.errors import InputError
from gigawatt.validation.rows import ValidationRow

EPOCH = "epoch.ai/data-insights/ai-datacenter-cost-breakdown, 2026-05-14"
ROI = "legitlads.com accelerator ROI calculator, 64 GPUs"
SAM = "System Advisor Model, nrel-pysam 7.1.1"


def rows(shared: Path | None) -> list[ValidationRow]:
    """Return the finance rows: typed-in figures, and those of the files where they are there."""
    found = [*_returns(), *_own_or_rent(), *_epoch(), *_sam_typed()]
    if shared is not None:
        found += _files(shared)
    return found


def _row(
    group: str,
    quantity: str,
    published: float,
    modelled: float,
    tolerance: float,
    source: str,
    *,
    relative: bool = False,
    note: str = "",
    baseline: float | None = None,
) -> ValidationRow:
    return ValidationRow(
        model="finance",
        group=group,
        quantity=quantity,
        published=published,
        modelled=float(modelled),
        tolerance=tolerance,
        relative=relative,
        source=source,
        note=note,
        baseline=baseline,
    )


def _returns() -> list[ValidationRow]:
    flows = [-250000.0, 100000.0, 150000.0, 200000.0, 250000.0, 300000.0]
    return [
        _row(
            "returns",
            "IRR of -250, 100, 150, 200, 250, 300, fraction",
            0.5672303344358536,
            irr(flows).only(),
            1e-9,
            "numpy.org/numpy-financial",
        )
    ]


def _own_or_rent() -> list[ValidationRow]:
    capital, running, rent, years = 1_920_000.0, 728_680.0, 2.0, 4
    hours = 64 * 8760.0
    cloud = hours * 0.7 * rent * years
    saved = cloud - capital - running
    yearly = (cloud - running) / years
    flows = [-capital, *[yearly] * years]
    own = capital + running
    cases = (
        ("cost of owning over 4 years, USD", 2_648_681.0, own, 1.0),
        ("cost of the same hours rented, USD", 3_139_584.0, cloud, 0.5),
        ("saved by owning, USD", 490_903.0, saved, 1.0),
        ("payback, years", 3.2, float(payback_years(flows)), 0.05),
        ("NPV at 10 %, USD", -9440.0, float(npv(flows, 0.10)), 5.0),
        ("utilisation at which both cost the same", 0.59, float(own_or_rent(own / 4, hours, rent)), 0.005),
        ("return on capital over 4 years", 0.26, saved / capital, 0.005),
    )
    return [_row("own against rent", name, published, ours, tol, ROI) for name, published, ours, tol in cases]


def _epoch() -> list[ValidationRow]:
    def parts(chip_life: float) -> dict[str, tuple[float, float]]:
        return {"chips": (26.113, chip_life), "facility": (11.769, 14.0)}

    def yearly(chip_life: float, rate: float) -> float:
        return float(levelise(parts(chip_life), {"operation": 0.902}, 1.0, rate).total)

    rate = implied_cost_of_capital(parts(5.0), 0.902, 8.5)
    flat = 26.113 / 5.0 + 11.769 / 14.0 + 0.902  # no interest: the naive constant
    capital = {"chips": (946 * 26.113e6, 5.0), "hall": (946 * 11.769e6, 14.0)}
    found = [
        _row(
            "1 GW cost model", "cost of capital behind 8.5 bn USD a year, fraction", 0.0653, rate, 1e-4, EPOCH
        ),
        _row("1 GW cost model", "capital of 1 GW, bn USD", 38.0, 26.113 + 11.769, 0.5, EPOCH),
    ]
    for life, published in ((3.0, 12.08), (7.0, 6.98)):
        found.append(
            _row(
                "1 GW cost model",
                f"yearly cost with chips of {life:g} years, bn USD",
                published,
                yearly(life, rate),
                0.01,
                EPOCH,
                relative=True,
                note="the source prints 12 and 7",
                baseline=flat,
            )
        )
    for used, published in ((1.0, 2.086), (0.8, 2.608)):
        cost = levelise(capital, {"operation": 946 * 0.902e6}, 440_000 * 8760.0, rate, used)
        found.append(
            _row(
                "Colossus 2, levelised",
                f"cost at {100 * used:g} % use, USD/GPU-h",
                published,
                float(cost.total),
                5e-4,
                f"{EPOCH}; 946 MW and 440,000 GPUs",
            )
        )
    return found


def _sam_typed() -> list[ValidationRow]:
    loan = sculpt(np.full(5, 8_278_200.0), 1.4, 0.09)
    capped = sculpt(np.full(5, 17_958_000.0), 1.9565926439011236, 0.09)
    macrs = depreciate(50e6, "macrs", 5, 6)
    straight = annuity(float(loan.debt_usd), 0.09, 5)
    note = "1,000 GPUs at 1.70 USD, 5 years at 9 %, cover 1.4"
    return [
        _row("debt", "sculpted debt, USD", 22_999_507.920198698, float(loan.debt_usd), 0.01, SAM, note=note),
        _row("debt", "debt where a cap of 70 % binds, USD", 35_700_000.0, float(capped.debt_usd), 0.01, SAM),
        _row(
            "debt", "service of an equal annuity, USD", 5_913_000.0, float(straight.service_usd[0]), 0.01, SAM
        ),
        _row("tax", "MACRS of 50 m USD, second year, USD", 16e6, float(macrs[1]), 0.01, SAM),
        _row("tax", "MACRS of 50 m USD, sixth year, USD", 2.88e6, float(macrs[5]), 0.01, SAM),
    ]


def _files(shared: Path) -> list[ValidationRow]:
    folder = shared / "validation" / "finance"
    if not folder.is_dir():
        folder = shared
    found: list[ValidationRow] = []
    for path in sorted(folder.glob("*.json")):
        try:
            file = read_single_owner(path)
        except InputError as error:
            if any(problem.code in ("GW530", "GW531") for problem in error.problems):
                continue  # another kind of file, or another module
            raise
        found += _file_rows(file, single_owner(file.values))
    fcr = folder / "lcoefcr_checked.json"
    if fcr.is_file():
        found.append(_fixed_charge(json.loads(fcr.read_text(encoding="utf-8"))))
    examples = folder / "worked_examples.json"
    if examples.is_file():
        found += _examples(json.loads(examples.read_text(encoding="utf-8")))
    return found


def _file_rows(file: SingleOwnerFile, ours: SingleOwnerResult) -> list[ValidationRow]:
    group = f"Singleowner {file.name}"
    named = (
        ("project_return_aftertax_irr", "IRR, per cent", 1e-4, False),
        ("project_return_aftertax_npv", "NPV, USD", 1e-4, True),
        ("size_of_debt", "debt, USD", 1e-6, True),
        ("min_dscr", "least cover ratio", 1e-6, True),
        ("cost_installed", "installed cost, USD", 1e-6, True),
        ("debt_fraction", "debt over installed cost, per cent", 1e-6, True),
    )
    found = []
    for name, quantity, tolerance, relative in named:
        published = file.outputs.get(name)
        if isinstance(published, int | float) and np.isfinite(published):
            value = ours.scalars[name]
            kept = tolerance if not relative else max(tolerance, 0.01 / max(abs(published), 1e-300))
            if name in ("min_dscr", "debt_fraction"):
                kept = tolerance
            found.append(_row(group, quantity, float(published), value, kept, SAM, relative=relative))
    worst, lines = _worst_line(file.outputs, ours)
    if lines:
        found.append(
            _row(
                group,
                f"worst of {lines} yearly lines, difference over tolerance",
                0.0,
                worst,
                1.0,
                SAM,
                note="tolerance 1e-6 relative or 0.01 USD, whichever is larger",
            )
        )
    return found


def _worst_line(outputs: Mapping[str, Any], ours: SingleOwnerResult) -> tuple[float, int]:
    worst, lines = 0.0, 0
    for name, row in ours.yearly.items():
        published = outputs.get(name)
        if not isinstance(published, list) or len(published) != row.size or name.endswith("_irr"):
            continue
        given = np.array(published, dtype=np.float64)
        off = np.abs(given - row) / np.maximum(1e-6 * np.abs(given), 0.01)
        worst, lines = max(worst, float(off.max())), lines + 1
    return worst, lines


def _fixed_charge(data: Mapping[str, Any]) -> ValidationRow:
    inputs = data["inputs"]["SimpleLCOE"]
    energy = inputs["annual_energy"]
    cost = (
        inputs["fixed_charge_rate"] * inputs["capital_cost"] + inputs["fixed_operating_cost"]
    ) / energy + inputs["variable_operating_cost"]
    published = data["outputs"]["lcoe_fcr"]
    return _row("levelised cost", "cost by fixed charge rate, USD/kWh", published, cost, 1e-9, SAM)


def _examples(data: Mapping[str, Any]) -> list[ValidationRow]:
    """Worked examples by their own inputs; those typed in above are told once."""
    found = []
    for case in data.get("cases", ()):
        inputs, published = case.get("inputs"), case.get("published")
        if isinstance(inputs, list) and isinstance(published, int | float):
            found.append(
                _row(
                    "worked examples",
                    f"IRR of {case['id']}, fraction",
                    published,
                    irr(inputs).only(),
                    float(case.get("tol", 1e-9)),
                    str(case.get("source", "")),
                )
            )
        elif isinstance(inputs, dict) and {"capex", "cloud_rate", "gpus"} <= inputs.keys():
            found += _worked_roi(case)
        elif isinstance(inputs, dict) and {"compute_musd_per_mw", "it_life"} <= inputs.keys():
            found += _worked_tco(case)
    return found


def _worked_roi(case: Mapping[str, Any]) -> list[ValidationRow]:
    given, published = case["inputs"], case["published"]
    years = int(given["years"])
    hours = given["gpus"] * 8760.0
    cloud = hours * given["utilisation"] * given["cloud_rate"] * years
    own = given["capex"] + given["energy_ops_total"]
    flows = [-given["capex"], *[(cloud - given["energy_ops_total"]) / years] * years]
    ours = {
        "own": own,
        "cloud": cloud,
        "saves": cloud - own,
        "payback_y": float(payback_years(flows)),
        "npv10": float(npv(flows, given["discount"])),
        "breakeven_util": float(own_or_rent(own / years, hours, given["cloud_rate"])),
        "roi": (cloud - own) / given["capex"],
    }
    return _printed(case, ours, published)


def _worked_tco(case: Mapping[str, Any]) -> list[ValidationRow]:
    given, published = case["inputs"], case["published"]
    chips, hall = given["compute_musd_per_mw"], given["facility_musd_per_mw"]
    parts = {"chips": (chips, given["it_life"]), "facility": (hall, given["facility_life"])}
    rate = implied_cost_of_capital(parts, given["opex_musd_per_mw_y"], published["tco_bn_y"])
    ours = {"capex_bn": chips + hall}
    for name, life in (("tco_3y", 3.0), ("tco_7y", 7.0)):
        changed = {**parts, "chips": (chips, life)}
        cost = levelise(changed, {"operation": given["opex_musd_per_mw_y"]}, 1.0, rate)
        ours[name] = float(cost.total)
    return _printed(case, ours, published)


def _printed(
    case: Mapping[str, Any], ours: Mapping[str, float], published: Mapping[str, float]
) -> list[ValidationRow]:
    """Hold figures to the digits that the source printed."""
    found = []
    for name, value in ours.items():
        text = repr(published[name])
        digits = len(text.split(".")[1]) if "." in text else 0
        near = 0.5 * 10.0**-digits
        summed = name in ("own", "saves")  # of a cost that the source prints to the dollar as well
        near += 0.5 if summed else 0.0
        found.append(
            _row(
                f"worked example {case['id']}",
                name,
                published[name],
                value,
                near * (1.0 + 1e-9),
                str(case.get("source", "")),
                note="within half of the last printed digit" + (", of the summand too" if summed else ""),
            )
        )
    return found
