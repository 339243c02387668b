"""Words of a sweep: the section of ranges in the report, and its table on the terminal."""

from __future__ import annotations

from collections.abc import Mapping

RANGES: Mapping[str, str] = {
    "section.ranges": "Ranges",
    "section.ranges.about": (
        "{draws} draws of {inputs} ranges at once, seed {seed}. P10, P50 and P90: what a tenth, a half and nine "
        "tenths of the draws do not exceed."
    ),
    "ranges.all_sites": "all sites",
    "ranges.run": "whole run",
    "ranges.year": "year {year}",
    "ranges.month_end": "end of {month}",
    "ranges.energised_gpus": "GPUs energised",
    "ranges.useful_gpu_h": "useful GPU-hours",
    "ranges.cost_usd_per_gpu_h": "cost of a useful GPU-hour",
    "ranges.facility_mwh": "electricity",
    "ranges.water_m3": "water",
    "ranges.co2_t": "carbon dioxide",
    "ranges.nox_kg": "nitrogen oxides",
    "ranges.capital_usd": "capital spent",
    "ranges.operation_usd": "cost of operation",
    "ranges.revenue_usd": "paid by customers",
    "ranges.irr_frac": "return on equity (IRR)",
    "ranges.unlevered_irr_frac": "return without debt (IRR)",
    "ranges.npv_usd": "worth to the owners (NPV)",
    "ranges.debt_usd": "debt raised",
    "ranges.min_dscr_ratio": "least debt service cover (DSCR)",
    "ranges.band": "P10 to P90",
    "ranges.p10": "P10",
    "ranges.p50": "P50",
    "ranges.p90": "P90",
    "ranges.mid": "all in the middle",
    "ranges.figure": "figure",
    "ranges.when": "when",
    "ranges.site": "site",
    "ranges.input": "range",
    "ranges.low_end": "at its low end",
    "ranges.high_end": "at its high end",
    "ranges.choose": "Figure",
    "ranges.refused": (
        "{n} of the runs gave no figures, and are in none of these: {problem}. They are listed in tables/draws."
    ),
    "ranges.unclosed": (
        "In {n} of {draws} draws the deal cannot be closed; its figures are those of the other draws, and look "
        "better for it."
    ),
    "ranges.others": "{n} further ranges move it less, or not at all.",
    "ranges.kind": "{p10} to {p90} (P10 to P90)",
    "ranges.kind.same": "the same from P10 to P90",
    "ranges.kind.mid": "all ranges in the middle; see Ranges",
    "chart.ranges-gpus": "How many GPUs can run, by date",
    "chart.ranges-gpus.unit": "GPUs energised at the end of each month",
    "chart.ranges-gpus.aria": "GPUs energised by month at {site}: P10, P50 and P90 of the draws",
    "chart.ranges-table": "Key figures",
    "chart.ranges-table.unit": "over the draws; the last column is the run that the rest of this page shows",
    "chart.tornado": "What moves a figure most",
    "chart.tornado.unit": "one range at a time at its ends, all others in the middle",
    "empty.ranges": "No GPUs are energised at {site} in any draw.",
    "empty.tornado": "No range moves this figure.",
    "input.sweep": "tables/sweep, tables/draws and tables/outcomes of this sweep",
    "input.tornado": "tables/tornado of this sweep",
    "method.ranges-gpus.what": (
        "GPUs energised at the end of each month, over the draws: the band holds eight draws in ten, the line the "
        "middle one. The dashed line is the run with every range in its middle."
    ),
    "method.ranges-gpus.formula": (
        "each range: triangular from low to high with its mode at mid (of the logarithm where high / low >= 10), "
        "drawn as a Latin hypercube; ranges of one link move together\nP10, P50, P90 = percentiles over the draws, "
        "by month"
    ),
    "method.ranges-gpus.limits": (
        "Ranges that are not linked are independent. What is no range (dates given as points, weather, outages) is "
        "the same in every draw. A band's edge is not one future: it joins different draws."
    ),
    "method.ranges-table.what": "Percentiles of each key figure over the draws.",
    "method.ranges-table.formula": "P10, P50, P90 = percentiles over the draws, linear between neighbouring draws",
    "method.ranges-table.limits": (
        "The P90s of two figures need not come from one draw. Lenders call P90 what is exceeded in nine cases of "
        "ten: that is P10 here."
    ),
    "method.tornado.what": "The figure with one range at its low or high end, all others in the middle.",
    "method.tornado.formula": "swing = largest - smallest of (at low, middle, at high)",
    "method.tornado.limits": (
        "Ranges that matter only together do not show. Ranges that move it by less than 0.1 % are left out; "
        "tables/tornado has them."
    ),
}  # fmt: skip
