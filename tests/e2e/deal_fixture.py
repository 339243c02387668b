"""A made-up deal with every part that the report's money section can show; nothing here is a result."""

from __future__ import annotations

from typing import Any

from gigawatt.results import DealResult

DEAL: dict[str, Any] = {
    "name": "colossus",
    "title": "Chips on a vehicle's loans, halls on equity",
    "close": "2025-07",
    "completion": "2026-06",
    "months": 84,
    "price_year": 2026,
    "uses": [
        {"name": "chips and network", "kind": "chips", "cost_usd": 24.7e9, "from": "2025-07",
         "until": "2026-06", "supplier": "Nvidia", "tax_class": "macrs_5", "book_life_years": 5.0},
        {"name": "halls and cooling", "kind": "hall", "cost_usd": 11.1e9, "from": "2025-07",
         "until": "2026-04", "tax_class": "straight_line", "tax_life_years": 39.0, "book_life_years": 14.0},
        {"name": "turbines", "kind": "power", "cost_usd": 2.1e9, "from": "2025-09", "until": "2026-03",
         "tax_class": "macrs_15", "book_life_years": 14.0},
    ],
    "debt": [
        {"name": "senior term loan", "sizing": {"dscr_ratio": 1.35, "gearing_frac": 0.6},
         "spread_frac": 0.045, "base": [{"from": "2025-07", "rate_frac": 0.042}],
         "swap": {"share_frac": 0.5, "fixed_frac": 0.043},
         "upfront_frac": 0.02, "commitment_frac": 0.005, "repayment": "sculpted", "tenor_years": 4.5},
        {"name": "mezzanine", "rank": "mezzanine", "amount_usd": 2e9, "rate_frac": 0.13,
         "repayment": "straight_line", "tenor_years": 4.5},
    ],
    "equity": [
        {"name": "sponsor"},
        {"name": "chip supplier", "kind": "vendor", "supplier": "Nvidia", "amount_usd": 2e9},
    ],
    "leases": [
        {"tenant": "Anthropic", "from": "2026-07", "until": "2031-07", "rent_usd_per_month": 350e6,
         "gpus": 150e3},
        {"tenant": "others", "from": "2026-07", "until": "2031-07", "rent_usd_per_month": 120e6,
         "notice_days": 90.0, "gpus": 50e3},
    ],
    "rentals": [
        {"name": "own training", "gpus": 240e3, "from": "2026-07", "until": "2031-07",
         "utilisation_frac": 0.8, "internal": True,
         "prices": [{"from": "2026-07", "price_usd_per_gpu_h": 4.8},
                    {"from": "2028-07", "price_usd_per_gpu_h": 3.0}]},
    ],
    "operations": [
        {"name": "energy", "kind": "power", "cost_usd_per_month": 45e6, "from": "2026-07"},
        {"name": "operation", "cost_usd_per_month": 30e6, "from": "2026-07"},
    ],
    "residual": {"by_year_frac": [1.0, 0.62, 0.42, 0.3, 0.18, 0.12]},
    "exit": {},
    "tax": {"rate_frac": 0.21, "property": {"rate_frac": 0.01, "decline_frac": 0.03}},
    "reserves": {"debt_service_months": 3, "earns_frac": 0.03},
    "covenants": {"lock_up_dscr_ratio": 1.5, "default_dscr_ratio": 1.05, "ltv_frac": 0.8,
                  "mark": [{"from": "2027-10", "factor_ratio": 0.6}], "cure_months": 2, "llcr_ratio": 1.2},
    "gpus": 440e3,
    "utilisation_frac": 0.85,
    "capital_rate_frac": 0.0653,
    "market_rent_usd_per_gpu_h": 3.2,
}  # fmt: skip


def deal_result(**changes: Any) -> DealResult:
    """Give the deal as a run carries it."""
    return DealResult(deal={**DEAL, **changes})
